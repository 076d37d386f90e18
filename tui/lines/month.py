"""The month as values: weeks that are drawn, days with their counts and signs, free slots, marks. Pure; the grid draws it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from scheduler.desk.calendar.views import DayPlan, FreeSlot, Gap, Signs
from scheduler.desk.views import CalendarRow
from tui.lines.week import monday
from tui.say import say
from tui.text import Glyphs, counted, day_words
from tui.told import told


def month_first(day: date) -> date:
    """The first of its month."""
    return day.replace(day=1)


def month_on(day: date, by: int) -> date:
    """The same day so many months on; the last one where a month is shorter."""
    months = day.year * 12 + day.month - 1 + by
    first = date(months // 12, months % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), last_of(first))


def last_of(day: date) -> date:
    """The last of its month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DaySigns:
    """What stands beside a day's number, and why."""

    gaps: tuple[Gap, ...] = ()
    near: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()
    free: tuple[FreeSlot, ...] = ()

    def slot(self, *, several: bool) -> str:
        """The first free slot. `several`: whose it is has to be said."""
        if not self.free:
            return ""
        first = self.free[0]
        whose = f"{first.account}: " if several else ""
        return f"{whose}{told(first.words)}" + (say(" and {number} more", number=len(self.free) - 1) if len(self.free) > 1 else "")

    def words(self, glyphs: Glyphs) -> str:
        """What a person should know about the day, each after its sign."""
        signed = ((glyphs.clash, self.near), (glyphs.gap, [told(gap.words) for gap in self.gaps]), (glyphs.clocks, self.clocks))
        return " · ".join(f"{sign} {part}" for sign, parts in signed for part in parts)


NO_SIGNS = DaySigns()


@dataclass(frozen=True, slots=True)
class Month:
    """Whole weeks around one month."""

    first: date
    """The first of the month."""
    days: dict[date, DayPlan] = field(default_factory=dict)
    signs: dict[date, DaySigns] = field(default_factory=dict)

    @classmethod
    def of(cls, first: date, plans: Iterable[DayPlan], signs: dict[date, DaySigns] | None = None) -> Month:
        """Sort plans into days."""
        return cls(first, {plan.day: plan for plan in plans}, signs or {})

    @property
    def start(self) -> date:
        """The Monday it is drawn from."""
        return monday(self.first)

    @property
    def weeks(self) -> int:
        """Weeks that are drawn: four to six."""
        return ((last_of(self.first) - self.start).days) // 7 + 1

    @property
    def end(self) -> date:
        """The last Sunday that is drawn."""
        return self.start + timedelta(days=self.weeks * 7 - 1)

    def total(self, day: date) -> int:
        """Posts of a day."""
        plan = self.days.get(day)
        return plan.total if plan else 0

    def on(self, day: date) -> tuple[CalendarRow, ...]:
        """The first posts of a day."""
        plan = self.days.get(day)
        return plan.rows if plan else ()

    def signs_of(self, day: date) -> DaySigns:
        """What stands beside a day's number."""
        return self.signs.get(day, NO_SIGNS)

    def words(self, day: date) -> str:
        """`Tue 24 Nov · 3 posts`."""
        return (
            f"{day_words(day)} · {counted(self.total(day), 'post')}"
            if self.total(day)
            else say("{day} · nothing planned", day=day_words(day))
        )


def signs_by_day(signs: Signs, free: Sequence[FreeSlot]) -> dict[date, DaySigns]:
    """Each day with what it has; a gap stands on each of its days."""
    gaps: dict[date, list[Gap]] = {}
    for gap in signs.gaps:
        for n in range(gap.days):
            gaps.setdefault(gap.first + timedelta(days=n), []).append(gap)
    near: dict[date, list[str]] = {}
    for found in signs.collisions:
        near.setdefault(found.day, []).append(told(found.words))
    clocks = {change.day: (told(change.words),) for change in signs.clocks}
    slots: dict[date, list[FreeSlot]] = {}
    for slot in free:
        slots.setdefault(slot.day, []).append(slot)
    days = {*gaps, *near, *clocks, *slots}
    return {
        day: DaySigns(tuple(gaps.get(day, ())), tuple(near.get(day, ())), clocks.get(day, ()), tuple(slots.get(day, ()))) for day in days
    }
