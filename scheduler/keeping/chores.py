"""What the service does beside publishing: seals the ledger every minute in which something happened, and once a day a backup and a
shorter sent log, made by a process of their own. None of it can delay a post."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from pathlib import Path

import scheduler
from scheduler.clock import DAY, Clock
from scheduler.errors import DeskError
from scheduler.keeping import sealing
from scheduler.keeping.daily import is_due
from scheduler.store.statements import add_notice
from scheduler.store.store import Store

SEAL_SECONDS = 60.0
FIRST_SECONDS = 600.0
"""So long after its start the service first thinks of a backup. Real seconds, also on a faster clock: it is the computer that is spared."""
AGAIN_SECONDS = 3_600.0
LONGEST_SECONDS = 3_600.0
log = logging.getLogger("daypart.keeping")


class Chores:
    """Begins with the service, ends with it."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Must be called with a running loop."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._seal()), loop.create_task(self._every_day())]

    async def stop(self) -> None:
        """Nothing of a last minute stays unsealed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._seal_once()

    # ── seals ──

    async def _seal(self) -> None:
        while True:
            await self._clock.sleep(SEAL_SECONDS)
            await self._seal_once()

    async def _seal_once(self) -> None:
        try:
            await sealing.seal(self._store, self._clock.wall())
        except DeskError as error:
            log.warning("the ledger could not be sealed now: %s", error)

    # ── once a day ──

    async def _every_day(self) -> None:
        await asyncio.sleep(FIRST_SECONDS)
        while True:
            if is_due(self._store.folder, self._clock.wall()):
                await self.do_daily()
            await asyncio.sleep(AGAIN_SECONDS)

    async def do_daily(self) -> None:
        """Backup and sent log, now. Whatever goes wrong is told, and tried again in an hour."""
        try:
            told = await self._run()
            if told.get("shorter"):
                await self._store.shorten_sent_log(Path(str(told["shorter"])), int(str(told["seen"])))
                log.info("%s settled lines of the sent log were moved to its archive", told["moved"])
            problem = told.get("problem")
        except (OSError, ValueError, TimeoutError, DeskError) as error:
            problem = str(error) or type(error).__name__
        if problem:
            await self._tell(str(problem))

    async def _run(self) -> dict[str, object]:
        command = [sys.executable, "-m", "scheduler.keeping.daily", str(self._store.folder), str(self._clock.wall())]
        ours = str(Path(scheduler.__file__).parent.parent)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (ours, os.environ.get("PYTHONPATH"))))}
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe, env=environment)
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                out, err = await child.communicate()
        except BaseException:  # cancelled or too late: the child must not outlive us
            child.kill()
            await child.wait()
            raise
        if child.returncode:
            raise ValueError(
                err.decode("utf-8", "replace").strip().splitlines()[-1] if err.strip() else f"it ended with {child.returncode}"
            )
        found: dict[str, object] = json.loads(out)
        return found

    async def _tell(self, problem: str) -> None:
        words = f"The daily backup could not be made: {problem}"
        log.warning("%s", words)
        now = self._clock.wall()
        try:  # once a day, not once an hour
            await self._store.write(lambda conn: add_notice(conn, "service", words, now, event_seq=now // DAY), name="notice")
        except DeskError as error:
            log.warning("that could not be saved: %s", error)
