"""How mistakes are printed: for people, for editors, as JSON; and that the page of codes is the table."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.codes import CODES, HUNDREDS
from config.diagnostics import Diagnostic, as_json, as_lines, as_text, diagnostic, display_width, in_order, summary
from config.resolved import Place
from tests.config.workspaces import base, load_at

ROOT = Path(__file__).parents[2]


def made(file: Path, line: int, start: int, end: int, *hints: str, code: str = "E302") -> Diagnostic:
    return diagnostic(code, Place(file, line, start, end), "unknown account 'ig-kawaa'", *hints)


def test_the_look_of_the_format_description(tmp_path: Path) -> None:
    file = tmp_path / "campaigns/autumn-2026/campaign.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("\n" * 32 + "    accounts: [ig-kawaa, th-kawa]\n")
    found = made(file, 33, 16, 24, "did you mean 'ig-kawa'?", "accounts in daypart.yaml: ig-kawa, th-kawa, tt-kawa")
    assert as_text([found], tmp_path) == (
        "error[E302]: unknown account 'ig-kawaa'\n"
        "  --> campaigns/autumn-2026/campaign.yaml:33:16\n"
        "   |\n"
        "33 |     accounts: [ig-kawaa, th-kawa]\n"
        "   |                ^^^^^^^^\n"
        "   = did you mean 'ig-kawa'?\n"
        "   = accounts in daypart.yaml: ig-kawa, th-kawa, tt-kawa\n"
    )


def test_one_line_for_editors(tmp_path: Path) -> None:
    found = made(tmp_path / "a.yaml", 33, 16, 24, "did you mean 'ig-kawa'?", "more")
    assert as_lines([found], tmp_path) == "a.yaml:33:16: error[E302]: unknown account 'ig-kawaa' (did you mean 'ig-kawa'?)\n"


def test_json_has_every_field(tmp_path: Path) -> None:
    [said] = json.loads(as_json([made(tmp_path / "a.yaml", 1, 2, 3, "h")], tmp_path))["diagnostics"]
    assert said == {
        "code": "E302",
        "level": "error",
        "file": "a.yaml",
        "line": 1,
        "column": 2,
        "end_column": 3,
        "message": "unknown account 'ig-kawaa'",
        "hints": ["h"],
        "key": None,
    }


def test_carets_stand_under_wide_characters(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("咖啡é́: [ab]\n")
    _, _, _, source, carets, *_ = as_text([made(file, 1, 8, 10)], tmp_path).splitlines()
    assert source == "1 | 咖啡é́: [ab]"
    assert display_width(carets[: carets.index("^")]) == display_width(source[: source.index("ab")])


def test_nothing_in_a_file_steers_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: \x1b[31mred\u202e\n")
    shown = as_text([diagnostic("E108", Place(file, 1, 4, 5), "bad \x1b[0m value")], tmp_path)
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_a_long_line_is_cut_around_the_mistake(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("x" * 5_000 + "HERE" + "y" * 5_000)
    lines = as_text([made(file, 1, 5_001, 5_005)], tmp_path).splitlines()
    assert max(map(len, lines)) < 200
    start = lines[4].index("^")
    assert lines[3][start : start + 4] == "HERE"


def test_a_file_that_is_gone_is_still_reported(tmp_path: Path) -> None:
    assert "E302" in as_text([made(tmp_path / "gone.yaml", 3, 1, 2)], tmp_path)


def test_order_and_once_each() -> None:
    late, early, warning = made(Path("b"), 2, 1, 2), made(Path("a"), 9, 1, 2), made(Path("a"), 1, 1, 2, code="W403")
    assert in_order([late, early, warning, late]) == (warning, early, late)
    assert summary([late, early, warning], 4, 1) == "2 errors, 1 warning in 4 posts of 1 campaign"


def test_color_only_when_asked(tmp_path: Path) -> None:
    found = made(tmp_path / "a", 1, 1, 2)
    assert "\x1b" not in as_text([found], tmp_path)
    assert "\x1b" in as_text([found], tmp_path, color=True)


@given(st.text(max_size=40), st.integers(1, 60), st.integers(1, 20))
def test_any_place_in_any_line_can_be_shown(line: str, start: int, width: int) -> None:
    file = Path("/nowhere/a.yaml")
    as_text([made(file, 1, start, start + width), diagnostic("E101", Place(file, 1, 1, 2), line)], Path("/nowhere"))


def test_every_code_in_the_program_is_in_the_table() -> None:
    used = set()
    for room in ("config", "adapters", "drafting", "scheduler", "tui", "daypart"):
        for file in (ROOT / room).rglob("*.py"):
            if file.name != "codes.py":
                used |= set(re.findall(r'"([EW][1-7]\d\d)"', file.read_text("utf-8")))
    assert used <= set(CODES), f"not in config/codes.py: {sorted(used - set(CODES))}"


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
def test_a_code_says_what_it_means_and_the_way_out(code: object) -> None:
    meaning, way_out = getattr(code, "meaning"), getattr(code, "way_out")  # noqa: B009
    assert meaning
    assert way_out
    assert not meaning.endswith(".")
    assert getattr(code, "code")[1] in HUNDREDS  # noqa: B009


def test_messages_are_lower_case_without_a_full_stop(tmp_path: Path) -> None:
    root = base(tmp_path)
    (root / "daypart.yaml").write_text("version: 2\nacounts: 1\ntimezone: Nowhere\n")
    for found in load_at(root).diagnostics:
        assert found.message[0] == found.message[0].lower()
        assert not found.message.endswith(".")
