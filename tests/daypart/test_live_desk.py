"""The desk beside a real service: what it does is shown at once, and whoever dies takes nothing that was typed along."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from scheduler.desk.desk import Desk
from scheduler.store import store
from tests.daypart.rig import TEASER, Place
from tests.tui.waiting import gone, see, until
from tui.app import DaypartApp
from tui.widgets.caption_area import CaptionArea

HOLDER = """
import fcntl, os, sqlite3, sys, time
lock = os.open(sys.argv[1] + ".wlock", os.O_RDWR | os.O_CREAT)
fcntl.flock(lock, fcntl.LOCK_EX)
conn = sqlite3.connect(sys.argv[1], isolation_level=None)
conn.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(600)
"""
"""Takes both locks of the store, and never lets go by itself."""
WORDS = "Every word of this stays."


@asynccontextmanager
async def desk_at(place: Place) -> AsyncIterator[tuple[Pilot[None], Desk]]:
    desk = await Desk.open(place.root, user="anna")
    app = DaypartApp(desk)
    try:
        async with app.run_test(size=(100, 30), notifications=True) as pilot:
            await until(pilot, lambda: app.facts is not None, "the facts")
            yield pilot, desk
    finally:
        await desk.close()


async def test_what_the_service_does_is_shown_at_once(planned: Place, capsys: pytest.CaptureFixture[str]) -> None:
    planned("post", "move", TEASER, "now")
    with planned.service():
        async with desk_at(planned) as (pilot, desk):
            await pilot.press("5")
            await see(pilot, "Service: running on this computer")
            item = await desk.review(TEASER)
            await desk.approve(TEASER, item.digest)
            await see(pilot, "DONE 1")
            seen = time.time_ns() // 1_000
            done = next(event for event in await desk.history(TEASER) if event.to_state == "published")
    with capsys.disabled():
        print(f"\nshown {(seen - done.at) / 1_000:.0f} ms after the service wrote that it is published (the promise: 500 ms)")


@asynccontextmanager
async def writing(place: Place) -> AsyncIterator[tuple[Pilot[None], Desk, CaptionArea]]:
    async with desk_at(place) as (pilot, desk):
        made = await desk.new_post(title="Kept", text={"en": ""}, accounts=["bs-kawa"])
        app = pilot.app
        assert isinstance(app, DaypartApp)
        app.open_post(made.post)
        await see(pilot, "Kawa · Kept")
        yield pilot, desk, app.screen.query_one(CaptionArea)


async def kept(pilot: Pilot[None], desk: Desk) -> float:
    """Seconds until the words are in the store."""
    started = time.monotonic()
    while WORDS not in [text.text for text in (await desk.post("desk/kept")).texts]:
        assert time.monotonic() - started < 30, "the words never reached the store"
        await pilot.pause()
        await asyncio.sleep(0.02)
    return time.monotonic() - started


async def test_a_service_that_dies_while_one_writes_takes_nothing_along(planned: Place, capsys: pytest.CaptureFixture[str]) -> None:
    with planned.service() as service:
        async with writing(planned) as (pilot, desk, area):
            area.insert(WORDS)
            service.stop(signal.SIGKILL)
            seconds = await kept(pilot, desk)
            await see(pilot, "Nothing is published: the service is not running", WORDS)
    with capsys.disabled():
        print(f"\nkept {seconds:.2f} s after the last key, the service killed meanwhile (the promise: within a second)")


async def test_whoever_holds_the_store_and_dies_only_delays_the_saving(planned: Place) -> None:
    async with writing(planned) as (pilot, desk, area):
        database = planned.root / ".daypart" / "daypart.db"
        holder = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, str(database), stdout=asyncio.subprocess.PIPE)
        try:
            assert holder.stdout is not None
            assert await holder.stdout.readline() == b"held\n"
            area.insert(WORDS)
            await see(pilot, WORDS)
            assert WORDS not in [text.text for text in (await desk.post("desk/kept")).texts]
        finally:
            holder.kill()
            await holder.communicate()
        await kept(pilot, desk)
        assert area.text == WORDS


async def test_a_store_that_stays_locked_is_named_and_the_words_are_saved_when_it_is_free(
    planned: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `BUSY_SECONDS` says, only that here it is one second."""
    monkeypatch.setattr(store, "NAME_HOLDER_SECONDS", 0.5)
    monkeypatch.setattr(store, "BUSY_SECONDS", 1.0)
    async with writing(planned) as (pilot, desk, area):
        database = planned.root / ".daypart" / "daypart.db"
        holder = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, str(database), stdout=asyncio.subprocess.PIPE)
        try:
            assert holder.stdout is not None
            assert await holder.stdout.readline() == b"held\n"
            area.insert(WORDS)
            await see(pilot, "not saved: The store has been locked for 1 s by", "Nothing can be saved now", WORDS)
        finally:
            holder.kill()
            await holder.communicate()
        await kept(pilot, desk)  # without a key
        await gone(pilot, "not saved")
        await gone(pilot, "Nothing can be saved now")
        assert area.text == WORDS


async def test_a_change_that_waits_for_a_lock_says_so_and_a_store_that_is_free_again_is_found_without_a_key(
    planned: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "NAME_HOLDER_SECONDS", 0.2)
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.5)
    async with desk_at(planned) as (pilot, _):
        database = planned.root / ".daypart" / "daypart.db"
        holder = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, str(database), stdout=asyncio.subprocess.PIPE)
        try:
            assert holder.stdout is not None
            assert await holder.stdout.readline() == b"held\n"
            await pilot.press("!")
            await see(pilot, "Nothing can be saved now")
            await pilot.press("z")
            await see(pilot, "Undo is off: The store")
        finally:
            holder.kill()
            await holder.communicate()
        await gone(pilot, "Nothing can be saved now")
