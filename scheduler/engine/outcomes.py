"""What workers write: each function is one transaction that takes one numbered transition with all that belongs to it."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection, bindparam, case, literal_column, select, update
from sqlalchemy.exc import IntegrityError

from adapters.contract import Accepted, JournalEntry, Limited, NotSent, Outcome, Published, Receipt, Refused, TokenDead, Unknown
from config.pace import NONE as NO_PACE
from config.pace import read as read_pace
from scheduler import lifecycle
from scheduler.lifecycle import Decision, State
from scheduler.store import guards, journal, queue
from scheduler.store.journal import Moment
from scheduler.store.queue import Lease
from scheduler.store.ready import Ready
from scheduler.store.statements import ACCOUNT, APPROVAL, DELIVERY, Change, record_changes, transition

UNCOUNTED = frozenset({"stop", "hold", "account", "busy", "early", "limited", "token", "waiting", "parent", "late", "frozen", "pace"})
"""Reasons to go back to the queue that are nobody's failure."""
REMEMBERED = frozenset({lifecycle.PACE, lifecycle.TOKEN})
"""Reasons to go back that the next try has to know."""


def go_back(conn: Connection, lease: Lease, decision: Decision, *, actor: str, at: int) -> bool:
    """Transition 5: nothing was sent. What was in doubt stays so: it may have stopped before it was looked for."""
    assert decision.number == 5
    in_doubt = lease.reason_code == lifecycle.DOUBTFUL and decision.target == State.QUEUED and decision.code not in REMEMBERED
    code = lifecycle.DOUBTFUL if in_doubt else decision.code or None
    values: dict[str, object] = {"owner": None, "reason": decision.why, "reason_code": code}
    if decision.target == State.QUEUED:
        values["next_at"] = at + (decision.wait or 0)
        if decision.code in UNCOUNTED:
            values["tries"] = max(lease.tries - 1, 0)
    done = _move(conn, lease, ("claimed",), decision.target, actor=actor, why=decision.why, at=at, bump=True, **values)
    if done and decision.target == State.REFUSED:
        strand_children(conn, lease, actor=actor, at=at)
    return done


def void(conn: Connection, lease: Lease, *, actor: str, why: str, code: str, at: int) -> bool:
    """Transition 2 by the engine: what would be sent is not what was approved."""
    done = _move(conn, lease, ("claimed",), State.DRAFT, actor=actor, why=why, at=at, bump=True, owner=None, reason=why, reason_code=code)
    if done:
        mine = (APPROVAL.c.delivery_id == lease.id, APPROVAL.c.voided_at.is_(None))
        conn.execute(update(APPROVAL).where(*mine).values(voided_at=at, voided_why=why))
    return done


def start_sending(
    conn: Connection, lease: Lease, *, handle: str, digest: str, remote: str, moment: Moment, actor: str, pace: str = NO_PACE
) -> JournalEntry | None:
    """Transition 6: every guard in one WHERE, and the intent in the same transaction. None: a guard does not hold.

    `digest` is that of the bytes to send, `remote` the account it was made for, `pace` the limits it was read with."""
    known: dict[str, object] = {"b_id": lease.id, "b_fence": lease.fence, "b_now": moment.wall, "b_digest": digest, "b_remote": remote}
    limited = pace != NO_PACE
    try:
        if _sending_statement(limited).change(conn, known | (_limits(pace, moment.wall) if limited else {})) != 1:
            return None
    except IntegrityError:  # the index that lets one delivery of an account be sent at a time
        return None
    entry = journal.intend(conn, lease, "commit", "commit", moment, handle=handle, request_digest=digest)
    record_changes(conn, [Change(lease.id, moment.wall, "claimed", "sending", lease.fence, actor, f"sending {digest[:8]}")])
    return entry


def _limits(pace: str, now: int) -> dict[str, object]:
    return guards.pace_values(read_pace(pace), now)


@cache
def _sending_statement(limited: bool) -> Ready:
    mine = (DELIVERY.c.id == bindparam("b_id"), DELIVERY.c.fence == bindparam("b_fence"), DELIVERY.c.state == "claimed")
    conditions = [guard.condition for guard in guards.send_guards(limited=limited)]
    return Ready(update(DELIVERY).where(*mine, *conditions).values(state="sending", beat=guards.NOW, reason=None))


def why_not(conn: Connection, lease: Lease, *, digest: str, remote: str, at: int, pace: str = NO_PACE) -> guards.Guard | None:
    """Which guard of transition 6 did not hold; None: the lease is lost."""
    if not journal.still_mine(conn, lease, "claimed"):
        return None
    known: dict[str, object] = {"b_now": at, "b_digest": digest, "b_remote": remote} | _limits(pace, at)
    for guard in guards.send_guards(limited=pace != NO_PACE):
        if conn.execute(select(DELIVERY.c.id).where(DELIVERY.c.id == lease.id, guard.condition), known).first() is None:
            return guard
    return guards.Guard("busy", "something stood in the way for a moment", DELIVERY.c.id == lease.id)


# ── after the commit ─────────────────────────────────────────────────────────


def record(
    conn: Connection,
    lease: Lease,
    entry: JournalEntry,
    outcome: Outcome,
    decision: Decision,
    *,
    moment: Moment,
    actor: str,
    tries_jitter: float,
) -> bool:
    """Transitions 7 to 11. False: the lease was lost; then only evidence may be left."""
    match outcome:
        case Published(receipt):
            return _published(conn, lease, entry, receipt, decision, moment, actor)
        case Accepted(handle):
            return _accepted(conn, lease, entry, handle, decision, moment, actor)
        case Unknown():
            journal.note_answer(conn, lease, entry, outcome.reason, outcome.code, outcome.http_status)
            if outcome.found is not None and not outcome.found.same:
                journal.note_earlier_version(conn, lease, entry, outcome.found)
            return to_unknown(conn, lease, decision, from_states=("sending",), moment=moment, actor=actor)
        case Refused():
            return _refused(conn, lease, entry, decision, moment, actor)
        case NotSent() | Limited() | TokenDead():
            return _not_sent(conn, lease, entry, outcome, decision, moment, actor, tries_jitter)


def _published(
    conn: Connection, lease: Lease, entry: JournalEntry, receipt: Receipt, decision: Decision, moment: Moment, actor: str
) -> bool:
    if owner_of(conn, lease, receipt) is not None:
        odd = Decision(11, State.UNKNOWN, "the platform answered with the address of another post", "other_id", 0)
        return to_unknown(conn, lease, odd, from_states=("sending",), moment=moment, actor=actor)
    if not become_public(conn, lease, receipt, from_states=("sending",), bump=False, why=decision.why, at=moment.wall, actor=actor):
        return False
    journal.finish(conn, lease, entry, "done", moment.wall, detail={"remote_id": receipt.remote_id})
    return True


def become_public(
    conn: Connection, lease: Lease, receipt: Receipt, *, from_states: tuple[str, ...], bump: bool, why: str, at: int, actor: str
) -> bool:
    """Transitions 7, 12 and 14 to `published`; later parts of a thread get their time."""
    values = journal.receipt_values(receipt, at) | {"owner": None}
    if not _move(
        conn, lease, from_states, State.PUBLISHED, actor=actor, why=f"{why}: {receipt.url or receipt.remote_id}", at=at, bump=bump, **values
    ):
        return False
    if lease.parent_id is None:
        _give_children_time(conn, lease)
    return True


def _accepted(conn: Connection, lease: Lease, entry: JournalEntry, handle: str, decision: Decision, moment: Moment, actor: str) -> bool:
    values = {"owner": None, "reason": decision.why, "look_at": moment.wall + lifecycle.POLL, "settle_from": moment.wall, "look_n": 0}
    if not _move(conn, lease, ("sending",), State.PROCESSING, actor=actor, why=decision.why, at=moment.wall, bump=False, **values):
        return False
    journal.finish(conn, lease, entry, "done", moment.wall, detail={"handle": handle})
    journal.end_attempts(conn, lease.id, "done", moment, only=("done",))
    return True


def _refused(conn: Connection, lease: Lease, entry: JournalEntry, decision: Decision, moment: Moment, actor: str) -> bool:
    values = {"owner": None, "reason": decision.why, "reason_code": decision.code}
    if not _move(conn, lease, ("sending",), State.REFUSED, actor=actor, why=decision.why, at=moment.wall, bump=True, **values):
        return False
    journal.finish(conn, lease, entry, "refused", moment.wall, detail={"code": decision.code, "said": decision.why})
    strand_children(conn, lease, actor=actor, at=moment.wall)
    return True


def _not_sent(
    conn: Connection,
    lease: Lease,
    entry: JournalEntry,
    outcome: NotSent | Limited | TokenDead,
    decision: Decision,
    moment: Moment,
    actor: str,
    jitter: float,
) -> bool:
    wait = lifecycle.backoff(lease.tries, jitter) if decision.wait is None else decision.wait
    next_at = moment.wall if isinstance(outcome, Limited) else moment.wall + wait
    values = {"owner": None, "reason": decision.why, "reason_code": decision.code, "next_at": next_at}
    if not _move(conn, lease, ("sending",), State.QUEUED, actor=actor, why=decision.why, at=moment.wall, bump=True, **values):
        return False
    answered = {} if isinstance(outcome, NotSent) else {"answered": "yes"}
    journal.finish(conn, lease, entry, "not_sent", moment.wall, detail={"code": decision.code, "said": decision.why, **answered})
    if isinstance(outcome, Limited):
        account_waits(conn, lease.account_id, until=moment.wall + wait)
    if isinstance(outcome, NotSent) and outcome.rebuild:
        journal.mark_dead(conn, lease, outcome.rebuild, moment)
    return True


def never_left(conn: Connection, lease: Lease, *, at: int, actor: str, why: str) -> bool:
    """Transition 9, or 5 where the intent was not even written: the store failed while the intent was saved, so no request left."""
    values: dict[str, object] = {"owner": None, "reason": why, "reason_code": "store", "next_at": at + lifecycle.BACKOFF_FIRST}
    if not _move(conn, lease, ("claimed", "sending"), State.QUEUED, actor=actor, why=why, at=at, bump=True, **values):
        return False
    journal.end_attempts(conn, lease.id, "not_sent", only=("intent",))
    return True


def to_unknown(conn: Connection, lease: Lease, decision: Decision, *, from_states: tuple[str, ...], moment: Moment, actor: str) -> bool:
    """Transitions 11 and 21: nobody can say whether it is public; the looks begin now."""
    first = lifecycle.LOOKS[0] if decision.wait is None else decision.wait
    values = {
        "owner": None,
        "reason": decision.why,
        "reason_code": decision.code,
        "look_n": 0,
        "look_at": moment.wall + first,
        "settle_from": moment.wall,
    }
    if not _move(conn, lease, from_states, State.UNKNOWN, actor=actor, why=decision.why, at=moment.wall, bump=True, **values):
        return False
    journal.end_attempts(conn, lease.id, "unknown", moment, only=("intent", "unknown"))
    return True


def account_waits(conn: Connection, account_id: int, *, until: int) -> None:
    """The platform told the whole account to wait; a longer wait already known stays."""
    mine = (ACCOUNT.c.id == account_id, ACCOUNT.c.next_ok_at < until)
    conn.execute(update(ACCOUNT).where(*mine).values(next_ok_at=until))


def owner_of(conn: Connection, lease: Lease, receipt: Receipt) -> int | None:
    """Another delivery of the account that has this remote id already."""
    owner: int | None = _OWNER.value(conn, b_account=lease.account_id, b_remote=receipt.remote_id, b_id=lease.id)
    return owner


_SAME_REMOTE = (DELIVERY.c.account_id == bindparam("b_account"), DELIVERY.c.remote_id == bindparam("b_remote"))
_OWNER = Ready(select(DELIVERY.c.id).where(*_SAME_REMOTE, DELIVERY.c.id != bindparam("b_id")))


# ── after a look ─────────────────────────────────────────────────────────────


def adopt(conn: Connection, lease: Lease, receipt: Receipt, decision: Decision, *, at: int, actor: str) -> bool:
    """Transition 14: it was public all along."""
    if not become_public(conn, lease, receipt, from_states=("checking",), bump=False, why=decision.why, at=at, actor=actor):
        return False
    journal.end_attempts(conn, lease.id, "adopted", only=("intent", "unknown", "done"))
    return True


def requeue(conn: Connection, lease: Lease, decision: Decision, *, next_at: int, at: int, actor: str) -> bool:
    """Transition 15: proved not to be public."""
    values = {"owner": None, "reason": decision.why, "reason_code": decision.code, "next_at": next_at, "look_at": None, "look_n": 0}
    if not _move(conn, lease, ("checking",), State.QUEUED, actor=actor, why=decision.why, at=at, bump=True, **values):
        return False
    journal.end_attempts(conn, lease.id, "absent", only=("intent", "unknown"))
    return True


def look_later(conn: Connection, lease: Lease, decision: Decision, *, look_n: int, look_at: int, at: int, actor: str) -> bool:
    """Transition 16."""
    values = {"owner": None, "reason": decision.why, "reason_code": decision.code, "look_n": look_n, "look_at": look_at}
    return _move(conn, lease, ("checking",), State.UNKNOWN, actor=actor, why=decision.why, at=at, bump=True, **values)


def ask(conn: Connection, lease: Lease, decision: Decision, *, from_states: tuple[str, ...], at: int, actor: str) -> bool:
    """Transitions 5, 12 and 17 to `ask`: a person decides."""
    values = {"owner": None, "reason": decision.why, "reason_code": decision.code, "look_at": None, "look_n": lease.look_n + 1}
    done = _move(conn, lease, from_states, State.ASK, actor=actor, why=decision.why, at=at, bump=True, **values)
    if done and lease.parent_id is not None:
        strand_children(conn, lease, actor=actor, at=at)
    return done


def poll_later(conn: Connection, lease: Lease, *, at: int) -> bool:
    """Stays `processing`; the handle is read again."""
    return _POLLED.change(conn, {"b_id": lease.id, "b_fence": lease.fence, "look_at": at + lifecycle.POLL}) == 1


_POLLED = Ready(
    update(DELIVERY).where(
        DELIVERY.c.id == bindparam("b_id"), DELIVERY.c.fence == bindparam("b_fence"), DELIVERY.c.state == literal_column("'processing'")
    ),
    ("look_at",),
)


# ── threads ──────────────────────────────────────────────────────────────────


def _give_children_time(conn: Connection, lease: Lease) -> None:
    if not queue.has_children(conn, lease.id):
        return
    later = DELIVERY.c.send_until + lifecycle.PART_GRACE
    last = case((DELIVERY.c.not_after < later, DELIVERY.c.not_after), else_=later)
    for child in queue.children(conn, lease):
        if child.state in ("queued", "claimed"):
            conn.execute(update(DELIVERY).where(DELIVERY.c.id == child.id).values(send_until=last))


def strand_children(conn: Connection, lease: Lease, *, actor: str, at: int) -> None:
    """A later part will not become public: what hangs on it waits for a person. Before the thread has begun nothing is stranded."""
    public = queue.published_parts(conn, lease)
    if not public or lease.kind == "comment":
        return
    for child in queue.children(conn, lease):
        if child.state in ("queued", "claimed") and child.kind != "comment" and child.part > lease.part:
            why = f"{public} of {lease.parts} are public; part {lease.part} is not"
            _move(
                conn, child, (child.state,), State.ASK, actor=actor, why=why, at=at, bump=True, owner=None, reason=why, reason_code="thread"
            )


# ── shared ───────────────────────────────────────────────────────────────────


def _move(
    conn: Connection, lease: Lease, from_states: tuple[str, ...], to: State, *, actor: str, why: str, at: int, bump: bool, **values: object
) -> bool:
    try:
        return transition(
            conn, lease.id, fence=lease.fence, from_states=from_states, to=to.value, actor=actor, why=why, at=at, bump_fence=bump, **values
        )
    except IntegrityError:
        return False
