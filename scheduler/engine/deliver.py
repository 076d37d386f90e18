"""One delivery from its lease to its receipt: prepare, wait for its time, say so on disk, send once, write down what came."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy import Connection

from adapters.contract import JournalEntry, NotSent, Outcome, Published, Receipt, TokenDead, Unknown
from config.secrets import SecretsError
from scheduler import lifecycle
from scheduler.clock import SECOND
from scheduler.engine import outcomes, pacing
from scheduler.engine.context import Context, Work, digest_of_bytes
from scheduler.engine.prepare import LeaseLostError, SetAsideError, look_for_clones, mark_first_send, prepare, renew_or_give_up
from scheduler.errors import DeskError
from scheduler.failpoints import fail
from scheduler.lifecycle import Decision, State
from scheduler.sentlog import Answered, Sent
from scheduler.store import guards, journal
from scheduler.store.journal import Moment
from scheduler.store.queue import Lease

COMMIT_SECONDS = 300.0
"""Longer than any adapter's own limit: only against one that hangs."""
STALE_GLANCE = 2 * SECOND
"""Older than this, what was seen on the account is seen again before it is sent."""
KEY_WAIT = 60 * SECOND
WAITS = {"busy": 2 * SECOND, "twin": 0}
_NAMES = {
    State.PUBLISHED: "record",
    State.PROCESSING: "record",
    State.UNKNOWN: "unknown",
    State.REFUSED: "refuse",
    State.QUEUED: "requeue",
}
log = logging.getLogger("daypart.engine")


async def deliver(ctx: Context, lease: Lease, account_turn: asyncio.Lock) -> None:
    """Do everything for one claimed delivery. Whatever happens, it ends in a state that somebody goes on with."""
    try:
        work, prepared = await _prepared(ctx, lease), ctx.clock.boot()
        await _wait_for_its_time(ctx, lease)
        async with account_turn:
            if ctx.clock.boot() - prepared > STALE_GLANCE:
                await _look_again(ctx, work)
            await _send(ctx, work)
    except SetAsideError as aside:
        await set_aside(ctx, lease, aside.decision)
    except LeaseLostError:
        log.info("%s was changed meanwhile; left alone", lease.key)


async def _look_again(ctx: Context, work: Work) -> None:
    """It was prepared a while ago, and another clone may have sent it since."""
    try:
        await look_for_clones(ctx, work)
    except (SetAsideError, LeaseLostError, DeskError):
        raise
    except Exception as error:
        log.exception("reading the account of %s did not work", work.lease.key)
        why = f"the account's posts could not be read ({type(error).__name__})"
        raise SetAsideError(lifecycle.after_failed_preparation(work.lease.tries, why, "look", None, ctx.chance.random())) from error


async def _prepared(ctx: Context, lease: Lease) -> Work:
    try:
        return await prepare(ctx, lease)
    except LookupError as error:
        raise SetAsideError(_to_draft(f"its content is missing ({error})", "content")) from error
    except SecretsError as error:
        why = f"the account cannot be used: {error}"
        raise SetAsideError(Decision(5, State.QUEUED, why, "account", KEY_WAIT)) from error
    except (SetAsideError, LeaseLostError, DeskError):
        raise
    except Exception as error:
        log.exception("preparing %s did not work", lease.key)
        why = f"preparing it did not work ({type(error).__name__})"
        raise SetAsideError(lifecycle.after_failed_preparation(lease.tries, why, "defect", None, ctx.chance.random())) from error


async def set_aside(ctx: Context, lease: Lease, decision: Decision) -> None:
    """Write what becomes of a delivery that is not sent now.

    Where that cannot be written, it is not tried again: what was decided while the store was away may rest on files that were away
    with it. The delivery goes back to the queue instead, as after any error."""
    at, actor, moment = ctx.clock.wall(), ctx.actor, ctx.moment()

    def operation(conn: Connection) -> bool:
        if decision.number == 2:
            return outcomes.void(conn, lease, actor=actor, why=decision.why, code=decision.code, at=at)
        if decision.number == 21:
            return outcomes.to_unknown(conn, lease, decision, from_states=("claimed",), moment=moment, actor=actor)
        return outcomes.go_back(conn, lease, decision, actor=actor, at=at)

    names = {State.ASK: "ask", State.REFUSED: "refuse", State.UNKNOWN: "unknown", State.DRAFT: "edit"}
    await ctx.store.write(operation, name=names.get(decision.target, "release"))


async def _wait_for_its_time(ctx: Context, lease: Lease) -> None:
    while (left := lease.due - ctx.clock.wall()) > 0:
        if ctx.stopping.is_set():
            raise SetAsideError(Decision(5, State.QUEUED, "the service stopped", "stop", 0))
        await ctx.clock.sleep(min(left / SECOND, ctx.glance))
        if not await ctx.store.read(lambda conn: journal.still_mine(conn, lease, "claimed")):
            raise LeaseLostError(lease.key)


# ── the one request ──────────────────────────────────────────────────────────


async def _send(ctx: Context, work: Work) -> None:
    if ctx.stopping.is_set():
        raise SetAsideError(Decision(5, State.QUEUED, "the service stopped", "stop", 0))
    if not ctx.clock_trusted():
        raise SetAsideError(Decision(5, State.QUEUED, "this computer's clock is not trusted now", "early", 0))
    digest = await _digest(ctx, work)
    moment = ctx.moment()
    entry = await _intend(ctx, work, digest, moment)
    if entry is None:
        raise SetAsideError(await _why_not(ctx, work, digest))
    if ctx.clock.boot() - moment.boot > lifecycle.FREEZE:  # the intent renewed the lease: until now nobody took it
        await _record(ctx, work, entry, NotSent("this computer stood still before the request could leave", "frozen", 0.0))
        return
    await _commit(ctx, work.with_entry(entry), entry)


async def _digest(ctx: Context, work: Work) -> str:
    try:
        return await (ctx.measure or digest_of_bytes)(work)
    except FileNotFoundError as error:
        raise SetAsideError(_to_draft("a media file is gone from the store", "media")) from error


async def _intend(ctx: Context, work: Work, digest: str, moment: Moment) -> JournalEntry | None:
    lease, handle = work.lease, work.adapter.commit_handle(work.publication, work.journal)
    line = Sent(lease.id, lease.key, lease.fence, "commit", handle, moment.wall)

    def operation(conn: Connection) -> JournalEntry | None:
        pace = work.keys.row["pace"]
        return outcomes.start_sending(
            conn, lease, handle=handle, digest=digest, remote=work.remote, moment=moment, actor=ctx.actor, pace=pace
        )

    try:
        return await ctx.store.write(operation, name="sending", before_send=line)
    except DeskError as error:
        why = f"the intent could not be saved: {error}"
        await ctx.persist(lambda conn: outcomes.never_left(conn, lease, at=ctx.clock.wall(), actor=ctx.actor, why=why), "requeue")
        raise LeaseLostError(lease.key) from error


async def _why_not(ctx: Context, work: Work, digest: str) -> Decision:
    lease, remote, pace, now = work.lease, work.remote, work.keys.row["pace"], ctx.clock.wall()
    guard: guards.Guard | None = await ctx.store.read(
        lambda conn: outcomes.why_not(conn, lease, digest=digest, remote=remote, at=now, pace=pace)
    )
    if guard is None:
        raise LeaseLostError(lease.key)
    if guard.code in ("approval", "digest"):
        return _to_draft(guard.words, guard.code)
    if guard.code == "twin":
        return Decision(5, State.REFUSED, guard.words, guard.code)
    if guard.code == lifecycle.PACE:
        waits = await ctx.store.read(lambda conn: pacing.wait_for(conn, lease, pace, now))
        return waits or Decision(5, State.QUEUED, guard.words, guard.code, 0)
    return Decision(5, State.QUEUED, guard.words, guard.code, WAITS.get(guard.code, 0))


async def _commit(ctx: Context, work: Work, entry: JournalEntry) -> None:
    cancelled = False
    try:
        fail("commit.sent.before")
        outcome = await ctx.within(COMMIT_SECONDS, work.adapter.commit(work.publication, work.journal))
        fail("commit.answered.after")
    except asyncio.CancelledError:
        outcome, cancelled = Unknown("the service stopped while it was being sent", "cancelled"), True
    except Exception as error:
        log.exception("sending %s stopped half-way", work.lease.key)
        outcome = Unknown(f"sending stopped half-way ({type(error).__name__})", "defect")
    await asyncio.shield(_record(ctx, work, entry, outcome))
    if cancelled:
        raise asyncio.CancelledError


async def _record(ctx: Context, work: Work, entry: JournalEntry, outcome: Outcome) -> None:
    lease, decision, moment, jitter = work.lease, lifecycle.after_commit(outcome), ctx.moment(), ctx.chance.random()

    def operation(conn: Connection) -> bool:
        kept = outcomes.record(conn, lease, entry, outcome, decision, moment=moment, actor=ctx.actor, tries_jitter=jitter)
        if kept and work.keys.row["first_sent_at"] is None and decision.target in (State.PUBLISHED, State.PROCESSING):
            mark_first_send(conn, lease.account_id, moment.wall)
        return kept

    answer = _answered(lease, outcome.receipt, moment.wall) if isinstance(outcome, Published) else None
    if not await ctx.persist(operation, _NAMES[decision.target], answer=answer) and isinstance(outcome, Published):
        await ctx.persist(_evidence(lease, outcome.receipt, moment.wall), "evidence")
    if isinstance(outcome, TokenDead):
        await renew_or_give_up(ctx, work, outcome.reason)


def _evidence(lease: Lease, receipt: Receipt, at: int) -> Callable[[Connection], bool]:
    """The lease was lost meanwhile: leave proof, change nothing."""
    return lambda conn: journal.add_evidence(conn, lease.id, lease.fence, receipt, at=at, source="late_answer")


def _answered(lease: Lease, receipt: Receipt, at: int) -> Answered:
    return Answered(lease.id, lease.key, lease.fence, receipt.remote_id, receipt.url, dict(receipt.extra), at)


def _to_draft(why: str, code: str) -> Decision:
    return Decision(2, State.DRAFT, why, code)
