"""Planning a month: days with counts, what is missing or too near, free slots, what a move costs, copies that fill free slots."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, text

from config.loaded import Loaded
from config.resolved import Fixed
from config.times import from_micros, resolve_wall
from scheduler.clean import clean_line
from scheduler.desk.calendar import agenda as listed
from scheduler.desk.calendar.days import Days, read_month, read_rows
from scheduler.desk.calendar.gaps import clock_changes, find_gaps, read_collisions, read_days, subjects
from scheduler.desk.calendar.places import find_free, read_busy
from scheduler.desk.calendar.views import Agenda, DayPlan, Filter, FreeSlot, Signs, Weighed
from scheduler.desk.post.sheet import Sheet, going
from scheduler.desk.seeing import Seeing
from scheduler.desk.views import CalendarRow, Done, PostView
from scheduler.desk.write.families import keep_family
from scheduler.desk.write.making import NewPost, new_unit
from scheduler.desk.write.writing import Writing
from scheduler.errors import NotFoundError, UsageError
from scheduler.lifecycle import State
from scheduler.units import writing
from scheduler.units.model import Timing, Unit
from scheduler.units.reading import find_unit, head_key, parse_key
from scheduler.when import clock_words, day_words, when_words

EVERYTHING = Filter()
AHEAD_DAYS = 28
"""How far ahead the agenda names gaps."""
Stamp = tuple[tuple[str, int, int], ...]


class Planning(Seeing, Writing):
    """What a person does with a month."""

    _slots: tuple[Stamp, Loaded] | None = None

    # ── seeing ──

    async def month(self, first: date, last: date, wanted: Filter = EVERYTHING, most: int = 6) -> list[DayPlan]:
        """Days that have posts: how many each, and the first `most` of them."""
        days = Days.between(first, last, self.tz)
        return await self.store.read(lambda conn: read_month(conn, days, wanted, most, self.scene(conn)))

    async def signs(self, first: date, last: date, wanted: Filter = EVERYTHING) -> Signs:
        """Gaps from today on, posts too near each other, nights on which clocks change."""
        return await self.store.read(lambda conn: self._signs(conn, first, last, wanted))

    def _signs(self, conn: Connection, first: date, last: date, wanted: Filter) -> Signs:
        days, today = Days.between(first, last, self.tz), from_micros(self.clock.wall(), self.tz).date()
        having = read_days(conn, days, replace(wanted, state=None))
        gaps = find_gaps(having, subjects(self.workspace, self.name, wanted), max(first, today), last) if last >= today else []
        near = read_collisions(conn, days, wanted, self.scene(conn))
        return Signs(tuple(gaps), tuple(near), tuple(clock_changes(first, last, self.tz)))

    async def agenda(self, wanted: Filter = EVERYTHING, words: str = "") -> Agenda:
        """Everything that has a time; with `words` only what has all of them, and no lines between."""
        clients = {name: client.name for name, client in self.workspace.clients.items()}

        def read(conn: Connection) -> Agenda:
            if words:
                return listed.read_agenda(conn, wanted, words, clients)
            today = from_micros(self.clock.wall(), self.tz).date()
            signs = self._signs(conn, today, today + timedelta(days=AHEAD_DAYS - 1), wanted)
            return listed.read_agenda(conn, wanted, words, clients, listed.notes_of(signs, self.tz))

        return await self.store.read(read)

    async def agenda_rows(self, ids: Sequence[int]) -> dict[int, CalendarRow]:
        """Lines of the agenda by their ids."""
        return await self.store.read(lambda conn: read_rows(conn, ids, self.tz, self.scene(conn)))

    async def campaign_names(self) -> list[str]:
        """Campaigns that have posts."""
        sql = text("SELECT DISTINCT campaign FROM post WHERE archived_at IS NULL ORDER BY campaign")
        return [clean_line(name) for name in await self.store.read(lambda conn: conn.execute(sql).scalars().all())]

    # ── free slots ──

    async def free_slots(self, first: date, last: date, wanted: Filter = EVERYTHING) -> list[FreeSlot]:
        """Places of campaigns' slots that no post has taken, by time. Empty while files cannot be read."""
        loaded, workspace, now = await self._with_slots(), self.workspace, self.clock.wall()
        names = [name for subject in subjects(workspace, self.name, wanted) for name in subject.accounts]
        if not any(campaign.slots for campaign in loaded.campaigns.values()):
            return []
        busy = await self.store.read(lambda conn: read_busy(conn, now, workspace))
        return await asyncio.to_thread(find_free, loaded, busy, wanted, names, first, last, now)

    async def account_slots(self, account: str, first: date, last: date) -> list[FreeSlot]:
        """The same of one account. Raises NotFoundError."""
        if account not in self.workspace.accounts:
            raise NotFoundError(
                f"there is no account '{clean_line(account)}'", f"accounts: {', '.join(self.workspace.accounts) or 'none yet'}"
            )
        return await self.free_slots(first, last, Filter(account=account))

    async def _with_slots(self) -> Loaded:
        """The files, read again only when one that can name slots changed."""
        stamp = await asyncio.to_thread(self._stamps)
        if self._slots is None or self._slots[0] != stamp:
            self._slots = stamp, await self.load()
        return self._slots[1]

    def _stamps(self) -> Stamp:
        files = [self.root / "daypart.yaml", *sorted((self.root / "campaigns").glob("*/campaign.yaml"))]
        found = [(str(file), file.stat()) for file in files if file.is_file()]
        return tuple((name, facts.st_mtime_ns, facts.st_size) for name, facts in found)

    # ── what a move costs ──

    async def weigh_day(self, key: str, day: date) -> Weighed:
        """Moving it to another day at the same time of day; of a time that is not there that night, what will happen."""
        return await self.weigh_unit(await self._unit(key), day)

    async def weigh_unit(self, unit: Unit, day: date, *, mine: Collection[int] = (), also: Collection[int] = ()) -> Weighed:
        """The same of one that is known. `mine`: deliveries that move with it; `also`: to which instants some of them do."""
        if unit.timing.due is None:
            raise UsageError(f"'{unit.key}' has no time yet", "give it one first: daypart post move KEY WHEN")
        tz = unit.timing.tz
        clock = from_micros(unit.timing.due, tz).time().replace(microsecond=0)
        found = resolve_wall(datetime.combine(day, clock), tz)
        went = clock_words(found.fixed.instant, tz)
        notes = {
            "gap": f"{clock:%H:%M} does not exist that night; goes at {went}",
            "fold": f"{clock:%H:%M} comes twice; goes the first time",
        }
        no_room = await self._no_room(unit, found.fixed.instant, mine, also)
        return self._weigh(unit, found.fixed, notes.get(found.shift, ""), no_room)

    async def weigh_move(self, key: str, when: str) -> Weighed:
        """Moving it to a time as people type it. Raises UsageError for one that cannot be."""
        unit = await self._unit(key)
        timing = self._timing(when, unit.timing)
        if timing.due is None:
            raise UsageError("there is no time in it", 'as "tomorrow 9:30"')
        return self._weigh(unit, Fixed(timing.due, timing.wall, timing.tz), "", await self._no_room(unit, timing.due))

    async def _unit(self, key: str) -> Unit:
        unit = await self.store.read(lambda conn: find_unit(conn, head_key(key)))
        if unit is None:
            raise await self.no_such_key(key)
        return unit

    async def _no_room(self, unit: Unit, due: int, mine: Collection[int] = (), also: Collection[int] = ()) -> str:
        account = parse_key(unit.key)[2]
        self.refuse_quiet(account, due)
        return "; ".join(filter(None, await self.no_room(account, due, mine={unit.head.id, *mine}, also=also)))

    def _weigh(self, unit: Unit, at: Fixed, note: str, no_room: str) -> Weighed:
        timing = replace(unit.timing, due=at.instant, tz=at.tz, wall=at.wall)
        loses = unit.approved and not writing.stays_inside(unit, timing)
        window = unit.head.window
        words = "" if window is None else f"{when_words(window[0], self.tz)} to {when_words(window[1], self.tz)}"
        when = from_micros(at.instant, at.tz).isoformat(timespec="seconds")
        return Weighed(unit.key, when, when_words(at.instant, at.tz), loses, words, note, no_room)

    # ── copies ──

    async def duplicate(self, post: str, when: str | None = None) -> PostView:
        """A new draft with the texts, pictures and accounts of a post; nobody has approved it. Without `when` it has no time."""
        sheet = await self.sheet(post)
        timing = self._timing(when, None)
        names = [seat.account.name for seat in going(sheet)]
        await self.refuse_without_room(names, timing.due)
        made = await self.change(lambda conn: self._copy(conn, sheet, dict.fromkeys(names, timing)))
        self.undoable(f"delete “{made}” again", lambda: self.delete_draft(made))
        return await self.post(made)

    async def fill(self, post: str, days: Sequence[date]) -> Done:
        """The first free slot of each account on each of the days gets a copy; a draft without a time takes the first day itself.

        Raises UsageError when no day is named or none has a free slot."""
        if not days:
            raise UsageError("no day is named", "as 2026-11-30")
        sheet = await self.sheet(post)
        names = {seat.account.name for seat in going(sheet)}
        free = [slot for slot in await self.free_slots(min(days), max(days)) if slot.account in names]
        by_day = {day: _firsts(free, day) for day in sorted(set(days))}
        filled = {day: slots for day, slots in by_day.items() if slots}
        if not filled:
            raise UsageError("there is no free slot on these days for the accounts of this post", f"see: daypart post slots {min(names)}")
        itself = (
            all(seat.unit.timing.due is None and seat.unit.state == State.DRAFT for seat in going(sheet)) and sheet.managed_by != "files"
        )
        made = await self.change(lambda conn: self._fill(conn, sheet, list(filled.values()), itself))
        words = ", ".join(f"{day_words(slots[0].at, self.tz)} {clock_words(slots[0].at, self.tz)}" for slots in filled.values())
        left = len(by_day) - len(filled)
        words = f"planned on free slots: {words}; each needs its approval" + (f"; {left} of the days have none" if left else "")
        return Done(words, tuple(made), self.undoable("take the copies off the plan again", lambda: self._unfill(made, sheet, itself)))

    def _fill(self, conn: Connection, sheet: Sheet, places: Sequence[Sequence[FreeSlot]], itself: bool) -> list[str]:
        if itself:
            for slot in places[0]:
                unit = next(seat.unit for seat in sheet.seats if seat.account.name == slot.account)
                self._move(conn, unit.key, _at(slot, unit.timing))
        rest = places[1:] if itself else places
        return [self._copy(conn, sheet, {slot.account: _at(slot, Timing(None, slot.tz, "")) for slot in slots}) for slots in rest]

    async def _unfill(self, made: Sequence[str], sheet: Sheet, itself: bool) -> Done:
        """All of it or nothing, for one of the copies may have been approved meanwhile."""
        copies = [await self.sheet(post) for post in made]

        def operation(conn: Connection) -> None:
            for copy in copies:
                self._delete(conn, copy)
            for seat in going(sheet) if itself else ():
                self._move(conn, seat.unit.key, seat.unit.timing)

        await self.change(operation, name="cancel")
        return Done("the free slots are free again")

    def _copy(self, conn: Connection, sheet: Sheet, timings: dict[str, Timing]) -> str:
        """One more post of the same texts, with who wrote which words of them."""
        texts = {name: saved.origins for name, saved in sheet.texts.items()}
        named = f"{sheet.title} copy"
        copy = self.make_post(conn, NewPost("desk", sheet.title, texts, named, sheet.brief, sources=sheet.sources))
        keep_family(conn, copy.post_id, sheet.post_id, self.author(f"a copy of {sheet.post}"))
        seats = {seat.account.name: seat for seat in reversed(sheet.seats)}  # one of a series
        for name, timing in timings.items():
            same = replace(seats[name], unit=new_unit(copy, seats[name].account, timing))
            self.take_seat(conn, copy, same, texts, "copied at the desk")
        return copy.post


def _firsts(free: Sequence[FreeSlot], day: date) -> list[FreeSlot]:
    """The first free slot of every account on a day."""
    found: dict[str, FreeSlot] = {}
    for slot in free:
        if slot.day == day:
            found.setdefault(slot.account, slot)
    return list(found.values())


def _at(slot: FreeSlot, before: Timing) -> Timing:
    wall = from_micros(slot.at, slot.tz).replace(tzinfo=None).isoformat(timespec="minutes")
    return replace(before, due=slot.at, tz=slot.tz, wall=wall, slot=None, slot_day=None)
