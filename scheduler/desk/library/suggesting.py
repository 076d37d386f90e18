"""What the library proposes: posts that have rested for places nobody has taken, and what needs a person. Nothing is made here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import Connection, text

from adapters.limits import platform_name
from config.times import from_micros
from config.typed_time import parse_typed
from scheduler.clock import DAY
from scheduler.desk.calendar.planning import Planning
from scheduler.desk.library.reading import Family, read_families, read_posts
from scheduler.desk.library.reusing import Reusing
from scheduler.desk.library.views import LibraryPost, Reminder, Suggestion
from scheduler.desk.words import ENDING
from scheduler.scene import Scene
from scheduler.when import day_words

AHEAD_DAYS = 14
"""How far ahead free places are filled."""
MOST = 20
"""Suggestions at once."""
QUIET_DAYS = 7
"""An account with nothing for so long is named."""
EXPIRES_SOON_DAYS = 14
USUAL_TIME = "10:00"
"""For an account without any history."""
_EVERGREEN = "SELECT e.post_id FROM evergreen e JOIN post p ON p.id = e.post_id WHERE p.archived_at IS NULL"
_BUSY = (
    "SELECT a.name, d.due FROM delivery d JOIN account a ON a.id = d.account_id"
    " WHERE d.due >= :now AND d.due < :end AND +d.parent_id IS NULL AND d.state <> 'cancelled'"
)
_TIMES = (
    "SELECT d.due FROM delivery d JOIN account a ON a.id = d.account_id"
    " WHERE a.name = :name AND d.due IS NOT NULL AND +d.parent_id IS NULL ORDER BY d.due DESC LIMIT 50"
)
_DRAFT = (
    "SELECT 1 FROM delivery d JOIN post p ON p.id = d.post_id"
    " WHERE (d.post_id = :post OR d.post_id IN (SELECT post_id FROM reuse WHERE source_id = :post))"
    " AND d.state = 'draft' AND d.key NOT LIKE '%~%' AND p.archived_at IS NULL LIMIT 1"
)
_EXPIRING = (
    "SELECT name, client, platform, state, token_exp FROM account"
    " WHERE token_enc IS NOT NULL AND (state = 'reauth' OR token_exp < :soon) ORDER BY token_exp"
)
_TO_APPROVE = (
    "SELECT client, count(*) AS n, min(due) AS soonest FROM delivery WHERE state = 'draft' AND parent_id IS NULL"
    " AND content_id IS NOT NULL AND due IS NOT NULL AND coalesce(reason_code, '') <> 'sent_back' GROUP BY client ORDER BY min(due)"
)


@dataclass(frozen=True, slots=True)
class Free:
    """A place in the coming days that an account has not filled."""

    account: str
    at: int
    typed: str
    """As one would type it: `2026-12-01 12:15`."""
    words: str


class Suggesting(Planning, Reusing):
    """Looks ahead for a person."""

    async def suggestions(self, client: str | None = None) -> list[Suggestion]:
        """Rested evergreen posts for the places of the next two weeks that their accounts have not filled: free slots where a campaign
        has some, else empty days. A person makes each a draft with `reuse`."""
        ids = await self.store.read(lambda conn: list(conn.execute(text(_EVERGREEN)).scalars()))
        if not ids:
            return []
        today = from_micros(self.clock.wall(), self.tz).date()
        slots = await self.free_slots(today + timedelta(days=1), today + timedelta(days=AHEAD_DAYS))
        free: dict[str, list[Free]] = defaultdict(list)
        for slot in slots:
            free[slot.account].append(Free(slot.account, slot.at, f"{slot.day} {slot.time}", f"slot “{slot.slot}” is free"))
        return await self.store.read(lambda conn: self._suggestions(conn, ids, client, free))

    def _suggestions(self, conn: Connection, ids: Sequence[int], client: str | None, slots: Mapping[str, list[Free]]) -> list[Suggestion]:
        families = read_families(conn, ids)
        posts = dict(zip(ids, read_posts(conn, ids, self.scene(conn), self.tz), strict=True))
        wanted = [number for number in ids if client is None or posts[number].client == client]
        wanted = [number for number in wanted if _may_come(conn, number, families[number])]
        wanted.sort(key=lambda number: (families[number].last or 0, number))
        names = {name for number in wanted for name in posts[number].accounts}
        free = {name: slots.get(name) or self._empty_places(conn, name, days) for name, days in self._free_days(conn, names).items()}
        found = []
        for number in wanted:
            place = _first_place(posts[number], families[number].rests_until or 0, free)
            if place is not None:
                free[place.account].remove(place)
                found.append(self._suggestion(posts[number], place))
        return sorted(found, key=lambda suggestion: suggestion.at)[:MOST]

    def _suggestion(self, post: LibraryPost, place: Free) -> Suggestion:
        platform = platform_name(self.workspace.accounts[place.account].platform)
        whose = (post.client, post.client_name, post.client_color)
        return Suggestion(post.post, post.title, *whose, place.account, platform, place.at, place.typed, f"{place.words}; {post.words}")

    def _empty_places(self, conn: Connection, account: str, days: Sequence[date]) -> list[Free]:
        """Empty days, at the time of day the account used most often lately."""
        times: dict[str, int] = defaultdict(int)
        for due in conn.execute(text(_TIMES), {"name": account}).scalars():
            times[f"{from_micros(due, self.tz):%H:%M}"] += 1
        time = max(times, key=lambda name: (times[name], name)) if times else USUAL_TIME
        now = self.clock.wall()
        return [Free(account, parse_typed(f"{d} {time}", now, self.tz).instant, f"{d} {time}", "nothing is planned that day") for d in days]

    def _free_days(self, conn: Connection, accounts: set[str]) -> dict[str, list[date]]:
        """Days from tomorrow on without anything of an account."""
        now, today, known = self.clock.wall(), from_micros(self.clock.wall(), self.tz).date(), self.workspace.accounts
        days = [today + timedelta(days=n) for n in range(1, AHEAD_DAYS + 1)]
        taken: dict[str, set[date]] = defaultdict(set)
        for row in conn.execute(text(_BUSY), {"now": now, "end": now + (AHEAD_DAYS + 2) * DAY}):
            taken[row.name].add(from_micros(row.due, self.tz).date())
        names = (name for name in known if name in accounts and known[name].supported)
        return {name: [day for day in days if day not in taken[name]] for name in names}

    # ── what needs a person ──

    async def reminders(self, client: str | None = None) -> list[Reminder]:
        """What waits for a person: approvals, sign-ins that end, accounts whose coming week is empty."""
        return await self.store.read(lambda conn: self._reminders(conn, client))

    def _reminders(self, conn: Connection, client: str | None) -> list[Reminder]:
        scene = self.scene(conn)
        found = [*_to_approve(conn, scene, self.tz), *self._expiring(conn, scene), *self._empty(conn, scene)]
        return [reminder for reminder in found if client is None or reminder.client == client]

    def _expiring(self, conn: Connection, scene: Scene) -> list[Reminder]:
        found = []
        for row in conn.execute(text(_EXPIRING), {"soon": scene.now + EXPIRES_SOON_DAYS * DAY}):
            if row.name in self.workspace.accounts and (row.state == "reauth" or row.platform in ENDING):
                over = row.state == "reauth" or row.token_exp <= scene.now
                words = "sign in again: nothing goes out there" if over else f"the sign-in ends {day_words(row.token_exp, self.tz)}"
                found.append(_reminder("sign_in", row.client, scene, row.name, words, f"daypart account connect {row.name}"))
        return found

    def _empty(self, conn: Connection, scene: Scene) -> list[Reminder]:
        workspace, tomorrow = self.workspace, from_micros(scene.now, self.tz).date() + timedelta(days=1)
        found = []
        for name, days in self._free_days(conn, set(workspace.accounts)).items():
            run = next((n for n, day in enumerate(days) if day != tomorrow + timedelta(days=n)), len(days))
            if run >= QUIET_DAYS:
                words = f"nothing is planned for the next {run} days"
                command = f"daypart post new --account {name} --text TEXT"
                found.append(_reminder("empty", workspace.client_of(name), scene, name, words, command))
        return found


def _may_come(conn: Connection, post_id: int, family: Family) -> bool:
    """It is not spent, not planned, and no copy of it waits for its words or its approval."""
    return not family.spent and family.planned is None and conn.execute(text(_DRAFT), {"post": post_id}).first() is None


def _first_place(post: LibraryPost, rests_until: int, free: Mapping[str, list[Free]]) -> Free | None:
    places = (place for account in post.accounts for place in free.get(account, ()) if place.at >= rests_until)
    return min(places, key=lambda place: place.at, default=None)


def _to_approve(conn: Connection, scene: Scene, tz: str) -> list[Reminder]:
    """One line for each client, with the soonest."""
    found = []
    for row in conn.execute(text(_TO_APPROVE)):
        words = f"{row.n} wait{'s' if row.n == 1 else ''} for a yes, the first for {day_words(row.soonest, tz)}"
        command = "daypart post list" + (f" --client {row.client}" if row.client else "")
        found.append(_reminder("approve", row.client, scene, "", words, command))
    return found


def _reminder(
    kind: Literal["approve", "sign_in", "empty"], client: str | None, scene: Scene, about: str, words: str, command: str
) -> Reminder:
    name, color = scene.client_of(client)
    return Reminder(kind, client, name, color, about, words, command)
