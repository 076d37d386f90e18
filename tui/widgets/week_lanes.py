"""Where things stand in a week with a lane for each account: bands below each other, a day's posts of an account in each. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tui.lines.week import Spot, Week

MOST = 3
"""So many accounts have lanes of their own; with more, a day is one column again."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What stands on one line of one day."""

    place: int = -1
    """Which post of the day; -1: none."""
    part: int = 0
    """Which of its lines."""
    more: int = 0
    """So many posts of this lane are not drawn."""


NOTHING = Slot()


@dataclass(frozen=True, slots=True)
class Lanes:
    """The bands of one week at one height. Line 0 is the head of the days."""

    week: Week
    height: int
    band: int
    """Lines of a lane, its name included."""
    lines: int
    """Of one post: two where all fit, so that its title has one of its own."""

    @classmethod
    def of(cls, week: Week, height: int) -> Lanes:
        """Made once for a week and a height, and asked for every line of it."""
        band = max(2, (height - 1) // max(1, len(week.lanes)))
        fullest = max((len(week.lane(day, account)) for day in week.days for account in week.lanes), default=0)
        return cls(week, height, band, 2 if band > 2 and 2 * fullest < band else 1)

    def name_at(self, y: int) -> str:
        """The account whose lane begins on this line."""
        lane, line = divmod(y - 1, self.band)
        return self.week.lanes[lane] if y > 0 and line == 0 and lane < len(self.week.lanes) else ""

    def at(self, day: date, y: int, spot: Spot) -> Slot:
        """What stands there. The lane of the cursor scrolls with it."""
        lane, line = divmod(y - 1, self.band)
        if y < 1 or line == 0 or lane >= len(self.week.lanes):
            return NOTHING
        places = self.week.lane(day, self.week.lanes[lane])
        room = max(1, (self.band - 1) // self.lines)
        top = self._top(places, room, spot.place if spot.day == day else -1)
        hidden = len(places) - room
        n, part = divmod(line - 1, self.lines)
        if hidden > 0 and n == room - 1 and room > 1:
            return Slot(more=len(places) - (room - 1)) if part == 0 else NOTHING
        return Slot(places[top + n], part) if n < room and top + n < len(places) else NOTHING

    def _top(self, places: tuple[int, ...], room: int, chosen: int) -> int:
        """First post of the lane that is drawn."""
        if len(places) <= room or chosen not in places:
            return 0
        shown = max(1, room - 1)
        return min(max(0, places.index(chosen) - shown + 1), len(places) - shown)
