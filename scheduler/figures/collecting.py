"""The part of the service that reads figures: one account after the other, one call at a time, never while that account publishes.

It only reads. What goes wrong is kept for the report and tried again later; no account is blocked or signed out for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.contract import Account, Adapter, Counted, Figures, Limited, NoFigures, Retry, TokenDead
from config.secrets import SecretsError
from config.times import from_micros
from scheduler.accounts.tokens import Renewal, Tokens
from scheduler.clock import SECOND, Clock
from scheduler.errors import DeskError
from scheduler.figures import pace, rows
from scheduler.figures.rows import Due, Reading
from scheduler.store.store import Store

FIRST_SECONDS = 60.0
LOOK_SECONDS = 300.0
LEAST_REAL_SECONDS = 1.0
"""Between two looks, however fast the clock runs."""
GIVE_UP_AFTER = 3
"""Calls of one account that brought nothing: it is left alone for a while."""
ASK_SECONDS = 60.0
log = logging.getLogger("daypart.figures")


@dataclass(slots=True)
class Collecting:
    """Reads until it is stopped."""

    store: Store
    clock: Clock
    tokens: Tokens
    build: Callable[[Account], Adapter]
    tz: Callable[[], str]
    """The workspace's zone: figures are kept per local day."""
    _task: asyncio.Task[None] | None = field(default=None)

    def start(self) -> None:
        """Begin. Must be called with a running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Nothing is lost: what was not kept is read again."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        least = LEAST_REAL_SECONDS * self.clock.speed
        await self.clock.sleep(max(FIRST_SECONDS, least))
        while True:
            try:
                await self.look()
            except DeskError as error:
                log.warning("figures wait: %s", error)
            except Exception:  # figures must never end the service they are read beside
                log.exception("reading figures did not work; it is tried again")
            await self.clock.sleep(max(LOOK_SECONDS, least))

    async def look(self) -> int:
        """Read what is due now; returns how many posts were asked about."""
        asked = 0
        for account in await self.store.read(lambda conn: rows.accounts_due(conn, self.clock.wall())):
            asked += await self._look_at(account)
        return asked

    async def _look_at(self, account: int) -> int:
        now = self.clock.wall()
        due = await self.store.read(lambda conn: rows.posts_due(conn, account, now))
        if not due or await self._is_busy(account):
            return 0
        reading = await self._read(account, due)
        if reading is not None:
            end = self.clock.wall()
            day = from_micros(end, self.tz()).date().isoformat()
            kept = reading
            await self.store.write(lambda conn: rows.keep(conn, kept, day, end), name="figures")
        return len(due)

    async def _is_busy(self, account: int) -> bool:
        now = self.clock.wall()
        return await self.store.read(lambda conn: rows.is_busy(conn, account, now))

    async def _read(self, account: int, due: list[Due]) -> Reading | None:
        """None: it publishes, or nothing was asked."""
        try:
            keys = await self.tokens.ready(account)  # after a computer slept, the session has ended
            if isinstance(keys, Renewal):
                return _without_keys(account, keys)
            adapter = self.build(keys.account)
        except (SecretsError, KeyError) as error:
            return Reading(account, (), f"the account cannot be used: {error}", pace.TOKEN_WAIT, nothing=True)
        found: list[tuple[int, Figures | NoFigures]] = []
        lost: list[Retry] = []
        for one in due:
            told = await self._ask(adapter, one)
            match told:
                case Figures() | NoFigures():
                    found.append((one.delivery, told))
                case Limited():
                    return Reading(account, found, told.reason, max(int(told.after * SECOND), pace.LIMIT_LEAST))
                case TokenDead():
                    return Reading(account, found, told.reason, pace.TOKEN_WAIT, nothing=not found)
                case Retry():
                    lost.append(told)
            if len(lost) >= GIVE_UP_AFTER or await self._is_busy(account):
                break
        return await self._result(account, found, lost)

    async def _ask(self, adapter: Adapter, one: Due) -> Counted:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                return await adapter.metrics(one.receipt)
        except TimeoutError:
            return Retry("no answer in a minute", code="timeout")

    async def _result(self, account: int, found: list[tuple[int, Figures | NoFigures]], lost: list[Retry]) -> Reading | None:
        if not lost:
            return Reading(account, found) if found else None
        if found:
            return Reading(account, found, lost[-1].reason, pace.PART_WAIT)
        tries = await self.store.read(lambda conn: rows.tries_of(conn, account))
        return Reading(account, (), lost[-1].reason, max(pace.back_off(tries + 1), int((lost[-1].after or 0) * SECOND)), nothing=True)


def _without_keys(account: int, why: Renewal) -> Reading:
    if why is Renewal.LATER:
        return Reading(account, (), "the sign-in could not be renewed yet", pace.FIRST_WAIT, nothing=True)
    return Reading(account, (), "the account has to be signed in again", pace.TOKEN_WAIT, nothing=True)
