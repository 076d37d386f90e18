"""Reading what the plan compares the files with."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, bindparam, select, text

from adapters.contract import Publication
from config.loaded import Loaded
from config.resolved import InSlot
from config.times import from_micros
from scheduler import holds
from scheduler.clock import DAY
from scheduler.content import kept as content
from scheduler.plan.compare import StoreSide
from scheduler.slots import Busy
from scheduler.store.guards import TWIN_DAYS
from scheduler.store.statements import ACCOUNT, CONTENT, HOLD, POST, get_meta
from scheduler.units.model import EDITABLE, Unit
from scheduler.units.reading import units_of_posts
from scheduler.units.writing import SERIES_SLOT

STATE = "plan_state"
"""Name of the fact that counts every change a person makes; a plan made against another number is stale."""


@dataclass(frozen=True, slots=True)
class Planned:
    """Everything that goes out or went out lately, for distances between posts. In columns: a tuple for each of 50,000 takes five times
    the memory."""

    accounts: list[str] = field(default_factory=list)
    dues: array[int] = field(default_factory=lambda: array("q"))
    zones: list[str] = field(default_factory=list)
    deliveries: array[int] = field(default_factory=lambda: array("q"))

    def __iter__(self) -> Iterator[tuple[str, int, str, int]]:
        """Account, due, zone and delivery id of each."""
        return zip(self.accounts, self.dues, self.zones, self.deliveries, strict=True)


@dataclass(frozen=True, slots=True)
class Room:
    """What stands on some accounts already, for dealing slots on them."""

    taken: frozenset[tuple[str, date, int]]
    """(series, local date, delivery id)."""
    planned: Planned


@dataclass(frozen=True, slots=True)
class Stored:
    """The store's side of a plan, and what dealing slots needs."""

    state: int
    side: StoreSide
    held: dict[str, tuple[str, date]]
    """Delivery key → slot and local date it holds."""
    room: Room


def plan_state(conn: Connection) -> int:
    """The number of the store's state, as far as plans are concerned."""
    return int(get_meta(conn, STATE) or "0")


def read_stored(conn: Connection, now: int, assets: Path, loaded: Loaded) -> Stored:
    """Everything that concerns these files, on one consistent view. The rest of a store may be large: it stays there."""
    of_files = list(conn.execute(select(POST.c.id).where(POST.c.managed_by == "files")).scalars())
    units = {unit.key: unit for unit in units_of_posts(conn, of_files)}
    side = StoreSide(
        units=units,
        contents=_contents(conn, units.values(), assets),
        approved_at=_approved_at(conn),
        attempted=_attempted(conn),
        twins=_twins(conn, now),
        desk_posts=_desk_posts(conn, loaded),
        held=_held_campaigns(conn),
        paces={row.name: row.pace for row in conn.execute(select(ACCOUNT.c.name, ACCOUNT.c.pace))},
    )
    room = read_room(conn, now, {post.account for post in loaded.posts if isinstance(post.when, InSlot)})
    days = {delivery: day for _, day, delivery in room.taken}
    held = {
        key: (unit.timing.slot, days[unit.head.id]) for key, unit in units.items() if unit.timing.slot is not None and unit.head.id in days
    }
    return Stored(plan_state(conn), side, held, room)


def read_room(conn: Connection, now: int, accounts: Collection[str]) -> Room:
    """What stands on these accounts."""
    rows = conn.execute(select(SERIES_SLOT.c.series_id, SERIES_SLOT.c.local_date, SERIES_SLOT.c.delivery_id))
    taken = frozenset((row.series_id, date.fromisoformat(row.local_date), row.delivery_id) for row in rows)
    return Room(taken, _planned(conn, now, accounts))


def busy_without(room: Room, dealt_now: Iterable[Unit]) -> Busy:
    """What stands in the way of slots: everything but those that are dealt now."""
    leave = {act.id for unit in dealt_now for act in unit.acts}
    busy = Busy(taken={(series, day) for series, day, delivery in room.taken if delivery not in leave})
    for account, due, tz, delivery in room.planned:
        if delivery not in leave:
            busy.add(account, due, from_micros(due, tz).date())
    return busy


def _contents(conn: Connection, units: Iterable[Unit], assets: Path) -> dict[int, tuple[Publication, ...]]:
    wanted = {unit.content_id: unit for unit in units if unit.content_id is not None and unit.state in EDITABLE}
    found: dict[int, tuple[Publication, ...]] = {}
    ids = list(wanted)
    for start in range(0, len(ids), 500):
        rows = conn.execute(select(CONTENT.c.id, CONTENT.c.body).where(CONTENT.c.id.in_(ids[start : start + 500])))
        for row in rows:
            unit = wanted[row.id]
            found[row.id] = content.load(row.body, assets, key=unit.key, due=unit.timing.due or 0)
    return found


def _approved_at(conn: Connection) -> dict[str, int]:
    sql = text(
        "SELECT d.key, max(a.at) AS at FROM approval a JOIN delivery d ON d.id = a.delivery_id JOIN post p ON p.id = d.post_id"
        " WHERE a.voided_at IS NULL AND d.state IN ('queued', 'claimed') AND p.managed_by = 'files' GROUP BY d.key"
    )
    return {row.key: row.at for row in conn.execute(sql)}


def _attempted(conn: Connection) -> frozenset[str]:
    sql = text(
        "SELECT DISTINCT d.key FROM delivery d JOIN step s ON s.delivery_id = d.id"
        " WHERE d.state = 'cancelled' AND s.kind = 'commit' AND s.phase <> 'not_sent'"
    )
    return frozenset(row.key for row in conn.execute(sql))


def _twins(conn: Connection, now: int) -> dict[tuple[int, str], str]:
    """What was published or ever attempted lately, by account and by text with media."""
    sql = text(
        "SELECT d.account_id, c.twin, d.key FROM delivery d JOIN content c ON c.id = d.content_id"
        " WHERE d.parent_id IS NULL AND ((d.state = 'published' AND d.published_at >= :since) OR EXISTS (SELECT 1 FROM step s"
        " WHERE s.delivery_id = d.id AND s.kind = 'commit' AND s.phase NOT IN ('not_sent', 'absent') AND s.at_intent >= :since))"
    )
    rows = conn.execute(sql, {"since": now - TWIN_DAYS * DAY})
    return {(row.account_id, row.twin): row.key for row in rows}


def _held_campaigns(conn: Connection) -> frozenset[str]:
    rows = conn.execute(select(HOLD.c.subject).where(HOLD.c.scope == holds.FILE, HOLD.c.released_at.is_(None)))
    return frozenset(rows.scalars())


def _desk_posts(conn: Connection, loaded: Loaded) -> set[str]:
    """Which names of posts in the files are taken by posts made at the desk."""
    mine = {(post.campaign, post.post) for post in loaded.posts}
    sql = text("SELECT slug FROM post WHERE campaign = :campaign AND managed_by <> 'files'")
    return {
        f"{campaign}/{slug}"
        for campaign in loaded.campaigns
        for slug in conn.execute(sql, {"campaign": campaign}).scalars()
        if (campaign, slug) in mine
    }


def _planned(conn: Connection, now: int, accounts: Collection[str]) -> Planned:
    sql = text(
        "SELECT a.name, d.due, d.tz, d.id FROM delivery d JOIN account a ON a.id = d.account_id WHERE a.name IN :accounts"
        " AND d.parent_id IS NULL AND d.state NOT IN ('cancelled', 'missed', 'refused') AND d.due >= :since"
    ).bindparams(bindparam("accounts", expanding=True))
    found = Planned()
    same: dict[str, str] = {}  # fifty names and a few zones, not one of each for every delivery
    for name, due, tz, delivery in conn.execute(sql, {"accounts": sorted(accounts), "since": now - 2 * DAY}):
        found.accounts.append(same.setdefault(name, name))
        found.dues.append(due)
        found.zones.append(same.setdefault(tz, tz))
        found.deliveries.append(delivery)
    return found
