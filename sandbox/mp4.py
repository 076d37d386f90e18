"""Reads just enough of an MP4 file to tell what film it is."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})
_CODECS = frozenset({b"avc1", b"avc3", b"hvc1", b"hev1"})


class NoFilm(ValueError):
    """Not an MP4 that a platform would take."""


@dataclass(frozen=True, slots=True)
class Film:
    """What matters about a film."""

    width: int
    height: int
    seconds: float
    moov_first: bool


def read_film(content: bytes) -> Film:
    """Raises NoFilm."""
    try:
        return _read(content)
    except (struct.error, IndexError) as error:
        raise NoFilm("the file ends in the middle of a box") from error


def _read(content: bytes) -> Film:
    order = [kind for kind, _ in _boxes(content)]
    if not order or order[0] != b"ftyp" or b"moov" not in order or b"mdat" not in order:
        raise NoFilm("no ftyp, moov or mdat box")
    inside = list(_all_boxes(content))
    width, height = max((_size(body) for kind, body in inside if kind == b"tkhd"), default=(0, 0))
    if not any(kind == b"stsd" and body[12:16] in _CODECS for kind, body in inside):
        raise NoFilm("no H.264 or HEVC track")
    seconds = next((_seconds(body) for kind, body in inside if kind == b"mvhd"), 0.0)
    return Film(width, height, seconds, order.index(b"moov") < order.index(b"mdat"))


def _all_boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    for kind, body in _boxes(content):
        yield kind, body
        if kind in _CONTAINERS:
            yield from _all_boxes(body)


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", content, at + 8)[0], 16
        size = size or len(content) - at
        if size < head or at + size > len(content):
            raise NoFilm("a box is longer than the file")
        yield kind, content[at + head : at + size]
        at += size


def _seconds(mvhd: bytes) -> float:
    scale, duration = struct.unpack_from(">IQ", mvhd, 20) if mvhd[0] == 1 else struct.unpack_from(">II", mvhd, 12)
    return float(duration / scale) if scale else 0.0


def _size(tkhd: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", tkhd, len(tkhd) - 8)
    return width >> 16, height >> 16
