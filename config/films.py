"""Reads size, length and codecs of MP4, MOV and WebM from their boxes; the pictures inside are never decoded."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_MAX_INDEX = 64_000_000
"""Bytes of the index (`moov`, `Tracks`) that are read at most."""
_MAX_BOXES = 20_000
_INSIDE = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mvex"}
_SEGMENT, _INFO, _TRACKS, _TRACK, _VIDEO = 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE0
_SCALE, _LENGTH, _CODEC, _WIDTH, _HEIGHT = 0x2AD7B1, 0x4489, 0x86, 0xB0, 0xBA


@dataclass(frozen=True, slots=True)
class Shape:
    """Width, height and length of a picture or film."""

    width: int
    height: int
    duration_ms: int | None
    codecs: tuple[str, ...]


class BrokenFilmError(ValueError):
    """The file is cut off or not what it says."""


class _Track:
    """What a track tells of itself."""

    def __init__(self) -> None:
        self.kind = b""
        self.codec = ""
        self.width = 0
        self.height = 0


class _Movie:
    """Collected while walking the boxes."""

    def __init__(self) -> None:
        self.timescale = 0
        self.duration = 0
        self.tracks: list[_Track] = []
        self.boxes = 0


def read_boxes(file: BinaryIO) -> Shape:
    """MP4 and MOV. Raises BrokenFilmError."""
    index = _index(file)
    movie = _Movie()
    try:
        _walk(index, 0, len(index), movie)
    except (struct.error, IndexError, RecursionError) as error:
        raise BrokenFilmError("its index is damaged") from error
    seen = next((t for t in movie.tracks if t.kind == b"vide" and t.width and t.height), None)
    if seen is None:
        raise BrokenFilmError("there is no picture track in it")
    duration = round(movie.duration * 1_000 / movie.timescale) if movie.timescale else 0
    if not 0 < duration < 1_000 * 3_600 * 1_000:
        raise BrokenFilmError("its length is not stated")
    return Shape(seen.width, seen.height, duration, tuple(t.codec for t in movie.tracks if t.codec and t.kind in (b"vide", b"soun")))


def _index(file: BinaryIO) -> bytes:
    """The bytes of `moov`."""
    total = file.seek(0, os.SEEK_END)
    position = boxes = 0
    index: bytes | None = None
    while position + 8 <= total and boxes < _MAX_BOXES:
        file.seek(position)
        head = file.read(16)
        size, name = struct.unpack(">I4s", head[:8])
        start = 8
        if size == 1 and len(head) == 16:
            size, start = struct.unpack(">Q", head[8:16])[0], 16
        elif size == 0:
            size = total - position
        if size < start or position + size > total:
            if index is not None and name != b"mdat":  # what follows the film is not ours to judge
                return index
            raise BrokenFilmError("it is cut off")
        if name == b"moov":
            if size > _MAX_INDEX:
                raise BrokenFilmError("its index is too large")
            file.seek(position + start)
            index = file.read(size - start)
        position, boxes = position + size, boxes + 1
    if index is None:
        raise BrokenFilmError("it has no index")
    return index


def _walk(data: bytes, start: int, end: int, movie: _Movie, level: int = 0) -> None:
    for name, first, last in _boxes(data, start, end, movie):
        if name == b"trak":
            movie.tracks.append(_Track())
        if name in _INSIDE and level < 8:
            _walk(data, first, last, movie, level + 1)
        else:
            _note(name, data[first:last], movie)


def _boxes(data: bytes, start: int, end: int, movie: _Movie) -> Iterator[tuple[bytes, int, int]]:
    position = start
    while position + 8 <= end:
        size, name = struct.unpack_from(">I4s", data, position)
        first = position + 8
        if size == 1:
            size, first = struct.unpack_from(">Q", data, first)[0], position + 16
        elif size == 0:
            size = end - position
        movie.boxes += 1
        if size < first - position or position + size > end or movie.boxes > _MAX_BOXES:
            raise BrokenFilmError("its index is damaged")
        yield name, first, position + size
        position += size


def _note(name: bytes, body: bytes, movie: _Movie) -> None:
    track = movie.tracks[-1] if movie.tracks else _Track()
    if name == b"mvhd":
        movie.timescale, movie.duration = _times(body)
    elif name == b"mehd":  # films in fragments state their length here
        movie.duration = movie.duration or struct.unpack_from(">Q" if body[0] else ">I", body, 4)[0]
    elif name == b"tkhd":
        track.width, track.height = _size(body)
    elif name == b"hdlr" and not track.kind:
        track.kind = body[8:12]
    elif name == b"stsd":
        track.codec = body[12:16].decode("ascii", errors="replace").strip()


def _times(body: bytes) -> tuple[int, int]:
    if body[0] == 1:
        scale, duration = struct.unpack_from(">IQ", body, 20)
    else:
        scale, duration = struct.unpack_from(">II", body, 12)
    return scale, 0 if duration in (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF) else duration


def _size(body: bytes) -> tuple[int, int]:
    """Width and height as seen: a matrix that turns by 90° swaps them."""
    matrix = 52 if body[0] == 1 else 40
    a, b = struct.unpack_from(">ii", body, matrix)
    width, height = (number >> 16 for number in struct.unpack_from(">II", body, matrix + 36))
    return (height, width) if a == 0 and b != 0 else (width, height)


def read_webm(file: BinaryIO) -> Shape:
    """WebM, as far as its head says. Raises BrokenFilmError."""
    file.seek(0)
    data = file.read(4_000_000)
    try:
        return _webm(data)
    except (IndexError, struct.error) as error:
        raise BrokenFilmError("its head is damaged") from error


def _webm(data: bytes) -> Shape:
    scale, length = 1_000_000, 0.0
    codecs: list[str] = []
    size = (0, 0)
    for segment, start, end in _elements(data, 0, len(data)):
        if segment != _SEGMENT:
            continue
        for name, first, last in _elements(data, start, end):
            if name == _INFO:
                parts = {key: data[a:b] for key, a, b in _elements(data, first, last)}
                scale = int.from_bytes(parts.get(_SCALE, b"\x0f\x42\x40"))
                length = _real(parts.get(_LENGTH, b""))
            elif name == _TRACKS:
                codecs, size = _tracks(data, first, last)
                break
    if not all(size):
        raise BrokenFilmError("there is no picture track in it")
    return Shape(*size, round(length * scale / 1e6) or None, tuple(codecs))


def _tracks(data: bytes, start: int, end: int) -> tuple[list[str], tuple[int, int]]:
    codecs: list[str] = []
    size = (0, 0)
    for name, first, last in _elements(data, start, end):
        if name != _TRACK:
            continue
        for part, a, b in _elements(data, first, last):
            if part == _CODEC:
                codecs.append(data[a:b].decode("ascii", errors="replace").rstrip("\x00"))
            elif part == _VIDEO:
                numbers = {key: int.from_bytes(data[c:d]) for key, c, d in _elements(data, a, b)}
                size = (numbers.get(_WIDTH, 0), numbers.get(_HEIGHT, 0))
    return codecs, size


def _real(data: bytes) -> float:
    return float(struct.unpack(">d" if len(data) == 8 else ">f", data)[0]) if len(data) in (4, 8) else 0.0


def _elements(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    position, count = start, 0
    while position < end and count < _MAX_BOXES:
        name, position = _varint(data, position, keep_marker=True)
        size, position = _varint(data, position, keep_marker=False)
        unknown = size is None
        last = end if unknown or size is None else min(end, position + size)
        if name is None:
            return
        yield name, position, last
        position, count = last, count + 1


def _varint(data: bytes, position: int, *, keep_marker: bool) -> tuple[int | None, int]:
    """An EBML number; None where its size is left open."""
    first = data[position]
    length = 9 - first.bit_length()
    if length > 8:
        raise BrokenFilmError("its head is damaged")
    number = int.from_bytes(data[position : position + length])
    if not keep_marker:
        mask = (1 << (7 * length)) - 1
        number &= mask
        if number == mask:
            return None, position + length
    return number, position + length
