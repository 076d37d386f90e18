"""A table as it was read from a sheet, and what is wrong in it, each with its place: `October.xlsx:Sheet1!D17`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Literal

from config.diagnostics import display_width, harmless

MAX_BYTES = 20_000_000
MAX_ROWS = 5_000
"""With something in them, headings included."""
MAX_COLUMNS = 100
MAX_LETTERS = 20_000
"""In one cell."""

Value = str | int | float | bool | datetime | date | time


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something is: a file, a sheet in it, a cell. Row and column count from 1; 0: the file as a whole."""

    file: Path
    sheet: str = ""
    row: int = 0
    column: int = 0

    @property
    def cell(self) -> str:
        """`D17`, `17` for a whole row, or empty."""
        return f"{letters(self.column)}{self.row or ''}" if self.column else str(self.row or "")

    @property
    def words(self) -> str:
        """`October.xlsx:Sheet1!D17`; a text file has no sheets: `October.csv:D17`."""
        inside = f"{self.sheet}!{self.cell}" if self.sheet and self.cell else self.sheet or self.cell
        return f"{self.file.name}:{inside}" if inside else self.file.name


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell with something in it."""

    value: Value
    fault: str = ""
    """Why its value cannot be used: an error, or a formula that was never computed."""

    @property
    def text(self) -> str:
        """The value as a person would type it, without blanks around."""
        value = self.value
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        if isinstance(value, datetime):
            return value.isoformat(sep=" ", timespec="minutes")
        if isinstance(value, time):
            return f"{value:%H:%M}"
        return str(value).replace("\r\n", "\n").replace("\r", "\n").strip()


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the sheet: its number there, and its cells by column from 1. Empty cells are not in it."""

    row: int
    cells: dict[int, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """Everything of one sheet."""

    file: Path
    sheet: str
    """Empty for a text file."""
    lines: tuple[Line, ...]
    """Rows with something in them."""
    how: str = ""
    """How the file was understood, where that was a guess: “Windows-1250”."""
    guessed: bool = False

    def spot(self, row: int = 0, column: int = 0) -> Spot:
        """A place in it."""
        return Spot(self.file, self.sheet, row, column)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong in a sheet. Lower-case, no full stop, the bad value in quotes."""

    code: str
    spot: Spot
    message: str
    hints: tuple[str, ...] = ()
    value: str = ""
    """What stands in the cell."""
    level: Literal["error", "warning"] = "error"

    @property
    def is_error(self) -> bool:
        """Errors keep their row out; warnings do not."""
        return self.level == "error"


class SheetError(Exception):
    """The sheet as a whole cannot be read; carries what to say."""

    def __init__(self, *findings: Finding, sheets: tuple[str, ...] = ()) -> None:
        super().__init__(findings[0].message)
        self.findings = findings
        self.sheets = sheets
        """Names to choose from, where that is what is wrong."""


def refused(code: str, file: Path, message: str, *hints: str, sheet: str = "") -> SheetError:
    """A sheet that cannot be read."""
    return SheetError(Finding(code, Spot(file, sheet), message, hints))


def found(code: str, spot: Spot, message: str, *hints: str, value: str = "") -> Finding:
    """A finding; the level follows from the code."""
    return Finding(code, spot, message, hints, value, "warning" if code.startswith("W") else "error")


def letters(column: int) -> str:
    """1 → A, 27 → AA."""
    name = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


# ── saying it ──


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By row and column, each once; what is about the whole file first."""
    return tuple(sorted(set(findings), key=lambda f: (f.spot.row, f.spot.column, f.code, f.message)))


def as_text(findings: Iterable[Finding]) -> str:
    """For people: the place, what stands there, what to do."""
    return "\n".join(_block(finding) for finding in findings)


def as_lines(findings: Iterable[Finding]) -> str:
    """One line each."""
    return "".join(f"{harmless(f.spot.words)}: {_head(f)}{f' ({harmless(f.hints[0])})' if f.hints else ''}\n" for f in findings)


def as_fields(finding: Finding) -> dict[str, object]:
    """For programs: as the diagnostics of files, with sheet, cell and value."""
    spot = finding.spot
    return {
        "code": finding.code,
        "level": finding.level,
        "file": spot.file.as_posix(),
        "line": spot.row,
        "column": spot.column,
        "end_column": spot.column,
        "message": finding.message,
        "hints": list(finding.hints),
        "key": None,
        "sheet": spot.sheet or None,
        "cell": spot.cell or None,
        "value": finding.value or None,
    }


def _head(finding: Finding) -> str:
    return f"{finding.level}[{finding.code}]: {harmless(finding.message)}"


def _block(finding: Finding) -> str:
    number = str(finding.spot.row or "")
    gap = " " * len(number)
    out = [_head(finding), f"{gap}--> {harmless(finding.spot.words)}"]
    if finding.value and number:
        shown = harmless(finding.value.replace("\n", " ⏎ "))
        shown = shown if len(shown) <= 100 else f"{shown[:99]}…"
        out += [f"{gap} |", f"{number} | {shown}", f"{gap} | {'^' * max(1, display_width(shown))}"]
    out += [f"{gap} = {harmless(hint)}" for hint in finding.hints]
    return "\n".join(out) + "\n"
