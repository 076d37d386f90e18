"""The week's report at the desk: numbers and ledger, weeks, bars that need no colour, copies, files, and every state."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.contract import Figures
from scheduler.errors import BusyError
from scheduler.report.model import Counts
from tests.desk.house import house
from tests.desk.reported import Reported
from tests.tui.fake_desk import FakeDesk
from tests.tui.seeds import seeded
from tests.tui.waiting import gone, opened, screen_text, see, type_text, until
from tui.app import DaypartApp
from tui.lines.charts import bar, sparkline
from tui.lines.report import number_rows, post_pane
from tui.text import ASCII, UNICODE


def test_a_sparkline_is_read_by_height_and_in_ascii_by_digits() -> None:
    assert sparkline((0, 1, 4, 8), UNICODE) == "·▁▄█"
    assert sparkline((0, 1, 4, 9), ASCII) == "-149"
    assert sparkline((0, 0), UNICODE) == "··"
    assert sparkline((), UNICODE) == ""


def test_a_bar_is_as_long_as_its_value_and_never_invisible() -> None:
    assert bar(8, 8, 4, UNICODE) == "████"
    assert bar(1, 8, 4, UNICODE) == "▌"
    assert bar(1, 10_000, 4, UNICODE) == "▏"
    assert bar(1, 10_000, 4, ASCII) == "#"
    assert bar(0, 8, 4, UNICODE) == ""
    assert bar(3, 0, 4, UNICODE) == ""


async def test_numbers_then_the_ledger_and_back() -> None:
    async with opened(place="9", size=(120, 40)) as pilot:
        await see(pilot, "23–29 November 2026", "KAWA WROCŁAW · ", "best · ", "·▃█▂···")
        await pilot.press("v")
        await see(pilot, "WHO APPROVED WHAT", "Ledger · ", "editor · ")
        await pilot.press("v")
        await see(pilot, "KAWA WROCŁAW · ")


async def test_an_account_has_bars_a_post_its_proof() -> None:
    async with opened(place="9", size=(120, 40)) as pilot:
        await see(pilot, "New interactions per day", "Wed  ██", "Best hours", "18:00")
        await pilot.press("v")
        await see(pilot, "Approved by editor", "seal 7f3a 91c2", "AI label: ")
        await pilot.press("enter")
        await see(pilot, "Copy (y)")
        await pilot.press("escape")
        await gone(pilot, "Copy (y)")


async def test_problems_and_missing_figures_are_words() -> None:
    async with opened(place="9", size=(120, 40)) as pilot:
        await see(pilot, "the permission is missing")
    desk = seeded()
    report = await desk.week_report()
    young = replace(report.clients[0].posts[0], counts=Counts(), note="too new for figures")
    lone = replace(report, clients=(replace(report.clients[0], posts=(young,)),))
    assert [row.words for row in number_rows(lone, UNICODE) if row.key == young.key] == ["too new for figures"]
    assert "too new for figures" in post_pane(young, report.tz).plain


async def test_weeks_turn_and_can_be_picked_and_typed() -> None:
    async with opened(place="9", size=(100, 30)) as pilot:
        await see(pilot, "23–29 November 2026")
        await pilot.press("left")
        await see(pilot, "16–22 November 2026")
        await pilot.press("left")
        await see(pilot, "9–15 November 2026", "Nothing here yet.")
        await pilot.press("t")
        await see(pilot, "23–29 November 2026")
        await pilot.press("W")
        await see(pilot, "Which week?", "16–22 November 2026 · 2026-W47")
        await pilot.press("down", "enter")
        await see(pilot, "Report · 16–22 November 2026")
        await pilot.press("W", "end", "enter")
        await see(pilot, "A day of the week")
        await type_text(pilot, "soon")
        await pilot.press("enter")
        await see(pilot, "is no week")
        await pilot.press("ctrl+u")
        await type_text(pilot, "2026-11-25")
        await pilot.press("enter")
        await see(pilot, "Report · 23–29 November 2026")


async def test_one_client_only() -> None:
    async with opened(place="9", size=(120, 40)) as pilot:
        await see(pilot, "KAWA WROCŁAW · ")
        pilot.app.client = "kawa"  # type: ignore[attr-defined]
        await gone(pilot, "HARBOUR BOOKS · ")
        await see(pilot, "KAWA WROCŁAW · ")


async def test_y_copies_the_text_with_its_proof() -> None:
    async with opened(place="9", size=(100, 30)) as pilot:
        await see(pilot, "KAWA WROCŁAW · ")
        await pilot.press("y")
        await until(pilot, lambda: "New interactions per day" in pilot.app.clipboard, "the numbers in the clipboard")
        await pilot.press("v")
        await see(pilot, "WHO APPROVED WHAT")
        await pilot.press("y")
        await until(pilot, lambda: "Approved by editor" in pilot.app.clipboard, "the proof in the clipboard")
        assert "7f3a91c2" in pilot.app.clipboard


async def test_keys_that_are_off_say_why() -> None:
    async with opened(place="9", size=(100, 30)) as pilot:
        await see(pilot, "KAWA WROCŁAW · ")
        await pilot.press("o")
        await see(pilot, "an account is under the cursor")


async def test_an_empty_week_says_what_to_do() -> None:
    async with opened(FakeDesk(), place="9") as pilot:
        await see(pilot, "Nothing here yet. ← shows the week before")
        await pilot.press("y", "enter", "o")
        await see(pilot, "there is nothing under the cursor")


async def test_an_error_of_ours_keeps_the_rows() -> None:
    desk = seeded()
    async with opened(desk, place="9") as pilot:
        await see(pilot, "KAWA WROCŁAW · ")
        desk.fail_read = BusyError("The store is locked by another program.", "It is tried again.")
        pilot.app.touch()  # type: ignore[attr-defined]
        await see(pilot, "is locked", "KAWA WROCŁAW · ")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_names_of_others_are_plain(size: tuple[int, int]) -> None:
    desk = seeded()
    for work in desk.works.values():
        work.title = "\x1b[2J[bold]x \u202egnp.exe"
    async with opened(desk, place="9", size=size) as pilot:
        await see(pilot, "KAWA WROCŁAW · ")
        await pilot.press("v", "down", "enter")
        await see(pilot, "Copy (y)")
        text = screen_text(pilot)
        assert "\x1b" not in text
        assert "\u202e" not in text


async def test_on_the_real_desk_the_report_is_written_and_says_where(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        reported = await Reported.open(h)
        await reported.told("autumn/beans@ig-kawa", "2026-11-26", Figures(likes=20, reach=900))
        app = DaypartApp(h.desk, clock=h.clock)
        async with app.run_test(size=(120, 40), notifications=True) as pilot:
            await until(pilot, lambda: app.facts is not None, "the facts")
            await pilot.press("9")
            await see(pilot, "KAWA WROCŁAW · 2 posts · 20 interactions, reach 900")
            await pilot.press("X")
            await see(pilot, "Export · all clients")
            await pilot.press("enter")
            file = tmp_path / "reports" / "2026-W48.md"
            await until(pilot, file.exists, "the report on the disk")
            await see(pilot, "2026-W48.md")
            await pilot.press("X")
            await see(pilot, "Export · all clients")
            await pilot.press("end", "enter")
            await until(pilot, (tmp_path / "reports" / "everything.zip").exists, "the archive on the disk")
        assert "# Report · Kawa Wrocław" in file.read_text("utf-8")
