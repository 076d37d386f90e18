"""The table as a queue: what may be claimed, looked at, polled or counted as missed, and when something will be next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
    update,
)

from scheduler import lifecycle
from scheduler.store import guards
from scheduler.store.ready import Ready, RowLike
from scheduler.store.statements import ACCOUNT, DELIVERY, NODE, STEP, Change, record_changes, transition

PER_ACCOUNT = 4
"""How many due deliveries of one account are worked on at once (they are sent one after the other)."""
WINDOW = 512
"""How many of those that could go are compared for a claim."""
SWEEP_ROWS = 500
_BEAT_OF_NODE = Ready(update(NODE).where(NODE.c.id == bindparam("b_node")), ("beat",))
_LEASED = Ready(select(DELIVERY).where(DELIVERY.c.state.in_(("claimed", "sending", "checking"))))


@dataclass(frozen=True, slots=True)
class Lease:
    """A delivery somebody works on, as it was when it was taken."""

    id: int
    key: str
    post_id: int
    account_id: int
    kind: str
    part: int
    parts: int
    state: str
    fence: int
    digest: str | None
    content_id: int | None
    parent_id: int | None
    due: int
    first_due: int
    send_until: int
    cls: str
    look_n: int
    tries: int
    reason_code: str | None

    @property
    def root_key(self) -> str:
        """Key of the post it belongs to."""
        return self.key if self.kind != "comment" and self.part == 1 else self.key.rsplit("/", 1)[0]


_OF_LEASE = tuple(DELIVERY.c[field.name] for field in fields(Lease))
"""A row of `delivery` has twice as many columns."""


def lease_of(row: RowLike) -> Lease:
    """The lease in a row of `delivery`."""
    due = row["due"] if row["due"] is not None else 0
    return Lease(
        id=row["id"],
        key=row["key"],
        post_id=row["post_id"],
        account_id=row["account_id"],
        kind=row["kind"],
        part=row["part"],
        parts=row["parts"],
        state=row["state"],
        fence=row["fence"],
        digest=row["digest"],
        content_id=row["content_id"],
        parent_id=row["parent_id"],
        due=due,
        first_due=row["first_due"] if row["first_due"] is not None else due,
        send_until=row["send_until"] or 0,
        cls=row["cls"],
        look_n=row["look_n"],
        tries=row["tries"],
        reason_code=row["reason_code"],
    )


def claim(conn: Connection, *, now: int, node: str, limit: int, early: bool) -> list[Lease]:
    """Transition 4 for up to `limit` deliveries, fairly by account. `early`: those whose preparation may begin before they are due."""
    rows = _claim_statement(early).mappings(conn, b_now=now, b_node=node, b_limit=limit, b_window=WINDOW)
    leases = sorted((lease_of(row) for row in rows), key=lambda lease: (lease.due, lease.id))
    why = "getting ready" if early else "due"
    record_changes(conn, [Change(d.id, now, "queued", "claimed", d.fence, f"engine:{node}", why) for d in leases])
    return leases


@cache
def _claim_statement(early: bool) -> Ready:
    commits = exists(
        select(STEP.c.seq)
        .where(STEP.c.delivery_id == DELIVERY.c.id, STEP.c.kind == "commit", STEP.c.phase != "not_sent")
        .correlate(DELIVERY)
    )
    first_due = case((and_(commits, DELIVERY.c.first_due.is_not(None)), DELIVERY.c.first_due), else_=DELIVERY.c.due)
    values = {"first_due": first_due, "tries": DELIVERY.c.tries + 1, "owner": bindparam("b_node"), "beat": guards.NOW}
    ranked = _ranked(early)
    chosen = select(ranked.c.id).order_by(ranked.c.rank, ranked.c.due, ranked.c.id).limit(bindparam("b_limit", type_=Integer))
    return Ready(
        update(DELIVERY)
        .where(DELIVERY.c.id.in_(chosen), guards.state_is("queued"))
        .values(state="claimed", fence=DELIVERY.c.fence + 1, **values)
        .returning(*_OF_LEASE)
    )


def _ranked(early: bool) -> Subquery:
    """The first that could go, ranked within their accounts. Only some are looked at: with 10,000 due at once, ranking all of
    them for each claim would take longer than sending them. Accounts with enough in work are left out, so every one has its turn."""
    first = (DELIVERY.c.prepare_at if early else DELIVERY.c.due, DELIVERY.c.id)
    ready = (guards.state_is("queued"), _has_come(early), DELIVERY.c.send_until >= guards.NOW, guards.backed_off(), guards.account_ready())
    able = (guards.not_held(), guards.approved(), guards.parent_public(), DELIVERY.c.account_id.not_in(_busy_accounts()))
    window = bindparam("b_window", type_=Integer)
    able_first = select(DELIVERY.c.id, DELIVERY.c.due, DELIVERY.c.account_id).where(*ready, *able).order_by(*first).limit(window).subquery()
    rank = func.row_number().over(partition_by=able_first.c.account_id, order_by=(able_first.c.due, able_first.c.id)).label("rank")
    ranked = select(able_first.c.id, able_first.c.due, rank).subquery()
    return select(ranked).where(ranked.c.rank <= PER_ACCOUNT).subquery()


def _busy_accounts() -> Select[int]:
    working = (DELIVERY.c.state.in_(("claimed", "sending")), DELIVERY.c.due <= guards.NOW)
    return select(DELIVERY.c.account_id).where(*working).group_by(DELIVERY.c.account_id).having(func.count() >= PER_ACCOUNT)


def claim_looks(conn: Connection, *, now: int, node: str, limit: int) -> list[Lease]:
    """Transition 13 for up to `limit` deliveries whose look is due."""
    leases = [lease_of(row) for row in _looks_statement().mappings(conn, b_now=now, b_node=node, b_limit=limit)]
    record_changes(conn, [Change(d.id, now, "unknown", "checking", d.fence, f"engine:{node}", "time to look") for d in leases])
    return leases


@cache
def _looks_statement() -> Ready:
    some = bindparam("b_limit", type_=Integer)
    chosen = select(DELIVERY.c.id).where(guards.state_is("unknown"), _look_is_due()).order_by(DELIVERY.c.look_at).limit(some)
    return Ready(
        update(DELIVERY)
        .where(DELIVERY.c.id.in_(chosen), guards.state_is("unknown"))
        .values(state="checking", fence=DELIVERY.c.fence + 1, owner=bindparam("b_node"), beat=guards.NOW)
        .returning(*_OF_LEASE)
    )


def nothing_to_look_at(conn: Connection, now: int) -> bool:
    """Whether no look and no poll is due: asked first, because writing costs more."""
    return _look_exists().row(conn, b_now=now) is None


@cache
def _look_exists() -> Ready:
    waiting = DELIVERY.c.state.in_((literal_column("'unknown'"), literal_column("'processing'")))
    return Ready(select(DELIVERY.c.id).where(waiting, _look_is_due()).limit(1))


def nothing_to_claim(conn: Connection, now: int, *, early: bool) -> bool:
    """Whether nothing has come to its time; what has may still have to wait for something else."""
    return _claim_exists(early).row(conn, b_now=now) is None


@cache
def _claim_exists(early: bool) -> Ready:
    return Ready(select(DELIVERY.c.id).where(guards.state_is("queued"), _has_come(early), DELIVERY.c.send_until >= guards.NOW).limit(1))


def _has_come(early: bool) -> ColumnElement[bool]:
    if early:
        return and_(DELIVERY.c.prepare_at <= guards.NOW, _due_unindexed() > guards.NOW)
    return DELIVERY.c.due <= guards.NOW


def _due_unindexed() -> ColumnElement[int]:
    """`due` as a sum: nearly all of the queue is due some day, so the index on `prepare_at` has to serve."""
    return DELIVERY.c.due + 0


def _look_is_due() -> ColumnElement[bool]:
    """A time further ahead than an hour was written before the clock was set back."""
    return or_(DELIVERY.c.look_at <= guards.NOW, DELIVERY.c.look_at > guards.NOW + lifecycle.IGNORED_AHEAD, DELIVERY.c.look_at.is_(None))


def due_polls(conn: Connection, now: int, limit: int) -> list[Lease]:
    """Deliveries the platform is processing whose handle should be read now."""
    return [lease_of(row) for row in _polls().mappings(conn, b_now=now, b_limit=limit)]


@cache
def _polls() -> Ready:
    some = bindparam("b_limit", type_=Integer)
    return Ready(select(DELIVERY).where(DELIVERY.c.state == literal_column("'processing'"), _look_is_due()).limit(some))


def next_instant(conn: Connection, now: int) -> int | None:
    """When something will have to be done next, as far as the table knows; never before `now`. Holds and the like end by themselves
    with a change of the store, which is looked for anyway."""
    instants: list[int] = [instant for instant in _next_instants().row(conn, b_now=now) or () if instant is not None]
    return max(min(instants), now) if instants else None


@cache
def _next_instants() -> Ready:
    now, queued = guards.NOW, guards.state_is("queued")
    waits = case((DELIVERY.c.next_at > ACCOUNT.c.next_ok_at, DELIVERY.c.next_at), else_=ACCOUNT.c.next_ok_at)
    joined = DELIVERY.join(ACCOUNT, ACCOUNT.c.id == DELIVERY.c.account_id)
    kinds: tuple[Select[int | None], ...] = (
        select(func.min(DELIVERY.c.prepare_at)).where(queued, DELIVERY.c.prepare_at > now),
        select(func.min(_due_unindexed())).where(queued, _due_unindexed() > now, DELIVERY.c.prepare_at <= now),
        select(func.min(waits)).select_from(joined).where(queued, DELIVERY.c.prepare_at <= now, waits > now),
        select(func.min(DELIVERY.c.look_at)).where(DELIVERY.c.state.in_((literal_column("'unknown'"), literal_column("'processing'")))),
    )
    return Ready(select(*(kind.scalar_subquery() for kind in kinds)))


def beat(conn: Connection, *, now: int, node: str, deliveries: Iterable[int]) -> int:
    """One sign of life of this process and of everything it works on."""
    _BEAT_OF_NODE.change(conn, {"b_node": node, "beat": now})
    ids = list(deliveries)
    if not ids:
        return 0
    mine = (DELIVERY.c.id.in_(ids), DELIVERY.c.owner == node, DELIVERY.c.state.in_(("claimed", "sending", "checking")))
    return conn.execute(update(DELIVERY).where(*mine).values(beat=now)).rowcount


def leased(conn: Connection) -> Sequence[RowLike]:
    """Everything somebody works on, with fence and beat."""
    return _LEASED.mappings(conn)


def sweep_missed(conn: Connection, *, now: int, node: str) -> int:
    """Transition 19: what was not sent in its window, drafts included. Later parts of a thread that has begun are asked about."""
    return sum(_miss(conn, lease, now, node) for lease in passed(conn, now))


def passed(conn: Connection, now: int) -> list[Lease]:
    """What was not sent in its window and is not counted as missed yet; some of it, when it is much."""
    return [lease_of(row) for row in _passed_statement().mappings(conn, b_now=now)]


@cache
def _passed_statement() -> Ready:
    """A window never ends before it begins: `due` comes first because it has an index."""
    passed = (DELIVERY.c.due < guards.NOW, func.coalesce(DELIVERY.c.send_until, DELIVERY.c.due + DELIVERY.c.late) < guards.NOW)
    states = (DELIVERY.c.state == "draft", guards.state_is("queued"))
    return Ready(union_all(*(select(DELIVERY).where(state, *passed) for state in states)).limit(SWEEP_ROWS))


def _miss(conn: Connection, lease: Lease, now: int, node: str) -> bool:
    if look_once_more(conn, lease, now, node):
        return True
    begun = lease.parent_id is not None and published_parts(conn, lease) > 0
    held = lease.state == "queued" and _is_held(conn, lease.id)
    if begun:
        to, why = "ask", f"{published_parts(conn, lease)} of {lease.parts} are public; the time for the rest has passed"
    else:
        to, why = "missed", lifecycle.HELD_OVER if held else _why_missed(conn, lease, node)
    return transition(
        conn,
        lease.id,
        fence=lease.fence,
        from_states=(lease.state,),
        to=to,
        actor=f"engine:{node}",
        why=why,
        at=now,
        bump_fence=True,
        reason=why,
        reason_code="thread" if begun else lifecycle.HELD if held else "missed",
    )


def _is_held(conn: Connection, delivery_id: int) -> bool:
    return conn.execute(select(DELIVERY.c.id).where(DELIVERY.c.id == delivery_id, ~guards.not_held())).first() is not None


def _why_missed(conn: Connection, lease: Lease, node: str) -> str:
    """What really kept it until its window ended."""
    if lease.state == "draft":
        return "nobody approved it before its time had passed"
    if lease.reason_code == lifecycle.PACE:
        reason = conn.execute(select(DELIVERY.c.reason).where(DELIVERY.c.id == lease.id)).scalar_one() or ""
        return f"its window ended before the account's limits left room for it ({reason.partition(';')[0]})"
    account = conn.execute(
        select(ACCOUNT.c.name, ACCOUNT.c.state, ACCOUNT.c.remote_account_id).where(ACCOUNT.c.id == lease.account_id)
    ).one()
    if account.state != "ok" or account.remote_account_id is None:
        return f"its window ended while {account.name} had to be connected again"
    started = conn.execute(select(NODE.c.started_at).where(NODE.c.id == node)).scalar_one_or_none()
    if started is not None and started > lease.send_until:
        return "its window ended before it could be sent: the publishing service was not running"
    return "its window ended before it could be sent"


_ANSWERED = (STEP.c.kind == "commit", STEP.c.phase == "not_sent", STEP.c.detail.contains('"answered"'))


def _was_answered(conn: Connection, delivery_id: int) -> bool:
    """A try got no further than “wait” or “sign in again”, and nobody has looked since."""
    return conn.execute(select(STEP.c.seq).where(STEP.c.delivery_id == delivery_id, *_ANSWERED).limit(1)).first() is not None


def look_once_more(conn: Connection, lease: Lease, now: int, node: str) -> bool:
    """Transition 21: nothing that may be public is called missed. It is never sent again. False: nothing of it can be public."""
    if lease.content_id is None or not _was_answered(conn, lease.id):
        return False
    why = "its time passed after a try that was only told to wait or to sign in again"
    looks = {"look_n": 0, "look_at": now, "settle_from": now, "send_until": now - 1, "reason": why, "reason_code": "tried"}
    source, actor = (lease.state,), f"engine:{node}"
    if not transition(
        conn, lease.id, fence=lease.fence, from_states=source, to="unknown", actor=actor, why=why, at=now, bump_fence=True, **looks
    ):
        return False
    conn.execute(update(STEP).where(STEP.c.delivery_id == lease.id, *_ANSWERED).values(phase="unknown"))
    return True


def published_parts(conn: Connection, lease: Lease) -> int:
    """How many parts of its thread are public."""
    own = (DELIVERY.c.account_id == lease.account_id, DELIVERY.c.post_id == lease.post_id, DELIVERY.c.state == "published")
    key = or_(DELIVERY.c.key == lease.root_key, DELIVERY.c.key.startswith(f"{lease.root_key}/", autoescape=True))
    return conn.execute(select(func.count()).where(*own, key, DELIVERY.c.kind != "comment")).scalar_one()


def has_children(conn: Connection, delivery_id: int) -> bool:
    """Whether anything hangs on it."""
    return _CHILD_OF.row(conn, b_id=delivery_id) is not None


_CHILD_OF = Ready(select(DELIVERY.c.id).where(DELIVERY.c.parent_id == bindparam("b_id")).limit(1))


def children(conn: Connection, lease: Lease) -> list[Lease]:
    """The later parts and the comment of its post that are not this one, in order."""
    own = (DELIVERY.c.account_id == lease.account_id, DELIVERY.c.post_id == lease.post_id, DELIVERY.c.id != lease.id)
    below = DELIVERY.c.key.startswith(f"{lease.root_key}/", autoescape=True)
    rows = conn.execute(select(DELIVERY).where(*own, below).order_by(DELIVERY.c.part, DELIVERY.c.id)).mappings()
    return [lease_of(row) for row in rows]
