"""Every change that needs a person raises exactly one notice, and the check for that finds the one that is missing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.contract import Account
from scheduler.clock import DAY, HOUR, MINUTE
from scheduler.notices.rows import UNTOLD
from scheduler.service import service
from scheduler.service.outside import Wiring
from scheduler.store import sqlite
from scheduler.store import store as store_module
from scheduler.store.store import DATABASE, Store
from scheduler.virtual_time import VirtualClock, run_virtual
from tests.scheduler.fast_clock import FastClock
from tests.scheduler.scripted import Platform, Scripted
from tests.scheduler.stage import PlainCipher, Stage, make_engine


def test_a_missed_post_has_one_and_without_it_the_check_finds_it(tmp_path: Path) -> None:
    async def main(clock: VirtualClock) -> None:
        stage = await Stage.build(clock, tmp_path)
        [post] = await stage.add()
        clock.set_wall(2 * DAY / 1_000_000)
        await stage.settle(120)
        assert await stage.state(post) == "missed"
        assert await _untold(stage) == 0
        await stage.store.write(lambda conn: conn.execute(text("DELETE FROM notice")).rowcount)
        assert await _untold(stage) == 1

    run_virtual(main)


async def _untold(stage: Stage) -> int:
    return await stage.store.read(lambda conn: len(conn.execute(text(UNTOLD)).fetchall()))


class Running:
    """A service on a fast clock, and another process's view of its store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FastClock(10.0)
        self.platform = Platform(seconds=0.01)
        self.stop = asyncio.Event()
        self.server_time: int | None = None

    async def __aenter__(self) -> Stage:
        def build(account: Account) -> Scripted:
            return Scripted(account, self.platform)

        async def server_time(_: str) -> int | None:
            return self.server_time

        ready = asyncio.Event()
        wiring = Wiring(self.folder, PlainCipher(), build, server_time)
        self.task = asyncio.create_task(service.run_service(self.folder, stop=self.stop, clock=self.clock, ready=ready.set, wiring=wiring))
        await ready.wait()
        self.store = Store.open(self.folder, self.clock)
        stage = Stage(self.clock, self.platform, self.store, make_engine(self.store, self.clock, self.platform), self.folder)  # type: ignore[arg-type]
        await stage.add_account("bs")
        return stage

    async def __aexit__(self, *_: object) -> None:
        await self.store.close()
        self.stop.set()
        await self.task


async def until(condition: Callable[[], Awaitable[bool]], what: str) -> None:
    end = time.monotonic() + 60
    while not await condition():
        assert time.monotonic() < end, f"never: {what}"
        await asyncio.sleep(0.05)


async def test_a_clock_that_jumps_twice_in_doubt_is_one_notice_and_a_new_doubt_another(tmp_path: Path) -> None:
    running = Running(tmp_path / "state")

    async def clocks() -> int:
        return [kind for kind, _ in await stage.notices()].count("clock")

    async def told(count: int) -> bool:
        return await clocks() == count

    async with running as stage:
        running.clock.offset = 2 * HOUR
        await until(lambda: told(1), "the first notice")
        running.clock.offset = 4 * HOUR
        await running.clock.sleep(10)
        assert await clocks() == 1
        running.clock.offset = 0
        await running.clock.sleep(10)
        running.clock.offset = 10 * MINUTE
        await until(lambda: told(2), "the notice of the second doubt")


async def test_a_store_that_was_locked_for_long_is_told_afterwards_with_the_holder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "NAME_HOLDER_SECONDS", 0.1)
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.2)
    running = Running(tmp_path / "state")

    async def told() -> bool:
        return any(kind == "service" and "has been locked" in words for kind, words in await stage.notices())

    async with running as stage:
        await stage.add(due=running.clock.wall())
        lock = sqlite.FileLock(running.folder / f"{DATABASE}.wlock")
        await until(lambda: _got(lock), "the lock")
        await stage.clock.sleep(30)
        lock.release()
        lock.close()
        await until(told, "the notice")
        words = [words for kind, words in await stage.notices() if kind == "service"]
        assert len(words) == 1
        assert words[0].startswith("Publishing waited for ")


async def _got(lock: sqlite.FileLock) -> bool:
    return lock.try_acquire()
