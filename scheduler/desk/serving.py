"""Whether anything publishes here: starting the service, and what would wait if the desk were left now."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from config.servers import is_loopback
from config.times import from_micros
from scheduler.clean import clean_line
from scheduler.clock import MINUTE, SECOND
from scheduler.desk.seeing import Seeing
from scheduler.desk.views import DeliveryQuery, DeliveryView, Done
from scheduler.errors import DeskError, NotFoundError, UnreachableError, UsageError
from scheduler.running import is_running
from scheduler.when import clock_words, day_words

LOG = "service.log"
"""In the state folder: what a service says that was started here."""
PATIENCE = 30.0
"""Seconds for a service to take its lock."""
STOPS_WITHIN = 90.0
"""Seconds in which a service ends what it has begun."""
MORNING = 9
"""The local hour at which somebody sits here again, on the next working day."""
OPENED_WITHIN = 15 * MINUTE
"""What is due while somebody still opens the desk would wait as well: a post of nine o'clock is the commonest of all."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What leaving the desk now would mean."""

    waits: tuple[DeliveryView, ...]
    """Approved posts that are due before somebody is usually back and that nothing would send; none: leave in peace."""
    back: int
    """When somebody is usually back, in UTC microseconds."""
    words: str
    """What goes on, or why nothing does."""
    may_start: bool = True
    """Whether a service can be left behind that sends them."""


def start_process(root: Path, *arguments: str, log: IO[str] | int, detached: bool) -> subprocess.Popen[str]:
    """This program once more, as a process of its own."""
    command = [sys.executable, "-m", "daypart", *arguments]
    return subprocess.Popen(
        command, cwd=root, stdin=subprocess.DEVNULL, stdout=log, stderr=log, text=True, start_new_session=detached
    )  # fmt: skip


def start_service(root: Path, state: Path, *, detached: bool) -> subprocess.Popen[str]:
    """`daypart daemon` beside us, until it has the store. Raises UnreachableError with the last thing it said."""
    descriptor = os.open(state / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with open(descriptor, "a", encoding="utf-8") as log:
        process = start_process(root, "--workspace", str(root), "daemon", log=log, detached=detached)
    end = time.monotonic() + PATIENCE
    while not is_running(state):
        if process.poll() is not None or time.monotonic() > end:
            said = (state / LOG).read_text("utf-8", "replace").strip().splitlines()[-2:]
            raise UnreachableError(
                "the publishing service did not start", clean_line(" · ".join(said)) or "try `daypart daemon` in a terminal"
            )
        time.sleep(0.05)
    return process


class Serving(Seeing):
    """The publishing service, seen from the desk."""

    service_ends_with_desk: bool = False
    """A trial's service is a child of the desk; any other one goes on."""

    async def start_service(self) -> Done:
        """Start the service as a process that goes on without the desk. Raises UsageError when one runs, UnreachableError.

        The service of a trial gives way to it as soon as there is a real account: its posts are not to wait for this desk."""
        if self.has_service():
            if not self.service_ends_with_desk or not await self._reaches_others():
                raise UsageError("the publishing service runs already", "`daypart status` says since when")
            await self.stop_service()
        process = await asyncio.to_thread(start_service, self.root, self.store.folder, detached=True)
        self.service_ends_with_desk = False
        words = f"the publishing service runs now (process {process.pid}) and goes on when you leave the desk, while this computer is awake"
        return Done(words, details={"pid": str(process.pid), "log": str(self.store.folder / LOG)})

    async def stop_service(self) -> Done:
        """End the service that runs; what it has begun it finishes. Raises NotFoundError when none runs, UnreachableError."""
        seen = await self.overview()
        pid = seen.service.pid
        if not seen.service.running or pid is None:
            raise NotFoundError("no publishing service runs here", "`daypart daemon --background` starts one")
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + STOPS_WITHIN
        while self.has_service():
            if time.monotonic() > end:
                raise UnreachableError(f"the service (process {pid}) has not ended yet", "it finishes what it has begun; look again soon")
            await asyncio.sleep(0.1)
        return Done(f"the publishing service has ended (it was process {pid}); planned posts wait")

    async def leaving(self) -> Leaving:
        """Posts that nothing would send before somebody is usually back."""
        back = usually_back(self.clock.wall(), self.tz)
        day, hour = day_words(back, self.tz), clock_words(back, self.tz)
        if self.has_service() and not self.service_ends_with_desk:
            return Leaving((), back, "The publishing service goes on; posts leave while this computer is awake.")
        try:
            found = await self.deliveries(DeliveryQuery(states=("queued", "claimed"), until=back + OPENED_WITHIN, limit=500))
            may_start = not self.service_ends_with_desk or await self._reaches_others()
        except DeskError:
            found, may_start = [], True  # a store that cannot be read must not keep a person from leaving
        waits = tuple(view for view in found if view.approval is not None and view.kind == "post")
        why = "The publishing service ends with this trial" if self.service_ends_with_desk else "No publishing service runs"
        words = f"{why}: nothing goes out until {day} {hour}, when you are usually back, or until you start it."
        return Leaving(waits, back, words, may_start)

    async def _reaches_others(self) -> bool:
        """Whether somebody is signed in to an account that is not a pretend one on this computer."""
        accounts = self.workspace.accounts
        return any(view.connected and not is_loopback(accounts[view.name].base) for view in await self.accounts())


def usually_back(now: int, tz: str) -> int:
    """Nine o'clock of the next working day."""
    local: datetime = from_micros(now, tz)
    day = local.date() + timedelta(days=0 if local.hour < MORNING else 1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    there = local.replace(year=day.year, month=day.month, day=day.day, hour=MORNING, minute=0, second=0, microsecond=0)
    return int(there.timestamp()) * SECOND
