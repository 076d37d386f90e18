"""Sheets as files: encodings, delimiters, workbooks, and files that are none."""

from __future__ import annotations

import zipfile
from datetime import time
from pathlib import Path

import pytest

from scheduler.importing.from_csv import read_csv
from scheduler.importing.from_xlsx import NEVER_COMPUTED, read_xlsx
from scheduler.importing.table import SheetError, Table
from tests.scheduler.importing.workbooks import comma, naive, repacked, workbook

DATA = Path(__file__).resolve().parents[2] / "data" / "sheets"
POLISH = [("Data", "Treść"), ("30.11.2026", "Zażółć gęślą jaźń – „kawa”")]
FRENCH = [("Date", "Texte"), ("30.11.2026", "Noël à l’été : crème brûlée, garçon, où")]


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in line.cells.values()] for line in table.lines]


def refusal(file: Path, **more: str) -> tuple[str, str]:
    with pytest.raises(SheetError) as error:
        read_xlsx(file, **more) if file.suffix == ".xlsx" else read_csv(file, **more)
    return error.value.findings[0].code, error.value.findings[0].message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1250"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_polish_in_every_encoding_and_with_every_delimiter(tmp_path: Path, encoding: str, between: str) -> None:
    table = read_csv(comma(tmp_path / "a.csv", POLISH, between=between, encoding=encoding))
    assert texts(table) == [list(row) for row in POLISH]
    assert table.guessed is (encoding == "cp1250")


def test_western_letters_are_read_as_windows_1252(tmp_path: Path) -> None:
    table = read_csv(comma(tmp_path / "a.csv", FRENCH, encoding="cp1252"))
    assert texts(table) == [list(row) for row in FRENCH]
    assert table.how.startswith("Windows-1252")
    assert table.guessed


def test_a_named_encoding_is_taken_at_its_word(tmp_path: Path) -> None:
    file = comma(tmp_path / "a.csv", POLISH, encoding="cp1250")
    assert texts(read_csv(file, encoding="windows-1250")) == [list(row) for row in POLISH]
    assert refusal(file, encoding="utf-8")[0] == "E803"
    assert refusal(file, encoding="klingon") == ("E803", "'klingon' is not an encoding")


def test_delimiters_in_texts_are_texts(tmp_path: Path) -> None:
    rows = [("Date", "Text", "Link"), ("1.12.2026", 'salt, pepper, "and" more; all\nof it', "https://a.example")]
    file = tmp_path / "a.csv"
    file.write_text('Date;Text;Link\n1.12.2026;"salt, pepper, ""and"" more; all\nof it";https://a.example\n', encoding="utf-8")
    assert texts(read_csv(file)) == [list(row) for row in rows]


def test_the_first_line_of_excel_names_the_delimiter_and_keeps_rows_in_place(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("sep=;\nDate;Text\n1.12.2026;a,b,c,d\n", encoding="utf-8")
    table = read_csv(file)
    assert [line.row for line in table.lines] == [2, 3]
    assert texts(table)[1] == ["1.12.2026", "a,b,c,d"]


@pytest.mark.parametrize(
    ("name", "data", "code", "says"),
    [
        ("empty.csv", b"  \n", "E801", "empty"),
        ("open-quote.csv", b'Date,Text\n1.12.2026,"never closed\n', "E801", "not CSV"),
        ("binary.csv", b"Date,Text\n\x00\x01\x02\x00\xff\xfe\x00", "E803", "zero bytes"),
        ("workbook.csv", b"PK\x03\x04rest", "E801", "an Excel workbook"),
        ("old.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "E801", "an old Excel file"),
        ("wide.csv", b"Text\n" + b"x" * 20_001, "E802", "20,000 letters"),
        ("columns.csv", b",".join([b"x"] * 101), "E802", "100 columns"),
        ("rows.csv", b"x\n" * 5_001, "E802", "5,000 rows"),
        ("half.csv", b"\xff\xfeD\x00a\x00t", "E803", "UTF-16"),
        ("text.xlsx", b"Date,Text\n", "E801", "not an Excel workbook"),
        ("old.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "E801", "with a password"),
    ],
)
def test_what_is_no_sheet_is_refused_plainly(tmp_path: Path, name: str, data: bytes, code: str, says: str) -> None:
    (tmp_path / name).write_bytes(data)
    found = refusal(tmp_path / name)
    assert found[0] == code
    assert says in found[1]


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    assert "there is no file" in refusal(tmp_path / "none.csv")[1]
    (tmp_path / "folder.xlsx").mkdir()
    assert "is not a file" in refusal(tmp_path / "folder.xlsx")[1]


def test_a_file_over_the_limit_is_not_read_to_its_end(tmp_path: Path) -> None:
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(30_000_000)
    assert refusal(tmp_path / "huge.csv")[0] == "E802"


# ── workbooks ──


def test_dates_times_numbers_and_blanks_keep_their_kinds_and_places(tmp_path: Path) -> None:
    rows = [
        ("October", None, None),
        (None, None, None),
        ("Date", "Time", "Nr"),
        (naive("2026-11-30"), time(9, 30), 7),
        (None, None, None),
        (naive("2026-12-01 18:05"), "18", 2.5),
    ]
    table = read_xlsx(workbook(tmp_path / "a.xlsx", rows))
    assert [line.row for line in table.lines] == [1, 3, 4, 6]
    assert table.sheet == "Sheet1"
    assert table.lines[2].cells[1].value == naive("2026-11-30")
    assert table.lines[2].cells[2].value == time(9, 30)
    assert table.lines[2].cells[3].text == "7"
    assert table.spot(6, 2).words == "a.xlsx:Sheet1!B6"


def test_a_formula_without_a_result_is_a_mistake_and_not_an_empty_cell(tmp_path: Path) -> None:
    table = read_xlsx(workbook(tmp_path / "a.xlsx", [("Date", "Text"), ("1.12.2026", '="a"&"b"')]))
    assert table.lines[1].cells[2].fault == NEVER_COMPUTED


def test_a_formula_counts_with_the_result_it_was_saved_with() -> None:
    [_, line] = read_xlsx(DATA / "formula-with-result.xlsx").lines
    assert line.cells[2].text == "2 for 1"
    assert not line.cells[2].fault


def test_an_error_value_is_a_mistake(tmp_path: Path) -> None:
    table = read_xlsx(workbook(tmp_path / "a.xlsx", [("Date", "Text"), ("1.12.2026", "#REF!")]))
    assert table.lines[1].cells[2].fault == "the error #REF!"


def test_several_sheets_with_rows_have_to_be_named(tmp_path: Path) -> None:
    rows = [("Date", "Text"), ("1.12.2026", "hello")]
    file = workbook(tmp_path / "a.xlsx", {"October": rows, "November": rows, "Empty": [], "Old": rows}, hidden=["Old"])
    assert refusal(file) == ("E804", "there are rows in several sheets: 'October', 'November'")
    assert read_xlsx(file, sheet="november").sheet == "November"
    with pytest.raises(SheetError) as error:
        read_xlsx(file, sheet="Novembre")
    assert error.value.findings[0].hints[0] == "did you mean 'November'?"


def test_one_sheet_with_rows_needs_no_name(tmp_path: Path) -> None:
    file = workbook(tmp_path / "a.xlsx", {"Notes": [], "Plan": [("Date", "Text"), ("1.12.2026", "hello")]})
    assert read_xlsx(file).sheet == "Plan"


def test_a_truncated_and_a_damaged_workbook(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", [("Date", "Text"), ("1.12.2026", "hello")])
    (tmp_path / "cut.xlsx").write_bytes(whole.read_bytes()[:2_000])
    assert "its end is missing" in refusal(tmp_path / "cut.xlsx")[1]
    broken = repacked(whole, tmp_path / "broken.xlsx", {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row"})
    assert refusal(broken) == ("E801", "the workbook is damaged and cannot be read")


def test_an_archive_that_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as packed:
        packed.writestr("content.xml", "<office/>")
    assert "an OpenDocument sheet" in refusal(tmp_path / "b.xlsx")[1]


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", [("Date", "Text"), ("1.12.2026", "hello")])
    bomb = repacked(whole, tmp_path / "bomb.xlsx", {"xl/worksheets/sheet1.xml": b" " * 60_000_000})
    assert bomb.stat().st_size < 100_000
    code, message = refusal(bomb)
    assert code == "E802"
    assert "unpacks to 60 MB" in message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_entities_are_refused_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    whole = workbook(tmp_path / "a.xlsx", [("Date", "Text"), ("1.12.2026", "hello")])
    part = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><worksheet>&a;</worksheet>'.encode(encoding)
    assert "declares entities" in refusal(repacked(whole, tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": part}))[1]


def test_a_row_far_below_ends_the_reading(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", [("Date", "Text")])
    part = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>far</t></is></c></row></sheetData></worksheet>'
    )
    assert refusal(repacked(whole, tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": part.encode()}))[0] == "E802"
