"""Weeks as people name them: `2026-W47`, a day in it, `this`, `last`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from config.times import from_micros, micros, zone
from scheduler.errors import UsageError

_ISO = re.compile(r"(\d{4})-?[Ww](\d{1,2})")
_HINT = "write 2026-W47, a day of the week such as 2026-11-18, this, or last"


@dataclass(frozen=True, slots=True)
class Span:
    """Monday to Sunday, in one zone."""

    first: date
    tz: str

    @property
    def last(self) -> date:
        """Sunday."""
        return self.first + timedelta(days=6)

    @property
    def name(self) -> str:
        """`2026-W47`."""
        year, week, _ = self.first.isocalendar()
        return f"{year}-W{week:02}"

    @property
    def start(self) -> int:
        """Where Monday begins, UTC microseconds."""
        return _midnight(self.first, self.tz)

    @property
    def end(self) -> int:
        """Where the next Monday begins."""
        return _midnight(self.first + timedelta(days=7), self.tz)

    def moved(self, weeks: int) -> Span:
        """So many weeks later."""
        return Span(self.first + timedelta(days=7 * weeks), self.tz)


def _midnight(day: date, tz: str) -> int:
    return micros(datetime.combine(day, time(), zone(tz)))


def week_of(said: str | None, now: int, tz: str) -> Span:
    """The week somebody means; none said: this one. Raises UsageError."""
    words = (said or "this").strip().casefold()
    today = from_micros(now, tz).date()
    if words in {"this", "last"}:
        return Span(_monday(today), tz).moved(-1 if words == "last" else 0)
    try:
        if match := _ISO.fullmatch(words):
            return Span(date.fromisocalendar(int(match[1]), int(match[2]), 1), tz)
        return Span(_monday(date.fromisoformat(words)), tz)
    except ValueError:
        raise UsageError(f"'{said}' is no week", _HINT) from None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
