"""What a media file is: read from its bytes, never from its name."""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import BinaryIO

from config.films import BrokenFilmError, Shape, read_boxes, read_webm
from config.mistakes import MistakeError
from config.nearest import nearest
from config.stills import BrokenPictureError, still_shape

PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif")
MAX_PIXELS = 150_000_000
MAX_BYTES = 4_000_000_000
MAX_PICTURE_BYTES = 200_000_000
_HEAD = 64
_SUFFIXES = {
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif",
    ".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm",
}  # fmt: skip
_NAMES = {
    "image/jpeg": "a JPEG picture", "image/png": "a PNG picture", "image/webp": "a WebP picture", "image/gif": "a GIF picture",
    "video/mp4": "an MP4 video", "video/quicktime": "a QuickTime video", "video/webm": "a WebM video",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Probe:
    """One media file, measured."""

    sha256: str
    mime: str
    """By content."""
    size: int
    """Bytes."""
    width: int
    """As it is seen: turned where the file says so."""
    height: int
    duration_ms: int | None
    """None: a picture."""
    codecs: tuple[str, ...]
    """Of a film: `avc1`, `mp4a`; of a picture: its format."""


class MediaError(MistakeError):
    """A file that cannot be published."""


_SETTLED_NS = 2_000_000_000
"""A file that changed just now may change again within one tick of its clock: it is not kept for later."""
_State = tuple[int, ...]
_known: dict[str, tuple[_State, Probe]] = {}
"""Path → state of the file (size, mtime, ctime, inode) and what was measured then."""
_saved: dict[str, tuple[_State, Probe]] = {}


def locate(folder: Path, written: str, root: Path) -> Path:
    """The file that a path in a campaign means. Raises MediaError when it is missing or outside the workspace."""
    path = Path(os.path.normpath(folder / written))
    real = os.path.realpath(path)
    base = os.path.realpath(root)
    if not written or os.path.commonpath([base, real]) != base or "\x00" in written:
        where = "; a link leads out" if path.is_relative_to(root) else ""
        raise MediaError("E602", f"'{written}' is outside the workspace{where}", "copy the file into the campaign's folder")
    if not os.path.isfile(real):
        raise _missing(path, written)
    return path


def kind_of(path: Path) -> str:
    """The type of a file by its first bytes; cheap. Raises MediaError when it is empty or no media."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            size = file.seek(0, os.SEEK_END)
    except OSError as error:
        raise MediaError("E603", f"'{path.name}' cannot be read: {(error.strerror or 'error').lower()}") from error
    if size == 0:
        raise MediaError("E603", f"'{path.name}' is empty", "export it again")
    mime = _by_content(head)
    if mime is None:
        hint = _instead(head, path.suffix.lower())
        raise MediaError("E604", f"'{path.name}' is not a picture or video that we know", hint)
    return mime


def misnamed(path: Path, mime: str) -> str | None:
    """“is a PNG picture”, when the name says another type."""
    said = _SUFFIXES.get(path.suffix.lower())
    alike = {said, mime} == {"video/mp4", "video/quicktime"}
    return _NAMES[mime] if said is not None and said != mime and not alike else None


def probe(path: Path) -> Probe:
    """Everything about a file, and that it is whole. Measured once for each state of the file. Raises MediaError."""
    try:
        facts = path.stat()
    except OSError as error:
        raise MediaError("E603", f"'{path.name}' cannot be read: {(error.strerror or 'error').lower()}") from error
    state = (facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino)
    known = _known.get(str(path))
    if known is None or known[0] != state:
        known = _known[str(path)] = state, _measure(path, kind_of(path))
    return known[1]


def remember_from(file: Path) -> None:
    """Read what earlier processes measured; a file that is missing or not ours is nothing."""
    try:
        rows = json.loads(file.read_bytes())
        read = {str(path): (tuple(map(int, state)), _probe_of(fields)) for path, state, fields in rows}
    except (OSError, ValueError, TypeError, IndexError):
        return
    for path, known in read.items():
        _known.setdefault(path, known)
    _saved.update(read)


def _probe_of(fields: list[str | int | list[str] | None]) -> Probe:
    sha256, mime, size, width, height, length, codecs = fields
    if not isinstance(sha256, str) or not isinstance(mime, str) or not isinstance(codecs, list) or not isinstance(length, int | None):
        raise TypeError("not a measured file")
    if not isinstance(size, int) or not isinstance(width, int) or not isinstance(height, int):
        raise TypeError("not a measured file")
    return Probe(sha256, mime, size, width, height, length, tuple(map(str, codecs)))


def remember_in(file: Path, root: Path) -> None:
    """Keep what was measured below `root`, for the next process. Without a folder for it nothing is kept."""
    settled = time.time_ns() - _SETTLED_NS
    inside = f"{root}{os.sep}"
    kept = {path: known for path, known in list(_known.items()) if path.startswith(inside) and max(known[0][1:3]) < settled}
    if kept == {path: known for path, known in list(_saved.items()) if path.startswith(inside)} or not file.parent.is_dir():
        return
    rows = [[path, state, list(astuple(measured))] for path, (state, measured) in kept.items()]
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    with suppress(OSError):
        fresh.write_text(json.dumps(rows), encoding="utf-8")
        fresh.replace(file)
        _saved.update(kept)


def _measure(path: Path, mime: str) -> Probe:
    try:
        size = path.stat().st_size
        if size > (MAX_PICTURE_BYTES if mime in PICTURES else MAX_BYTES):
            raise MediaError("E611", f"'{path.name}' has {size / 1e6:,.0f} MB", "no platform takes that much: export it smaller")
        if mime in PICTURES:
            data = path.read_bytes()
            digest, size, shape = hashlib.sha256(data).hexdigest(), len(data), _picture(data, path.name, mime)
        else:
            with path.open("rb") as file:
                digest, size = hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
                shape = film_shape(file, path.name, mime)
    except OSError as error:
        raise MediaError("E603", f"'{path.name}' cannot be read: {(error.strerror or 'error').lower()}") from error
    return Probe(digest, mime, size, shape.width, shape.height, shape.duration_ms, shape.codecs)


def film_shape(file: BinaryIO, name: str, mime: str) -> Shape:
    """Size, length and codecs of a film. Raises MediaError (E603)."""
    try:
        return read_webm(file) if mime == "video/webm" else read_boxes(file)
    except BrokenFilmError as error:
        raise MediaError("E603", f"'{name}' cannot be read: {error}", "export it again") from error


def _picture(data: bytes, name: str, mime: str) -> Shape:
    try:
        shape = still_shape(data, mime)
    except BrokenPictureError as error:
        raise MediaError("E603", f"'{name}' is damaged or cut off", "export it again") from error
    if shape.width * shape.height > MAX_PIXELS:
        raise MediaError("E611", f"'{name}' has {shape.width * shape.height / 1e6:.0f} million pixels", "export it smaller")
    return shape


def _by_content(head: bytes) -> str | None:
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm" if b"webm" in head else None
    return _by_box(head)


def _by_box(head: bytes) -> str | None:
    box, brand = head[4:8], head[8:12]
    if box == b"ftyp":
        if brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"crx "):
            return None
        return "video/quicktime" if brand == b"qt  " else "video/mp4"
    return "video/quicktime" if box in (b"moov", b"mdat", b"wide") else None


def _instead(head: bytes, suffix: str) -> str:
    if head[4:8] == b"ftyp":
        return "HEIC and AVIF are not taken by the platforms: save it as JPEG"
    if head.lstrip().startswith((b"<!DOCTYPE", b"<html", b"<!doctype")):
        return "it is a web page: the download went wrong"
    if head.startswith(b"version https://git-lfs"):
        return "it is a pointer of Git LFS: run git lfs pull"
    if suffix == ".svg" or head.lstrip().startswith((b"<svg", b"<?xml")):
        return "platforms take no SVG: save it as PNG"
    return "JPEG, PNG, WebP, GIF; MP4, MOV, WebM"


def _missing(path: Path, written: str) -> MediaError:
    if path.is_dir():
        return MediaError("E601", f"'{written}' is a folder", "write the path of a file")
    try:
        there = [entry.name for entry in path.parent.iterdir()][:2_000]
    except OSError:
        return MediaError("E601", f"there is no file '{written}'", f"there is no folder '{path.parent.name}'")
    near = nearest(path.name, there)
    shown = written[: len(written) - len(path.name)] + near if near and written.endswith(path.name) else near
    return MediaError("E601", f"there is no file '{written}'", *((f"did you mean '{shown}'?",) if shown else ()))
