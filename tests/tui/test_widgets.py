"""Widgets alone in a tiny program: lists of any length, the week, boxes to tick, the text area."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta

from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget

from scheduler.desk.views import CalendarRow, Sign, Span
from tests.tui.waiting import opened, screen_text, see, until
from tui.lines.row import Row
from tui.lines.week import Spot, Week
from tui.text import ASCII
from tui.theme import FALLBACKS, THEMES
from tui.widgets.caption_area import CaptionArea
from tui.widgets.row_list import RowList, columns
from tui.widgets.ticks import Tick, TickList
from tui.widgets.week_grid import WeekGrid

TUE = date(2026, 11, 24)
MON = TUE - timedelta(days=1)


class Host(App[None]):
    """One widget and nothing else."""

    CSS = "Host > Screen > * { height: 1fr; }"

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return FALLBACKS

    def compose(self) -> ComposeResult:
        yield self.widget


@asynccontextmanager
async def shown(widget: Widget, size: tuple[int, int] = (80, 12), seen: list[Message] | None = None) -> AsyncIterator[Pilot[None]]:
    messages = seen if seen is not None else []
    async with Host(widget).run_test(size=size, message_hook=messages.append) as pilot:
        widget.focus()
        await until(pilot, lambda: widget.has_focus, "the focus")
        yield pilot


def rows(count: int) -> list[Row]:
    return [
        Row("#", heading=f"WAITING {count}"),
        *(Row(f"k{n}", Sign.SCHEDULED, "12:30", "Kawa Wrocław", "teal", "bs-kawa", f"Post {n}", "in 4 h") for n in range(count)),
    ]


# ── lists ──


async def test_the_cursor_skips_headings_and_pages() -> None:
    listed = RowList()
    async with shown(listed) as pilot:
        listed.show(rows(100))
        await until(pilot, lambda: listed.chosen is not None and listed.chosen.key == "k0", "the first line")
        await pilot.press("up")
        assert listed.cursor == 1
        await pilot.press("down", "j")
        await until(pilot, lambda: listed.chosen is not None and listed.chosen.key == "k2", "two down")
        await pilot.press("pagedown")
        await until(pilot, lambda: listed.cursor == 14, "a page")
        await pilot.press("G")
        await see(pilot, "Post 99")
        await pilot.press("g")
        await until(pilot, lambda: listed.cursor == 1, "the top")
        await see(pilot, "WAITING 100")


async def test_the_cursor_stays_on_its_post_when_rows_change() -> None:
    listed = RowList()
    async with shown(listed) as pilot:
        listed.show(rows(20))
        listed.choose("k7")
        listed.show([row for row in rows(20) if row.key not in {"k0", "k1", "k2"}])
        await until(pilot, lambda: listed.chosen is not None and listed.chosen.key == "k7", "the same post")
        listed.show([row for row in rows(20) if row.key != "k7"])
        await until(pilot, lambda: listed.chosen is not None, "a neighbour")
        listed.show([])
        assert listed.chosen is None
        await see(pilot, "Nothing here")


async def test_the_chosen_line_is_in_view_also_in_a_window_that_leaves_less_room() -> None:
    listed = RowList()
    async with shown(listed) as pilot:
        listed.show(rows(40))
        listed.choose("k9")
        await see(pilot, "Post 9 ")
        await pilot.resize_terminal(80, 5)
        await see(pilot, "Post 9 ")


async def test_a_hundred_thousand_lines() -> None:
    listed = RowList()
    async with shown(listed) as pilot:
        listed.show(rows(100_000))
        await pilot.press("end")
        await see(pilot, "Post 99999")


async def test_a_changed_line_is_drawn_anew() -> None:
    listed = RowList()
    async with shown(listed) as pilot:
        listed.show(rows(5))
        await see(pilot, "Post 3")
        changed = rows(5)
        changed[4] = Row("k3", Sign.PUBLISHED, "12:30", "Kawa Wrocław", "teal", "bs-kawa", "Post 3", "server/p/3")
        listed.show(changed)
        await see(pilot, "server/p/3", "✓")


async def test_signs_without_unicode() -> None:
    listed = RowList(glyphs=ASCII)
    async with shown(listed) as pilot:
        listed.show([Row("k", Sign.NEEDS_YOU, "12:30", "Kawa", "teal", "bs-kawa", "P" * 90, "needs you")])
        await see(pilot, ">! 12:30 |Kawa")
        assert "~" in screen_text(pilot)
        assert "▸" not in screen_text(pilot)


async def test_a_click_chooses_and_a_second_one_opens() -> None:
    seen: list[Message] = []
    listed = RowList()
    async with shown(listed, seen=seen) as pilot:
        listed.show(rows(5))
        await pilot.click(listed, offset=(5, 3))
        await until(pilot, lambda: listed.cursor == 3, "the clicked line")
        await pilot.click(listed, offset=(5, 3), times=2)
        await until(pilot, lambda: any(isinstance(m, RowList.Opened) for m in seen), "it to open")


def test_columns_use_the_width_and_no_more() -> None:
    for width in range(30, 200):
        plan = columns(rows(3), width)
        assert min(plan.when, plan.client, plan.account, plan.title, plan.words) >= 0
        assert 3 + plan.when + 1 + 1 + plan.client + 1 + plan.account + 1 + plan.title + 1 + plan.words <= max(width, 30) + 10
    narrow = columns(rows(3), 46)
    assert narrow.account == 0
    assert narrow.title > 10


def test_what_a_column_does_not_need_another_has() -> None:
    long = "Tue 24 Nov 07:45 → Wed 25 Nov 06:45"
    row = Row("k", Sign.SCHEDULED, long, "Kawa Wrocław", "teal", "bs-kawa", "flour", "moved")
    assert columns([row], 100).when == len(long)
    wordy = Row("k", Sign.SCHEDULED, "12:30", "Kawa Wrocław", "teal", "bs-kawa", "flour", "x" * 40)
    assert columns([wordy], 90).words >= 40
    titled = Row("k", Sign.SCHEDULED, "12:30", "Kawa Wrocław", "teal", "bs-kawa", "x" * 40, "ok")
    assert columns([titled], 90).title >= 40
    for width in range(60, 200):
        for one in (row, wordy, titled):
            plan = columns([one], width)
            assert min(plan.when, plan.client, plan.account, plan.title, plan.words) >= 0
            assert 3 + plan.when + 2 + plan.client + 1 + plan.account + 1 + plan.title + 1 + plan.words <= width + (
                0 if plan.account else 1
            )


def test_a_name_in_wide_letters_has_the_cells_it_needs() -> None:
    row = Row("k", Sign.SCHEDULED, "12:30", "東京カフェ", "teal", "bs-東京", "flour", "ok")
    assert (columns([row], 120).client, columns([row], 120).account) == (10, 7)


# ── the week ──


def entry(n: int, day: date, time: str, sign: Sign = Sign.SCHEDULED) -> CalendarRow:
    return CalendarRow(f"c/p{n}@bs-kawa", day, time, sign, "bs-kawa", "bluesky", "kawa", "Kawa Wrocław", "teal", f"Post {n}", "human")


async def test_every_cell_names_client_account_sign_and_time() -> None:
    grid = WeekGrid(TUE)
    async with shown(grid, (120, 34)) as pilot:
        grid.show(Week.of(MON, [entry(1, TUE, "09:00", Sign.PUBLISHED), entry(2, TUE, "12:30", Sign.NEEDS_YOU)]))
        await see(pilot, "✓ 9:00 BS", "!12:30 BS", "Kawa Wrocław", "bs-kawa", "Post 2", "[Tue 24] ·2")


async def test_moving_over_days_and_weeks() -> None:
    seen: list[Message] = []
    grid = WeekGrid(TUE)
    async with shown(grid, seen=seen) as pilot:
        grid.show(Week.of(MON, [entry(1, TUE, "09:00"), entry(2, TUE, "12:30"), entry(3, TUE + timedelta(days=1), "13:00")]))
        await pilot.press("down")
        await until(pilot, lambda: grid.spot == Spot(TUE, 1), "the second post")
        await pilot.press("right")
        await until(pilot, lambda: grid.chosen is not None and grid.chosen.key == "c/p3@bs-kawa", "the next day")
        await pilot.press("pagedown")
        await until(pilot, lambda: grid.week.first == MON + timedelta(days=7), "the next week")
        assert any(isinstance(m, WeekGrid.WeekNeeded) for m in seen)
        await pilot.press("h", "h", "h")
        await until(pilot, lambda: grid.week.first == MON, "back over the edge")


async def test_the_cursor_follows_a_post_that_moved() -> None:
    grid = WeekGrid(TUE)
    async with shown(grid) as pilot:
        grid.show(Week.of(MON, [entry(1, TUE, "09:00"), entry(2, TUE, "12:30")]))
        await pilot.press("down")
        grid.show(Week.of(MON, [entry(1, TUE, "09:00"), entry(2, TUE + timedelta(days=2), "12:30")]))
        await until(pilot, lambda: grid.spot == Spot(TUE + timedelta(days=2), 0), "the new day")


async def test_a_full_day_says_how_many_more_and_scrolls() -> None:
    grid = WeekGrid(TUE)
    async with shown(grid, (80, 14)) as pilot:
        grid.show(Week.of(MON, [entry(n, TUE, f"{8 + n:02}:00") for n in range(10)]))
        await see(pilot, "+6 more", " 8:00")
        await pilot.press("G")
        await see(pilot, "17:00", "↑")


async def test_a_click_finds_the_post() -> None:
    grid = WeekGrid(TUE)
    async with shown(grid, (84, 14)) as pilot:
        grid.show(Week.of(MON, [entry(n, TUE, f"{8 + n:02}:00") for n in range(4)]))
        await pilot.click(grid, offset=(14, 5))
        await until(pilot, lambda: grid.spot == Spot(TUE, 1), "the second post")


# ── small ones ──


async def test_boxes_say_whether_they_are_ticked() -> None:
    tick = Tick("Facts checked", id="facts")
    async with shown(tick) as pilot:
        await see(pilot, "[ ] Facts checked")
        await pilot.press("space")
        await see(pilot, "[x] Facts checked")


async def test_a_list_of_boxes() -> None:
    ticks = TickList([("a", "Kawa [bold]"), ("b", "Harbour")])
    async with shown(ticks) as pilot:
        await until(pilot, lambda: ticks.highlighted == 0, "the first line")
        await pilot.press("space")
        await see(pilot, "[x] Kawa [bold]", "[ ] Harbour")
        await pilot.press("down", "space")
        await until(pilot, lambda: ticks.ticked == ["a", "b"], "both")
        await pilot.press("space")
        await until(pilot, lambda: ticks.ticked == ["a"], "one taken off")


async def test_the_text_marks_the_models_words_tags_and_what_does_not_fit() -> None:
    area = CaptionArea()
    async with shown(area) as pilot:
        area.load_text("Hello world #tag and more\nnext \x1b[31m line")
        area.spans = (Span(6, 11, "model"),)
        area.fits = 20
        first = area.get_line(0)
        styled = {(span.start, span.end): str(span.style) for span in first.spans}
        assert "underline" in styled[6, 11]
        assert (12, 16) in styled
        assert "strike" in styled[20, 25]
        assert "\x1b" not in area.get_line(1).plain
        assert area.location_at(26) == (1, 0)
        assert area.location_at(10_000) == (1, len("next \x1b[31m line"))
        await see(pilot, "Hello world #tag")


async def test_a_choice_under_the_cursor_has_a_sign() -> None:
    """In a dialog, in boxes to tick, in the palette and in the settings: colour alone says nothing."""
    async with opened() as pilot:
        shown_by = (("C down", "▸Kawa"), ("n tab down", "▸[ ] "), ("ctrl+p o u t b o x", "▸  Go to: Outbox"), ("comma down", "▸Language"))
        for keys, line in shown_by:
            await pilot.press(*keys.split())
            await see(pilot, line)
            await pilot.press("escape")
