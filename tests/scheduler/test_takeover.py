"""What a dead process left behind, the sent log against the store, and copies of a store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.contract import CommitClass
from adapters.errors import ConnectError
from scheduler import lifecycle, sentlog
from scheduler.clock import HOUR, MINUTE, SECOND
from scheduler.engine import takeover
from scheduler.engine.look import elapsed_since
from scheduler.keeping import ledger
from scheduler.sentlog import Answered, Sent, SentHistory
from scheduler.store import journal, queue
from scheduler.store.journal import Attempt
from scheduler.store.statements import ACCOUNT, DELIVERY, EVIDENCE, HOLD, STEP
from scheduler.virtual_time import START, VirtualClock, run_virtual
from tests.scheduler.scripted import Platform, lost, nothing, works
from tests.scheduler.stage import Stage, make_engine

History = Callable[[Stage], Awaitable[None]]


@pytest.fixture
def play(tmp_path: Path) -> Callable[..., None]:
    def run(history: History, platform: Platform | None = None, *, sent_log: bool = False) -> None:
        async def main(clock: VirtualClock) -> None:
            stage = await Stage.build(clock, tmp_path, platform, sent_log=sent_log)
            await history(stage)
            assert await stage.store.read(lambda conn: ledger.verify(conn)) == []

        run_virtual(main)

    return run


@pytest.mark.parametrize("cls", [CommitClass.HANDLE, CommitClass.KEY, CommitClass.LIST])
@pytest.mark.parametrize("moment", [0.5, 1.05, 1.2])
def test_a_crash_at_any_moment_ends_with_one_post(play: Callable[..., None], cls: CommitClass, moment: float) -> None:
    """While it is prepared, while the request is on its way, after it arrived."""

    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.engine.fire()
        await stage.clock.sleep(moment)
        await stage.restart()
        await stage.settle(700)
        assert len(stage.platform.ledger) == 1
        assert await stage.state(post) == "published"

    play(history, Platform(cls=cls, step_names=("upload",), seconds=1.0, commits=[works]))


def test_a_crash_before_a_list_request_arrives_is_asked_about(play: Callable[..., None]) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.engine.fire()
        await stage.clock.sleep(0.5)
        assert await stage.state(post) == "sending"
        await stage.restart()
        await stage.settle(700)
        assert stage.platform.ledger == []
        assert await stage.state(post) == "ask"

    play(history, Platform(cls=CommitClass.LIST, seconds=1.0, commits=[nothing]))


def test_an_answer_that_comes_after_the_lease_was_lost_becomes_evidence(play: Callable[..., None]) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.engine.fire()
        await stage.clock.sleep(0.5)
        assert await stage.state(post) == "sending"
        row = await stage.row(post)
        other = make_engine(stage.store, stage.clock, stage.platform, node="node-2")
        await takeover.take_all(other.ctx)
        assert await stage.state(post) == "unknown"
        stage.platform.looks = []
        stage.platform.cls = CommitClass.NONE
        await stage.clock.sleep(1.0)
        assert await stage.state(post) == "unknown"
        proofs = await stage.store.read(lambda conn: conn.execute(select(EVIDENCE)).all())
        assert [(p.remote_id, p.source, p.fence) for p in proofs] == [("r1", "late_answer", row["fence"])]
        await stage.settle(30)
        assert await stage.state(post) == "published"
        assert "look" not in stage.platform.calls

    play(history, Platform(seconds=1.0))


def test_a_lease_is_taken_only_after_a_whole_lease_of_our_own_clock(play: Callable[..., None]) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.engine.fire()
        await stage.clock.sleep(0.5)
        other = make_engine(stage.store, stage.clock, stage.platform, node="node-2")
        stage.clock.set_wall(-7_200)
        for _ in range(6):
            await other.sweep()
            await stage.clock.sleep(9.0)
        assert await stage.state(post) == "sending"
        stage.clock.set_wall(14_400)
        await other.sweep()
        assert await stage.state(post) == "sending"
        await stage.clock.sleep(10.0)
        await other.sweep()
        assert await stage.state(post) == "unknown"

    play(history, Platform(seconds=250.0))


def test_beats_keep_a_lease(play: Callable[..., None]) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.engine.fire()
        other = make_engine(stage.store, stage.clock, stage.platform, node="node-2")
        for _ in range(20):
            await stage.clock.sleep(10.0)
            await stage.engine.beat()
            await other.sweep()
        assert await stage.state(post) == "sending"
        await stage.settle(120)
        assert await stage.path(post) == ["draft", "queued", "claimed", "sending", "published"]

    play(history, Platform(seconds=250.0))


def test_a_computer_that_restarted_does_not_trust_boot_times_of_before(play: Callable[..., None]) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.settle(2)
        assert await stage.state(post) == "unknown"
        stage.engine = make_engine(stage.store, stage.clock, stage.platform, node="node-2", boot_id="boot-2")
        await takeover.take_all(stage.engine.ctx)
        await stage.settle(700)
        assert await stage.state(post) == "ask"
        assert stage.platform.calls.count("commit") == 1

    play(history, Platform(cls=CommitClass.KEY, commits=[lambda p, post, h: lost(p, post, "elsewhere")]))


def test_the_age_of_an_attempt_of_another_boot_counts_from_our_first_look(play: Callable[..., None]) -> None:
    async def history(stage: Stage) -> None:
        ctx, clock = make_engine(stage.store, stage.clock, stage.platform, boot_id="boot-2").ctx, stage.clock
        [lease] = [queue.lease_of(await stage.row(post)) for post in await stage.add()]
        await clock.sleep(500)
        for ended in (clock.boot() - 400 * SECOND, clock.boot() + 400 * SECOND):  # its clock says nothing here, whatever it says
            theirs = Attempt("boot-1", ended, "boot-1")
            assert elapsed_since(ctx, lease, theirs) == 0
            await clock.sleep(30)
            assert elapsed_since(ctx, lease, theirs) == 30 * SECOND
        assert elapsed_since(ctx, lease, Attempt("boot-1", clock.boot(), "")) == 0  # nobody knows whose clock that was
        assert elapsed_since(ctx, lease, Attempt("boot-1", clock.boot() - 7 * SECOND, "boot-2")) == 7 * SECOND
        assert elapsed_since(ctx, lease, None) == clock.boot() - ctx.me.started_boot

    play(history)


def test_what_a_computer_sent_before_it_was_started_anew_may_still_arrive(play: Callable[..., None]) -> None:
    """The platform needs a quarter of an hour to show it, and all we know is that we have looked for some seconds."""

    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.settle(2)
        assert await stage.state(post) == "unknown"
        stage.kill()
        await stage.clock.sleep(3_000)
        stage.dead = False
        stage.engine = make_engine(stage.store, stage.clock, stage.platform, node="node-2", boot_id="boot-2")
        await stage.settle(600)
        assert (await stage.state(post), stage.platform.calls.count("commit")) == ("unknown", 1)
        await stage.settle(600)
        assert (await stage.state(post), stage.platform.calls.count("commit")) == ("published", 2)

    play(history, Platform(settle=900.0, commits=[nothing]))


def test_the_settle_time_counts_from_the_takeover(play: Callable[..., None]) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.engine.fire()
        await stage.clock.sleep(0.5)
        assert await stage.state(post) == "sending"
        await stage.clock.sleep(200)
        await stage.restart()
        attempt = await stage.store.read(lambda conn: journal.last_attempt(conn, post))
        assert attempt is not None
        assert (attempt.ended, attempt.ended_id) == (stage.clock.boot(), "boot-1")

    play(history, Platform(seconds=250.0))


# ── the sent log ─────────────────────────────────────────────────────────────


def test_every_request_is_in_the_sent_log_with_its_answer(play: Callable[..., None]) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.settle(5)
        row = await stage.row(post)
        history = sentlog.read(stage.folder / "sent.log")
        assert [(line.key, line.fence) for line in history.sent] == [(row["key"], row["fence"])]
        assert [(line.key, line.remote_id) for line in history.answered] == [(row["key"], "r1")]
        changed = await stage.store.write(
            lambda conn: takeover.reconcile(conn, history, moment=stage.engine.ctx.moment(), actor="engine:x")
        )
        assert changed == 0

    play(history, sent_log=True)


@pytest.mark.parametrize("state", ["queued", "draft", "missed"])
def test_a_send_that_the_store_does_not_know_is_looked_up_first(play: Callable[..., None], state: str) -> None:
    async def history(stage: Stage) -> None:
        due = START + HOUR if state != "missed" else START - 5 * HOUR
        [post] = await stage.add(due=due, approve=state == "queued")
        if state == "missed":
            await stage.engine.sweep()
        row = await stage.row(post)
        assert row["state"] == state
        stage.platform.cls = CommitClass.LIST
        handle = f"did:plc:1/{row['key']}/{row['due']}"
        lines = SentHistory(1, (Sent(post, row["key"], 7, "commit", handle, START - SECOND),))
        moment = stage.engine.ctx.moment()
        assert await stage.store.write(lambda conn: takeover.reconcile(conn, lines, moment=moment, actor="engine:x")) == 1
        assert await stage.state(post) == "unknown"
        assert (await stage.row(post))["fence"] == 8
        assert await stage.store.write(lambda conn: takeover.reconcile(conn, lines, moment=moment, actor="engine:x")) == 0
        await stage.settle(1_000)
        assert await stage.state(post) == "ask"
        assert "commit" not in stage.platform.calls

    play(history)


def test_an_id_that_only_the_sent_log_kept_publishes_it(play: Callable[..., None]) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.engine.fire()
        await stage.clock.sleep(0.5)
        row = await stage.row(post)
        await stage.restart()
        lines = SentHistory(
            1,
            (Sent(post, row["key"], row["fence"], "commit", "h", (await _intent(stage, post))),),
            (Answered(post, row["key"], row["fence"], "r77", "https://x.example/r77", {"cid": "c"}, START),),
        )
        moment = stage.engine.ctx.moment()
        assert await stage.store.write(lambda conn: takeover.reconcile(conn, lines, moment=moment, actor="engine:x")) == 1
        await stage.settle(30)
        row = await stage.row(post)
        assert (row["state"], row["remote_id"], row["remote_extra"]) == ("published", "r77", '{"cid": "c"}')

    play(history, Platform(seconds=1.0, cls=CommitClass.NONE))


async def _intent(stage: Stage, post: int) -> int:
    return await stage.store.read(lambda conn: int(conn.execute(select(STEP.c.at_intent).where(STEP.c.delivery_id == post)).scalar_one()))


# ── copies ───────────────────────────────────────────────────────────────────


def test_an_old_copy_sends_nothing_until_a_person_says_so_and_looks_first(play: Callable[..., None]) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        row = await stage.row(post)
        stage.platform.add(_publication(row), f"did:plc:1/{row['key']}/{row['due']}")
        why = await stage.store.read(lambda conn: takeover.doubts(conn, SentHistory(epoch=9), None))
        assert why is not None
        await stage.store.write(lambda conn: takeover.enter_safe_mode(conn, why, stage.clock.wall()))
        await stage.store.write(lambda conn: takeover.enter_safe_mode(conn, why, stage.clock.wall()))
        await stage.settle(60)
        assert await stage.state(post) == "queued"
        assert [kind for kind, _ in await stage.notices()] == ["safe_mode"]
        await stage.change(HOLD, HOLD.c.by == takeover.SAFE_MODE, released_at=1)
        await stage.settle(60)
        assert await stage.state(post) == "published"
        assert "commit" not in stage.platform.calls

    play(history)


def test_what_an_old_copy_may_have_sent_is_in_doubt_until_it_was_looked_for(play: Callable[..., None]) -> None:
    """A first comment, say, where absence proves nothing; on the way to its look the sign-in cannot be renewed, then the process dies."""

    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.change(DELIVERY, DELIVERY.c.id == post, reason_code=lifecycle.DOUBTFUL)
        await stage.change(ACCOUNT, ACCOUNT.c.name == "bs", token_exp=START - MINUTE)
        stage.platform.refreshes = [ConnectError("away")]
        await stage.settle(5)
        assert await stage.state(post) == "queued"
        await stage.store.write(lambda conn: queue.claim(conn, now=stage.clock.wall() + MINUTE, node="dead", limit=1, early=False))
        await stage.restart()
        await stage.settle(200)
        assert (await stage.path(post))[2:] == ["claimed", "queued", "claimed", "queued", "claimed", "ask"]
        assert "commit" not in stage.platform.calls

    play(history, Platform(cls=CommitClass.LIST))


def _publication(row):  # type: ignore[no-untyped-def]
    from tests.scheduler.stage import publication

    return publication("Post 1")


def test_reasons_for_doubt(play: Callable[..., None]) -> None:
    async def history(stage: Stage) -> None:
        from scheduler.store.statements import set_meta

        async def doubts(epoch: int, moved: str | None) -> str | None:
            return await stage.store.read(lambda conn: takeover.doubts(conn, SentHistory(epoch=epoch), moved))

        assert await doubts(0, None) is None
        assert "path" in (await doubts(0, "path") or "")
        assert "restored" in (await doubts(1, None) or "")
        await stage.store.write(lambda conn: set_meta(conn, "backup_copy", "yes"))
        assert "backup" in (await doubts(0, None) or "")

    play(history)


def test_what_was_due_while_nobody_ran_is_looked_for_first(play: Callable[..., None]) -> None:
    async def history(stage: Stage) -> None:
        [overdue] = await stage.add(due=START - HOUR)
        row = await stage.row(overdue)
        stage.platform.add(_publication(row), f"did:plc:1/{row['key']}/{row['due']}")
        [fresh] = await stage.add()
        await stage.settle(60)
        assert await stage.state(overdue) == "published"
        assert await stage.state(fresh) == "published"
        assert stage.platform.calls.count("commit") == 1

    play(history)
