"""Headings of sheets: what is understood, what is asked, what is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.importing.columns import FIELDS, Columns, Said, field_named, plain, recognised, understand
from scheduler.importing.table import Cell, Line, SheetError, Table

NOTHING = Said({}, {})


def table(*rows: str) -> Table:
    lines = [Line(n, {m: Cell(text) for m, text in enumerate(row.split("|"), 1) if text}) for n, row in enumerate(rows, 1) if row]
    return Table(Path("October.xlsx"), "Sheet1", tuple(lines))


def fields(found: Columns) -> list[str]:
    return [column.field for column in found.columns]


def codes(found: Columns) -> list[str]:
    return [finding.code for finding in found.findings]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Data", "date"),
        ("DZIEŃ", "date"),
        ("Godzina publikacji", "time"),
        ("Kiedy?", "when"),
        ("Klient", "client"),
        ("Kanał", "accounts"),
        ("Treść", "text"),
        ("Treść (PL)", "text.pl"),
        ("Text EN", "text.en"),
        ("EN caption", "text.en"),
        ("English", "text.en"),
        ("po polsku", None),
        ("Polski", "text.pl"),
        ("Zdjęcia", "media"),
        ("Opis zdjęcia", "alt"),
        ("Pierwszy komentarz", "first_comment"),
        ("Hashtagi", "hashtags"),
        ("Post ID", "id"),
        ("Nr", None),
        ("#", None),
        ("Lp.", None),
        ("Notes", None),
        ("Uwagi", None),
    ],
)
def test_headings_in_english_and_polish(heading: str, field: str | None) -> None:
    assert recognised(heading) == field


def test_languages_of_the_workspace_are_known_too() -> None:
    assert recognised("Text SV") is None
    assert recognised("Text SV", ["sv"]) == "text.sv"


def test_a_title_above_the_headings_does_no_harm() -> None:
    found = understand(table("October 2026|by Ola", "", "Date|Account|Text", "1.12.|ig|hello"), NOTHING, [])
    assert found.row == 3
    assert fields(found) == ["date", "accounts", "text"]
    assert not found.findings


def test_an_unknown_column_is_named_with_the_nearest_match_and_stops() -> None:
    found = understand(table("Date|Account|Txet|Notes", "1.12.|ig|hello|x"), NOTHING, [])
    assert codes(found) == ["E807", "E807", "E808"]
    first, second, _ = found.findings
    assert first.spot.words == "October.xlsx:Sheet1!C1"
    assert first.hints[0] == 'did you mean text? --map "Txet=text"'
    assert second.hints == ('leave it out: --ignore "Notes"',)


def test_a_heading_without_anything_below_is_asked_about_too_and_empty_columns_are_not() -> None:
    found = understand(table("Date|Account|Text||Mood", "1.12.|ig|hello"), NOTHING, [])
    assert [finding.message for finding in found.findings] == ["the column 'Mood' is not known"]


def test_a_column_without_a_heading_that_holds_something() -> None:
    found = understand(table("Date|Account|Text|", "1.12.|ig|hello|stray"), NOTHING, [])
    assert "column D has no heading" in found.findings[0].message
    assert fields(understand(table("Date|Account|Text|", "1.12.|ig|hello|stray"), Said({"D": "-"}, {}), []))[-1] == "-"


def test_said_wins_over_kept_and_kept_over_headings() -> None:
    said = Said({"Mood": "brief"}, {"mood": "-", "text": "text.pl"})
    found = understand(table("Date|Account|Text|Mood", "1.12.|ig|hello|x"), said, [])
    assert fields(found) == ["date", "accounts", "text.pl", "brief"]
    assert [column.how for column in found.columns] == ["heading", "heading", "kept", "said"]


def test_ignoring_what_is_unknown_says_what_was_left_out() -> None:
    found = understand(table("Date|Account|Text|Mood", "1.12.|ig|hello|x"), Said({}, {}, ignore_unknown=True), [])
    assert codes(found) == ["W807"]
    assert fields(found)[-1] == "-"


def test_two_columns_of_one_meaning_and_a_slip_in_map() -> None:
    found = understand(table("Date|Day|Account|Text|Copy", "1.12.|2.12.|ig|a|b"), Said({"Acount": "accounts"}, {}), [])
    assert codes(found) == ["E806", "E806", "E806"]
    assert found.findings[-1].hints[0] == "did you mean 'Account'?"


def test_no_row_of_headings() -> None:
    with pytest.raises(SheetError) as error:
        understand(table("1.12.2026|hello|x", "2.12.2026|there|y"), NOTHING, [])
    assert error.value.findings[0].code == "E805"
    with pytest.raises(SheetError):
        understand(Table(Path("a.csv"), "", ()), NOTHING, [])


def test_what_no_sheet_can_do_without() -> None:
    assert [f.message for f in understand(table("Date|Text", "1.12.|a"), NOTHING, []).findings] == ["no column says where the posts go"]
    assert "texts, briefs or files" in understand(table("Date|Account", "1.12.|a"), NOTHING, []).findings[0].message


def test_fields_as_people_type_them() -> None:
    assert field_named("text.en") == "text.en"
    assert field_named("First comment") == "first_comment"
    assert field_named("-") == field_named("") == "-"
    assert field_named("treść") == "text"
    assert field_named("colour") is None
    assert all(field_named(name) == name for name in FIELDS)
    assert plain("Treść  (PL)!") == "tresc-pl"
