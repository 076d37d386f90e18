"""A sign of life: while the service publishes, an address is fetched every few minutes, so that somebody outside notices its silence."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config.notices import DeadMan
from config.secrets import redactor
from config.servers import is_safe_base
from config.workspace import Workspace
from scheduler.clock import SECOND, Clock
from scheduler.errors import DeskError
from scheduler.store.statements import add_notice
from scheduler.store.store import Store

ASK_AGAIN = 60.0
"""Seconds until daypart.yaml is looked at again where it names no address."""
FETCH_SECONDS = 10.0
FAILED_TWICE = 2
"""One lost packet is no news."""
log = logging.getLogger("daypart.notices")

if TYPE_CHECKING:
    from adapters.http import Http

Fetch = Callable[[str], Awaitable[str | None]]
"""Fetches an address; answers with what went wrong, or None."""


@dataclass(slots=True)
class SignOfLife:
    """Fetches the address until it is stopped, and only while firing goes on."""

    store: Store
    clock: Clock
    workspace: Callable[[], Workspace]
    fetch: Fetch
    lives: Callable[[], bool]
    """Whether the queue is still looked at: a process that hangs gives no sign."""
    _failed: int = 0
    _since: int = 0
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin. Must be called with a running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """No more signs."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            dead_man = self.workspace().notices.dead_man
            if dead_man is not None and self.lives():
                try:
                    await self._give(dead_man)
                except DeskError as error:
                    log.warning("the sign of life: %s", error)
                except Exception:
                    log.exception("the sign of life did not work; it is tried again")
            await self.clock.sleep(ASK_AGAIN if dead_man is None else dead_man.every / SECOND)

    async def _give(self, dead_man: DeadMan) -> None:
        problem = await sign(dead_man, self.fetch)
        if problem is None:
            if self._failed >= FAILED_TWICE:
                log.info("the watching address answers again")
            self._failed = 0
            return
        self._failed += 1
        self._since = self._since if self._failed > 1 else self.clock.wall()
        log.warning("the watching address was not reached: %s", problem)
        if self._failed >= FAILED_TWICE:
            words, since, now = f"Nobody outside hears that the service lives: {problem}", self._since, self.clock.wall()
            # one notice an outage: it is named after its first failure
            await self.store.write(lambda conn: add_notice(conn, "dead_man", words, now, event_seq=since), name="notice")


async def sign(dead_man: DeadMan, fetch: Fetch) -> str | None:
    """Fetch it once. Returns what went wrong; the address itself is never shown, it works for whoever knows it."""
    address = dead_man.url or os.environ.get(dead_man.url_env or "", "").strip()
    if not address:
        return f"the environment variable {dead_man.url_env} is not set where this runs"
    if not is_allowed(address):
        return "its address has to begin with https://"
    redactor.register(address)
    return await fetch(address)


def fetch_with(http: Http) -> Fetch:
    """Fetches with the program's own HTTP."""
    from adapters.http import Answer  # deferred: loads httpx

    async def fetch(address: str) -> str | None:
        reply = await http.request("GET", address, timeout=FETCH_SECONDS)
        if isinstance(reply, Answer):
            return None if reply.ok else f"{host_of(address)} answered with {reply.status}"
        return reply.reason

    return fetch


def is_allowed(address: str) -> bool:
    """https, or http of this computer."""
    return is_safe_base(address)


def host_of(address: str) -> str:
    """What may be shown of an address."""
    return urlsplit(address).hostname or ""
