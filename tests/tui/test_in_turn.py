"""Keys that arrive in one packet, as a slow line delivers them: each is acted on before the next is handed on."""

from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.app import ScreenStackError
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import Input
from textual.worker import WorkerFailed

from scheduler.desk.views import AccountView
from tests.tui.fake_desk import FakeDesk
from tests.tui.seeds import seeded
from tests.tui.waiting import opened, see, until
from tui.dialogs.approve import Approve
from tui.dialogs.new_post import NewPost
from tui.keys.in_turn import InTurn
from tui.widgets.caption_area import CaptionArea
from tui.widgets.row_list import RowList


def burst(pilot: Pilot[None], sent: str) -> None:
    """What a terminal sends, all at once; `⎋` is escape, which a terminal's bytes do not tell from the beginning of another key."""
    for part in sent.replace("⎋", "\0⎋\0").split("\0"):
        for event in [events.Key("escape", None)] if part == "⎋" else XTermParser().feed(part):
            pilot.app.post_message(event)


def place(pilot: Pilot[None]) -> str:
    return getattr(pilot.app.screen, "PLACE", "")


async def test_words_after_find_are_no_commands() -> None:
    async with opened(place="4") as pilot:
        await see(pilot, "TO APPROVE 3")
        listed, find = pilot.app.screen.query_one(RowList), pilot.app.screen.query_one("#find", Input)
        burst(pilot, "/kawa\r")
        await until(pilot, lambda: listed.has_focus and find.value == "kawa", "the words found")
        burst(pilot, "⎋⎋")
        await until(pilot, lambda: place(pilot) == "today", "escape to lead out of the words, then out of the place")
        assert find.value == ""


async def test_what_follows_n_is_the_new_post() -> None:
    """With the answer of the dialog typed ahead, and the text of the post behind it."""
    async with opened(place="2") as pilot:
        await see(pilot, "Tue 24 Nov · 7 posts")
        burst(pilot, "nFog horn\t \rThe horn is back.")
        await until(pilot, lambda: place(pilot) == "write", "the post")
        await until(pilot, lambda: pilot.app.screen.query_one(CaptionArea).text == "The horn is back.", "the text")
        await see(pilot, "Harbour Books · Fog horn")


async def test_a_place_is_read_before_its_keys() -> None:
    desk = seeded()
    async with opened(desk) as pilot:
        desk.slow = asyncio.Event()
        pilot.app.PATIENCE = pilot.app.PATIENCE_FOR_LINES = 20.0  # type: ignore[attr-defined]
        burst(pilot, "5jj")
        await see(pilot, "Reading…")
        desk.slow.set()
        listed = pilot.app.screen.query_one(RowList)
        await until(pilot, lambda: listed.cursor == 3, "two lines below the first, which is under a heading")


async def test_the_palette_finds_before_it_goes() -> None:
    async with opened() as pilot:
        burst(pilot, "\x10go to: outbox\r")
        await until(pilot, lambda: place(pilot) == "outbox", "the outbox")
        burst(pilot, "\x10release\r⎋⎋?⎋n")
        await until(pilot, lambda: isinstance(pilot.app.screen, NewPost), "a dialog behind all the others")


class NeverReady(FakeDesk):
    """Does not find its accounts."""

    async def accounts(self) -> list[AccountView]:
        await asyncio.Event().wait()
        return []


async def test_what_was_typed_blind_is_let_go_but_for_the_brake() -> None:
    """`n` asks for the accounts first, and that takes for ever: no letter of the title may act on the list."""
    desk = seeded(NeverReady())
    async with opened(desk, place="4") as pilot:
        await see(pilot, "TO APPROVE 3")
        app, listed = pilot.app, pilot.app.screen.query_one(RowList)
        chosen, app.PATIENCE = listed.chosen, 0.05  # type: ignore[attr-defined, misc]
        burst(pilot, "njam!")
        await see(pilot, "was not taken")
        await until(pilot, lambda: bool(desk.found_holds), "the brake")
        assert listed.chosen == chosen
        assert not any(isinstance(screen, Approve) for screen in app.screen_stack)


async def test_a_click_comes_after_the_keys_before_it() -> None:
    async with opened(place="4") as pilot:
        await see(pilot, "TO APPROVE 3")
        app = pilot.app
        burst(pilot, "5")
        for kind in (events.MouseDown, events.MouseUp):
            app.post_message(kind(None, 5, 0, 0, 0, 1, False, False, False, screen_x=5, screen_y=0))
        await until(pilot, lambda: place(pilot) == "today", "the place that was clicked last")


async def test_escape_and_a_letter_in_one_packet_are_two_keys_but_in_a_text() -> None:
    async with opened(place="4") as pilot:
        await see(pilot, "TO APPROVE 3")
        app = pilot.app
        burst(pilot, "/kawa\r")
        find = app.screen.query_one("#find", Input)
        await until(pilot, lambda: find.value == "kawa" and not find.has_focus, "the words kept")
        app.post_message(events.Key("alt+shift+n", "N"))
        await see(pilot, "Nobody is told while the desk is closed")
        assert find.value == "", "escape came first"
    async with opened(place="3") as pilot:
        await pilot.press("enter")
        await see(pilot, "esc leaves the text")
        caption = pilot.app.screen.query_one(CaptionArea)
        pilot.app.post_message(events.Key("alt+n", "n"))
        await pilot.press("end")
        assert caption.has_focus


class Leaving(InTurn):
    """Leaves its last screen, which is a fault while it runs, or stays with a key until all screens are gone."""

    BINDINGS = [Binding("l", "leave", priority=True), Binding("s", "stay", priority=True)]

    def __init__(self) -> None:
        super().__init__()
        self.stays = False
        self.emptied = asyncio.Event()

    def action_leave(self) -> None:
        self.pop_screen()

    async def action_stay(self) -> None:
        self.stays = True
        await self.emptied.wait()

    async def _close_all(self) -> None:
        await super()._close_all()
        self.emptied.set()


async def test_a_screen_that_is_missing_while_the_program_runs_is_a_fault() -> None:
    app = Leaving()

    async def leave() -> None:
        async with app.run_test() as pilot:
            app.post_message(events.Key("l", "l"))
            await until(pilot, lambda: app._exception is not None, "the fault")

    with pytest.raises(WorkerFailed) as failed:
        await leave()
    assert isinstance(failed.value.error, ScreenStackError)


async def test_keys_that_wait_when_the_program_closes_are_too_late() -> None:
    app = Leaving()
    async with app.run_test() as pilot:
        app.post_message(events.Key("s", "s"))
        app.post_message(events.Key("l", "l"))
        await until(pilot, lambda: app.stays, "the key that stays")
    assert app._exception is None
    waiting = list(app._typist.waiting)
    await app.on_event(events.Key("l", "l"))
    assert list(app._typist.waiting) == waiting, "a key that comes later still is not even kept"
