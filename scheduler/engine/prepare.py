"""Before a request may leave: tokens, a look where somebody may have been faster, and the invisible steps. Nothing here is public."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, bindparam, select, update

from adapters.contract import (
    Absent,
    CannotTell,
    CommitClass,
    Done,
    Found,
    Limited,
    Look,
    Pending,
    Rebuild,
    Refused,
    Retry,
    Step,
    StepResult,
    TokenDead,
)
from adapters.texts import plain
from config.pace import NONE as NO_PACE
from scheduler import lifecycle
from scheduler.accounts.tokens import Renewal
from scheduler.clock import HOUR, MINUTE, SECOND
from scheduler.engine import outcomes, pacing
from scheduler.engine.context import Context, Work, gather
from scheduler.engine.takeover import reconcile
from scheduler.failpoints import fail
from scheduler.lifecycle import Decision, State
from scheduler.store import journal
from scheduler.store.queue import Lease
from scheduler.store.ready import Ready
from scheduler.store.statements import ACCOUNT, DELIVERY, EVENT

T = TypeVar("T")

OVERDUE = 5 * MINUTE
"""Due so long before this process started: it is looked for before it is sent."""
STEP_SECONDS = 1_800.0
LOOK_SECONDS = 120.0
REBUILDS = 2
"""In one try; after that it waits for the next."""
TOKEN_WAIT = 30 * SECOND
CLONE_AHEAD = HOUR
"""How long before our due time another clone can have sent the same post: its clock may be ahead, its files moved a little."""
log = logging.getLogger("daypart.engine")


class LeaseLostError(Exception):
    """Somebody changed the delivery meanwhile: touch nothing else."""


class SetAsideError(Exception):
    """The delivery does not go out now; the decision says what becomes of it."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.why)
        self.decision = decision


async def prepare(ctx: Context, lease: Lease) -> Work:
    """Everything ready for the commit. Raises SetAsideError, LeaseLostError, and LookupError when content is missing."""
    keys = await ctx.tokens.ready(lease.account_id)
    if isinstance(keys, Renewal):
        raise SetAsideError(Decision(5, State.QUEUED, f"the token: {keys.value}", "token_wait", TOKEN_WAIT))
    if keys.row["pace"] != NO_PACE:
        await _wait_for_turn(ctx, lease, keys.row["pace"])
    await _heed_the_sent_log(ctx, lease)
    work = await gather(ctx, lease, keys)
    await _look_first(ctx, work)
    await look_for_clones(ctx, work)
    return await _safe_steps(ctx, work)


async def _wait_for_turn(ctx: Context, lease: Lease, pace: str) -> None:
    """Before anything is uploaded: is there room in the account's limits?"""
    now = ctx.clock.wall()
    decision = await ctx.store.read(lambda conn: pacing.wait_for(conn, lease, pace, now))
    if decision is not None:
        raise SetAsideError(decision)


# ── has somebody been faster? ────────────────────────────────────────────────


async def _heed_the_sent_log(ctx: Context, lease: Lease) -> None:
    """A key that came into the store after the sent log was read, and stands there as sent: never sent without a look."""
    told = ctx.strangers.get(lease.key)
    if told is None:
        return
    moment, actor = ctx.moment(), ctx.actor
    await ctx.store.write(lambda conn: reconcile(conn, told, moment=moment, actor=actor), name="takeover")
    del ctx.strangers[lease.key]
    raise LeaseLostError(lease.key)


async def _look_first(ctx: Context, work: Work) -> None:
    """After a pause of the service, after a person's “send again”, after a restore, and after a try that was only told to wait
    or to sign in again (who knows who said that, and when): look before sending."""
    open_tries = any(entry.phase in ("unknown", "intent", "not_sent") for entry in work.journal.commits())
    from_a_copy = work.lease.reason_code == lifecycle.DOUBTFUL and not open_tries
    if from_a_copy and work.lease.cls == CommitClass.NONE:
        raise SetAsideError(Decision(5, State.ASK, "the store is a copy, and this platform gives no way to look it up", "no_look"))
    doubtful = from_a_copy or open_tries or work.lease.id <= ctx.doubted_to
    overdue = work.lease.due + OVERDUE < ctx.me.started_wall
    if not (doubtful or overdue) or work.lease.cls == CommitClass.NONE:
        return
    found = await look(ctx, work)
    match found:
        case Found() | CannotTell(several=True):
            raise SetAsideError(_is_there(found))
        case Pending(reason):
            raise SetAsideError(Decision(5, State.QUEUED, reason or "the platform is still working on it", "waiting", lifecycle.POLL))
        case Absent() | CannotTell() if from_a_copy and not _server_keeps_one(work):
            raise SetAsideError(Decision(5, State.ASK, "the store is a copy; a look found nothing, which proves nothing here", "copy"))
        case CannotTell(reason) if work.lease.cls == CommitClass.LIST and _was_told_to_wait(work):
            why = f"it was told to wait, and whether it is public cannot be seen now: {reason}"
            raise SetAsideError(Decision(5, State.QUEUED, why, "waiting", lifecycle.POLL))
        case Absent() | CannotTell():
            return


def _was_told_to_wait(work: Work) -> bool:
    """Or to sign in again; whoever said so, the request had left."""
    return any(entry.phase == "not_sent" for entry in work.journal.commits())


async def look_for_clones(ctx: Context, work: Work) -> None:
    """Another clone of this workspace may serve the account. Where both make the same key of a post and the server keeps one, its
    posts are read before this store's first send only; elsewhere before every first try."""
    first_send = work.keys.row["first_sent_at"] is None or work.lease.id <= ctx.doubted_to
    answers = work.lease.parent_id is not None
    if work.journal.commits() or (_server_keeps_one(work) and (answers or not first_send)):
        return
    if await ctx.store.read(lambda conn: _was_decided(conn, work.lease.id)):
        return
    if answers:  # lists of recent posts may leave replies out, and comments are never among them
        found = await look(ctx, work)
        if isinstance(found, Found) or (isinstance(found, CannotTell) and found.several):
            raise SetAsideError(_is_there(found))
    elif await _is_listed(ctx, work, since=0 if first_send else work.lease.first_due - CLONE_AHEAD):
        found = await look(ctx, work)
        if isinstance(found, Found) and found.same:
            raise SetAsideError(_is_there(found))
        raise SetAsideError(Decision(5, State.ASK, "a post with the same text is already on the account", "twin"))


def _server_keeps_one(work: Work) -> bool:
    return work.adapter.derives_keys and work.lease.cls in (CommitClass.HANDLE, CommitClass.KEY)


async def _is_listed(ctx: Context, work: Work, *, since: int) -> bool:
    """A post with this text that is not this store's own stands among the newest of the account."""
    text = plain(work.publication.text)
    if not text:
        return False
    recent = [post for post in await ctx.within(LOOK_SECONDS, work.adapter.recent()) or () if plain(post.text) == text]
    own = await ctx.store.read(lambda conn: _remote_ids(conn, work.lease.account_id)) if recent else set()
    return any(post.remote_id not in own and (post.published_at is None or post.published_at >= since) for post in recent)


def _remote_ids(conn: Connection, account_id: int) -> set[str]:
    mine = (DELIVERY.c.account_id == account_id, DELIVERY.c.remote_id.is_not(None))
    return {remote_id for remote_id in conn.execute(select(DELIVERY.c.remote_id).where(*mine)).scalars() if remote_id is not None}


async def look(ctx: Context, work: Work) -> Look:
    """Ask the platform; a fault of the adapter is a look that failed."""
    try:
        fail("look.sent.before")
        found = await ctx.within(LOOK_SECONDS, work.adapter.look_up(work.publication, work.journal))
        fail("look.answered.after")
    except Exception as error:
        log.exception("looking up %s did not work", work.lease.key)
        return CannotTell(f"the look-up stopped ({type(error).__name__})")
    return found


def _is_there(found: Look) -> Decision:
    if isinstance(found, Found) and found.same:
        return Decision(21, State.UNKNOWN, "it is on the platform already", "found_before", 0)
    if isinstance(found, Found):
        return Decision(5, State.ASK, found.reason or "an earlier version is public", "other_content")
    return Decision(5, State.ASK, "several posts could be this one", "several")


def _was_decided(conn: Connection, delivery_id: int) -> bool:
    """A person already said “send again”."""
    return _DECIDED.row(conn, b_id=delivery_id) is not None


_DECIDED = Ready(
    select(EVENT.c.seq).where(EVENT.c.delivery_id == bindparam("b_id"), EVENT.c["from"] == "ask", EVENT.c.to == "queued").limit(1)
)


def mark_first_send(conn: Connection, account_id: int, at: int) -> None:
    """This store has sent something on the account."""
    conn.execute(update(ACCOUNT).where(ACCOUNT.c.id == account_id, ACCOUNT.c.first_sent_at.is_(None)).values(first_sent_at=at))


# ── invisible steps ──────────────────────────────────────────────────────────


async def _safe_steps(ctx: Context, work: Work) -> Work:
    for _ in range(REBUILDS + 1):
        result, work = await _run_all(ctx, work)
        if not isinstance(result, Rebuild):
            return work
        await _guard_rebuild(ctx, work, result)
        work = await _mark_dead(ctx, work, result)
    raise SetAsideError(_failed(ctx, work.lease, "the platform keeps forgetting what was uploaded", "rebuild", None))


async def _run_all(ctx: Context, work: Work) -> tuple[Rebuild | None, Work]:
    for step in work.adapter.safe_steps(work.publication, work.journal):
        if work.journal.done(step.name) is not None and not step.always:
            continue
        result, work = await _run(ctx, work, step)
        if isinstance(result, Rebuild):
            return result, work
        if not isinstance(result, Done):
            raise SetAsideError(await _after_step(ctx, work, result))
    return None, work


async def _run(ctx: Context, work: Work, step: Step) -> tuple[StepResult, Work]:
    moment = ctx.moment()
    entry = await _mine(ctx, work.lease, lambda conn: journal.intend(conn, work.lease, step.name, "safe", moment), "safe.intent")
    try:
        fail("safe.sent.before")
        result = await ctx.within(STEP_SECONDS, step.run(work.journal))
        fail("safe.sent.after")
    except Exception as error:
        log.exception("step %s of %s did not work", step.name, work.lease.key)
        result = Retry(f"{step.name}: {type(error).__name__}")
    at = ctx.clock.wall()
    phase: journal.Phase = "done" if isinstance(result, Done) else "refused" if isinstance(result, Refused) else "unknown"
    handle, detail = (result.handle, result.detail) if isinstance(result, Done) else (None, {})
    await _mine(ctx, work.lease, lambda conn: journal.finish(conn, work.lease, entry, phase, at, handle=handle, detail=detail), "safe.done")
    return result, work.with_entry(journal.finished(entry, phase, handle, detail))


async def _after_step(ctx: Context, work: Work, result: StepResult) -> Decision:
    match result:
        case Refused(reason, code):
            return Decision(5, State.REFUSED, reason, code)
        case Limited(reason, after, _):
            await _account_waits(ctx, work.lease, after)
            return Decision(5, State.QUEUED, reason, "limited", 0)
        case TokenDead(reason):
            await renew_or_give_up(ctx, work, reason)
            return Decision(5, State.QUEUED, reason, lifecycle.TOKEN, lifecycle.BACKOFF_FIRST)
        case Retry(reason, after, code, waiting, unreachable):
            wait = None if after is None else int(after * SECOND)
            if waiting:
                return Decision(5, State.QUEUED, reason, "waiting", lifecycle.BACKOFF_FIRST if wait is None else wait)
            if unreachable:
                return lifecycle.after_no_answer(work.lease.tries, reason, code, ctx.chance.random())
            return _failed(ctx, work.lease, reason, code, wait)
        case _:
            raise AssertionError(result)


def _failed(ctx: Context, lease: Lease, reason: str, code: str, wait: int | None) -> Decision:
    return lifecycle.after_failed_preparation(lease.tries, reason, code, wait, ctx.chance.random())


async def _guard_rebuild(ctx: Context, work: Work, result: Rebuild) -> None:
    """Once a request may have left with a handle, another one is made only when the old one is dead and a look found nothing."""
    if not work.journal.commits():
        return
    found = await look(ctx, work)
    if isinstance(found, Found):
        raise SetAsideError(_is_there(found))
    if not isinstance(found, Absent):
        raise SetAsideError(Decision(5, State.ASK, f"{result.reason}, and an earlier try cannot be looked up", "rebuild"))


async def _mark_dead(ctx: Context, work: Work, result: Rebuild) -> Work:
    moment = ctx.moment()
    await _mine(ctx, work.lease, lambda conn: journal.mark_dead(conn, work.lease, result.steps, moment), "safe.done")
    return await gather(ctx, work.lease, work.keys)


async def _account_waits(ctx: Context, lease: Lease, after: float) -> None:
    until = ctx.clock.wall() + min(int(after * SECOND), lifecycle.LIMITED_MOST)
    await ctx.store.write(lambda conn: outcomes.account_waits(conn, lease.account_id, until=until), name="limited")


async def renew_or_give_up(ctx: Context, work: Work, reason: str) -> None:
    """The platform refused the token: renew it once; when the next try is refused again, or it cannot be renewed, ask the user."""
    account_id, generation = work.lease.account_id, work.keys.row["token_gen"]
    if work.lease.reason_code == lifecycle.TOKEN:
        await ctx.tokens.give_up(account_id, reason, seen_generation=generation)
        return
    if await ctx.tokens.renew(account_id, seen_generation=generation) is Renewal.NONE:
        await ctx.tokens.give_up(account_id, reason, seen_generation=generation)


async def _mine(ctx: Context, lease: Lease, operation: Callable[[Connection], T], name: str) -> T:
    def guarded(conn: Connection) -> T:
        if not journal.still_mine(conn, lease, "claimed"):
            raise LeaseLostError(lease.key)
        return operation(conn)

    return await ctx.store.write(guarded, name=name)
