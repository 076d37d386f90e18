"""The calendar by keys and mouse: views, the day pane, moving, free slots, marks, filter, find, copies."""

from __future__ import annotations

from array import array
from datetime import date

from textual.pilot import Pilot

from scheduler.desk.calendar.views import Agenda
from scheduler.desk.views import Sign
from tests.tui.fake_desk import FakeDesk, Item, Text, Work, micros
from tests.tui.seeds import seeded
from tests.tui.waiting import gone, opened, see, type_text, until
from tui.screens.calendar import CalendarScreen
from tui.text import UNICODE
from tui.widgets.agenda_list import Pages

WED = date(2026, 11, 25)
MENU = "winter/menu@bs-kawa"
SIGNING = "harbour/signing@bs-harbour"


def calendar(pilot: Pilot[None]) -> CalendarScreen:
    screen = pilot.app.screen
    assert isinstance(screen, CalendarScreen)
    return screen


async def test_v_goes_round_the_views_and_keeps_the_day() -> None:
    async with opened(seeded(), place="2") as pilot:
        await see(pilot, "November 2026", "▸[24] ·7 ≠", "Tue 24 Nov · 7 posts")
        await pilot.press("right", "v")
        await see(pilot, "23–29 November 2026", "▸Wed 25")
        await pilot.press("v")
        await see(pilot, "Agenda · 18 posts", "○ Thu 26 Nov: 26 days without a post on Kawa Wrocław")
        await pilot.press("v")
        await see(pilot, "[24] ·7", "November 2026")


async def test_into_the_day_then_into_the_post_and_back() -> None:
    async with opened(seeded(), place="2") as pilot:
        await see(pilot, "Tue 24 Nov · 7 posts")
        await pilot.press("right", "enter")
        await until(pilot, lambda: calendar(pilot).day_list.has_focus, "the day pane")
        await see(pilot, "Winter menu", "ms-kawa")
        await pilot.press("escape")
        await until(pilot, lambda: calendar(pilot).month.has_focus, "the month")
        await pilot.press("enter", "enter")
        await see(pilot, "Kawa Wrocław · Winter menu")


async def test_a_post_moves_by_a_day_and_the_cursor_goes_with_it() -> None:
    desk = seeded()
    async with opened(desk, place="2") as pilot:
        await see(pilot, "Tue 24 Nov · 7 posts")
        await pilot.press("right", "]")
        await until(pilot, lambda: desk.items[MENU].due == micros("2026-11-26 12:30"), "the move")
        await see(pilot, "Thu 26 Nov · 4 posts")
        await until(pilot, lambda: calendar(pilot).chosen_key() == MENU, "the cursor on the post")


async def test_a_move_that_costs_the_approval_asks_before() -> None:
    desk = seeded()
    before = desk.items[SIGNING].due
    async with opened(desk, place="2") as pilot:
        await see(pilot, "Tue 24 Nov · 7 posts")
        screen = calendar(pilot)
        screen.move_to(SIGNING, date(2026, 11, 29))
        await see(pilot, "This needs a new approval · Harbour Books", "is outside that")
        await pilot.press("escape")
        await gone(pilot, "This needs a new approval")
        assert desk.items[SIGNING].due == before
        screen.move_to(SIGNING, date(2026, 11, 27))  # inside its window: no question
        await until(pilot, lambda: desk.items[SIGNING].due == micros("2026-11-27 18:00"), "the move")


async def test_a_post_is_drawn_to_another_day_with_the_mouse() -> None:
    desk = seeded()
    async with opened(desk, place="2") as pilot:
        await see(pilot, "?12:30 BS")
        grid = calendar(pilot).month
        start, end = grid._region(WED), grid._region(date(2026, 11, 27))
        assert start is not None
        assert end is not None
        await pilot.mouse_down(grid, offset=(start.x + 3, start.y + 1))
        await pilot.hover(grid, offset=(end.x + 3, end.y))
        await pilot.mouse_up(grid, offset=(end.x + 3, end.y))
        await until(pilot, lambda: desk.items[MENU].due == micros("2026-11-27 12:30"), "the move")


async def test_exact_times_say_before_that_the_approval_is_lost() -> None:
    desk = seeded()
    before = desk.items[SIGNING].due
    async with opened(desk, place="2") as pilot:
        await see(pilot, "Tue 24 Nov · 7 posts")
        await pilot.press("right", "right")
        await see(pilot, "Thu 26 Nov · 3 posts")
        await pilot.press("enter", "down", "r")
        await see(pilot, "When? · Harbour Books")
        await type_text(pilot, "2026-12-05 9:00")
        await pilot.press("enter")
        await see(pilot, "This needs a new approval")
        assert desk.items[SIGNING].due == before
        await pilot.press("enter")
        await until(pilot, lambda: desk.items[SIGNING].due == micros("2026-12-05 09:00"), "the move")


async def test_n_offers_the_free_slots_of_a_day() -> None:
    desk = seeded()
    desk.slots = {WED: ("bs-kawa",)}
    async with opened(desk, place="2") as pilot:
        await see(pilot, "25 ·3 ○ +")
        await pilot.press("right")
        await see(pilot, "bs-kawa: 17:00 is free (slot “evening”)")
        await pilot.press("n")
        await see(pilot, "17:00 · Kawa Wrocław bs-kawa · slot “evening”", "Another time")
        await pilot.press("enter")
        await see(pilot, "2026-11-25 17:00", "[x] Kawa Wrocław · Bluesky bs-kawa")


async def test_marked_days_are_filled_from_a_draft() -> None:
    desk = seeded()
    desk.slots = {WED: ("ms-kawa",), date(2026, 11, 26): ("ms-kawa",)}
    async with opened(desk, place="2") as pilot:
        await see(pilot, "Tue 24 Nov · 7 posts")
        await pilot.press("right", "space", "right", "space")
        await see(pilot, "2 days marked", "●25", "●26")
        await pilot.press("n")
        await see(pilot, "Fill the free slots of 2 days from which draft?", "Kawa Wrocław · ")
        await pilot.press("enter")
        await until(pilot, lambda: "desk/winter-menu-copy1" in desk.works, "two copies")
        await gone(pilot, "days marked")
        assert desk.items["desk/winter-menu-copy@ms-kawa"].due == micros("2026-11-25 17:00")


async def test_a_filter_is_a_chip_and_esc_takes_it_away() -> None:
    async with opened(seeded(), place="2") as pilot:
        await see(pilot, "Tue 24 Nov · 7 posts")
        await pilot.press("f")
        await see(pilot, "State: drafts", "Network: Bluesky")
        await pilot.press("down", "enter")
        await see(pilot, "only drafts · esc removes", "Tue 24 Nov · nothing planned")
        await pilot.press("escape")
        await see(pilot, "Tue 24 Nov · 7 posts")
        await gone(pilot, "only drafts")


async def test_find_goes_to_the_agenda() -> None:
    async with opened(seeded(), place="2") as pilot:
        await see(pilot, "Tue 24 Nov · 7 posts")
        await pilot.press("/")
        await type_text(pilot, "latte")
        await see(pilot, "Agenda · 2 posts", "find: latte", "Tue 24 Nov 9:00")
        await pilot.press("enter", "v")
        await see(pilot, "Tue 24 Nov · 7 posts")
        await gone(pilot, "find: latte")
        await pilot.press("v", "v")
        await see(pilot, "Agenda · 2 posts", "find: latte")
        await pilot.press("escape")
        await see(pilot, "Agenda · 18 posts")


async def test_c_makes_a_draft_of_the_same() -> None:
    desk = seeded()
    async with opened(desk, place="2") as pilot:
        await see(pilot, "Tue 24 Nov · 7 posts", "Latte art class")
        await pilot.press("c")
        await until(pilot, lambda: "desk/latte-art-class-copy" in desk.works, "the copy")
        await see(pilot, "Kawa Wrocław · Latte art class")


async def test_the_clocks_are_named_on_their_night() -> None:
    async with opened(FakeDesk(), place="2", size=(120, 40)) as pilot:
        await see(pilot, "November 2026")
        calendar(pilot).month.seek(date(2027, 3, 28))
        await see(pilot, "March 2027", "▸28 ±", "clocks go forward: 02:00 to 03:00")


async def test_marked_posts_are_moved_together_and_stay_marked() -> None:
    desk = seeded()
    async with opened(desk, place="2") as pilot:
        await see(pilot, "Tue 24 Nov · 7 posts")
        await pilot.press("right", "enter")
        await until(pilot, lambda: calendar(pilot).day_list.has_focus, "the day pane")
        keys = [row.key for row in calendar(pilot).day_list.rows[:2]]
        before = [desk.items[key].due for key in keys]
        await pilot.press("space", "down", "space")
        await see(pilot, "2 posts marked", "●")
        await pilot.press("]")
        after = [(due or 0) + 86_400 * 1_000_000 for due in before]
        await until(pilot, lambda: [desk.items[key].due for key in keys] == after, "both moves")
        await see(pilot, "2 posts marked")
        await pilot.press("escape", "escape")
        await gone(pilot, "posts marked")


async def test_marked_posts_are_cancelled_after_a_question_that_names_them() -> None:
    desk = seeded()
    async with opened(desk, place="2") as pilot:
        await see(pilot, "Tue 24 Nov · 7 posts")
        await pilot.press("right", "enter")
        await until(pilot, lambda: calendar(pilot).day_list.has_focus, "the day pane")
        keys = [row.key for row in calendar(pilot).day_list.rows[:2]]
        await pilot.press("space", "down", "space", "d")
        await see(pilot, "Cancel 2 posts?", "Winter menu", "Keep (esc)")
        await pilot.press("escape")
        await gone(pilot, "Cancel 2 posts?")
        assert not {desk.items[key].state for key in keys} & {"cancelled"}
        await pilot.press("d")
        await see(pilot, "Cancel 2 posts?")
        await pilot.press("y")
        await until(pilot, lambda: {desk.items[key].state for key in keys} == {"cancelled"}, "both")
        await gone(pilot, "posts marked")


async def test_marked_posts_are_copied() -> None:
    desk = seeded()
    async with opened(desk, place="2") as pilot:
        await see(pilot, "Tue 24 Nov · 7 posts")
        await pilot.press("v", "v")
        await see(pilot, "Agenda · 18 posts", "▸◷ Tue 24 Nov 11:00")
        await pilot.press("space", "c")
        await until(pilot, lambda: any("-copy" in post for post in desk.works), "the copy")
        await gone(pilot, "marked")


async def test_few_accounts_have_a_lane_each_in_the_week() -> None:
    async with opened(seeded(), place="2") as pilot:
        await see(pilot, "Tue 24 Nov · 7 posts")
        calendar(pilot).app.client = "harbour"
        await pilot.press("v")
        await see(pilot, "Harbour Books", "bs-harbour", "ms-harbour")
        grid = calendar(pilot).grid
        await until(pilot, lambda: grid.week.lanes == ("bs-harbour", "ms-harbour"), "the lanes")
        calendar(pilot).app.client = None
        await until(pilot, lambda: grid.week.lanes == (), "one column a day")


async def test_a_window_that_changes_leaves_the_post_of_the_agenda_within_reach() -> None:
    async with opened(place="2") as pilot:
        await see(pilot, "November 2026")
        await pilot.press("v", "v")
        await see(pilot, "Agenda")
        screen = pilot.app.screen
        assert isinstance(screen, CalendarScreen)
        await until(pilot, lambda: screen.chosen_key() != "", "a post under the cursor")
        await pilot.press("end")
        await until(pilot, lambda: screen.chosen_key() != "", "the last post under the cursor")
        before = screen.chosen_key()
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: screen.size.width == 120, "the new size")
        await pilot.pause(0.3)
        assert screen.chosen_key() == before
        assert screen.why_off("open") == ""


async def test_what_is_scrolled_out_of_a_long_agenda_is_let_go() -> None:
    async with opened(seeded(), place="2") as pilot:
        await see(pilot, "November 2026")
        await pilot.press("v", "v")
        await see(pilot, "Agenda · 18 posts")
        screen = calendar(pilot)
        await until(pilot, lambda: screen.chosen_row() is not None, "a post under the cursor")
        chosen = screen.chosen_row()
        assert chosen is not None
        screen._of_agenda["scrolled/away@bs-kawa"] = chosen
        screen.agenda._ask(0)
        await until(pilot, lambda: "scrolled/away@bs-kawa" not in screen._of_agenda, "only posts of the pages that are there")
        assert screen.chosen_row() == chosen


async def test_the_cursor_in_a_full_day_stays_where_it_is_when_the_day_is_read_again() -> None:
    desk = seeded()
    for n in range(12):
        post = f"winter/full-{n:02}"
        desk.works[post] = Work(post, f"Full {n:02}", "kawa", {"en": Text("Words")}, ["bs-kawa"])
        desk._add(Item(post, "bs-kawa", "draft", Sign.DRAFT, micros(f"2026-11-27 {n + 8:02}:00"), "draft"))
    async with opened(desk, place="2", size=(120, 40)) as pilot:
        await see(pilot, "Tue 24 Nov · 7 posts")
        await pilot.press("right", "right", "right")
        await see(pilot, "Full 11")
        await pilot.press("enter", "end")
        screen = calendar(pilot)
        await until(pilot, lambda: screen.chosen_key() == "winter/full-11@bs-kawa", "the last post under the cursor")
        desk.works["winter/full-09"].title = "Another name"
        desk.poke()
        await see(pilot, "Another name")
        assert screen.chosen_key() == "winter/full-11@bs-kawa"


async def test_an_agenda_without_posts_says_so_and_then_what_was_sought() -> None:
    async with opened(FakeDesk(), place="2") as pilot:
        await pilot.press("v", "v")
        await see(pilot, "Nothing here.")
        await pilot.press("/", "x")
        await see(pilot, "Nothing has the words “x”.")


def test_lines_on_their_way_while_the_agenda_is_read_again_are_asked_for_once_more() -> None:
    asked: list[int] = []
    pages = Pages(Agenda(array("q", [1]), array("q", [10])), asked.append, UNICODE)
    assert pages[0].title == UNICODE.more
    again = pages.of(pages.agenda)
    assert again[0].title == UNICODE.more
    assert asked == [0, 0]


async def test_the_week_sees_that_midnight_has_passed() -> None:
    desk = seeded()
    async with opened(desk, place="2") as pilot:
        await see(pilot, "November 2026")
        await pilot.press("v")
        await see(pilot, "[Tue24]")
        desk.clock.at += 24 * 3_600_000_000
        desk.poke()
        await see(pilot, "[Wed25]")
        await gone(pilot, "[Tue24]")
