"""`daypart import`: exit codes, what it prints, what it asks, and that it never approves."""

from __future__ import annotations

import json
from pathlib import Path

from tests.daypart.rig import Place, Result, tomorrow
from tests.scheduler.importing.workbooks import comma, workbook

HEAD = ("When", "Client", "Account", "Text")


def rows(*more: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [
        HEAD,
        (tomorrow().replace("T", " "), "Kawa", "bs-kawa", "Latte art"),
        (tomorrow(10).replace("T", " "), "Roof", "Mastodon", "Rooftop"),
        *more,
    ]


def run(place: Place, *args: str) -> Result:
    """A command, however it ends."""
    return place.program.run(place.root, *args, env=place.env, stage=place.stage)


WRONG = (tomorrow(11).replace("T", " "), "Roof", "bs-kawa", "Whose is this")


def test_a_month_goes_in_and_the_second_time_nothing_happens(place: Place) -> None:
    comma(place.root / "October.csv", rows())
    shown = place("import", "csv", "October.csv", "--dry-run")
    assert "+    2  " in shown.out
    assert "0 errors, 0 warnings; 2 new" in shown.err
    assert place("post", "list", "--all", "--json").json["deliveries"] == []
    done = place("import", "csv", "October.csv", "--yes")
    assert "2 made; each is a draft and needs its approval" in done.out
    found = place("post", "list", "--all", "--json").json["deliveries"]
    assert {(view["account"], view["client"], view["state"]) for view in found} == {
        ("bs-kawa", "kawa", "draft"),
        ("ms-roof", "roof", "draft"),
    }
    assert "nothing to do" in place("import", "csv", "October.csv", "--yes").err


def test_a_wrong_cell_stops_everything_and_is_named(place: Place) -> None:
    workbook(place.root / "October.xlsx", rows(WRONG))
    refused = run(place, "import", "xlsx", "October.xlsx", "--yes")
    assert refused.code == 65
    assert "error[E810]: 'bs-kawa' is an account of Kawa, and the row is Roof's\n --> October.xlsx:Sheet1!C4\n" in refused.out
    assert "nothing was imported" in refused.err
    line = run(place, "import", "xlsx", "October.xlsx", "--format", "line").out
    assert (
        line == "October.xlsx:Sheet1!C4: error[E810]: 'bs-kawa' is an account of Kawa, and the row is Roof's (accounts of Roof: ms-roof)\n"
    )
    assert place("post", "list", "--all", "--json").json["deliveries"] == []
    some = run(place, "import", "xlsx", "October.xlsx", "--yes", "--skip-wrong-rows")
    assert some.code == 1
    assert "2 made" in some.out
    assert "left out: row 4" in some.out


def test_json_is_one_object_with_places(place: Place) -> None:
    workbook(place.root / "October.xlsx", rows(WRONG))
    result = run(place, "import", "xlsx", "October.xlsx", "--json", "--dry-run")
    found = json.loads(result.out)
    assert result.code == 65
    [diagnostic] = found["diagnostics"]
    assert diagnostic | {"message": "", "file": "", "hints": []} == {
        "code": "E810", "level": "error", "file": "", "line": 4, "column": 3, "end_column": 3, "message": "", "hints": [], "key": None,
        "sheet": "Sheet1", "cell": "C4", "value": "bs-kawa",
    }  # fmt: skip
    assert [row["sign"] for row in found["rows"]] == ["+", "+", "!"]
    assert found["columns"][0] == {"column": "A", "heading": "When", "field": "when", "known_by": "heading"}
    assert (found["ready"], found["done"], found["keys"]) == (False, None, [])


def test_without_a_terminal_it_does_not_ask(place: Place) -> None:
    comma(place.root / "October.csv", rows())
    refused = run(place, "import", "csv", "October.csv")
    assert refused.code == 64
    assert "add --yes" in refused.err


def test_no_file_a_broken_one_and_a_slip_in_map(place: Place) -> None:
    assert run(place, "import", "csv", "none.csv", "--yes").code == 66
    (place.root / "broken.xlsx").write_bytes(b"PK\x03\x04 nothing")
    assert run(place, "import", "xlsx", "broken.xlsx", "--yes").code == 65
    comma(place.root / "October.csv", rows())
    assert run(place, "import", "csv", "October.csv", "--map", "When").code == 64
    slip = run(place, "import", "csv", "October.csv", "--map", "When=whenn", "--yes")
    assert slip.code == 64
    assert "did you mean 'when'?" in slip.err


def test_what_was_said_of_columns_is_kept(place: Place) -> None:
    comma(place.root / "October.csv", [(*HEAD[:3], "Blurb", "Mood"), (tomorrow().replace("T", " "), "Kawa", "bs-kawa", "Latte", "cosy")])
    assert run(place, "import", "csv", "October.csv", "--yes").code == 65
    place("import", "csv", "October.csv", "--map", "Blurb=text", "--ignore", "mood", "--yes")
    assert place("import", "columns", "--json").json == {"columns": {"blurb": "text", "mood": "-"}}
    assert "left out" in place("import", "columns").out
    place("import", "columns", "--forget")
    assert place("import", "columns", "--json").json == {"columns": {}}


def test_a_sheet_far_away_is_a_file_like_any_other(place: Place) -> None:
    folder = Path(place.root, "elsewhere", "deep")
    folder.mkdir(parents=True)
    comma(folder / "a.tsv", rows(), between="\t", encoding="utf-16")
    assert "2 made" in place("import", "csv", "elsewhere/deep/a.tsv", "--yes").out
