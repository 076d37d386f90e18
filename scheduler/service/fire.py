"""What wakes the engine: one APScheduler with a memory store, a poll of the store's version, and a watchdog beside them.

The table is the queue; jobs here are only alarm clocks and may be lost, doubled or late without harm:
`fire` (a date: the earliest instant the table knows), `sweep` (10 s), `refresh_tokens` (60 s).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection

from scheduler import lifecycle
from scheduler.clock import DAY, MINUTE, SECOND, Clock
from scheduler.engine.engine import Engine
from scheduler.errors import DeskError
from scheduler.service import systemd
from scheduler.store.statements import add_notice, get_meta, set_meta

SWEEP_SECONDS = lifecycle.BEAT / SECOND
"""Each sweep is a sign of life."""
REFRESH_SECONDS = 60.0
POLL_SECONDS = 0.25
WATCH_SECONDS = 2.0
STEP_SEEN = SECOND
"""A wall clock that moves more than this against the boot clock was set."""
STEP_DISTRUSTED = MINUTE
"""Set forward by more than this: nothing is claimed until a server agrees."""
UNKNOWN = 36_500 * DAY
"""How far a clock may have been set before this computer started: only a server ends this doubt, no step back does."""
CLOCK = "clock"
"""In `meta`: a boot of this computer, and how far its wall clock was ahead of its boot clock when it was last believed."""
SUSPENDED = 10 * SECOND
"""More between two looks of the watchdog: the computer slept."""
SILENT = 30 * SECOND
"""No sweep for so long: APScheduler is started anew."""
STUCK = 10 * SECOND
"""A store that could not be used for longer is told about afterwards."""
ASK_SERVER_EVERY = 15 * SECOND
FURTHEST_SECONDS = 3_600.0
"""Alarms further away are set again on the way."""
ALARM_SLACK = timedelta(milliseconds=1)
JOB_DEFAULTS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
log = logging.getLogger("daypart.fire")
logging.getLogger("apscheduler").setLevel(logging.ERROR)

ServerTime = Callable[[], Awaitable[int | None]]
"""A server's own clock from its Date header (UTC microseconds), or None when none answers."""
RenewTokens = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class ClockGuard:
    """Whether the wall clock may be believed."""

    clock: Clock
    suspicion: int = 0
    """How far it was set forward since it was last proved, in microseconds."""
    _offset: int = 0
    _asked: int = field(default=-(10**15))

    def __post_init__(self) -> None:
        self._offset = self.clock.wall() - self.clock.boot()

    @property
    def trusted(self) -> bool:
        """Nothing is claimed while this is False."""
        return self._peek() <= STEP_DISTRUSTED

    def step(self) -> int:
        """How far the clock was set since the last call; from now on that is where it stands."""
        offset = self.clock.wall() - self.clock.boot()
        moved, self._offset = offset - self._offset, offset
        if abs(moved) > STEP_SEEN:
            self.suspicion = max(self.suspicion + moved, 0)
            return moved
        return 0

    def _peek(self) -> int:
        """Suspicion with a step nobody has counted yet: a jump is seen at once, not two seconds later."""
        moved = self.clock.wall() - self.clock.boot() - self._offset
        return max(self.suspicion + moved, 0) if abs(moved) > STEP_SEEN else self.suspicion

    def recall(self, conn: Connection, boot_id: str, *, computer: str = "") -> None:
        """What earlier processes knew: a clock that was set forward while none of them ran, or before a computer started anew,
        must be proved before anything is claimed."""
        boot, _, offset = (get_meta(conn, CLOCK + computer) or "").partition(" ")
        if not boot or self.clock.speed != 1.0:  # a clock that runs faster has nothing to compare with
            return
        self.suspicion = max(self._offset - int(offset), 0) if boot == boot_id else UNKNOWN

    def remember(self, conn: Connection, boot_id: str, *, computer: str = "") -> None:
        """Keep where a clock that is believed stands, for the next process."""
        if self.trusted:
            set_meta(conn, CLOCK + computer, f"{boot_id} {self._offset}")

    async def prove(self, server_time: ServerTime) -> bool | None:
        """Ask a server; True: it agrees within a minute. None: not asked now, or none answered."""
        if self.clock.boot() - self._asked < ASK_SERVER_EVERY:
            return None
        self._asked = self.clock.boot()
        told = await server_time()
        if told is None:
            return None
        if abs(self.clock.wall() - told) <= STEP_DISTRUSTED:
            self.suspicion = 0
            return True
        return False


class Fire:
    """Keeps the engine going until it is stopped."""

    def __init__(self, engine: Engine, guard: ClockGuard, server_time: ServerTime, renew_tokens: RenewTokens) -> None:
        self._engine = engine
        self._clock = engine.ctx.clock
        self._guard = guard
        self._server_time = server_time
        self._renew_tokens = renew_tokens
        self._scheduler = self._new_scheduler()
        self._due = asyncio.Event()
        self._swept = self._clock.boot()
        self._told_clock = False
        self._stuck_since = 0
        """Boot clock since when the store cannot be used; 0: it can."""
        self._stuck_words = ""
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin. Must be called with a running loop."""
        self._add_jobs()
        self._scheduler.start()
        for work in (self._drain(), self._follow_store(), self._follow_engine(), self._watch()):
            self._tasks.append(asyncio.get_running_loop().create_task(work))

    async def stop(self) -> None:
        """No more alarms; what the engine has in work is not touched."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    @property
    def lives(self) -> bool:
        """Whether the table is still looked at, and can be."""
        now = self._clock.boot()
        return now - self._swept <= 2 * SILENT and (not self._stuck_since or now - self._stuck_since <= 2 * SILENT)

    def wake(self) -> None:
        """Look at the table now."""
        self._due.set()

    # ── alarms ──

    def _new_scheduler(self) -> AsyncIOScheduler:
        self._armed = datetime.fromtimestamp(0, UTC)
        return AsyncIOScheduler(timezone=UTC, job_defaults=JOB_DEFAULTS)

    def _add_jobs(self) -> None:
        real = 1 / self._clock.speed
        self._scheduler.add_job(self._sweep, "interval", seconds=SWEEP_SECONDS * real, id="sweep", replace_existing=True)
        self._scheduler.add_job(self._refresh, "interval", seconds=REFRESH_SECONDS * real, id="refresh_tokens", replace_existing=True)
        self.wake()

    def _arm(self, instant: int | None) -> None:
        """Set the `fire` alarm. What is overdue waits for something else than time; the sweep and the store's version see that."""
        now = self._clock.wall()
        ahead = FURTHEST_SECONDS if instant is None else min((instant - now) / SECOND, FURTHEST_SECONDS)
        if ahead <= 0:
            ahead = 1.0
        current = datetime.now(UTC)
        at = current + timedelta(seconds=ahead / self._clock.speed)
        if not current < self._armed <= at + ALARM_SLACK:  # one that rings earlier only asks the table once more
            self._scheduler.add_job(self._alarm, "date", run_date=at, id="fire", replace_existing=True)
            self._armed = at

    async def _alarm(self) -> None:
        self.wake()

    async def _sweep(self) -> None:
        self._swept = self._clock.boot()
        try:
            await self._engine.sweep()
        except DeskError as error:  # the next one is ten seconds away
            log.warning("the store cannot be used now: %s", error)
        self.wake()

    async def _refresh(self) -> None:
        try:
            await self._renew_tokens()
        except DeskError as error:
            log.warning("sign-ins are renewed later: %s", error)

    # ── loops ──

    async def _drain(self) -> None:
        """Fires whenever something woke it, then sets the alarm anew."""
        while True:
            await self._due.wait()
            self._due.clear()
            try:
                self._arm(await self._engine.fire())
                await self._tell_stuck()
            except DeskError as error:
                log.warning("the store cannot be used now: %s", error)
                self._stuck_since = self._stuck_since or self._clock.boot()
                self._stuck_words = str(error)
                self._arm(None)
                await self._clock.sleep(1.0)
                self.wake()
            except Exception:  # whatever it is, the loop that fires must go on
                log.exception("firing did not work; the next sweep tries again")

    async def _tell_stuck(self) -> None:
        """The store can be used again: who looks after it should know that posts had to wait, and for whom."""
        since, self._stuck_since = self._stuck_since, 0
        waited = self._clock.boot() - since
        if since and waited > STUCK:
            words, now = f"Publishing waited for {waited // SECOND} s: {self._stuck_words}", self._clock.wall()
            await self._engine.ctx.store.write(lambda conn: add_notice(conn, "service", words, now, event_seq=now), name="notice")

    async def _follow_store(self) -> None:
        """An approval, a move, a hold of any process is seen within a quarter of a second."""
        seen = -1
        while True:
            try:
                version = await self._engine.ctx.store.data_version()
            except DeskError:
                version = seen
            if version != seen:
                seen = version
                self.wake()
            await asyncio.sleep(POLL_SECONDS)

    async def _follow_engine(self) -> None:
        """When one delivery ends there is room for another, and what hung on it may go."""
        while True:
            await self._engine.ended()
            self.wake()

    async def _watch(self) -> None:
        """The watchdog: outside APScheduler, because it watches APScheduler too."""
        before = self._clock.boot()
        while True:
            await self._clock.sleep(WATCH_SECONDS)
            now = self._clock.boot()
            moved = self._guard.step()
            if moved or now - before > SUSPENDED:
                log.warning("the clock moved by %.0f s or the computer slept: all alarms are set anew", moved / SECOND)
                self._add_jobs()
            before = now
            if self._guard.trusted:
                self._told_clock = False
                if moved:
                    await self._remember_clock()
            else:
                await self._prove_clock()
            if now - self._swept > SILENT:
                self._restart_scheduler()
            systemd.notify(systemd.ALIVE)

    async def _prove_clock(self) -> None:
        if await self._guard.prove(self._server_time):
            log.warning("a server's clock agrees with this computer's: publishing goes on")
            await self._remember_clock()
            self.wake()
        elif not self._told_clock:
            self._told_clock = await self._tell_clock()

    async def _remember_clock(self) -> None:
        boot_id = self._engine.ctx.me.boot_id
        try:
            await self._engine.ctx.store.write(lambda conn: self._guard.remember(conn, boot_id), name="start")
        except DeskError as error:
            log.warning("where the clock stands could not be kept: %s", error)

    async def _tell_clock(self) -> bool:
        """Once for as long as it is not trusted. False: the store could not be written; at the next look again."""
        words = "This computer's clock may have been set forward. Nothing is sent until a server's clock agrees with it: is the time right?"
        now = self._clock.wall()
        try:
            await self._engine.ctx.store.write(lambda conn: add_notice(conn, "clock", words, now, event_seq=now), name="notice")
        except DeskError as error:
            log.warning("%s (%s)", words, error)
            return False
        return True

    def _restart_scheduler(self) -> None:
        log.warning("no sweep for %.0f s: the scheduler is started anew", SILENT / SECOND)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        self._scheduler = self._new_scheduler()
        self._swept = self._clock.boot()
        self._add_jobs()
        self._scheduler.start()
