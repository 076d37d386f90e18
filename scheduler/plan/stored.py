"""Reading what the plan compares the files with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, select, text

from adapters.contract import Publication
from config.times import from_micros
from scheduler import content, holds
from scheduler.clock import DAY
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
class Stored:
    """The store's side of a plan, and what dealing slots needs."""

    state: int
    side: StoreSide
    held: dict[str, tuple[str, date]]
    """Delivery key → slot and local date it holds."""
    taken: frozenset[tuple[str, date, int]]
    """(series, local date, delivery id)."""
    planned: tuple[tuple[str, int, str, int], ...]
    """(account, due, zone, delivery id) of everything that goes out or went out lately, for distances between posts."""


def plan_state(conn: Connection) -> int:
    """The number of the store's state, as far as plans are concerned."""
    return int(get_meta(conn, STATE) or "0")


def read_stored(conn: Connection, now: int, assets: Path) -> Stored:
    """Everything, on one consistent view."""
    of_files = list(conn.execute(select(POST.c.id).where(POST.c.managed_by == "files")).scalars())
    units = {unit.key: unit for unit in units_of_posts(conn, of_files)}
    names = conn.execute(select(POST.c.campaign, POST.c.slug).where(POST.c.managed_by != "files"))
    side = StoreSide(
        units=units,
        contents=_contents(conn, units.values(), assets),
        approved_at=_approved_at(conn),
        attempted=_attempted(conn),
        twins=_twins(conn, now),
        desk_posts={f"{row.campaign}/{row.slug}" for row in names},
        held=_held_campaigns(conn),
        paces={row.name: row.pace for row in conn.execute(select(ACCOUNT.c.name, ACCOUNT.c.pace))},
    )
    slots = {row.delivery_id: row for row in conn.execute(select(SERIES_SLOT))}
    held = {
        key: (unit.timing.slot, date.fromisoformat(slots[unit.head.id].local_date))
        for key, unit in units.items()
        if unit.timing.slot is not None and unit.head.id in slots
    }
    taken = frozenset((row.series_id, date.fromisoformat(row.local_date), row.delivery_id) for row in slots.values())
    return Stored(plan_state(conn), side, held, taken, _planned(conn, now))


def busy_without(stored: Stored, dealt_now: Iterable[Unit]) -> Busy:
    """What stands in the way of slots: everything but those that are dealt now."""
    leave = {act.id for unit in dealt_now for act in unit.acts}
    busy = Busy(taken={(series, day) for series, day, delivery in stored.taken if delivery not in leave})
    for account, due, tz, delivery in stored.planned:
        if delivery not in leave:
            busy.add(account, due, from_micros(due, tz).date())
    return busy


def with_slot_day(unit: Unit, held: dict[str, tuple[str, date]]) -> Unit:
    """The unit with the local date of its place."""
    place = held.get(unit.key)
    return unit if place is None else replace(unit, timing=replace(unit.timing, slot_day=place[1].isoformat()))


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
        "SELECT d.key, max(a.at) AS at FROM approval a JOIN delivery d ON d.id = a.delivery_id"
        " WHERE a.voided_at IS NULL AND d.state IN ('queued', 'claimed') GROUP BY d.key"
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


def _planned(conn: Connection, now: int) -> tuple[tuple[str, int, str, int], ...]:
    sql = text(
        "SELECT a.name, d.due, d.tz, d.id FROM delivery d JOIN account a ON a.id = d.account_id"
        " WHERE d.parent_id IS NULL AND d.state NOT IN ('cancelled', 'missed', 'refused') AND d.due >= :since"
    )
    same: dict[str, str] = {}  # fifty names and a few zones, not one of each for every delivery
    rows = conn.execute(sql, {"since": now - 2 * DAY})
    return tuple((same.setdefault(row.name, row.name), row.due, same.setdefault(row.tz, row.tz), row.id) for row in rows)
