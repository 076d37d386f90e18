"""Both clocks of this computer, made faster, with a wall that can be set."""

from __future__ import annotations

import asyncio
import time

from scheduler.clock import SystemClock


class FastClock(SystemClock):
    """So many of our seconds pass in a real one."""

    def __init__(self, speed: float = 10.0) -> None:
        self.speed = speed
        self._from = time.time_ns() // 1_000
        self.offset = 0
        """Somebody set the wall clock by so many microseconds."""

    def wall(self) -> int:
        return self._from + int((time.time_ns() // 1_000 - self._from) * self.speed) + self.offset

    def boot(self) -> int:
        return int(super().boot() * self.speed)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)
