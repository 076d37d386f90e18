"""The stand-ins' own clock: true time, or faster for tests whose program runs on a scaled clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import formatdate

SECOND = 1_000_000
"""Microseconds."""


class Clock:
    """UTC microseconds that can be set and made to run faster."""

    def __init__(self) -> None:
        self._dated: tuple[int, str] = (0, "")
        self.reset()

    def reset(self) -> None:
        """True time."""
        self.speed = 1.0
        self._from = self._shown = time.time_ns() // 1_000

    def set(self, now: int | None = None, speed: float | None = None) -> None:
        """Go on from `now` (None: from the time shown) at this speed."""
        self._shown = self.now() if now is None else now
        self._from = time.time_ns() // 1_000
        self.speed = self.speed if speed is None else speed

    def now(self) -> int:
        """UTC microseconds."""
        return self._shown + int((time.time_ns() // 1_000 - self._from) * self.speed)

    def http_date(self) -> str:
        """For the `Date` header."""
        second = self.now() // SECOND
        if self._dated[0] != second:
            self._dated = (second, formatdate(second, usegmt=True))
        return self._dated[1]


def iso(micros: int) -> str:
    """As the platforms write instants: milliseconds and Z."""
    moment = datetime.fromtimestamp(micros / SECOND, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{micros // 1_000 % 1_000:03d}Z"
