"""Several posts at once: moved by days, cancelled, copied. Each is one step: wholly done or not at all, and taken back by one undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from config.times import from_micros, parse_at
from scheduler.desk.calendar.planning import Planning
from scheduler.desk.calendar.views import Weighed
from scheduler.desk.post.sheet import going
from scheduler.desk.views import Done
from scheduler.errors import NoRoomError, UsageError
from scheduler.lifecycle import State
from scheduler.units.model import Timing, Unit
from scheduler.units.reading import head_key, parse_key


class Many(Planning):
    """What a person does with all posts that are marked."""

    async def weigh_days(self, keys: Sequence[str], days: int) -> list[Weighed]:
        """What moving each by so many days would cost, said before it is done."""
        return await self._weighed([await self._unit(key) for key in _each(keys)], days)

    async def _weighed(self, units: Sequence[Unit], days: int) -> list[Weighed]:
        """Who moves as well stands in nobody's way where it stood, only where it goes."""
        mine = {unit.head.id for unit in units}
        found, taken = list[Weighed](), dict[str, list[int]]()
        for unit in units:
            if unit.timing.due is None:
                raise UsageError(f"'{unit.key}' has no time yet", "give it one first: daypart post move KEY WHEN")
            also = taken.setdefault(parse_key(unit.key)[2], [])
            day = from_micros(unit.timing.due, unit.timing.tz).date() + timedelta(days=days)
            weighed = await self.weigh_unit(unit, day, mine=mine, also=also)
            also.append(parse_at(weighed.when, unit.timing.tz).fixed.instant)
            found.append(weighed)
        return found

    async def move_days(self, keys: Sequence[str], days: int, *, anyway: bool = False) -> Done:
        """Each so many days later (earlier when below 0), at its time of day. Raises NoRoomError as `move` does."""
        if days == 0:
            raise UsageError("0 days later is where they stand", "for example: --days 1, or --days -1")
        units = [await self._unit(key) for key in _each(keys)]
        weighed = await self._weighed(units, days)
        full = next((one for one in weighed if one.no_room), None)
        if full is not None and not anyway:
            words, _, way_out = full.no_room.partition("; ")
            raise NoRoomError(f"{full.key}: {words}", way_out)
        new = {unit.key: self._timing(one.when, unit.timing) for unit, one in zip(units, weighed, strict=True)}
        kept = await self.change(lambda conn: self._retimed(conn, new))
        lost = sum(unit.approved for unit in units) - kept
        words = f"moved {_posts(units)} {abs(days)} day{'s' if abs(days) > 1 else ''} {'later' if days > 0 else 'earlier'}"
        words += f"; {lost} need{'s' if lost == 1 else ''} a new approval" if lost else ""
        old = {unit.key: replace(unit.timing, slot=None) for unit in units}

        async def back() -> Done:
            await self.change(lambda conn: self._retimed(conn, old))
            return Done(f"moved {_posts(units)} back", tuple(old))

        return Done(words, tuple(new), self.undoable(f"move {_posts(units)} back", back))

    def _retimed(self, conn: Connection, timings: dict[str, Timing]) -> int:
        """Returns how many approvals still hold."""
        return sum(self._move(conn, key, timing) for key, timing in timings.items())

    async def cancel_many(self, keys: Sequence[str]) -> Done:
        """None of them will go out. What is public stays, and stops the whole step."""
        names = _each(keys)
        units = await self.change(lambda conn: [self._cancel(conn, key, "cancelled by a person") for key in names], name="cancel")
        undo = None
        if all(unit.state in (State.DRAFT, State.QUEUED) for unit in units):

            async def back() -> Done:
                await self.change(lambda conn: self._bring_all_back(conn, units))
                return Done(f"{_posts(units)} {'is a draft' if len(units) == 1 else 'are drafts'} again, to approve anew", names)

            undo = self.undoable(f"bring {_posts(units)} back as drafts", back)
        return Done(f"cancelled: {_posts(units) if len(units) > 1 else names[0]}", names, undo)

    def _bring_all_back(self, conn: Connection, units: Sequence[Unit]) -> None:
        for unit in units:
            self._bring_back(conn, unit)

    async def duplicate_many(self, posts: Sequence[str]) -> Done:
        """A draft of each without a time, like the one it is a copy of."""
        sheets = [await self.sheet(post) for post in dict.fromkeys(post.partition("@")[0] for post in posts)]
        timing = self._timing(None, None)

        def copy(conn: Connection) -> tuple[str, ...]:
            return tuple(self._copy(conn, sheet, {seat.account.name: timing for seat in going(sheet)}) for sheet in sheets)

        made = await self.change(copy)

        async def back() -> Done:
            copies = [await self.sheet(post) for post in made]
            await self.change(lambda conn: [self._delete(conn, sheet) for sheet in copies], name="cancel")
            return Done("the copies are deleted", made)

        what = f"{len(made)} cop{'y' if len(made) == 1 else 'ies'}"
        return Done(f"made {what}, drafts without a time", made, self.undoable(f"delete the {what} again", back))


def _each(keys: Sequence[str]) -> tuple[str, ...]:
    """Each post once, whichever of its parts was named."""
    if not keys:
        raise UsageError("no post is named", "name one or more keys: `daypart post list` shows them")
    return tuple(dict.fromkeys(head_key(key) for key in keys))


def _posts(units: Sequence[Unit]) -> str:
    return f"{len(units)} post{'s' if len(units) > 1 else ''}"
