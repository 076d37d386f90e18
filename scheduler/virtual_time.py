"""A loop whose time passes at once: hours of waiting take milliseconds, and every history can be repeated. For rehearsals and proofs."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import TypeVar

from scheduler.clock import SECOND

T = TypeVar("T")
START = 1_796_119_200_000_000
"""2026-12-01T10:00:00Z."""


class _JumpingSelector(selectors.SelectSelector):
    """Never waits: tells the loop how far it may jump."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise RuntimeError("nothing will ever happen: every task waits for another")
        self.now += max(timeout, 1e-6)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop with a time of its own."""

    def __init__(self) -> None:
        self.jumps = _JumpingSelector()
        super().__init__(self.jumps)
        self._clock_resolution = 1e-7  # after some months a finer one is lost in the float, and a timer of now would never be due

    def time(self) -> float:
        return self.jumps.now


class VirtualClock:
    """Both clocks on the loop's time; the wall can be set, and the whole computer can freeze."""

    speed = 1.0

    def __init__(self, loop: VirtualLoop, wall: int = START) -> None:
        self._loop = loop
        self._wall = wall
        self._frozen = 0

    def wall(self) -> int:
        return self._wall + self._elapsed()

    def boot(self) -> int:
        return 1_000 * SECOND + self._elapsed()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def set_wall(self, by_seconds: float) -> None:
        """Somebody sets the clock."""
        self._wall += int(by_seconds * SECOND)

    def freeze(self, seconds: float) -> None:
        """The process stands still while time goes on."""
        self._loop.jumps.now += seconds

    def _elapsed(self) -> int:
        return round(self._loop.time() * SECOND) + self._frozen


def run_virtual(history: Callable[[VirtualClock], Coroutine[None, None, T]], wall: int = START) -> T:
    """Run one coroutine to its end on virtual time, from `wall` (UTC microseconds) on."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(history(VirtualClock(loop, wall)))
    finally:
        loop.close()
