"""The calendar's half of a Desk in memory: days, signs, free slots, the agenda, what a move costs, copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from scheduler.clock import SECOND
from scheduler.desk.calendar.agenda import NO_NOTES, notes_of, with_notes
from scheduler.desk.calendar.gaps import Subject, clock_changes, find_gaps
from scheduler.desk.calendar.views import NEAR_MINUTES, STATES, Agenda, Collision, DayPlan, Filter, FreeSlot, Signs, Weighed
from scheduler.desk.desk import Desk
from scheduler.desk.views import CalendarRow, Done, PostView, Sign
from scheduler.errors import UsageError
from tests.tui.fake_world import CLIENTS, NAMES, PLATFORM, TZ, Item, Work, micros

if TYPE_CHECKING:
    from tests.tui.fake_reading import FakeReading

ALL = Filter()
WINDOW_DAYS = 1
"""An approval holds a day to both sides."""


class FakeCalendar(Desk):
    """Mixed into the Desk in memory."""

    slots: dict[date, tuple[str, ...]]
    """Day → accounts with a free evening slot."""

    def _here(self) -> FakeReading:
        return self  # type: ignore[return-value]

    def _planned(self, wanted: Filter) -> list[Item]:
        here = self._here()
        states = STATES.get(wanted.state or "", ())
        found = [
            item
            for item in here._of(wanted.client)
            if item.due is not None
            and item.state != "cancelled"
            and wanted.account in (None, item.account)
            and wanted.platform in (None, PLATFORM[item.account[:2]])
            and wanted.campaign in (None, item.post.partition("/")[0])
            and (not states or item.state in states)
        ]
        return sorted(found, key=lambda item: (item.due or 0, item.key))

    async def planned_rows(self, first: date, last: date, wanted: Filter) -> list[CalendarRow]:
        await self._here()._reading()
        start, end = micros(f"{first} 00:00"), micros(f"{last + timedelta(days=1)} 00:00")
        return [self._here()._calendar_row(item) for item in self._planned(wanted) if start <= (item.due or 0) < end]

    async def month(self, first: date, last: date, wanted: Filter = ALL, most: int = 6) -> list[DayPlan]:
        days: dict[date, list[CalendarRow]] = {}
        for row in await self.planned_rows(first, last, wanted):
            days.setdefault(row.day, []).append(row)
        return [DayPlan(day, len(rows), tuple(rows[:most])) for day, rows in days.items()]

    async def signs(self, first: date, last: date, wanted: Filter = ALL) -> Signs:
        rows = await self.planned_rows(first, last, replace(wanted, state=None))
        having: dict[str, set[date]] = {}
        for row in rows:
            having.setdefault(row.account, set()).add(row.day)
        today = datetime.fromtimestamp(self.clock.wall() / SECOND, ZoneInfo(TZ)).date()
        whose = [Subject(c.name, frozenset(c.accounts)) for c in CLIENTS if wanted.client in (None, c.id)]
        gaps = find_gaps(having, whose, max(first, today), last) if self._here().items else []
        return Signs(tuple(gaps), tuple(self._collisions(rows)), tuple(clock_changes(first, last, TZ)))

    def _collisions(self, rows: Sequence[CalendarRow]) -> list[Collision]:
        found, before = list[Collision](), dict[str, CalendarRow]()
        for row in rows:
            last = before.get(row.account)
            near = last is not None and last.day == row.day and _minute(row.time) - _minute(last.time) < NEAR_MINUTES
            if near and last is not None and last.key.partition("@")[0] != row.key.partition("@")[0]:
                found.append(Collision(row.account, row.client_name, row.day, last.time, row.time, (last.key, row.key)))
            before[row.account] = row
        return found

    async def agenda(self, wanted: Filter = ALL, words: str = "") -> Agenda:
        await self._here()._reading()
        found = list[tuple[int, int]]()
        ids = {key: n + 1 for n, key in enumerate(self._here().items)}
        for item in self._planned(wanted):
            whole = f"{item.key} {self._here().works[item.post].title}".casefold()
            if all(word in whole for word in words.casefold().split()):
                found.append((ids[item.key], item.due or 0))
        if words:
            return with_notes(found, NO_NOTES)
        today = datetime.fromtimestamp(self.clock.wall() / SECOND, ZoneInfo(TZ)).date()
        return with_notes(found, notes_of(await self.signs(today, today + timedelta(days=27), wanted), TZ))

    async def agenda_rows(self, ids: Sequence[int]) -> dict[int, CalendarRow]:
        items = list(self._here().items.values())
        return {id_: self._here()._calendar_row(items[id_ - 1]) for id_ in ids if id_ <= len(items)}

    async def campaign_names(self) -> list[str]:
        return sorted({post.partition("/")[0] for post in self._here().works})

    async def free_slots(self, first: date, last: date, wanted: Filter = ALL) -> list[FreeSlot]:
        found = []
        for day, accounts in self.slots.items():
            for account in accounts:
                client = next(c for c in CLIENTS if account in c.accounts)
                if first <= day <= last and wanted.client in (None, client.id):
                    found.append(FreeSlot(micros(f"{day} 17:00"), day, "17:00", TZ, "evening", "winter", account, client.id, client.name))
        return found

    async def weigh_day(self, key: str, day: date) -> Weighed:
        item = self._here()._item(key)
        moment = datetime.fromtimestamp((item.due or 0) / SECOND, ZoneInfo(TZ))
        return await self.weigh_move(key, f"{day}T{moment:%H:%M}")

    async def weigh_move(self, key: str, when: str) -> Weighed:
        item = self._here()._item(key)
        due: int = self._parse(when, item.due or self.clock.wall())  # type: ignore[attr-defined]
        loses = item.approved is not None and abs(due - (item.due or 0)) > WINDOW_DAYS * 86_400 * SECOND
        moment = datetime.fromtimestamp(due / SECOND, ZoneInfo(TZ))
        window = "a day before to a day after" if item.approved else ""
        return Weighed(key, f"{moment:%Y-%m-%dT%H:%M}", f"{moment:%a %-d %b %H:%M}", loses, window)

    async def duplicate(self, post: str, when: str | None = None) -> PostView:
        made = self._copied(self._here()._work(post), self._parse(when, 0) if when else None)  # type: ignore[attr-defined]
        return await self.post(made)

    def _copied(self, work: Work, due: int | None) -> str:
        here = self._here()
        name = next(n for n in (f"desk/{work.title.casefold().replace(' ', '-')}-copy{m or ''}" for m in range(99)) if n not in here.works)
        here.works[name] = replace(work, post=name, managed_by="tui", file=None)
        for account in work.accounts:
            item = Item(name, account, "draft", Sign.DRAFT, due, "draft")
            here.items[item.key] = item
        return name

    async def fill(self, post: str, days: Sequence[date]) -> Done:
        work = self._here()._work(post)
        free = [day for day in days if set(self.slots.get(day, ())) & set(work.accounts)]
        if not free:
            raise UsageError("there is no free slot on these days for the accounts of this post")
        made = [self._copied(work, micros(f"{day} 17:00")) for day in free]
        return Done(f"{NAMES[work.client].name}: planned on {len(free)} free slots", tuple(made), undo="takes them off again")

    async def weigh_days(self, keys: Sequence[str], days: int) -> list[Weighed]:
        moments = {key: datetime.fromtimestamp((self._here()._item(key).due or 0) / SECOND, ZoneInfo(TZ)) for key in keys}
        return [await self.weigh_day(key, moment.date() + timedelta(days=days)) for key, moment in moments.items()]

    async def move_days(self, keys: Sequence[str], days: int, *, anyway: bool = False) -> Done:
        for weighed in await self.weigh_days(keys, days):
            await self.move(weighed.key, weighed.when)
        return Done(f"moved {len(keys)} posts", tuple(keys), undo="puts them back")

    async def cancel_many(self, keys: Sequence[str]) -> Done:
        for key in keys:
            await self.cancel(key)
        return Done(f"cancelled: {len(keys)} posts", tuple(keys), undo="brings them back")

    async def duplicate_many(self, posts: Sequence[str]) -> Done:
        names = dict.fromkeys(post.partition("@")[0] for post in posts)
        made = [self._copied(self._here()._work(post), None) for post in names]
        return Done(f"made {len(made)} copies", tuple(made), undo="deletes them")


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
