"""One process of the publishing service in a history: its own clocks, engine and clock guard; it can freeze and die anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from random import Random
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection, update

from adapters.contract import Account
from scheduler.accounts.tokens import Renewal, Tokens
from scheduler.accounts.vault import Vault
from scheduler.clock import SECOND
from scheduler.engine import takeover
from scheduler.engine.context import Context, Identity
from scheduler.engine.engine import Engine
from scheduler.sentlog import Line
from scheduler.service.fire import ASK_SERVER_EVERY, SWEEP_SECONDS, ClockGuard
from scheduler.store.statements import ACCOUNT, add_notice
from scheduler.store.store import Store
from scheduler.virtual_time import START, VirtualLoop
from tests.proof.simulator.adapter import Pretend

if TYPE_CHECKING:
    from tests.proof.simulator.world import World

T = TypeVar("T")
HERE: ContextVar[Node | None] = ContextVar("node", default=None)
"""Whose code runs now."""
IDLE_SECONDS = 20_000.0
BEAT_SECONDS = 20.0
"""Often enough for a lease of a minute."""
REFRESH_EVERY = 60 * SECOND


class KilledError(BaseException):
    """The process is gone: not an Exception, so that nothing handles it."""


class NodeClock:
    """This computer's two clocks on the loop's time, and a wait that lasts while the process is frozen."""

    speed = 1.0

    def __init__(self, loop: VirtualLoop, offset: int) -> None:
        self._loop = loop
        self.offset = offset
        """How wrong the wall clock is, in microseconds."""
        self.node: Node | None = None

    def wall(self) -> int:
        return START + self.offset + round(self._loop.time() * SECOND)

    def boot(self) -> int:
        assert self.node is not None
        return 1_000 * SECOND + round((self._loop.time() - self.node.machine.booted) * SECOND)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        assert self.node is not None
        await self.node.gate()


class Machine:
    """A computer: its clock and its boots outlive processes."""

    def __init__(self, number: int, loop: VirtualLoop, offset: int) -> None:
        self.number = number
        self.clock = NodeClock(loop, offset)
        self.boots = 1
        self.booted = 0.0
        self.known = False
        """A process that ran here has kept where its clock stood."""
        self.wrong_at_first = False
        """Its clock was set before that, so there is nothing to see it by."""

    @property
    def boot_id(self) -> str:
        return f"boot-{self.number}-{self.boots}"


class Door(Store):
    """The store as one process sees it: a dead one never gets an answer, a frozen one gets it when it wakes."""

    def __init__(self, inner: Store, node: Node) -> None:
        self.folder = inner.folder
        self.clock = node.machine.clock
        self._inner = inner
        self._node = node

    async def write(
        self, operation: Callable[[Connection], T], *, name: str = "write", before_send: Line | None = None, answer: Line | None = None
    ) -> T:
        node = self._node
        if node.dead or node.frozen:
            await node.gate()
        try:
            value = await self._inner.write(operation, name=name, before_send=before_send, answer=answer)
        finally:  # also when the process died of it
            node.world.check_changes()
        if node.dead or node.frozen:
            await node.gate()
        return value

    async def read(self, operation: Callable[[Connection], T]) -> T:
        node = self._node
        if node.dead or node.frozen:
            await node.gate()
        return await self._inner.read(operation)


class Node:
    """A process from its start to its end."""

    def __init__(self, world: World, machine: Machine, name: str) -> None:
        self.world = world
        self.machine = machine
        machine.clock.node = self
        self.name = name
        self.dead = False
        self.wakes_at = 0.0
        self.guard = ClockGuard(machine.clock)
        self.engine = self._make_engine()
        self._swept = self._renewed = machine.clock.boot()
        self._waker: asyncio.Future[None] | None = None
        self._woken = False
        self._told_clock = False
        self._tasks: list[asyncio.Task[None]] = []

    def _make_engine(self) -> Engine:
        clock, store, world = self.machine.clock, Door(self.world.store, self), self.world

        def build(account: Account) -> Pretend:
            return Pretend(account, world, self)

        me = Identity(self.name, self.machine.boot_id, clock.wall(), clock.boot())
        tokens = Tokens(store, Vault(world.cipher), clock, build, self.name)
        chance = Random(world.chance.random())
        return Engine(Context(store, clock, tokens, build, chance, me, lambda: self.guard.trusted, glance=5.0))

    # ── freezing and dying ──

    @property
    def frozen(self) -> bool:
        return self.wakes_at > self.world.now

    async def gate(self) -> None:
        """Where this process may stand still or find that it is dead."""
        while not self.dead and self.wakes_at > self.world.now:  # noqa: ASYNC110 — it may be frozen again meanwhile
            await asyncio.sleep(self.wakes_at - self.world.now)
        if self.dead:
            raise KilledError

    def start(self) -> None:
        """Begin to live, in a context of its own: what it starts knows whose it is."""
        token = HERE.set(self)
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._live()), loop.create_task(self._follow())]
        HERE.reset(token)

    # ── what the service's alarms do ──

    async def _live(self) -> None:
        await self.engine.ctx.store.write(self._recall_clock, name="start")
        self.machine.known = True
        if self.world.alone:  # a lock on the file proves that whoever had it before is dead
            await self.engine.ctx.store.write(_free_refreshes, name="start")
            await takeover.take_all(self.engine.ctx)
        while True:
            await self._watch_clock()
            await self._renew()
            instant = await (self._sweep() if self._may_sweep() else self.engine.fire())
            await self._pause(self._until_next(instant))

    def _may_sweep(self) -> bool:
        """Its time has come, and somebody's work may need a sign of life or an end, or a window has passed."""
        leased, window = self.world.leased_and_window(self.engine.in_work)
        clock = self.machine.clock
        return clock.boot() - self._swept >= SWEEP_SECONDS * SECOND and (leased or (window is not None and window < clock.wall()))

    async def _sweep(self) -> int | None:
        self._swept = self.machine.clock.boot()
        return await self.engine.sweep()

    def _until_next(self, instant: int | None) -> float:
        """Seconds until something can happen here: the table's next instant, a sweep while anything is leased, the end of a window."""
        wall, (leased, window) = self.machine.clock.wall(), self.world.leased_and_window(self.engine.in_work)
        waits = [IDLE_SECONDS]
        if instant is not None:
            waits.append((instant - wall) / SECOND if instant > wall else SWEEP_SECONDS)
        if leased:
            waits.append(BEAT_SECONDS)
        if window is not None:
            waits.append(max((window - wall) / SECOND + 0.5, SWEEP_SECONDS))
        if not self.guard.trusted:
            waits.append(ASK_SERVER_EVERY / SECOND)
        return max(min(waits), 0.1)

    async def _pause(self, seconds: float) -> None:
        if not self._woken:
            loop = asyncio.get_running_loop()
            self._waker = loop.create_future()
            timer = loop.call_later(seconds, self.wake)
            await self._waker
            timer.cancel()
            self._waker = None
        self._woken = False
        await self.gate()

    def wake(self) -> None:
        """Somebody changed the store, or it is time."""
        self._woken = True
        if self._waker is not None and not self._waker.done():
            self._waker.set_result(None)

    async def _follow(self) -> None:
        while True:
            await self.engine.ended()
            self.world.wake_all()

    def _recall_clock(self, conn: Connection) -> None:
        self.guard.recall(conn, self.machine.boot_id, computer=str(self.machine.number))
        self.guard.remember(conn, self.machine.boot_id, computer=str(self.machine.number))

    async def _remember_clock(self) -> None:
        boot_id, computer = self.machine.boot_id, str(self.machine.number)
        await self.engine.ctx.store.write(lambda conn: self.guard.remember(conn, boot_id, computer=computer), name="start")

    async def _watch_clock(self) -> None:
        """What the watchdog beside the alarms does."""
        moved, write = self.guard.step(), self.engine.ctx.store.write
        if self.guard.trusted:
            self._told_clock = False
            if moved:
                await self._remember_clock()
        elif await self.guard.prove(self.world.server_time):
            await self._remember_clock()
        elif not self._told_clock:
            self._told_clock, now = True, self.machine.clock.wall()
            try:
                await write(lambda conn: add_notice(conn, "clock", "set forward", now, event_seq=now), name="notice")
            except KilledError:  # perhaps by the very next instruction
                if not self.world.watch.db.execute("SELECT 1 FROM notice WHERE kind = 'clock' AND event_seq = ?", (now,)).fetchone():
                    raise
                self.world.expects("clock")
                raise
            self.world.expects("clock")

    async def _renew(self) -> None:
        boot, tokens = self.machine.clock.boot(), self.engine.ctx.tokens
        if not self.world.has_tokens or boot - self._renewed < REFRESH_EVERY:
            return
        self._renewed = boot
        for account_id in await tokens.due_for_renewal(self.world.chance.random()):
            row = await tokens.row(account_id)
            if await tokens.renew(account_id, seen_generation=row["token_gen"]) is Renewal.RELOGIN:
                self.world.say(f"{row['name']} has to sign in again")


def _free_refreshes(conn: Connection) -> int:
    return conn.execute(update(ACCOUNT).where(ACCOUNT.c.refresh_owner.is_not(None)).values(refresh_owner=None)).rowcount
