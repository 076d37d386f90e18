"""A faster clock for children of the proof: both clocks scaled alike, and the same for every process of one history."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from scheduler.clock import SystemClock


@dataclass(frozen=True, slots=True)
class Pace:
    """From which real instant on our time runs, from where, and how fast. Survives being handed to a child."""

    speed: float
    real_from: int
    """The machine's own boot clock, microseconds."""
    wall_from: int
    """Our UTC microseconds at that instant."""
    boot_from: int
    """Our boot clock at that instant."""
    leap_at: int | None = None
    """At this instant of our wall clock somebody sets it …"""
    leap: int = 0
    """… so far forward."""
    nap_at: int | None = None
    """At this instant of our wall clock the computer falls asleep …"""
    nap: int = 0
    """… for so long: both clocks go on, and no timer of any process does."""

    @classmethod
    def starting(cls, wall_from: int, speed: float, before: Pace | None = None) -> Pace:
        """Our wall clock begins at `wall_from` now; the boot clock goes on from where it was `before`."""
        real = SystemClock().boot()
        return cls(speed, real, wall_from, real if before is None else FastClock(before).boot())


class FastClock:
    """Both clocks of `scheduler.clock.Clock`, scaled by one factor."""

    def __init__(self, pace: Pace) -> None:
        self.speed = pace.speed
        self._pace = pace

    def wall(self) -> int:
        now = self._pace.wall_from + self._passed_with_nap()
        return now if self._pace.leap_at is None or now < self._pace.leap_at else now + self._pace.leap

    def boot(self) -> int:
        """Never goes back from one child of a history to the next, also when the pace changes."""
        return self._pace.boot_from + self._passed_with_nap()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)

    def _passed_with_nap(self) -> int:
        passed, pace = self._passed(), self._pace
        return passed if pace.nap_at is None or pace.wall_from + passed < pace.nap_at else passed + pace.nap

    def _passed(self) -> int:
        return int((SystemClock().boot() - self._pace.real_from) * self.speed)
