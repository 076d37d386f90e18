"""The text of one file and where its characters stand: offsets become lines and columns only when somebody asks."""

from __future__ import annotations

import re
from bisect import bisect_right
from pathlib import Path

from config.diagnostics import Diagnostic, diagnostic
from config.resolved import Place

MAX_BYTES = 8_000_000
_BREAK = re.compile(r"\r\n|\n|\r")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SEPARATOR = ("line separator", "write an ordinary line break")
_KINDS = {0x85: _SEPARATOR, 0x2028: _SEPARATOR, 0x2029: _SEPARATOR, 0xFEFF: ("byte order mark inside the text", "remove it")}


class Source:
    """A file that was read."""

    __slots__ = ("_starts", "file", "text")

    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        self.text = text
        self._starts: list[int] | None = None

    def place(self, start: int, end: int | None = None) -> Place:
        """Line and columns of text[start:end]; only its first line when there are several."""
        if self._starts is None:
            self._starts = [0, *(m.end() for m in _BREAK.finditer(self.text))]
        start = min(max(start, 0), len(self.text))
        line = bisect_right(self._starts, start)
        begin = self._starts[line - 1]
        stop = self._starts[line] if line < len(self._starts) else len(self.text)
        last = len(self.text[begin:stop].rstrip("\r\n")) + begin
        finish = max(start + 1, min(end if end is not None else start + 1, last))
        return Place(self.file, line, start - begin + 1, finish - begin + 1)


class UnreadableFileError(Exception):
    """A file cannot be used at all; carries the one diagnostic that says why."""

    def __init__(self, found: Diagnostic) -> None:
        super().__init__(found.message)
        self.diagnostic = found


def decode(file: Path, data: bytes) -> Source:
    """Bytes of a file as text, its byte order mark cut off. Raises UnreadableFileError."""
    top = Place(file, 1, 1, 2)
    if len(data) > MAX_BYTES:
        message = f"the file has {len(data):,} bytes; allowed are {MAX_BYTES:,}"
        raise UnreadableFileError(diagnostic("E103", top, message, "split it into several campaigns or posts"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFileError(_not_utf8(file, data, error.start)) from error
    source = Source(file, text)
    if not text.isascii() or not text.isprintable():
        _refuse_controls(source)
    return source


def _not_utf8(file: Path, data: bytes, offset: int) -> Diagnostic:
    before = data[:offset].decode("utf-8-sig", errors="replace")
    place = Source(file, before + "?").place(len(before))
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return diagnostic("E102", place, "the file is UTF-16, not UTF-8", "save it as UTF-8")
    return diagnostic("E102", place, f"the byte 0x{data[offset]:02x} is not UTF-8", "save the file as UTF-8")


def _refuse_controls(source: Source) -> None:
    found = _CONTROL.search(source.text)
    if found is None:
        return
    sign = ord(found.group())
    kind, hint = _KINDS.get(sign, ("control character", "remove it"))
    raise UnreadableFileError(diagnostic("E108", source.place(found.start()), f"{kind} U+{sign:04X}", hint))
