"""The engine: claims what is due, keeps one task per delivery, shows signs of life, takes over from the dead, ends in order."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Coroutine
from functools import partial

from sqlalchemy import Connection

from scheduler.engine import look, takeover
from scheduler.engine.context import Context
from scheduler.engine.deliver import deliver
from scheduler.errors import DeskError
from scheduler.store import queue
from scheduler.store.queue import Lease

AT_ONCE = 128
"""Deliveries that are worked on at the same time. Less than the 256 files a process may have open on some systems."""
REFILL = AT_ONCE // 2
"""So many places free, and not before: one claim costs as much for sixty deliveries as for one."""
EARLY_AT_ONCE = 64
"""Further ones that are prepared before they are due."""
LOOKS_AT_ONCE = 16
log = logging.getLogger("daypart.engine")


class Engine:
    """Does what the table says. `fire` and `sweep` may be called at any time and as often as one likes."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self._tasks: dict[tuple[int, int], asyncio.Task[None]] = {}
        """By delivery and fence: a new life of a delivery may begin while the task of its last one is ending."""
        self._leases: dict[tuple[int, int], Lease] = {}
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._watch = takeover.Watch()
        self._firing = asyncio.Lock()
        self._ended = asyncio.Event()
        self._begun = 0
        """How many tasks were ever started."""

    @property
    def in_work(self) -> frozenset[int]:
        """Ids of the deliveries worked on here."""
        return frozenset(delivery for delivery, _ in self._tasks)

    async def fire(self) -> int | None:
        """Start everything that can start now. Returns when something will be next (UTC microseconds), as far as the table knows."""
        async with self._firing:
            if not self.ctx.stopping.is_set():
                await self._start_looks()
                if self.ctx.clock_trusted():
                    await self._start_deliveries()
            if self._is_full():
                return None  # the end of a delivery wakes us before any instant matters
            now = self.ctx.clock.wall()
            return await self.ctx.store.read(lambda conn: queue.next_instant(conn, now))

    async def run_due(self) -> None:
        """Fire until nothing is due and nothing is in work: for proofs that stop there."""
        while True:
            begun = self._begun
            await self.fire()
            if self._tasks:
                await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)
            elif self._begun == begun:  # else they ended while the next instant was read
                return

    async def sweep(self) -> int | None:
        """The guarantee behind every hint: signs of life, take-over, missed windows, then fire."""
        await self.beat()
        await self._watch.take_dead(self.ctx, self.in_work)
        if self.ctx.clock_trusted():
            await self._sweep_missed()
        return await self.fire()

    async def _sweep_missed(self) -> None:
        now, node = self.ctx.clock.wall(), self.ctx.me.node
        if await self.ctx.store.read(lambda conn: queue.passed(conn, now)):
            await self.ctx.store.write(lambda conn: queue.sweep_missed(conn, now=now, node=node), name="missed")

    async def beat(self) -> None:
        """One sign of life for everything in work; without any, nothing is written: an idle service lets the disk sleep."""
        now, node, mine = self.ctx.clock.wall(), self.ctx.me.node, self.in_work
        if not mine:
            return
        await self.ctx.store.write(lambda conn: queue.beat(conn, now=now, node=node, deliveries=mine), name="beat")

    async def begin_nothing_new(self) -> None:
        """From now on nothing is claimed. What is being claimed right now is still begun: else it would stay claimed by nobody."""
        self.ctx.stopping.set()
        async with self._firing:
            pass

    async def drain(self, timeout: float) -> int:
        """Take nothing new, let what is on its way end; after `timeout` of our seconds the rest is cut off. Returns how many were."""
        self.ctx.stopping.set()
        deadline = self.ctx.clock.sleep(timeout)
        timer = asyncio.ensure_future(deadline)
        while self._tasks and not timer.done():
            await asyncio.wait({*self._tasks.values(), timer}, return_when=asyncio.FIRST_COMPLETED)
        timer.cancel()
        cut_off = list(self._tasks.values())
        for task in cut_off:
            task.cancel()
        await asyncio.gather(*cut_off, return_exceptions=True)
        return len(cut_off)

    # ── starting ──

    async def _start_deliveries(self) -> None:
        for early, most in ((False, AT_ONCE), (True, EARLY_AT_ONCE)):
            while not self._is_full() and (free := most - self._busy(early)) > 0:
                leases = await self._claim(early, free)
                for lease in leases:
                    self._start(lease, partial(deliver, self.ctx, lease, self._turns[lease.account_id]))
                if not leases:
                    break

    def _is_full(self) -> bool:
        return AT_ONCE - self._busy(early=False) < REFILL

    async def _claim(self, early: bool, limit: int) -> list[Lease]:
        now, node = self.ctx.clock.wall(), self.ctx.me.node
        if await self.ctx.store.read(lambda conn: queue.nothing_to_claim(conn, now, early=early)):
            return []

        def operation(conn: Connection) -> list[Lease]:
            return queue.claim(conn, now=now, node=node, limit=limit, early=early)

        return await self.ctx.store.write(operation, name="claim")

    def _busy(self, early: bool) -> int:
        """Tasks that count against a limit: those that wait for their time stand apart from those that are due."""
        now = self.ctx.clock.wall()
        return sum((lease.due > now) == early for lease in self._leases.values())

    async def _start_looks(self) -> None:
        now, node = self.ctx.clock.wall(), self.ctx.me.node
        if await self.ctx.store.read(lambda conn: queue.nothing_to_look_at(conn, now)):
            return
        for lease in await self.ctx.store.write(
            lambda conn: queue.claim_looks(conn, now=now, node=node, limit=LOOKS_AT_ONCE), name="checking"
        ):
            self._start(lease, partial(look.check, self.ctx, lease))
        for lease in await self.ctx.store.read(lambda conn: queue.due_polls(conn, now, LOOKS_AT_ONCE)):
            self._start(lease, partial(look.poll, self.ctx, lease))

    def _start(self, lease: Lease, work: Callable[[], Coroutine[None, None, None]]) -> None:
        place = (lease.id, lease.fence)
        if place in self._tasks:
            return
        self._begun += 1
        task = asyncio.get_running_loop().create_task(self._work(lease, work), name=lease.key)
        self._tasks[place], self._leases[place] = task, lease
        task.add_done_callback(lambda done: self._end(lease, done))

    async def _work(self, lease: Lease, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Whatever stops it, nobody else has to wait for the lease to end: this process knows that it does not go on."""
        try:
            await work()
        except Exception as error:
            if isinstance(error, DeskError):
                log.warning("%s: %s", lease.key, error)
            else:
                log.exception("%s stopped", lease.key)
            await takeover.give_back(self.ctx, lease, error)

    def _end(self, lease: Lease, task: asyncio.Task[None]) -> None:
        self._tasks.pop((lease.id, lease.fence), None)
        self._leases.pop((lease.id, lease.fence), None)
        self._ended.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            cause = None if isinstance(error, DeskError) else error
            log.error("%s could not be given back (%s); the next start takes it up", lease.key, error, exc_info=cause)

    async def ended(self) -> None:
        """Returns when some delivery has ended since the last call: there is room again, and what hung on it may go."""
        await self._ended.wait()
        self._ended.clear()
