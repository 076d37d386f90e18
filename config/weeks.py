"""Weeks as people write them: `this`, `next`, `2026-W49`, or any day of the week."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_NUMBERED = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)
_NAMED = {"this": 0, "next": 7, "last": -7}


@dataclass(frozen=True, slots=True)
class Week:
    """Monday to Sunday."""

    monday: date

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def name(self) -> str:
        """`2026-W49`, as ISO 8601 counts weeks."""
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02}"


def parse_week(said: str, today: date) -> Week:
    """The week somebody means. Raises ValueError with a sentence."""
    words = said.strip().casefold()
    if words in _NAMED:
        return week_of(today + timedelta(days=_NAMED[words]))
    numbered = _NUMBERED.fullmatch(words)
    try:
        if numbered:
            return Week(date.fromisocalendar(int(numbered[1]), int(numbered[2]), 1))
        return week_of(date.fromisoformat(words))
    except ValueError:
        raise ValueError(f"'{said}' is not a week: write this, next, {week_of(today).name}, or a day as {today}") from None


def week_of(day: date) -> Week:
    """The week a day is in."""
    return Week(day - timedelta(days=day.weekday()))
