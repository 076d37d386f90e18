"""Writes sheets as people's programs write them, and workbooks that are broken in real ways."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook

Rows = Sequence[Sequence[object]]


def workbook(file: Path, sheets: Mapping[str, Rows] | Rows, hidden: Sequence[str] = ()) -> Path:
    """A workbook saved by a library that computes nothing: its formulas have no results."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in (sheets if isinstance(sheets, Mapping) else {"Sheet1": sheets}).items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        if title in hidden:
            sheet.sheet_state = "hidden"
    book.save(file)
    return file


def naive(said: str) -> datetime:
    """A date and time of a cell: sheets know no zones."""
    return datetime.fromisoformat(said)


def comma(file: Path, rows: Rows, *, between: str = ",", encoding: str = "utf-8") -> Path:
    """A text file."""
    lines = [between.join(f'"{cell}"' if any(sign in str(cell) for sign in ',;\n"') else str(cell) for cell in row) for row in rows]
    file.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return file


def repacked(source: Path, target: Path, changes: Mapping[str, bytes]) -> Path:
    """The same workbook with other parts, or more of them."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name, old.read(name)))
        for name in changes.keys() - set(old.namelist()):
            new.writestr(name, changes[name])
    return target
