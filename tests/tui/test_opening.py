"""The first half second: the frame before the desk, a place asked for meanwhile, a workspace that does not open."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from textual import events

from scheduler.errors import BusyError
from tests.tui.fake_desk import FakeDesk
from tests.tui.seeds import seeded
from tests.tui.waiting import screen_text, see, until
from tui.app import DaypartApp

HEAVY = ("sqlalchemy", "pydantic", "httpx", "cryptography", "openai")
"""What takes longer to load than a person waits."""


class Later:
    """A workspace that opens when it is told to."""

    def __init__(self, desk: FakeDesk) -> None:
        self.may, self.desk = asyncio.Event(), desk

    async def __call__(self) -> FakeDesk:
        await self.may.wait()
        return self.desk


async def test_the_frame_stands_before_the_desk_and_a_place_asked_for_waits_for_it() -> None:
    later = Later(seeded())
    app = DaypartApp(None, opening=later, clock=later.desk.clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "1 Today", "Reading…", "Keys")
        for key, letter in (("4", "4"), ("exclamation_mark", "!"), ("5", "5"), ("x", "x")):
            app.post_message(events.Key(key, letter))
        await pilot.pause()
        assert "Reading…" in screen_text(pilot)
        later.may.set()
        await see(pilot, "Outbox · all clients", "NEEDS YOU 3")
        assert await later.desk.holds() == [], "only going to a place waits; what acts is not taken"
        assert await app.outcome() is later.desk


async def test_one_may_leave_before_the_desk_is_there() -> None:
    later = Later(seeded())
    app = DaypartApp(None, opening=later, clock=later.desk.clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "Reading…")
        app.post_message(events.Key("q", "q"))
        await until(pilot, lambda: not app.is_running or app._exit, "the end")
    later.may.set()
    assert await app.outcome() is later.desk, "it is handed over all the same, so that it is closed"


async def test_a_workspace_that_does_not_open_is_said_by_whoever_opened_it() -> None:
    async def opening() -> FakeDesk:
        raise BusyError("The store is locked.", "Wait a moment.")

    app = DaypartApp(None, opening=opening)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: not app.is_running or app._exit, "the end")
    with pytest.raises(BusyError):
        await app.outcome()


def test_nothing_heavy_is_loaded_before_the_first_frame() -> None:
    code = f"import sys, tui.app, daypart.commands.open; print([name for name in {HEAVY!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
