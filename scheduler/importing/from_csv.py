"""Reads a text file as a table: which encoding, which delimiter, then its cells."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from scheduler.importing.table import MAX_BYTES, MAX_COLUMNS, MAX_LETTERS, MAX_ROWS, Cell, Line, SheetError, Table, found, refused

DELIMITERS = {",": "commas between cells", ";": "semicolons between cells", "\t": "tabs between cells"}
_ENCODINGS = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1250": "Windows-1250", "cp1252": "Windows-1252"}
_CENTRAL = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮÝŽőűŐŰ„”–—…’")
"""Letters and signs that texts written in Windows-1250 have."""
_WESTERN = frozenset("àâäáãåæçèéêëìíîïñòóôöõøœùúûüýÿßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜÝŸ„“”–—…’‘€£")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NOT_TEXT = {b"PK\x03\x04": "an Excel workbook", b"\xd0\xcf\x11\xe0": "an old Excel file", b"%PDF": "a PDF"}


def read_csv(file: Path, *, encoding: str | None = None, delimiter: str | None = None) -> Table:
    """Every row of a text file. Raises SheetError with everything that keeps it from being read."""
    data = read_bytes(file)
    for magic, what in _NOT_TEXT.items():
        if data.startswith(magic):
            hint = "daypart import xlsx FILE" if magic.startswith(b"PK") else "save the sheet as CSV (UTF-8) or as .xlsx"
            raise refused("E801", file, f"this is {what}, not a text file", hint)
    text, name, guessed = _decoded(data, file, encoding)
    if "\x00" in text:
        raise refused(
            "E803", file, "there are zero bytes in the text: it is no CSV, or its encoding is another one", "save it as CSV (UTF-8)"
        )
    text, told = _told_delimiter(text)
    sign = delimiter or told or _delimiter(text)
    lines = _lines(text, sign, file)
    return Table(file, "", tuple(lines), f"{name}, {DELIMITERS.get(sign, f'{sign} between cells')}", guessed)


def read_bytes(file: Path) -> bytes:
    """The whole file, if it is not too large. Raises SheetError."""
    try:
        if not file.is_file():
            raise refused("E801", file, f"there is no file '{file}'" if not file.exists() else f"'{file}' is not a file")
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise refused("E801", file, f"'{file}' cannot be read: {(error.strerror or 'error').lower()}") from error
    if len(data) > MAX_BYTES:
        raise refused("E802", file, f"the file has more than {MAX_BYTES // 1_000_000} MB", "split it, or take pictures out of it")
    if not data.strip():
        raise refused("E801", file, "the file is empty")
    return data


def _decoded(data: bytes, file: Path, encoding: str | None) -> tuple[str, str, bool]:
    """The text, the encoding's name, and whether that was a guess."""
    if encoding is not None:
        try:
            return data.decode(encoding).removeprefix("\ufeff"), encoding, False
        except LookupError:
            raise refused("E803", file, f"'{encoding}' is not an encoding", "as utf-8, utf-16, windows-1250, windows-1252") from None
        except UnicodeError as error:
            raise refused("E803", file, f"the file is not {encoding}: {_where(error)}", "leave --encoding out, to have it found") from None
    name = next((name for mark, name in _BOMS if data.startswith(mark)), None) or _wide(data)
    try:
        return data.decode(name or "utf-8-sig").removeprefix("\ufeff"), _ENCODINGS.get(name or "utf-8-sig", "UTF-16"), False
    except UnicodeError as error:
        if name is not None:
            raise refused(
                "E803", file, f"the file says it is {_ENCODINGS.get(name, 'UTF-16')}, and is not: {_where(error)}", "save it again"
            ) from None
    best = max(("cp1250", "cp1252"), key=lambda page: _likeness(data, page))
    return data.decode(best, errors="replace"), _ENCODINGS[best], True


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of plain letters is zero."""
    head = data[:2_000]
    if len(head) >= 4 and head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    return "utf-16-be" if len(head) >= 4 and head[0::2].count(0) > len(head) // 4 else None


def _likeness(data: bytes, page: str) -> float:
    """How much a text looks right when it is read with a code page: letters that belong together, none that do not."""
    text = data.decode(page, errors="replace")
    foreign = [sign for sign in text if ord(sign) > 127]
    usual = _CENTRAL if page == "cp1250" else _WESTERN
    odd = sum(sign == "\ufffd" or not (sign in usual or sign.isspace()) for sign in foreign)
    return sum(sign in usual for sign in foreign) - 2.0 * odd


def _where(error: UnicodeError) -> str:
    return f"byte {error.start + 1} is wrong" if isinstance(error, UnicodeDecodeError) else "its bytes do not fit"


def _told_delimiter(text: str) -> tuple[str, str | None]:
    """Excel's own first line `sep=;`."""
    first, end, rest = text.partition("\n")
    if first.strip().casefold().startswith("sep=") and len(first.strip("\r")) == 5:
        return f"{end}{rest}", first[4]  # the line stays as an empty one, so that rows keep their numbers
    return text, None


def _delimiter(text: str) -> str:
    """What stands most evenly between cells of the first lines, outside quotes."""
    counts: dict[str, list[int]] = {sign: [] for sign in DELIMITERS}
    for row in _logical(text, 20):
        for sign, found_ in counts.items():
            found_.append(row.count(sign))

    def even(sign: str) -> tuple[int, int]:
        seen = [number for number in counts[sign] if number]
        head = counts[sign][0] if counts[sign] else 0
        return (sum(number == head for number in seen) if head else 0, head)

    return max(DELIMITERS, key=even)


def _logical(text: str, most: int) -> list[str]:
    """The first rows without what stands in quotes."""
    rows: list[str] = []
    row: list[str] = []
    quoted = False
    for sign in text[:200_000]:
        if sign == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif sign == "\n":
            if "".join(row).strip():
                rows.append("".join(row))
            row = []
            if len(rows) >= most:
                return rows
        else:
            row.append(sign)
    return [*rows, "".join(row)] if row else rows


def _lines(text: str, sign: str, file: Path) -> list[Line]:
    csv.field_size_limit(MAX_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    lines: list[Line] = []
    row = 0
    try:
        for row, cells in enumerate(reader, 1):
            line = line_of(row, cells)
            if line.cells:
                lines.append(line)
            check_size(file, "", line, len(lines))
    except csv.Error as error:
        table = Table(file, "", ())
        hint = "a quote inside a quoted cell is written twice; the last quote of a cell stands before the delimiter"
        raise SheetError(found("E801", table.spot(row + 1), f"row {row + 1} is not CSV: {error}", hint)) from None
    return lines


def line_of(row: int, values: Sequence[str]) -> Line:
    """Cells that are not empty."""
    return Line(row, {n: Cell(value) for n, value in enumerate(values, 1) if value.strip()})


def check_size(file: Path, sheet: str, line: Line, count: int) -> None:
    """Raises SheetError for what no month of posts needs."""
    if count > MAX_ROWS:
        raise refused("E802", file, f"there are more than {MAX_ROWS:,} rows", "split the sheet", sheet=sheet)
    if line.cells and max(line.cells) > MAX_COLUMNS:
        raise refused("E802", file, f"row {line.row} has more than {MAX_COLUMNS} columns", "take away what belongs to no post", sheet=sheet)
    long = longest(line.cells.items())
    if long is not None:
        table = Table(file, sheet, ())
        raise SheetError(found("E802", table.spot(line.row, long), f"a cell has more than {MAX_LETTERS:,} letters", "shorten it"))


def longest(cells: Iterable[tuple[int, Cell]]) -> int | None:
    """The column of a cell that is far too long for any post."""
    return next((column for column, cell in cells if isinstance(cell.value, str) and len(cell.value) > MAX_LETTERS), None)
