"""When a post may go out on an account with limits: now, or at which instant and why not before. What exceeds waits in its order."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, literal, or_, select

from config import pace
from config.pace import Pace
from scheduler import lifecycle
from scheduler.lifecycle import Decision, State
from scheduler.store import guards
from scheduler.store.queue import Lease
from scheduler.store.statements import DELIVERY, STEP
from scheduler.when import when_words

LINE = 200
"""So many posts ahead of it are taken into account."""


@dataclass(frozen=True, slots=True)
class Turn:
    """When it may go out."""

    at: int
    """Now, or the instant at which there is room for it after those ahead of it."""
    earliest: int
    """When there is room at all, if nobody ahead of it takes it."""
    why: str
    """Which limit keeps it; empty: it may go now."""


def turn(conn: Connection, lease: Lease, limits: Pace, now: int) -> Turn:
    """The turn of a post among what went out and what waits before it."""
    sent = went_out(conn, lease.account_id, limits, now)
    earliest = limits.free(sent, now)
    line = list(sent)
    for due, until in _ahead(conn, lease, now):
        at = limits.free(line, max(now, due))
        if at <= until:
            line.append(at)
            line.sort()
    at = limits.free(line, now)
    why = limits.why(sent, now) or ("others of this account are before it" if at > now else "")
    return Turn(at, earliest, why)


def went_out(conn: Connection, account_id: int, limits: Pace, now: int) -> list[int]:
    """When posts of the account went out, or may have, as far back as its limits look."""
    recent = guards.went_out(limits.span, literal(account_id))
    query = select(STEP.c.at_intent).select_from(STEP.join(guards.OTHER, guards.OTHER.c.id == STEP.c.delivery_id)).where(*recent)
    return sorted(conn.execute(query, {"b_now": now}).scalars())


def _ahead(conn: Connection, lease: Lease, now: int) -> list[tuple[int, int]]:
    """Due and last instant of what is due on the account and waits for nothing but its turn, before this one."""
    before = or_(DELIVERY.c.due < lease.due, (DELIVERY.c.due == lease.due) & (DELIVERY.c.id < lease.id))
    waits = or_(DELIVERY.c.state == State.CLAIMED, DELIVERY.c.reason_code.is_(None), DELIVERY.c.reason_code == lifecycle.PACE)
    mine = (DELIVERY.c.account_id == lease.account_id, DELIVERY.c.parent_id.is_(None), DELIVERY.c.send_until >= now)
    able = (DELIVERY.c.due <= now, DELIVERY.c.state.in_((State.QUEUED, State.CLAIMED)), waits, guards.not_held(), guards.approved())
    query = select(DELIVERY.c.due, DELIVERY.c.send_until).where(*mine, *able, before).order_by(DELIVERY.c.due, DELIVERY.c.id)
    return [(row.due, row.send_until) for row in conn.execute(query.limit(LINE), {"b_now": now})]


def wait_for(conn: Connection, lease: Lease, pace_text: str, now: int) -> Decision | None:
    """Transition 5 for a post that has to wait for its account's limits; None: there is room now."""
    if pace_text == pace.NONE or lease.parent_id is not None or lease.due > now:
        return None
    limits = pace.read(pace_text)
    found = turn(conn, lease, limits, now)
    if found.at <= now:
        return None
    return Decision(5, State.QUEUED, _words(found, lease, limits), lifecycle.PACE, _until(found, lease) - now)


def _until(found: Turn, lease: Lease) -> int:
    """Where those ahead would take all the room of its window, it asks again at the first chance: one of them may be gone by then."""
    return found.at if found.at <= lease.send_until else found.earliest


def _words(found: Turn, lease: Lease, limits: Pace) -> str:
    if found.at <= lease.send_until:
        return f"{found.why}; this one goes out {when_words(found.at, limits.tz)}"
    until = when_words(lease.send_until, limits.tz)
    return f"{found.why}; there is room for this one {when_words(found.at, limits.tz)}, and its window ends {until}: move it"
