"""The brake: while it is on nothing leaves; when it comes off nothing is flushed. What became overdue waits for a person."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, insert, select, true, update

from scheduler import holds
from scheduler.lifecycle import HELD, HELD_OVER, State
from scheduler.store import guards
from scheduler.store.queue import lease_of, look_once_more, published_parts
from scheduler.store.statements import ACCOUNT, DELIVERY, HOLD, add_notice, transition
from scheduler.units.model import Author

WAITING = (State.QUEUED, State.CLAIMED)
"""States out of which it would go out by itself."""


def put_on(conn: Connection, scope: str, subject: str, reason: str, author: Author) -> bool:
    """Hold everything, a client, an account or a campaign. False: that was on hold already (a reason given now is noted)."""
    on = (HOLD.c.scope == scope, HOLD.c.subject == subject, HOLD.c.released_at.is_(None))
    if conn.execute(select(HOLD.c.id).where(*on)).first() is not None:
        if reason:  # the brake acts at once and the reason comes after it
            conn.execute(update(HOLD).where(*on).values(reason=reason))
        return False
    by = author.actor.partition(":")[2]
    made = conn.execute(insert(HOLD).values(scope=scope, subject=subject, reason=reason, by=by, at=author.at)).inserted_primary_key
    assert made is not None
    words = f"on hold: {holds.name_of(scope, subject)}, by {by}{': ' + reason if reason else ''}"
    add_notice(conn, "hold", words, author.at, event_seq=made[0])
    return True


def take_off(conn: Connection, scope: str, subject: str, author: Author) -> list[str] | None:
    """Release. Returns the keys of posts whose time passed meanwhile, which wait for a decision now; None when nothing was on hold."""
    on = (HOLD.c.scope == scope, HOLD.c.subject == subject, HOLD.c.released_at.is_(None))
    if conn.execute(update(HOLD).where(*on).values(released_at=author.at)).rowcount == 0:
        return None
    _ask_for_rests(conn, scope, subject, author)
    _miss_overdue(conn, scope, subject, author)
    return overdue(conn, scope, subject)


def overdue(conn: Connection, scope: str = "all", subject: str = "") -> list[str]:
    """Keys of posts whose time passed under a hold and of which nobody has decided yet, soonest first. Those still on hold wait."""
    passed = (DELIVERY.c.state == State.MISSED, DELIVERY.c.reason_code == HELD, DELIVERY.c.parent_id.is_(None))
    query = select(DELIVERY.c.key).where(*passed, _in_scope(scope, subject), guards.not_held())
    return list(conn.execute(query.order_by(DELIVERY.c.due, DELIVERY.c.id)).scalars())


def _miss_overdue(conn: Connection, scope: str, subject: str, author: Author) -> None:
    """Nothing whose time has passed goes out by itself, what somebody is getting ready included: the fence takes it from them."""
    passed = (DELIVERY.c.state.in_(WAITING), DELIVERY.c.due <= author.at, _in_scope(scope, subject), guards.not_held(), ~_has_begun())
    for row in conn.execute(select(DELIVERY).where(*passed)).mappings().all():
        lease = lease_of(row)
        if lease.parent_id is not None and published_parts(conn, lease):  # later parts follow the one that is asked about
            continue
        if not look_once_more(conn, lease, author.at, "release"):
            _stop(conn, lease.id, lease.fence, State.MISSED, HELD_OVER, HELD, author)


def _ask_for_rests(conn: Connection, scope: str, subject: str, author: Author) -> None:
    """Threads and comments that the hold cut off: the next act is asked about, and what hangs on it follows it."""
    waits = (DELIVERY.c.state.in_(WAITING), DELIVERY.c.due <= author.at, _in_scope(scope, subject), guards.not_held(), _has_begun())
    for row in conn.execute(select(DELIVERY.c.id, DELIVERY.c.fence, DELIVERY.c.kind, DELIVERY.c.part).where(*waits)).fetchall():
        what = "the first comment" if row.kind == "comment" else f"part {row.part}"
        why = f"the post is public; {what} waited while publishing was on hold"
        _stop(conn, row.id, row.fence, State.ASK, why, "thread", author)


def _stop(conn: Connection, delivery: int, fence: int, to: State, why: str, code: str, author: Author) -> None:
    told = {"reason": why, "reason_code": code, "owner": None}
    transition(conn, delivery, fence=fence, from_states=WAITING, to=to, actor=author.actor, why=why, at=author.at, bump_fence=True, **told)


def _has_begun() -> ColumnElement[bool]:
    parent = DELIVERY.alias("parent")
    return select(parent.c.id).where(parent.c.id == DELIVERY.c.parent_id, parent.c.state == State.PUBLISHED).correlate(DELIVERY).exists()


def _in_scope(scope: str, subject: str) -> ColumnElement[bool]:
    if scope == holds.CLIENT:
        return DELIVERY.c.client == subject
    if scope == holds.ACCOUNT:
        return DELIVERY.c.account_id.in_(select(ACCOUNT.c.id).where(ACCOUNT.c.name == subject))
    return DELIVERY.c.key.startswith(f"{subject}/", autoescape=True) if scope in holds.OF_CAMPAIGNS else true()
