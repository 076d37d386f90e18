"""What the Desk answers about plans: days with counts, gaps, posts too near each other, free slots, what a move would cost."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from scheduler.desk.views import CalendarRow

STATES: dict[str, tuple[str, ...]] = {
    "drafts": ("draft",),
    "planned": ("queued", "claimed"),
    "on its way": ("sending", "processing", "unknown", "checking"),
    "needs you": ("ask", "refused", "missed"),
    "published": ("published",),
}
"""States as people ask for them."""
NEAR_MINUTES = 30
"""Two posts of one account closer than this are marked."""
GAP_DAYS = 3
"""So many days in a row without a post are a gap."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a calendar shall show. Empty: all of it."""

    client: str | None = None
    account: str | None = None
    platform: str | None = None
    campaign: str | None = None
    state: str | None = None
    """One of STATES."""


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One day of a month: how many posts, and the first of them."""

    day: date
    total: int
    rows: tuple[CalendarRow, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Days in a row without a post of one client, or of one account."""

    name: str
    """In words."""
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    @property
    def words(self) -> str:
        """`3 days without a post on Kawa Wrocław`."""
        return f"{self.days} days without a post on {self.name}"


@dataclass(frozen=True, slots=True)
class Collision:
    """Two posts of one account within half an hour."""

    account: str
    client_name: str
    day: date
    first: str
    """`HH:MM`."""
    second: str
    keys: tuple[str, str]

    @property
    def words(self) -> str:
        """`bs-kawa (Kawa Wrocław): 9:00 and 9:20, under 30 min apart`."""
        clocks = f"{_short(self.first)} and {_short(self.second)}"
        return f"{self.account} ({self.client_name}): {clocks}, under {NEAR_MINUTES} min apart"


@dataclass(frozen=True, slots=True)
class ClockChange:
    """A day on which the clocks change."""

    day: date
    words: str
    """`clocks go forward: 02:00–03:00 does not exist; what is planned there goes an hour later`."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What a person should know about a span of days."""

    gaps: tuple[Gap, ...] = ()
    collisions: tuple[Collision, ...] = ()
    clocks: tuple[ClockChange, ...] = ()


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """A place in the week that no post has taken yet."""

    at: int
    """UTC microseconds."""
    day: date
    time: str
    """Local `HH:MM`."""
    tz: str
    slot: str
    campaign: str
    account: str
    client: str | None
    client_name: str
    note: str = ""
    """What the clocks do to it that night."""

    @property
    def words(self) -> str:
        """`17:00 is free (slot “evening”)`."""
        return f"{_short(self.time)} is free (slot “{self.slot}”)" + (f": {self.note}" if self.note else "")


@dataclass(frozen=True, slots=True)
class Note:
    """A line of the agenda that is no post."""

    kind: Literal["gap", "collision", "clocks"]
    day: date
    words: str


@dataclass(frozen=True, slots=True)
class Agenda:
    """Everything that has a time, in order: ids only, so that 100,000 lines cost nothing until they are read."""

    lines: array[int] = field(default_factory=lambda: array("q"))
    """A delivery's id; negative: the note number -line - 1."""
    dues: array[int] = field(default_factory=lambda: array("q"))
    """UTC microseconds of each line."""
    notes: tuple[Note, ...] = ()

    @property
    def posts(self) -> int:
        """Lines that are posts."""
        return len(self.lines) - len(self.notes)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a move would do, said before it is done."""

    key: str
    when: str
    """For `Desk.move`."""
    words: str
    """`Wed 25 Nov 18:00 CET`."""
    loses_approval: bool
    window: str = ""
    """`Mon 23 Nov 18:00 – Wed 25 Nov 18:00`: where the approval holds; empty without one."""
    note: str = ""
    """What the clocks do to it that night."""
    no_room: str = ""
    """Which limits of its account leave no room then, with the way out; it would wait its turn."""


def _short(clock: str) -> str:
    return clock[1:] if clock.startswith("0") else clock
