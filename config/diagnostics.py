"""What is wrong in the files, where, and what to do: one value per mistake, and the three ways to print it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from config.resolved import Place

Level = Literal["error", "warning"]

SHOWN_COLUMNS = 160
"""A longer source line is cut around the mistake."""
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^\s\"'<>{}|]+)")


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake. Lower-case, no full stop, the bad value in quotes."""

    code: str
    file: Path
    line: int
    """1-based."""
    column: int
    """1-based, in code points."""
    end_column: int
    message: str
    hints: tuple[str, ...] = ()
    key: str | None = None
    """`campaign/post` or the delivery it is about."""
    level: Level = field(default="error")

    @property
    def is_error(self) -> bool:
        """Errors stop `plan` and `apply`; warnings do not."""
        return self.level == "error"


def diagnostic(code: str, place: Place, message: str, *hints: str, key: str | None = None) -> Diagnostic:
    """A diagnostic at a place; the level follows from the code."""
    level: Level = "warning" if code.startswith("W") else "error"
    return Diagnostic(code, place.file, place.line, place.column, place.end_column, message, hints, key, level)


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each once, by file and line."""
    return tuple(sorted(set(diagnostics), key=lambda d: (d.file.as_posix(), d.line, d.column, d.code, d.message, d.hints, d.key or "")))


def as_lines(diagnostics: Iterable[Diagnostic], root: Path) -> str:
    """`--format line`, for editors and continuous integration."""
    return "".join(f"{shown_path(d.file, root)}:{d.line}:{d.column}: {_head(d)}{_first_hint(d)}\n" for d in diagnostics)


def as_json(diagnostics: Iterable[Diagnostic], root: Path) -> str:
    """One JSON object."""
    return json.dumps({"diagnostics": [_fields(d, root) for d in diagnostics]}, ensure_ascii=False, indent=2) + "\n"


def as_text(diagnostics: Iterable[Diagnostic], root: Path, *, color: bool = False) -> str:
    """For people: the line of the file with carets under the mistake, then the hints."""
    lines: dict[Path, list[str]] = {}
    return "\n".join(_block(d, root, _source(d.file, lines), color) for d in diagnostics)


def summary(diagnostics: Iterable[Diagnostic], posts: int, campaigns: int) -> str:
    """`2 errors, 0 warnings in 4 posts of 1 campaign`."""
    there = list(diagnostics)
    errors = sum(d.is_error for d in there)
    counts = (_many(errors, "error"), _many(len(there) - errors, "warning"), _many(posts, "post"), _many(campaigns, "campaign"))
    return "{}, {} in {} of {}".format(*counts)


def shown_path(file: Path, root: Path) -> str:
    """The path as people see it: from the workspace, with slashes."""
    try:
        return file.relative_to(root).as_posix()
    except ValueError:
        return file.as_posix()


def display_width(text: str) -> int:
    """Cells of a terminal: wide characters take two, marks none."""
    if text.isascii():
        return len(text)
    return sum(1 if " " <= character <= "~" else _cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _many(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _head(d: Diagnostic) -> str:
    return f"{d.level}[{d.code}]: {harmless(d.message)}"


def _first_hint(d: Diagnostic) -> str:
    return f" ({harmless(d.hints[0])})" if d.hints else ""


def _fields(d: Diagnostic, root: Path) -> dict[str, str | int | list[str] | None]:
    return {
        "code": d.code,
        "level": d.level,
        "file": shown_path(d.file, root),
        "line": d.line,
        "column": d.column,
        "end_column": d.end_column,
        "message": d.message,
        "hints": list(d.hints),
        "key": d.key,
    }


def _source(file: Path, lines: dict[Path, list[str]]) -> list[str]:
    if file not in lines:
        try:
            text = file.read_bytes()[:8_000_000].decode("utf-8-sig", errors="replace")
        except OSError:
            text = ""
        lines[file] = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[file]


def harmless(text: str) -> str:
    """No character of a file or sheet may steer the terminal or turn the reading direction."""
    if text.isprintable():
        return text
    return "".join(" " if c in "\t\n" else "\ufffd" if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c != "\u200d" else c for c in text)


def _masked(line: str) -> str:
    """A shown line betrays no password: addresses that notices go to are blacked out, sign for sign, so that carets still fit."""
    return _ADDRESS.sub(_mask, line) if "://" in line else line


def _mask(found: re.Match[str]) -> str:
    kind, rest = found.groups()
    if kind.lower() in ("http", "https"):
        person, at, place = rest.rpartition("@")
        return f"{kind}://{'•' * len(person)}{at}{place}" if at and "/" not in person else found.group()
    return f"{kind}://{'•' * len(rest)}"


def _window(line: str, start: int, end: int) -> tuple[str, int, int]:
    """The part of a long line around the mistake, and where the mistake is in it."""
    if len(line) <= SHOWN_COLUMNS:
        return line, start, end
    first = max(0, start - SHOWN_COLUMNS // 2)
    last = min(len(line), first + SHOWN_COLUMNS)
    before, after = ("…" if first else ""), ("…" if last < len(line) else "")
    shift = len(before) - first
    return before + line[first:last] + after, start + shift, min(end, last) + shift


def _block(d: Diagnostic, root: Path, source: list[str], color: bool) -> str:
    paint = _painter(color)
    number, gap = str(d.line), " " * len(str(d.line))
    out = [paint(_head(d), d.level), f"{gap}--> {shown_path(d.file, root)}:{d.line}:{d.column}"]
    if d.line <= len(source) and (d.line > 1 or source[0]):
        line, start, end = _window(source[d.line - 1], d.column - 1, d.end_column - 1)
        line = harmless(_masked(line))
        carets = "^" * max(1, display_width(line[start:end]))
        out += [f"{gap} |", f"{number} | {line}", f"{gap} | {' ' * display_width(line[:start])}{paint(carets, d.level)}"]
    out += [f"{gap} = {harmless(hint)}" for hint in d.hints]
    return "\n".join(out) + "\n"


def _painter(color: bool) -> Callable[[str, Level], str]:
    signs = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m"}
    return lambda text, level: f"{signs[level]}{text}\x1b[0m" if color else text
