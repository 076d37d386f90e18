"""Reading back: is it public? One look ends in `published`, in another look, in proof that it may be sent again, or with a person."""

from __future__ import annotations

import logging
from dataclasses import replace

from sqlalchemy import Connection

from adapters.contract import CannotTell, CommitClass, Found, Look
from scheduler import lifecycle
from scheduler.accounts.tokens import Renewal
from scheduler.clock import MINUTE, SECOND
from scheduler.engine import outcomes
from scheduler.engine.context import Context, Work, gather
from scheduler.engine.prepare import look as ask_platform
from scheduler.lifecycle import Decision, LookFacts, State
from scheduler.store import journal
from scheduler.store.journal import Attempt
from scheduler.store.queue import Lease

FAILED_LEAST = 5 * SECOND
FAILED_MOST = 15 * MINUTE
log = logging.getLogger("daypart.engine")


async def check(ctx: Context, lease: Lease) -> None:
    """One look for a delivery in `checking` (transitions 14 to 17)."""
    found, settle, same_key = await _look(ctx, lease)
    attempt = await ctx.store.read(lambda conn: journal.last_attempt(conn, lease.id))
    facts = await _facts(ctx, lease, found, settle, attempt)
    if attempt is None and same_key and lease.parent_id is None:
        facts = replace(facts, only_elsewhere=True)
    decision = lifecycle.after_look(found, facts)
    at, actor = ctx.clock.wall(), ctx.actor
    # the first time at once; a platform that loses one answer after the other is asked less and less often
    next_at = at if lease.tries <= 1 else at + lifecycle.backoff(lease.tries - 1, ctx.chance.random())

    def operation(conn: Connection) -> bool:
        match decision.target:
            case State.PUBLISHED:
                assert isinstance(found, Found)
                return outcomes.adopt(conn, lease, found.receipt, decision, at=at, actor=actor)
            case State.QUEUED:
                return outcomes.requeue(conn, lease, decision, next_at=next_at, at=at, actor=actor)
            case State.ASK:
                return outcomes.ask(conn, lease, decision, from_states=("checking",), at=at, actor=actor)
            case _:
                look_n = lease.look_n if decision.code == "look_failed" else min(facts.look_n, len(lifecycle.LOOKS))
                return outcomes.look_later(
                    conn, lease, decision, look_n=look_n, look_at=at + _wait(decision, facts, settle), at=at, actor=actor
                )

    names = {State.PUBLISHED: "adopt", State.QUEUED: "requeue", State.ASK: "ask"}
    if not await ctx.store.write(operation, name=names.get(decision.target, "unknown")):
        log.info("%s was changed while it was looked up; left alone", lease.key)


async def _look(ctx: Context, lease: Lease) -> tuple[Look, float, bool]:
    """What is known from outside the lease counts first; then the platform is asked. With it come the platform's settle time, and
    whether every copy of this store makes the same key of a post."""
    proofs = await ctx.store.read(lambda conn: journal.evidence(conn, lease.id))
    if proofs:
        return Found(proofs[0]), 0.0, False
    earlier = await ctx.store.read(lambda conn: journal.earlier_version(conn, lease.id))
    if earlier is not None:
        return earlier, 0.0, False
    try:
        keys = await ctx.tokens.ready(lease.account_id)
        if isinstance(keys, Renewal):  # some platforms let anyone read; the others say that the token is dead
            keys = await ctx.tokens.keys(lease.account_id)
        work = await gather(ctx, lease, keys)
    except Exception as error:
        log.exception("preparing a look for %s did not work", lease.key)
        return CannotTell(f"it could not be prepared ({type(error).__name__})"), 0.0, False
    return await _with_settle(ctx, work)


async def _with_settle(ctx: Context, work: Work) -> tuple[Look, float, bool]:
    return await ask_platform(ctx, work), work.adapter.settle, work.adapter.derives_keys


async def _facts(ctx: Context, lease: Lease, found: Look, settle: float, attempt: Attempt | None) -> LookFacts:
    other = isinstance(found, Found) and await ctx.store.read(lambda conn: outcomes.owner_of(conn, lease, found.receipt)) is not None
    keys = await ctx.tokens.row(lease.account_id)
    elapsed = elapsed_since(ctx, lease, attempt)
    looks = lifecycle.looks_done(lease.look_n, elapsed)
    facts = LookFacts(
        cls=CommitClass(lease.cls),
        look_n=looks,
        settled=elapsed >= int(settle * SECOND),
        same_boot=attempt is not None and attempt.boot_id == ctx.me.boot_id,
        elapsed=elapsed,
        more_looks=lifecycle.next_look(looks, settle) is not None,
        resend_after_absence=bool(keys["auto_resend_after_absence"]),
        owned_by_other=other,
    )
    if lease.reason_code == "found_before" and attempt is None:  # never sent by this store: no attempt whose age could matter
        return replace(facts, settled=True)
    return facts


def elapsed_since(ctx: Context, lease: Lease, attempt: Attempt | None) -> int:
    """Microseconds since it last may have been sent, by a clock that does not jump. Clocks of another computer, and of this one
    before it was started anew, say nothing here: then it counts from when this process first looked."""
    if attempt is None:
        return ctx.clock.boot() - ctx.me.started_boot
    if attempt.ended_id == ctx.me.boot_id:
        return max(ctx.clock.boot() - attempt.ended, 0)
    return ctx.clock.boot() - ctx.first_look(lease.id, attempt)


def _wait(decision: Decision, facts: LookFacts, settle: float) -> int:
    """Until the next look."""
    if decision.code in ("look_failed", "pending"):
        return min(max(facts.elapsed // 2, FAILED_LEAST), FAILED_MOST)
    at = lifecycle.next_look(min(facts.look_n, len(lifecycle.LOOKS)), settle)
    return FAILED_LEAST if at is None else max(at - facts.elapsed, SECOND)


async def poll(ctx: Context, lease: Lease) -> None:
    """Read the handle of something the platform is processing (transition 12)."""
    found, _, _ = await _look(ctx, lease)
    attempt = await ctx.store.read(lambda conn: journal.last_attempt(conn, lease.id))
    decision = lifecycle.after_poll(found, elapsed_since(ctx, lease, attempt))
    at, actor = ctx.clock.wall(), ctx.actor

    def operation(conn: Connection) -> bool:
        if decision is None:
            return outcomes.poll_later(conn, lease, at=at)
        if decision.target == State.PUBLISHED and isinstance(found, Found) and outcomes.owner_of(conn, lease, found.receipt) is None:
            return outcomes.become_public(
                conn, lease, found.receipt, from_states=("processing",), bump=False, why=decision.why, at=at, actor=actor
            )
        odd = Decision(12, State.ASK, "what was found belongs to another post", "several")
        return outcomes.ask(conn, lease, decision if decision.target == State.ASK else odd, from_states=("processing",), at=at, actor=actor)

    await ctx.store.write(operation, name="poll")
