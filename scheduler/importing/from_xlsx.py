"""Reads a sheet of an Excel workbook as a table: values only, nothing is computed, nothing is followed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.nearest import nearest
from scheduler.importing.from_csv import check_size, read_bytes
from scheduler.importing.table import Cell, Line, SheetError, Spot, Table, found, refused

if TYPE_CHECKING:
    from zipfile import ZipFile

MAX_UNPACKED = 150_000_000
"""Bytes of all parts of a workbook together."""
MAX_TIMES = 200
"""So many times larger than packed is no workbook a person made."""
LAST_ROW = 20_000
"""Rows below are not looked at."""
_OLD = b"\xd0\xcf\x11\xe0"
_DOCTYPE = tuple("<!DOCTYPE".encode(name) for name in ("utf-8", "utf-16-le", "utf-16-be"))
NEVER_COMPUTED = "a formula whose result is not in the file"


def read_xlsx(file: Path, *, sheet: str | None = None) -> Table:
    """Every row of one sheet. Raises SheetError with why it cannot be read."""
    data = read_bytes(file)
    _refuse_other_files(data, file)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            _refuse_bombs(packed, file)
        return _read(data, file, sheet)
    except SheetError:
        raise
    except Exception as error:  # the reader raises whatever a broken file makes it raise
        raise refused(
            "E801", file, "the workbook is damaged and cannot be read", "open it in Excel or LibreOffice and save it again"
        ) from error


def _refuse_other_files(data: bytes, file: Path) -> None:
    if data.startswith(_OLD):
        message = "this is an old Excel file (.xls), or one with a password"
        raise refused("E801", file, message, "open it, take the password off, and save it as .xlsx")
    if not data.startswith(b"PK"):
        raise refused("E801", file, "this is not an Excel workbook (.xlsx)", "a text file is imported with: daypart import csv FILE")
    if not zipfile.is_zipfile(io.BytesIO(data)):
        raise refused("E801", file, "the workbook is damaged: its end is missing", "copy or download it again")


def _refuse_bombs(packed: ZipFile, file: Path) -> None:
    """A small file that unpacks to something huge, or that names things outside of itself."""
    parts = packed.infolist()
    whole, small = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if whole > MAX_UNPACKED or (whole > 10_000_000 and whole > MAX_TIMES * max(1, small)) or len(parts) > 10_000:
        raise refused("E802", file, f"the workbook unpacks to {whole // 1_000_000:,} MB", "copy the rows into a new workbook, values only")
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names and not any(name.startswith("xl/") for name in names):
        other = "an OpenDocument sheet" if "content.xml" in names else "a zip archive"
        raise refused("E801", file, f"this is {other}, not an Excel workbook", "save the sheet as .xlsx or as CSV (UTF-8)")
    for part in parts:
        if part.filename.endswith((".xml", ".rels")) and _has_doctype(packed, part):
            raise refused(
                "E801", file, f"'{part.filename}' in it declares entities, as no workbook does", "save it again with Excel or LibreOffice"
            )


def _has_doctype(packed: ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether anything could grow while it is read."""
    tail = b""
    with packed.open(part) as stream:
        while chunk := stream.read(1_000_000):
            if any(mark in tail + chunk for mark in _DOCTYPE):
                return True
            tail = chunk[-20:]
    return False


def _read(data: bytes, file: Path, wanted: str | None) -> Table:
    from openpyxl import load_workbook  # deferred: only an import of a workbook needs it

    values = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        lines = {sheet.title: _lines(_rows(sheet), file, sheet.title) for sheet in _candidates(values, wanted, file)}
    finally:
        values.close()
    filled = {title: there for title, there in lines.items() if there}
    if wanted is None and len(filled) > 1:
        names = ", ".join(f"'{title}'" for title in filled)
        message, hint = f"there are rows in several sheets: {names}", f'name one: --sheet "{next(iter(filled))}"'
        raise SheetError(found("E804", Spot(file), message, hint), sheets=tuple(filled))
    title = next(iter(filled), next(iter(lines), ""))
    return Table(file, title, tuple(_with_formulas(filled.get(title, []), _formulas(data, title))))


def _candidates(book: Any, wanted: str | None, file: Path) -> list[Any]:
    sheets = list(book.worksheets)
    if wanted is None:
        return [sheet for sheet in sheets if sheet.sheet_state == "visible"] or sheets
    named = {sheet.title: sheet for sheet in sheets}
    title = next((title for title in named if title.casefold() == wanted.strip().casefold()), None)
    if title is None:
        near = nearest(wanted, named)
        hints = ((f"did you mean '{near}'?",) if near else ()) + (f"sheets: {', '.join(named)}",)
        raise refused("E804", file, f"there is no sheet '{wanted}'", *hints)
    return [named[title]]


def _rows(sheet: Any) -> Iterable[Sequence[Any]]:
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()  # what a file says of its own size is often wrong
    rows: Iterable[Sequence[Any]] = sheet.iter_rows()
    return rows


def _lines(rows: Iterable[Sequence[Any]], file: Path, title: str) -> list[Line]:
    there: list[Line] = []
    for number, row in enumerate(rows, 1):
        cells = {n: _cell(cell) for n, cell in enumerate(row, 1) if _has_value(cell)}
        if cells:
            if number > LAST_ROW:
                raise refused("E802", file, f"there is something below row {LAST_ROW:,}", "take away what belongs to no post", sheet=title)
            there.append(Line(number, cells))
            check_size(file, title, there[-1], len(there))
    return there


def _has_value(cell: Any) -> bool:
    value = cell.value
    return value is not None and not (isinstance(value, str) and not value.strip())


def _cell(cell: Any) -> Cell:
    value = cell.value
    if cell.data_type == "e":
        return Cell(str(value), f"the error {value}")
    if isinstance(value, timedelta):  # a time of day of 24 hours and more is a length of time
        return _of_length(value)
    if isinstance(value, bool | int | float | datetime | date | time):
        return Cell(value)
    return Cell(str(value).replace("_x000D_", ""))


def _of_length(value: timedelta) -> Cell:
    if timedelta() <= value < timedelta(days=1):
        return Cell((datetime(2000, 1, 1) + value).time())  # noqa: DTZ001  a time of day has no zone
    return Cell(str(value), "a length of time, not a time of day")


def _formulas(data: bytes, title: str) -> dict[tuple[int, int], str]:
    """Where formulas stand; a second look, because the first shows only what they gave last."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        rows = _rows(book[title])
        return {
            (n, m): str(cell.value)
            for n, row in enumerate(rows, 1)
            for m, cell in enumerate(row, 1)
            if _has_value(cell) and cell.data_type == "f"
        }
    finally:
        book.close()


def _with_formulas(lines: Sequence[Line], formulas: dict[tuple[int, int], str]) -> list[Line]:
    """A formula without a result is a mistake, not an empty cell."""
    known = {line.row: line for line in lines}
    for (row, column), words in formulas.items():
        line = known.setdefault(row, Line(row, {}))
        if column not in line.cells:
            line.cells[column] = Cell(words, NEVER_COMPUTED)
    return [known[row] for row in sorted(known)]
