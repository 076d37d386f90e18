"""A clock that runs a little faster than ours and can leap: a week of waiting costs seconds, real sockets keep their patience."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from scheduler.clock import SECOND


class LeapClock:
    """Wall and boot move together, as on a computer that was never set. Who sleeps wakes when a leap passes the end of the sleep."""

    def __init__(self, wall: int, speed: float = 4.0) -> None:
        self.speed = speed
        self._wall, self._boot = wall, 1_000 * SECOND
        self._begun = time.monotonic_ns()
        self._leapt = 0
        self._leap = asyncio.Event()

    def _passed(self) -> int:
        return int((time.monotonic_ns() - self._begun) / 1_000 * self.speed) + self._leapt

    def wall(self) -> int:
        """UTC microseconds."""
        return self._wall + self._passed()

    def boot(self) -> int:
        """Since some start."""
        return self._boot + self._passed()

    async def sleep(self, seconds: float) -> None:
        """So many of our seconds, leaps included."""
        end = self.boot() + int(seconds * SECOND)
        while (left := end - self.boot()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left / SECOND / self.speed):  # `wait_for` of 3.11 loses a cancellation that meets a leap
                    await self._leap.wait()

    def leap(self, to: int) -> None:
        """Nothing happens until then."""
        self._leapt += max(to - self.wall(), 0)
        over, self._leap = self._leap, asyncio.Event()
        over.set()
