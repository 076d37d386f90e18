"""What a process left behind when it died: taken over when it has shown no sign of life, and checked against the sent log at start."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select, update

from adapters.contract import Receipt
from scheduler import lifecycle
from scheduler.clock import DAY
from scheduler.engine import doubt, outcomes
from scheduler.engine.context import Context
from scheduler.engine.doubt import Doubt
from scheduler.errors import DeskError
from scheduler.lifecycle import Decision, State
from scheduler.sentlog import Sent, SentHistory
from scheduler.store import journal, queue
from scheduler.store.journal import Moment
from scheduler.store.queue import Lease, lease_of
from scheduler.store.ready import RowLike
from scheduler.store.statements import ACCOUNT, DELIVERY, EVENT, HOLD, STEP, add_notice, get_meta, set_meta

log = logging.getLogger("daypart.engine")
DEAD = "the process that worked on it is gone"
LOG_IS_NEWER = "the sent log is newer than the store: it may be public already"
AT_A_TIME = 500
"""Keys in one question to the store."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A lease as this process first saw it in this form."""

    fence: int
    beat: int
    since: int
    """Our own boot clock."""


class Watch:
    """Takes over leases that stay unchanged for a whole lease of this process's own clock; wall times are never compared."""

    def __init__(self) -> None:
        self._seen: dict[int, Seen] = {}

    async def take_dead(self, ctx: Context, mine: Collection[int]) -> int:
        """Take over what nobody keeps alive; `mine` is in work here."""
        rows = await ctx.store.read(queue.leased)
        now = ctx.clock.boot()
        others = {row["id"]: row for row in rows if row["id"] not in mine}
        self._seen = {key: self._first_seen(key, row, now) for key, row in others.items()}
        dead = [lease_of(others[key]) for key, seen in self._seen.items() if now - seen.since >= lifecycle.LEASE]
        return await take_over(ctx, dead)

    def _first_seen(self, key: int, row: RowLike, now: int) -> Seen:
        before = self._seen.get(key)
        same = before is not None and (before.fence, before.beat) == (row["fence"], row["beat"])
        return before if before is not None and same else Seen(row["fence"], row["beat"], now)


async def take_over(ctx: Context, leases: Iterable[Lease]) -> int:
    """claimed → 5, sending → 11, checking → 16."""
    leases, moment, actor = list(leases), ctx.moment(), ctx.actor
    if not leases:
        return 0
    return await ctx.store.write(lambda conn: sum(_take(conn, lease, moment, actor) for lease in leases), name="takeover")


async def take_all(ctx: Context) -> int:
    """At start, where a lock proves that every old owner is dead."""
    rows = await ctx.store.read(queue.leased)
    return await take_over(ctx, [lease_of(row) for row in rows])


async def give_back(ctx: Context, lease: Lease, error: Exception) -> None:
    """claimed → 5, checking → 16, as soon as the store takes it: an error ended our own work on it. What had got as far as its intent
    is `sending` by now and stays so: only who sent it, or a look, can say what became of that."""
    why = str(error) if isinstance(error, DeskError) else f"the work on it stopped ({type(error).__name__})"
    back = lifecycle.after_interruption(lease.tries, f"nothing was sent: {why}", ctx.chance.random())
    again = Decision(16, State.UNKNOWN, f"the look was broken off: {why}", "look_failed")
    if lease.state == "claimed":
        await ctx.persist(lambda conn: outcomes.go_back(conn, lease, back, actor=ctx.actor, at=ctx.clock.wall()), "release")
    elif lease.state == "checking":
        await ctx.persist(lambda conn: _unfinished_look(conn, lease, again, ctx.clock.wall(), ctx.actor), "unknown")


def _take(conn: Connection, lease: Lease, moment: Moment, actor: str) -> bool:
    match lease.state:
        case "claimed":
            back = Decision(5, State.QUEUED, f"{DEAD}; nothing was sent", "stop", 0)
            return outcomes.go_back(conn, lease, back, actor=actor, at=moment.wall)
        case "sending":
            decision = Decision(11, State.UNKNOWN, f"{DEAD} while it was being sent", "dead")
            return outcomes.to_unknown(conn, lease, decision, from_states=("sending",), moment=moment, actor=actor)
        case _:
            return _unfinished_look(conn, lease, Decision(16, State.UNKNOWN, DEAD, "dead"), moment.wall, actor)


def _unfinished_look(conn: Connection, lease: Lease, decision: Decision, at: int, actor: str) -> bool:
    """The look that nobody ended counts for nothing."""
    return outcomes.look_later(conn, lease, decision, look_n=lease.look_n, look_at=at + lifecycle.LOOKS[0], at=at, actor=actor)


# ── the sent log against the store ───────────────────────────────────────────


def reconcile(conn: Connection, history: SentHistory, *, moment: Moment, actor: str) -> int:
    """Transition 21 for everything the sent log knows and the rows do not; ids it kept become evidence. Returns how many changed."""
    changed = 0
    states = _states(conn, [*(line.key for line in history.answered), *(line.key for line in history.sent)])
    for line in history.answered:
        if states.get(line.key, "published") != "published":
            receipt = Receipt(line.remote_id, line.url, None, line.extra)
            changed += journal.add_evidence(conn, _row(conn, line.key)["id"], line.fence, receipt, at=line.at, source="sent_log")
    for sent in history.sent:
        if states.get(sent.key) not in lifecycle.sources(21):
            continue
        row = _row(conn, sent.key)
        if not _knows(conn, row["id"], sent):
            changed += _doubt(conn, row, sent, moment, actor)
    return changed


def strangers(conn: Connection, history: SentHistory) -> dict[str, SentHistory]:
    """What the sent log knows of keys that the store does not have: a plan applied later may bring them back."""
    states = _states(conn, (sent.key for sent in history.sent))
    answers = {line.key: line for line in history.answered}
    return {
        sent.key: SentHistory(0, (sent,), (answers[sent.key],) if sent.key in answers else ())
        for sent in history.sent
        if sent.key not in states
    }


def _states(conn: Connection, keys: Iterable[str]) -> dict[str, str]:
    """Where these stand, asked in hundreds: a sent log has many lines and nearly all of them are settled."""
    found: dict[str, str] = {}
    wanted = list(dict.fromkeys(keys))
    for start in range(0, len(wanted), AT_A_TIME):
        some = select(DELIVERY.c.key, DELIVERY.c.state).where(DELIVERY.c.key.in_(wanted[start : start + AT_A_TIME]))
        found |= {row.key: row.state for row in conn.execute(some)}
    return found


def _doubt(conn: Connection, row: RowMapping, sent: Sent, moment: Moment, actor: str) -> bool:
    lease = lease_of(row)
    if lease.state not in lifecycle.sources(21):
        return False
    journal.intend(conn, lease, "commit", "commit", Moment(sent.at, 0, ""), handle=sent.handle)
    decision = Decision(21, State.UNKNOWN, LOG_IS_NEWER, "sent_log", 0)
    if lease.content_id is None:
        return False
    # the fence must pass the one that sent it, or a later try would look like the earlier one
    conn.execute(update(DELIVERY).where(DELIVERY.c.id == lease.id, DELIVERY.c.fence < sent.fence).values(fence=sent.fence))
    lease = lease_of(conn.execute(select(DELIVERY).where(DELIVERY.c.id == lease.id)).mappings().one())
    return outcomes.to_unknown(conn, lease, decision, from_states=(lease.state,), moment=moment, actor=actor)


def _knows(conn: Connection, delivery_id: int, sent: Sent) -> bool:
    mine = (STEP.c.delivery_id == delivery_id, STEP.c.kind == "commit", STEP.c.fence == sent.fence, STEP.c.at_intent == sent.at)
    return conn.execute(select(STEP.c.seq).where(*mine)).first() is not None


def _row(conn: Connection, key: str) -> RowMapping:
    return conn.execute(select(DELIVERY).where(DELIVERY.c.key == key)).mappings().one()


# ── a store that is not where it was ─────────────────────────────────────────

SAFE_MODE = "safe mode"
"""Who puts the hold of a doubtful store."""


def doubts(conn: Connection, history: SentHistory, moved: str | None) -> str | None:
    """Why this store may be an old copy, in words; None: it is the one that was used last."""
    if history.epoch > int(get_meta(conn, "db_epoch") or "0"):
        return "it is older than what was sent since (restored from a backup?)"
    if get_meta(conn, "backup_copy") == "yes":
        return "it is marked as a backup copy"
    return None if moved is None else f"it is not where it was used last ({moved} changed)"


A_COPY = "the store is a copy: it is looked for before it may be sent"


def enter_safe_mode(conn: Connection, why: str, now: int) -> None:
    """Hold everything until a person releases it, and look before each first send of the time in doubt."""
    held = select(HOLD.c.id).where(HOLD.c.by == SAFE_MODE, HOLD.c.released_at.is_(None))
    if conn.execute(held).first() is None:
        reason = f"safe mode: {why}. `daypart safe-mode` shows what is looked up and how to go on"
        conn.execute(HOLD.insert().values(scope="all", subject="", reason=reason, by=SAFE_MODE, at=now))
        add_notice(conn, "safe_mode", reason, now, event_seq=now)
    conn.execute(update(ACCOUNT).values(first_sent_at=None))
    newest = conn.execute(select(EVENT.c.at).order_by(EVENT.c.seq.desc()).limit(1)).scalar_one_or_none() or 0
    last_id = conn.execute(select(func.max(DELIVERY.c.id))).scalar_one_or_none() or 0
    doubt.remember(conn, doubt.newer(doubt.recall(conn), Doubt(why, since=newest, entered=now, last_id=last_id)))
    set_meta(conn, "backup_copy", "no")
    conn.execute(update(DELIVERY).where(*_in_doubt(now)).values(reason_code=lifecycle.DOUBTFUL))


def _in_doubt(entered: int) -> tuple[ColumnElement[bool], ...]:
    """All that was planned up to now and a day ahead: also what is older than the last event, it may have waited for something."""
    return (DELIVERY.c.state.in_(("queued", "claimed")), DELIVERY.c.due <= entered + DAY)


def look_for_all(conn: Connection, *, moment: Moment, actor: str) -> int:
    """Transition 21 for every post in doubt, once: it is looked for while nothing may leave. What hangs on a post is looked for
    when that has been found, before it is sent. Returns how many."""
    now = doubt.recall(conn)
    if now is None or now.looked:
        return 0
    conn.execute(update(DELIVERY).where(*_in_doubt(now.entered), DELIVERY.c.id <= now.last_id).values(reason_code=lifecycle.DOUBTFUL))
    mine = (DELIVERY.c.state == "queued", DELIVERY.c.reason_code == lifecycle.DOUBTFUL, DELIVERY.c.parent_id.is_(None))
    leases = [lease_of(row) for row in conn.execute(select(DELIVERY).where(*mine, DELIVERY.c.content_id.is_not(None))).mappings()]
    decision = Decision(21, State.UNKNOWN, A_COPY, lifecycle.DOUBTFUL, 0)
    changed = sum(outcomes.to_unknown(conn, lease, decision, from_states=("queued",), moment=moment, actor=actor) for lease in leases)
    doubt.remember(conn, replace(now, looked=True))
    return changed
