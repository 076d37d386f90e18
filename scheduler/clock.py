"""Time, as the core sees it. Nothing else in `scheduler` may ask the machine what time it is."""

from __future__ import annotations

import time
from typing import Protocol

from config.spans import DAY as DAY
from config.spans import HOUR as HOUR
from config.spans import MINUTE as MINUTE
from config.spans import SECOND as SECOND


class Clock(Protocol):
    """Two clocks and a way to wait."""

    speed: float
    """How many of our seconds pass in one real second: 1 except in tests."""

    def wall(self) -> int:
        """UTC microseconds since 1970: for due times and windows."""

    def boot(self) -> int:
        """Microseconds since boot, suspend included where the system knows: for leases, settle times, time-outs."""

    async def sleep(self, seconds: float) -> None:
        """Wait so many of our seconds."""


class SystemClock:
    """The machine's own clocks."""

    speed = 1.0

    def wall(self) -> int:
        return time.time_ns() // 1_000

    def boot(self) -> int:
        return time.clock_gettime_ns(_BOOT) // 1_000

    async def sleep(self, seconds: float) -> None:
        import asyncio  # deferred: who only asks for the time needs no event loop

        await asyncio.sleep(seconds)


_BOOT: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
