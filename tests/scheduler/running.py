"""The publishing service inside a test's own process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import select

from adapters.contract import Account
from scheduler.clock import Clock
from scheduler.service import service
from scheduler.service.outside import Wiring
from scheduler.store.statements import ACCOUNT
from scheduler.store.store import Store
from tests.scheduler.fast_clock import FastClock
from tests.scheduler.scripted import Platform, Scripted
from tests.scheduler.stage import PlainCipher, Stage, make_engine


async def started(folder: Path, clock: Clock, wiring: Wiring, stop: asyncio.Event) -> asyncio.Task[None]:
    """The service, once it says that it is ready. Raises what it ended with before."""
    ready = asyncio.Event()
    task = asyncio.create_task(service.run_service(folder, stop=stop, clock=clock, ready=ready.set, wiring=wiring))
    waiter = asyncio.create_task(ready.wait())
    await asyncio.wait({waiter, task}, return_when=asyncio.FIRST_COMPLETED)
    waiter.cancel()
    if task.done():
        await task
    return task


class Run:
    """A running service on a folder, with a scripted platform."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.platform = Platform(seconds=0.01)
        self.clock = FastClock()
        self.stop = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self.server_time: int | None = None

    def wiring(self) -> Wiring:
        def build(account: Account) -> Scripted:
            return Scripted(account, self.platform)

        async def server_time(server: str) -> int | None:
            return self.server_time

        return Wiring(self.folder, PlainCipher(), build, server_time)

    async def start(self) -> None:
        self.stop.clear()
        self.task = await started(self.folder, self.clock, self.wiring(), self.stop)

    async def end(self) -> None:
        self.stop.set()
        if self.task is not None:
            await self.task


async def desk(run: Run) -> Stage:
    """Another process's view of the same store."""
    store = Store.open(run.folder, run.clock)
    stage = Stage(run.clock, run.platform, store, make_engine(store, run.clock, run.platform), run.folder)  # type: ignore[arg-type]
    known = await store.read(lambda conn: conn.execute(select(ACCOUNT.c.id)).scalar_one_or_none())
    if known is None:
        await stage.add_account("bs")
    else:
        stage.account_ids["bs"] = known
    return stage


async def until(condition: Callable[[], Awaitable[bool]], what: str, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < end, f"never: {what}"
        await asyncio.sleep(0.01)


async def published(stage: Stage, post: int) -> bool:
    return await stage.state(post) == "published"
