"""Plays the plan: the real engine on a clock that jumps from one event to the next, while the computer sleeps and wakes."""

from __future__ import annotations

import asyncio
import hashlib
import random
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, text

from adapters.contract import MediaItem, Target
from scheduler.accounts.tokens import Tokens
from scheduler.accounts.vault import Vault
from scheduler.clock import DAY, HOUR, MINUTE, SECOND
from scheduler.content import kept as content
from scheduler.engine import takeover
from scheduler.engine.context import Context, Identity, Work
from scheduler.engine.engine import Engine
from scheduler.rehearsal.copying import PretendCipher
from scheduler.rehearsal.pretend import World
from scheduler.rehearsal.weather import Incident, Kind
from scheduler.service.fire import ClockGuard
from scheduler.store.store import Store
from scheduler.virtual_time import VirtualClock

LONGEST_AFTER = DAY + 2 * HOUR
"""So long after its end a rehearsal waits for what was due before."""
GLANCE_SECONDS = 60.0
STEP_FIRST = 10 * SECOND
STEP_MOST = 10 * MINUTE
"""While something waits for no known instant (a hold, a pace), the table is looked at again after 10 s, then less and less often."""
RENEW_EVERY = 6 * HOUR
DRAIN_SECONDS = 75.0
HASHED_BYTES = 1 << 20
"""Larger files are believed when their size is right."""
_UNSETTLED = text(  # by state, of which few are left, not by time: years of published posts lie before
    "SELECT 1 FROM delivery WHERE +due < :until AND state IN ('queued', 'claimed', 'sending', 'processing', 'unknown', 'checking') LIMIT 1"
)
_WAITING = text("SELECT 1 FROM delivery WHERE state = 'queued' AND prepare_at <= :now LIMIT 1")
_WINDOW = text("SELECT min(coalesce(send_until, due + late)) FROM delivery WHERE state IN ('draft', 'queued', 'claimed')")


class Play:
    """One rehearsal's running time."""

    def __init__(self, store: Store, clock: VirtualClock, world: World, until: int) -> None:
        self.store, self.clock, self.world, self.until = store, clock, world, until
        self.chance = random.Random(world.weather.seed)
        self.guard = ClockGuard(clock)
        self.boots = 0
        self.sizes: dict[Path, str] = {}
        self.step = STEP_FIRST
        self.sweep_at = self.renew_at = clock.wall()
        self.engine = self._boot()

    async def run(self) -> None:
        """From now to the end."""
        await takeover.take_all(self.engine.ctx)
        for incident in self.world.weather.computer():
            await self._work(incident.start)
            if not await self._over():
                await self._out(incident)
        await self._work(self.until + LONGEST_AFTER)
        await self.engine.begin_nothing_new()
        await self.engine.drain(1.0)

    # ── time ──

    async def _work(self, until: int) -> None:
        while (now := self.clock.wall()) < until and not await self._over():
            if now >= self.sweep_at:
                await self.engine.sweep()
                self.sweep_at = await self.store.read(lambda conn: _next_sweep(conn, self.clock.wall()))
            if now >= self.renew_at:
                await self._renew()
                self.renew_at = now + RENEW_EVERY
            instant = await self.engine.fire()
            await self._pause(min(until, self.sweep_at, self.renew_at, await self._next(now, instant)))

    async def _next(self, now: int, instant: int | None) -> int:
        waiting = await self.store.read(lambda conn: conn.execute(_WAITING, {"now": now}).first() is not None)
        if not waiting:
            self.step = STEP_FIRST
        again = now + self.step if waiting or (instant is not None and instant <= now) else self.until + LONGEST_AFTER
        self.step = min(self.step * 2, STEP_MOST) if waiting else self.step
        return again if instant is None or instant <= now else min(instant, again)

    async def _pause(self, until: int) -> None:
        """Until an instant, or until some delivery has ended."""
        timer = asyncio.ensure_future(self.clock.sleep(max(until - self.clock.wall(), 1) / SECOND))
        ended = asyncio.ensure_future(self.engine.ended())
        await asyncio.wait({timer, ended}, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            self.step = STEP_FIRST
        for task in (timer, ended):
            task.cancel()

    async def _over(self) -> bool:
        """Everything that was due is settled."""
        if self.engine.in_work or self.clock.wall() > self.until + LONGEST_AFTER:
            return not self.engine.in_work
        return await self.store.read(lambda conn: conn.execute(_UNSETTLED, {"until": self.until}).first() is None)

    async def _out(self, incident: Incident) -> None:
        """This computer sleeps, or is shut down in order and started again."""
        if incident.kind is Kind.ASLEEP:
            self.clock.freeze((incident.end - self.clock.wall()) / SECOND)
            self.guard.step()
            return
        await self.engine.begin_nothing_new()
        await self.engine.drain(DRAIN_SECONDS)
        await self.clock.sleep((incident.end - self.clock.wall()) / SECOND)
        self.engine = self._boot()
        await takeover.take_all(self.engine.ctx)

    # ── the engine ──

    def _boot(self) -> Engine:
        self.boots += 1
        node = f"rehearsal-{self.boots}"
        tokens = Tokens(self.store, Vault(PretendCipher()), self.clock, self.world.adapter, node)
        me = Identity(node, node, self.clock.wall(), self.clock.boot())
        ctx = Context(self.store, self.clock, tokens, self.world.adapter, self.chance, me, lambda: self.guard.trusted)
        ctx.glance, ctx.measure = GLANCE_SECONDS, self._measure
        return Engine(ctx)

    async def _renew(self) -> None:
        tokens = self.engine.ctx.tokens
        for account_id in await tokens.due_for_renewal(0.5):
            row = await tokens.row(account_id)
            await tokens.renew(account_id, seen_generation=row["token_gen"])

    async def _measure(self, work: Work) -> str:
        """The digest of what would be sent. Raises FileNotFoundError for a file that is gone."""
        target = Target(work.keys.row["platform"], work.remote)
        acts = (replace(p, target=target, media=tuple(map(self._as_found, p.media))) for p in work.all_of_key)
        return content.digest(tuple(acts))

    def _as_found(self, item: MediaItem) -> MediaItem:
        if item.path not in self.sizes:
            self.sizes[item.path] = _hash(item)
        return replace(item, sha256=self.sizes[item.path])


def _hash(item: MediaItem) -> str:
    size = item.path.stat().st_size
    if size > HASHED_BYTES:
        return item.sha256 if size == item.size else f"changed: {size} bytes"
    return hashlib.sha256(item.path.read_bytes()).hexdigest()


def _next_sweep(conn: Connection, now: int) -> int:
    """When the next window ends."""
    window: int | None = conn.execute(_WINDOW).scalar_one()
    if window is None:
        return now + 365 * DAY
    return window + SECOND if window >= now else now + STEP_MOST
