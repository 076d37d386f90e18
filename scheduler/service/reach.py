"""Whether the service reaches anybody: what its own last calls say, kept in the store so that a desk in another process knows it too.

Nothing is asked for this. A call that anybody outside answered proves the network; calls that this computer found no way for, or that
two servers in a row did not take, prove its absence; one server alone may be away by itself.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, text

from config.servers import is_here
from scheduler.clock import MINUTE, Clock
from scheduler.errors import DeskError
from scheduler.outage import Outage
from scheduler.store.statements import get_meta, set_meta
from scheduler.store.store import Store

KEPT = "reach"
"""In `meta`: what is away, since when, and when it was last tried; empty: nothing is."""
TOLD_AGAIN = MINUTE
"""A later try that changes nothing is written down so often at most."""
FRESH = 10 * MINUTE
"""What waits is tried at least every two minutes: an older word says nothing about now."""
AGREE = 2
"""So many servers, one after the other, are not all away by themselves."""
log = logging.getLogger("daypart.reach")


@dataclass(slots=True)
class _Away:
    since: int
    tried: int


class Reach:
    """Hears how each call of the service ended."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._away: dict[str, _Away] = {}
        self._silent: dict[str, int] = {}
        """Servers outside that were called in vain since the last answer from outside, and when first."""
        self._no_way = False
        self._kept: Outage | None = None
        self._news = asyncio.Event()

    def hear(self, host: str, reached: bool, no_way: bool = False) -> None:
        """`no_way`: this computer did not even find a way to it."""
        if reached:
            self._answered(host)
        else:
            self._in_vain(host, no_way)
        if self._is_news(self.outage()):
            self._news.set()

    def _answered(self, host: str) -> None:
        self._away.pop(host, None)
        if is_here(host):
            return
        if self._no_network:
            for silent in self._silent:
                self._away.pop(silent, None)
        self._silent.clear()
        self._no_way = False

    def _in_vain(self, host: str, no_way: bool) -> None:
        now = self._clock.wall()
        self._away.setdefault(host, _Away(now, now)).tried = now
        if not is_here(host):
            self._silent.setdefault(host, now)
            self._no_way = self._no_way or no_way

    @property
    def _no_network(self) -> bool:
        return bool(self._silent) and (self._no_way or len(self._silent) >= AGREE)

    def outage(self) -> Outage | None:
        """What the calls so far say; None: nobody is away."""
        now = self._clock.wall()
        away = {host: one for host, one in self._away.items() if now - one.tried <= FRESH}
        if not away:
            return None
        tried = max(one.tried for one in away.values())
        if self._no_network and not away.keys().isdisjoint(self._silent):
            return Outage(min(self._silent.values()), tried, ())
        return Outage(min(one.since for one in away.values()), tried, tuple(sorted(away)))

    def _is_news(self, found: Outage | None) -> bool:
        kept = self._kept
        if found is None or kept is None:
            return found is not kept
        return (found.since, found.hosts) != (kept.since, kept.hosts) or found.tried - kept.tried >= TOLD_AGAIN

    async def follow(self, store: Store) -> None:
        """Keep what is news in the store, as long as the service runs."""
        while True:
            await self._news.wait()
            self._news.clear()
            found = self.outage()
            try:
                await store.write(_keep(found), name="reach")
            except DeskError as error:
                log.warning("who is not reached could not be kept: %s", error)
                continue  # the next call that changes something, or a minute of them, brings it up again
            self._kept = found


def _keep(outage: Outage | None) -> Callable[[Connection], None]:
    words = "" if outage is None else json.dumps({"since": outage.since, "tried": outage.tried, "hosts": outage.hosts})
    return lambda conn: set_meta(conn, KEPT, words)


def read_outage(conn: Connection, now: int) -> Outage | None:
    """What the service that runs now wrote last, unless that is too old to say anything. (Whether one runs is for the caller.)"""
    words = get_meta(conn, KEPT)
    if not words:
        return None
    known = json.loads(words)
    began = conn.execute(text("SELECT max(started_at) FROM node WHERE stopped_at IS NULL")).scalar()
    if began is None or known["since"] < began or not 0 <= now - known["tried"] <= FRESH:
        return None
    return Outage(known["since"], known["tried"], tuple(known["hosts"]))
