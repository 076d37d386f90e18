"""Windows that shrink to nothing, mouse noise, a book in the clipboard: the desk stays, and works again afterwards."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.pilot import Pilot

from scheduler.desk.views import AccountView
from tests.tui.fake_desk import FakeDesk
from tests.tui.seeds import seeded
from tests.tui.waiting import back_to_the_place, gone, opened, screen_text, see, until
from tui.dialogs.hold import HoldReason
from tui.keys.actions import PLACES
from tui.widgets.caption_area import CaptionArea

TINY = (40, 10)
BUTTONS = (0, 1, 2, 32, 35, 64, 65, 66, 67, 128, 999)
KEYS = [*(action.keys for action in PLACES), "comma"]


@pytest.mark.parametrize("size", [TINY, (20, 4), (1, 1), (200, 3)])
async def test_every_place_at_any_size(size: tuple[int, int]) -> None:
    async with opened(size=size) as pilot:
        for key in KEYS:
            await pilot.press(key, "down", *(["enter"] if key != "comma" else []), "escape", "escape")
        await pilot.resize_terminal(80, 24)
        await pilot.press("5")
        await see(pilot, "WAITING 5")


async def test_it_says_what_to_do_and_keys_still_work() -> None:
    async with opened(place="5") as pilot:
        await see(pilot, "NEEDS YOU")
        await pilot.resize_terminal(*TINY)
        await see(pilot, "Make the window larger")
        await pilot.press("4")
        await until(pilot, lambda: getattr(pilot.app.screen, "PLACE", "") == "approvals", "Approvals")
        await pilot.press("5", "!")
        await until(pilot, lambda: isinstance(pilot.app.screen, HoldReason), "the question why")
        pilot.app.clear_notifications()  # it lies over the buttons for five seconds
        await see(pilot, "No reason (esc)")
        await pilot.press("escape")
        await pilot.resize_terminal(80, 24)
        await see(pilot, "ON HOLD since")


async def test_the_list_has_its_focus_again() -> None:
    async with opened(place="5") as pilot:
        await see(pilot, "NEEDS YOU")
        await pilot.resize_terminal(*TINY)
        await see(pilot, "Make the window larger")
        await pilot.resize_terminal(80, 24)
        await gone(pilot, "Make the window larger")
        await pilot.press("down")
        await until(pilot, lambda: pilot.app.screen.rows.cursor == 2, "the cursor to move")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("keys", "words"),
    [(("4", "a"), "Not yet (esc)"), (("2", "n"), "Not now (esc)"), (("5", "?"), "Close (esc)"), (("comma", "ctrl+p"), "")],
)
async def test_a_dialog_is_resized_while_it_is_open(keys: tuple[str, ...], words: str) -> None:
    async with opened() as pilot:
        await pilot.press(*keys)
        await see(pilot, words)
        for size in (TINY, (120, 40), (10, 2), (80, 24)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda size=size: pilot.app.size == size, f"{size}")  # type: ignore[misc]
        await see(pilot, words)
        await pilot.press("escape")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1, "the dialog to close")


async def test_buttons_can_be_reached_in_a_tiny_dialog() -> None:
    async with opened(place="4", size=(80, 24)) as pilot:
        await pilot.press("b")
        await see(pilot, "What should change?")
        await pilot.resize_terminal(*TINY)
        await pilot.press("tab", "tab")
        await see(pilot, "Send back (⏎)")


def _feed(pilot: Pilot[None], data: str) -> None:
    parser = XTermParser()
    for message in parser.feed(data):
        pilot.app.post_message(message)


async def test_mouse_noise() -> None:
    noise = random.Random(5)
    async with opened(place="2") as pilot:
        await see(pilot, "November 2026")
        for _ in range(20):
            burst = "".join(
                f"\x1b[<{noise.choice(BUTTONS)};{noise.randint(0, 400)};{noise.randint(0, 90)}{noise.choice('Mm')}" for _ in range(40)
            )
            _feed(pilot, burst)
            await pilot.pause()
        await back_to_the_place(pilot)
        await pilot.press("5")
        await see(pilot, "NEEDS YOU")


async def test_garbage_from_the_terminal() -> None:
    noise = random.Random(6)
    async with opened(place="1") as pilot:
        for _ in range(20):
            _feed(pilot, "\x1b[" + "".join(chr(noise.randint(32, 63)) for _ in range(30)) + "R")
            await pilot.pause()
        await back_to_the_place(pilot)
        await pilot.press("5")
        await see(pilot, "NEEDS YOU")


@pytest.mark.parametrize("place", ["5", "3"])
async def test_a_megabyte_is_not_pasted_and_nothing_is_lost(place: str) -> None:
    async with opened(place=place) as pilot:
        await pilot.press("enter" if place == "3" else "/")
        await until(pilot, lambda: pilot.app.focused is not None, "a focus")
        area = next(iter(pilot.app.screen.query(CaptionArea)), None)
        before = area.text if area is not None else ""
        pilot.app.post_message(events.Paste("x" * 1_000_000))
        await see(pilot, "Nothing was pasted")
        assert area is None or area.text == before
        pilot.app.post_message(events.Paste("short words"))
        await see(pilot, "short words") if area is None else await until(pilot, lambda: "short words" in area.text, "the short paste")
        assert "x" * 200 not in screen_text(pilot)


class ManyAccounts(FakeDesk):
    """As many as an agency has."""

    async def accounts(self) -> list[AccountView]:
        known = await super().accounts()
        return [replace(account, name=f"{account.name}-{n}") for n in range(9) for account in known]


async def test_a_new_post_of_an_agency_has_its_buttons_in_sight() -> None:
    async with opened(seeded(ManyAccounts()), place="1") as pilot:
        await pilot.press("n")
        await see(pilot, "bs-harbour-8", "When? (may stay empty)", "Not now (esc)", "Write it (⏎)")
