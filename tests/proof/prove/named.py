"""The mutants with a name: each takes away one thing that the promise rests on, and some layer must notice."""

from __future__ import annotations

from dataclasses import dataclass

from tests.proof.prove.copies import Edit

SEEDS = 1_500
"""Simulated histories after which a mutant counts as not caught."""
CHAINS = 60
POWER = 10
TRACED = 3


@dataclass(frozen=True, slots=True)
class Mutant:
    """One thing taken away."""

    name: str
    edits: tuple[Edit, ...]
    layers: tuple[tuple[str, int], ...] = (("simulator", SEEDS), ("kills", CHAINS))
    """Which layers look for it, one after the other, and in how many cases at most."""


_LOOK, _DELIVER = "scheduler/engine/look.py", "scheduler/engine/deliver.py"

MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "no settle time",
        (Edit(_LOOK, "settled=elapsed >= int(settle * SECOND)", "settled=True"),),
        (("simulator, doubting", SEEDS),),
    ),
    Mutant(
        "no freeze guard",
        (Edit(_DELIVER, "if ctx.clock.boot() - moment.boot > lifecycle.FREEZE:", "if False:"),),
    ),
    Mutant(
        "no fence in the compare-and-set",
        (
            Edit(
                "scheduler/store/statements.py",
                'DELIVERY.c.fence == bindparam("b_fence"), DELIVERY.c.state == bindparam("b_state"))',
                'DELIVERY.c.fence >= bindparam("b_fence") * 0, DELIVERY.c.state == bindparam("b_state"))',
            ),
        ),
    ),
    Mutant(
        "sent again at once when nobody knows",
        (
            Edit(
                _DELIVER,
                '        fail("commit.answered.after")\n',
                '        fail("commit.answered.after")\n'
                "        if isinstance(outcome, Unknown):\n"
                "            outcome = await ctx.within(COMMIT_SECONDS, work.adapter.commit(work.publication, work.journal))\n",
            ),
        ),
    ),
    Mutant(
        "absence taken for proof where it is none",
        (Edit("scheduler/lifecycle.py", "if facts.resend_after_absence and facts.cls", "if facts.cls"),),
    ),
    Mutant(
        "marked as published before it is sent",
        (
            Edit(
                _DELIVER,
                '        fail("commit.sent.before")\n',
                '        await _record(ctx, work, entry, Published(Receipt(f"soon-{work.lease.id}", None)))\n'
                '        fail("commit.sent.before")\n',
            ),
        ),
    ),
    Mutant(
        "leases by the wall clock",
        (Edit("scheduler/engine/takeover.py", "now = ctx.clock.boot()\n        others", "now = ctx.clock.wall()\n        others"),),
        (("simulator, jumping", SEEDS),),
    ),
    Mutant(
        "the digest is not compared",
        (
            Edit(
                "scheduler/store/guards.py",
                "and_(DELIVERY.c.digest == DIGEST, _same_account())",
                "and_(or_(DELIVERY.c.digest == DIGEST, True), _same_account())",
            ),
        ),
        (("tampered", 1),),
    ),
    Mutant(
        "a hold is not looked at when a post is about to leave",
        (Edit("scheduler/store/guards.py", '        Guard("hold", "publishing is on hold", not_held()),\n', ""),),
        (("simulator", SEEDS),),
    ),
    Mutant(
        "the hold of a campaign holds nothing",
        (Edit("scheduler/store/guards.py", 'HOLD.c.subject + "/",', 'HOLD.c.subject + "?",'),),
        (("simulator", SEEDS),),
    ),
    Mutant(
        "queued again at a restart instead of looked up",
        (
            Edit(
                "scheduler/engine/takeover.py",
                '            decision = Decision(11, State.UNKNOWN, f"{DEAD} while it was being sent", "dead")\n'
                '            return outcomes.to_unknown(conn, lease, decision, from_states=("sending",), moment=moment, actor=actor)\n',
                "            at = moment.wall\n"
                '            known = {"actor": actor, "why": DEAD, "at": at, "bump": True, "owner": None, "next_at": at}\n'
                '            return outcomes._move(conn, lease, ("sending",), State.QUEUED, **known)\n',
            ),
        ),
    ),
    Mutant(
        "NORMAL instead of FULL",
        (Edit("scheduler/store/sqlite.py", '"synchronous=FULL"', '"synchronous=NORMAL"'),),
        (("order", TRACED), ("power", POWER)),
    ),
    Mutant(
        "the sent log is not synced",
        (Edit("scheduler/store/writer.py", "self._sent_log.append(lines, sync=True)", "self._sent_log.append(lines, sync=False)"),),
        (("order", TRACED),),
    ),
    Mutant(
        "a fresh key for every try",
        (
            Edit(
                "adapters/bluesky/adapter.py",
                "return entry.handle if entry is not None and entry.handle else self._new_key(publication)",
                'earlier = sum(e.phase != "intent" for e in journal.commits())\n'
                "        due = publication.due + 1_000_000 * earlier\n"
                '        return record_key(self._account.remote_id or "", publication.key, publication.part, due)',
            ),
        ),
        (("late", 2),),
    ),
    Mutant(
        "a new container for every try",
        (
            Edit(
                "scheduler/engine/prepare.py",
                "if work.journal.done(step.name) is not None and not step.always:",
                "if False:",
            ),
        ),
    ),
    Mutant(
        "requests over connections that are kept",
        (
            Edit("adapters/http.py", 'headers={**(headers or {}), "Connection": "close"}, params', "headers={**(headers or {})}, params"),
            Edit("adapters/http.py", "max_connections=None, max_keepalive_connections=0", "max_connections=None"),
        ),
        (("order", TRACED),),
    ),
    Mutant(
        "two renewals of a token at once",
        (
            Edit(
                "scheduler/accounts/tokens.py",
                "mine = (ACCOUNT.c.id == account_id, ACCOUNT.c.refresh_fence == fence, free)",
                "mine = (ACCOUNT.c.id == account_id,)",
            ),
            Edit("scheduler/accounts/tokens.py", "async with self._single[account_id]:", "async with asyncio.Lock():"),
        ),
    ),
    Mutant(
        "claimed on an unproved clock",
        (
            Edit(
                "scheduler/engine/engine.py",
                "await self._start_looks()\n                if self.ctx.clock_trusted():",
                "await self._start_looks()\n                if True:",
            ),
            Edit(_DELIVER, "if not ctx.clock_trusted():", "if False:"),
        ),
    ),
    Mutant(
        "200 taken for success",
        (
            Edit(
                "adapters/bluesky/adapter.py",
                "        return at_commit(reply, tuple(_upload(item) for item in publication.media))",
                "        if isinstance(reply, Answer) and reply.status == 200:\n"
                '            return Published(self._receipt(key, "", reply.date))\n'
                "        return at_commit(reply, tuple(_upload(item) for item in publication.media))",
            ),
            Edit(
                "adapters/mastodon/adapter.py",
                "        if status is None or not status.id:\n",
                "        if isinstance(reply, Answer) and reply.status == 200 and status is None:\n"
                '            return Published(Receipt("?", None))\n'
                "        if status is None or not status.id:\n",
            ),
        ),
        (("kills, html", CHAINS),),
    ),
)
