"""The week as values: entries by day, a cursor that knows where it can go, clashes. Pure; the grid draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from scheduler.desk.views import CalendarRow, Sign

CLASH_MINUTES = 30
"""Two posts of one account closer than this are marked."""


def monday(day: date) -> date:
    """First day of its week."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the cursor is: a day, and which of its posts (0 also where there is none)."""

    day: date
    place: int = 0


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days of posts."""

    first: date
    days: dict[date, tuple[CalendarRow, ...]] = field(default_factory=dict)
    lanes: tuple[str, ...] = ()
    """Accounts that are drawn below each other, each day's posts in their order; empty: a day is one column."""

    @classmethod
    def of(cls, first: date, rows: Sequence[CalendarRow], lanes: Sequence[str] = ()) -> Week:
        """Sort rows into days, and there into lanes."""
        found: dict[date, list[CalendarRow]] = {}
        order = {account: n for n, account in enumerate(lanes)}
        for row in rows:
            found.setdefault(row.day, []).append(row)
        days = {day: tuple(sorted(of_day, key=lambda r: (order.get(r.account, 0), r.time, r.key))) for day, of_day in found.items()}
        return cls(first, days, tuple(lanes))

    @property
    def last(self) -> date:
        """Its Sunday."""
        return self.first + timedelta(days=6)

    def on(self, day: date) -> tuple[CalendarRow, ...]:
        """Posts of a day."""
        return self.days.get(day, ())

    def lane(self, day: date, account: str) -> tuple[int, ...]:
        """Places of a day's posts on one account."""
        return tuple(n for n, row in enumerate(self.on(day)) if row.account == account)

    def at(self, spot: Spot) -> CalendarRow | None:
        """The post under a cursor."""
        rows = self.on(spot.day)
        return rows[spot.place] if 0 <= spot.place < len(rows) else None

    def step(self, spot: Spot, by: int) -> Spot:
        """Up or down inside the day; stops at its ends."""
        return Spot(spot.day, max(0, min(spot.place + by, len(self.on(spot.day)) - 1)))

    def beside(self, spot: Spot, day: date) -> Spot:
        """On another day, at the post nearest in time; where there are lanes, in the same one if it has any."""
        here, there = self.at(spot), self.on(day)
        if here is None or not there:
            return Spot(day, 0)
        wanted, lane = minutes(here.time), here.account if self.lanes else ""
        return Spot(day, min(range(len(there)), key=lambda n: (there[n].account != lane, abs(minutes(there[n].time) - wanted), n)))

    def find(self, key: str) -> Spot | None:
        """Where a key stands."""
        return next((Spot(day, n) for day, rows in self.days.items() for n, row in enumerate(rows) if row.key == key), None)

    def clashes(self, day: date) -> bool:
        """Two posts of one account within half an hour."""
        last: dict[str, tuple[int, str]] = {}
        for row in sorted(self.on(day), key=lambda row: row.time):
            if row.sign is Sign.CANCELLED:
                continue
            now, post = minutes(row.time), row.key.partition("@")[0]
            before = last.get(row.account)
            if before is not None and now - before[0] < CLASH_MINUTES and before[1] != post:
                return True
            last[row.account] = (now, post)
        return False


def minutes(time: str) -> int:
    """`9:30` as minutes after midnight; 0 for what is no time."""
    hours, _, rest = time.partition(":")
    return int(hours) * 60 + int(rest) if hours.isdigit() and rest.isdigit() else 0
