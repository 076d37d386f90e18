"""Every place in each of its states: empty, loading, error, stopped, on hold, too small; text of others stays plain."""

from __future__ import annotations

import asyncio

import pytest
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from scheduler.desk.views import Sign
from scheduler.errors import BusyError, DiskError, NoRoomError, UsageError
from tests.tui.fake_desk import FakeDesk, Item, Text, Work, micros
from tests.tui.seeds import crowded, seeded
from tests.tui.waiting import Shown, gone, opened, screen_text, see, titles_are_dim, type_text, until
from tui.frame import DeskScreen
from tui.text import ASCII

PLACES = "12345"
HOSTILE = "Evil [/] [bold]x [@click=app.bell()]y \x1b[2J\x9b31m \x1b]52;c;QQ==\x07 [type=x, v={'a[0]'}] \u202egnp.exe"


def hostile() -> FakeDesk:
    """Names and texts that want to steer the terminal or break markup."""
    desk = seeded()
    desk.works["x/x"] = Work("x/x", HOSTILE, "kawa", {"en": Text(HOSTILE)}, ["bs-kawa", "ms-kawa"], media=(HOSTILE,), facts=(HOSTILE,))
    desk.items["x/x@bs-kawa"] = Item(
        "x/x", "bs-kawa", "ask", Sign.NEEDS_YOU, micros("2026-11-24 07:00"), HOSTILE, reason=HOSTILE, next=HOSTILE
    )
    desk.items["x/x@ms-kawa"] = Item("x/x", "ms-kawa", "draft", Sign.AI_DRAFT, micros("2026-11-24 12:00"), HOSTILE, changed=(HOSTILE,))
    return desk


@pytest.mark.parametrize("place", PLACES)
async def test_text_of_others_is_plain_everywhere(place: str) -> None:
    async with opened(hostile(), place=place) as pilot:
        await see(pilot, "Kawa")
        for key in ("down", "down", "up", "enter", "escape"):
            await pilot.press(key)
        text = screen_text(pilot)
        assert "\x1b" not in text
        assert "\x9b" not in text
        assert "\u202e" not in text


async def test_toasts_and_titles_are_plain() -> None:
    async with opened(hostile(), place="4") as pilot:
        await see(pilot, "to approve · ")
        pilot.app.notify(HOSTILE)
        await see(pilot, "[bold]x")
        await pilot.press("a")
        await see(pilot, "Approve for Kawa")
        await pilot.press("escape")
        await gone(pilot, "Approve for Kawa")


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("1", "Your week is empty. n writes a post."),
        ("2", "Nothing planned on this day. n writes a post here."),
        ("3", "No drafts. n writes a new post."),
        ("4", "Nothing waits for you."),
        ("5", "Nothing planned. n writes a post; approved ones appear here."),
    ],
)
async def test_empty_says_the_next_key(place: str, words: str) -> None:
    async with opened(FakeDesk(), place=place) as pilot:
        await see(pilot, words)


@pytest.mark.parametrize("place", ["1", "2", "4", "5"])
async def test_an_error_of_ours_is_a_sentence_and_rows_stay(place: str) -> None:
    desk = seeded()
    async with opened(desk, place=place) as pilot:
        await see(pilot, "Kawa Wro")
        desk.fail_read = BusyError("The store is locked by another program.", "It is tried again.")
        desk.poke()
        await see(pilot, "The store is locked by another program. It is tried again.", "Kawa Wro")
        desk.fail_read = None
        desk.poke()
        await gone(pilot, "locked")


@pytest.mark.parametrize("place", ["1", "2", "4", "5"])
async def test_slow_reading_dims_the_title_and_keeps_rows(place: str) -> None:
    desk = seeded()
    async with opened(desk, place=place) as pilot:
        await see(pilot, "Kawa Wro")
        desk.slow = asyncio.Event()
        desk.poke()
        await until(pilot, lambda: titles_are_dim(pilot), "the dimmed title")
        await see(pilot, "Kawa Wro")
        desk.slow.set()
        await until(pilot, lambda: not titles_are_dim(pilot), "the title back")


@pytest.mark.parametrize("place", PLACES)
async def test_a_stopped_service_is_said_on_every_screen(place: str) -> None:
    desk = seeded()
    desk.running = False
    async with opened(desk, place=place) as pilot:
        await see(pilot, "Nothing is published: the service is not running · S starts it")


@pytest.mark.parametrize("place", PLACES)
async def test_a_hold_is_said_on_every_screen_with_its_key(place: str) -> None:
    desk = seeded()
    await desk.hold(reason="storm")
    async with opened(desk, place=place) as pilot:
        await see(pilot, "ON HOLD since 10:38 – nothing leaves · ! release · storm")


async def test_held_posts_say_so() -> None:
    desk = seeded()
    await desk.hold(client="kawa")
    async with opened(desk, place="5") as pilot:
        await see(pilot, "▮", "ON HOLD: kawa")


@pytest.mark.parametrize("place", PLACES)
async def test_a_window_that_is_too_small_says_so_and_keys_still_work(place: str) -> None:
    async with opened(seeded(), place=place, size=(50, 12)) as pilot:
        await see(pilot, "Make the window larger")
        await pilot.press("2")
        await until(pilot, lambda: getattr(pilot.app.screen, "PLACE", "") == "calendar", "the calendar")


async def test_the_client_is_on_every_row() -> None:
    desk = seeded()
    async with opened(desk, place="5", size=(120, 40)) as pilot:
        await see(pilot, "NEEDS YOU 3")
        lines = [
            line for line in screen_text(pilot).splitlines() if any(account in line for account in ("bs-", "ms-", "ig-")) and "▌" in line
        ]
        assert len(lines) > 8
        assert all(any(name in line for name in ("Kawa Wrocław", "Harbour Books", "Studio Forma")) for line in lines)


async def test_one_client_only() -> None:
    async with opened(seeded(), place="5", size=(120, 40)) as pilot:
        await see(pilot, "Harbour Books")
        await pilot.press("C")
        await see(pilot, "Show which client?")
        await pilot.press("down", "enter")
        await see(pilot, "Kawa Wrocław only")
        await gone(pilot, "Harbour Books")


async def test_find_narrows_and_stays_visible() -> None:
    async with opened(seeded(), place="5", size=(120, 40)) as pilot:
        await see(pilot, "Signed copies")
        await pilot.press("slash")
        await type_text(pilot, "beans")
        await gone(pilot, "Signed copies")
        await pilot.press("enter")
        await see(pilot, "find: beans · esc removes", "Beans of")
        await pilot.press("escape")
        await see(pilot, "Signed copies")


async def test_another_process_is_seen_without_a_key() -> None:
    desk = seeded()
    async with opened(desk, place="5", size=(120, 40)) as pilot:
        await see(pilot, "↻", "sending: waiting for Mastodon")
        item = desk.items["harbour/reading@ms-harbour"]
        item.state, item.sign, item.words, item.url = "published", Sign.PUBLISHED, "published", "https://social.example/@harbour/1"
        item.published_at = desk.clock.at
        desk.poke()
        await see(pilot, "social.example/@harbour/1")


async def test_keys_that_are_off_say_why() -> None:
    async with opened(seeded(), place="2") as pilot:
        await see(pilot, "Latte art class")
        await pilot.press("r")
        await see(pilot, "Reschedule is off: it is published")


async def test_approve_says_why_it_is_off() -> None:
    desk = seeded()
    for text in desk.works["winter/menu"].texts.values():
        text.text = "x" * 3_000
    async with opened(desk, place="4", size=(120, 40)) as pilot:
        await see(pilot, "cannot be approved")
        await pilot.press("a")
        await see(pilot, "Approve is off")


async def test_the_help_page_lists_this_place_and_its_commands() -> None:
    async with opened(seeded(), place="4") as pilot:
        await pilot.press("?")
        await see(pilot, "Keys · Approvals", "Approve exactly what is shown", "daypart approve")
        await pilot.press("escape")
        await gone(pilot, "Keys · Approvals")


async def test_the_palette_finds_actions_and_posts() -> None:
    async with opened(seeded(), place="1") as pilot:
        await pilot.press("ctrl+p")
        await type_text(pilot, "latte")
        await see(pilot, "Post: Latte art class · Kawa Wrocław", "ig-kawa · used 3 times")
        await pilot.press("escape")
        await pilot.press("colon")
        await type_text(pilot, "go to: outb")
        await see(pilot, "Go to: Outbox")
        await pilot.press("down", "enter")
        await until(pilot, lambda: getattr(pilot.app.screen, "PLACE", "") == "outbox", "the outbox")


async def test_the_palette_goes_to_a_day() -> None:
    async with opened(seeded(), place="1") as pilot:
        await pilot.press("ctrl+p")
        await type_text(pilot, "24 Dec")
        await see(pilot, "Go to: Thu 24 Dec 2026")
        await pilot.press("down", "enter")
        await see(pilot, "December 2026", "▸24")


async def test_the_mouse_goes_to_places_and_presses_keys_of_the_bottom_line() -> None:
    async with opened(seeded(), size=(120, 40)) as pilot:
        await see(pilot, "5 Outbox")
        top = screen_text(pilot).splitlines()[0]
        await pilot.click(offset=(top.index("5 Outbox") + 2, 0))
        await until(pilot, lambda: getattr(pilot.app.screen, "PLACE", "") == "outbox", "the outbox")
        await see(pilot, "? Keys here")
        bottom = screen_text(pilot).splitlines()[-1]
        await pilot.click(offset=(bottom.index("? Keys here") + 2, 39))
        await see(pilot, "Keys · Outbox")


async def test_without_unicode_nothing_is_lost() -> None:
    async with opened(seeded(), place="5", size=(120, 40), glyphs=ASCII) as pilot:
        await see(pilot, ">! ", "NEEDS YOU")
        assert not set("▸▌✓✗◷↻⊘∅") & set(screen_text(pilot))


# ── writing ──


async def test_editing_the_post_that_is_open_already_begins_in_its_text() -> None:
    async with opened(seeded()) as pilot:
        app = pilot.app
        assert isinstance(app, Shown)
        app.open_post("winter/menu")
        await see(pilot, "Zimowe menu", "esc leaves the text")
        await pilot.press("escape")
        await see(pilot, "edits the text, esc goes back")
        app.go("today")
        await see(pilot, "TO APPROVE THIS WEEK")
        app.open_post("winter/menu")
        await see(pilot, "esc leaves the text")
        await type_text(pilot, "dry")  # `d` deletes where no text is
        await see(pilot, "wroclawdry")


async def test_what_cannot_be_saved_stays_and_says_so() -> None:
    desk = seeded()
    desk.fail_save = DiskError("The disk is full.", "Make room.")
    async with opened(desk) as pilot:
        app = pilot.app
        assert isinstance(app, Shown)
        app.open_post("winter/menu")
        await see(pilot, "Zimowe menu")
        await type_text(pilot, "!!")
        await see(pilot, "not saved: The disk is full.", "wroclaw!!")
        desk.fail_save = None
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(desk.saved), "the text to be saved")
        await gone(pilot, "not saved")


async def test_leaving_saves_first() -> None:
    desk = seeded()
    async with opened(desk) as pilot:
        app = pilot.app
        assert isinstance(app, Shown)
        app.open_post("winter/menu")
        await see(pilot, "Zimowe menu")
        await type_text(pilot, "?")
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not app.is_running, "the program to end")
    assert desk.saved[-1][0] == "winter/menu"


async def test_posts_from_files_name_their_file() -> None:
    async with opened(seeded()) as pilot:
        app = pilot.app
        assert isinstance(app, Shown)
        app.open_post("harbour/signing")
        await see(pilot, "campaigns/harbour/posts/signing.md", "read only")
        await type_text(pilot, "x")
        assert "Signed copies" in screen_text(pilot)


async def test_typing_while_another_process_writes_keeps_what_is_typed() -> None:
    desk = seeded()
    async with opened(desk) as pilot:
        app = pilot.app
        assert isinstance(app, Shown)
        app.open_post("winter/menu")
        await see(pilot, "Zimowe menu")
        desk.fail_save = UsageError("busy")
        await type_text(pilot, "MINE")
        desk.works["winter/menu"].texts["pl"] = Text("theirs")
        desk.poke()
        await see(pilot, "changed elsewhere too", "MINE")


async def test_without_a_model_everything_else_works() -> None:
    desk = seeded()
    desk.model = False
    async with opened(desk) as pilot:
        app = pilot.app
        assert isinstance(app, Shown)
        app.open_post("harbour/reading")
        await see(pilot, "Reading night")
        await pilot.press("f8")
        await see(pilot, "No model is set up. Everything else works.", "base_url: http://127.0.0.1:11434/v1", "Copy the lines (y)")
        await pilot.press("y", "escape")
        await gone(pilot, "base_url")


async def test_a_script_stands_as_timed_lines_beside_its_caption() -> None:
    async with opened(seeded(), size=(120, 40)) as pilot:
        app = pilot.app
        assert isinstance(app, Shown)
        app.open_post("winter/menu")
        await see(pilot, "Zimowe menu")
        await pilot.press("f8")
        await see(pilot, "The model · 1 of 2", "Winter came early.", "0–3 s", "Stop scrolling: it snows chocolate.", "on screen: IT SNOWS")
        await pilot.press("2")
        await see(pilot, "▸ 2 · English · script, 24.5 s read aloud, 26 s planned", "2 of 2")
        await pilot.press("1", "enter")
        await gone(pilot, "The model ·")
        await see(pilot, "Winter came early.", "AI-generated")


async def test_ten_thousand_posts_open() -> None:
    async with opened(crowded(10_000), place="5") as pilot:
        await see(pilot, "WAITING")
        await pilot.press("2")
        await see(pilot, "more")


async def test_what_goes_out_is_read_on_from_the_list_and_news_do_not_turn_the_page_back() -> None:
    async with opened(place="4", size=(80, 24)) as pilot:
        await see(pilot, "exactly this will go out")
        pane = pilot.app.screen.query_one("#pane", VerticalScroll)
        text = pilot.app.screen.query_one("#pane-text", Static)
        body = Content("\n".join(f"line {n}" for n in range(60)))
        pilot.app.screen.show_pane("Kawa", body)  # type: ignore[attr-defined]
        await until(pilot, lambda: pane.max_scroll_y > 0, "a text longer than the window")
        await pilot.press("space")
        await until(pilot, lambda: pane.scroll_offset.y > 0, "the next page")
        at = pane.scroll_offset.y
        pilot.app.screen.show_pane("Kawa", Content(body.plain))  # type: ignore[attr-defined]
        await pilot.pause()
        assert pane.scroll_offset.y == at
        pilot.app.screen.show_pane("Kawa", Content("another\n" * 60))  # type: ignore[attr-defined]
        await pilot.pause()
        assert (pane.scroll_offset.y, str(text.content)[:7]) == (0, "another")


async def test_the_newest_word_stands_alone_and_a_warning_stays() -> None:
    async with opened() as pilot:
        pilot.app.notify("not saved", severity="warning")
        for n in range(5):
            pilot.app.notify(f"approved {n}")
            await pilot.pause()
        assert sorted(note.message for note in pilot.app._notifications) == ["approved 4", "not saved"]


async def test_every_name_of_a_place_gives_way_before_what_says_that_nothing_is_real() -> None:
    desk = seeded()
    desk.sandbox = True
    async with opened(desk, place="9") as pilot:
        await see(pilot, "5 Outbox (3!)", "9 Report ", " sandbox")


async def test_while_a_text_is_typed_no_letter_is_called_a_key() -> None:
    async with opened(place="4") as pilot:
        await see(pilot, "/ Find", "? Keys", "! Hold")
        await pilot.press("slash")
        await see(pilot, "^g Hold", "^p All")
        await gone(pilot, "? Keys")
        assert "/ Find" not in screen_text(pilot)


async def test_the_palette_says_that_nothing_is_found_in_the_words_of_the_desk() -> None:
    async with opened(place="1") as pilot:
        await pilot.press("ctrl+p")
        await type_text(pilot, "zzqx")
        await see(pilot, "Nothing has the words “zzqx”.")


async def test_an_empty_pane_gives_its_room_to_the_list() -> None:
    async with opened(FakeDesk(), place="5") as pilot:
        await see(pilot, "Nothing planned.")
        await until(pilot, lambda: not pilot.app.screen.query_one("#pane").display, "the empty pane to go")


async def test_where_nothing_is_what_can_be_done_is_named_first() -> None:
    async with opened(FakeDesk(), place="5") as pilot:
        await see(pilot, "Nothing planned.", "n New post  ⏎ Open")
    async with opened(place="5") as pilot:
        await see(pilot, "NEEDS YOU", "i It is there  s Send again")


async def test_words_that_were_sought_do_not_hide_the_post_that_is_to_be_read() -> None:
    desk = seeded()
    async with opened(desk, place="4") as pilot:
        app = pilot.app
        assert isinstance(app, Shown)
        await see(pilot, "Reading night")
        await pilot.press("/")
        await type_text(pilot, "reading")
        await pilot.press("enter", "1")
        await see(pilot, "NEEDS YOU")
        app.open_review("winter/menu")
        await see(pilot, "Kawa Wrocław · exactly this will go out", "Reading night")


async def test_that_an_account_has_no_room_is_said_for_each_choice_of_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, asked = seeded(), list[bool]()

    async def full(*, anyway: bool = False, **_: object) -> None:
        asked.append(anyway)
        raise NoRoomError("the hour is full there")

    monkeypatch.setattr(desk, "new_post", full)
    async with opened(desk) as pilot:
        await pilot.press("n")
        await see(pilot, "What is it about?")
        await type_text(pilot, "snow")
        await pilot.press("tab", "space", "tab")
        await type_text(pilot, "tomorrow 9:30")
        await pilot.press("enter")
        await see(pilot, "Once more plans it there all the same")
        await pilot.press("shift+tab", "down", "space", "enter")
        await see(pilot, "Once more plans it there all the same")
        await pilot.press("enter")
        await until(pilot, lambda: asked == [False, False, True], "the same accounts once more")


async def test_one_timer_reads_again_however_often_reading_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, later = seeded(), 600.0
    monkeypatch.setattr("tui.frame.RETRY", later)
    desk.fail_read = BusyError("The store is busy.")
    async with opened(desk, place="5") as pilot:
        await see(pilot, "The store is busy.")
        screen = pilot.app.screen
        assert isinstance(screen, DeskScreen)
        for _ in range(3):
            await screen.reload().wait()
        waiting = [timer for timer in screen._timers if timer._interval == later and timer._task is not None and not timer._task.done()]
        assert len(waiting) == 1
