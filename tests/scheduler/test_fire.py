"""Alarms, the watchdog and clocks that jump; the service started, stopped and killed on a real file."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from scheduler import failpoints, sentlog
from scheduler.clock import HOUR, SECOND
from scheduler.engine.engine import Engine
from scheduler.errors import BusyError
from scheduler.service import fire, service, systemd
from scheduler.service.fire import ClockGuard, Fire
from scheduler.store.statements import HOLD, NODE
from scheduler.store.store import Store
from scheduler.virtual_time import START, VirtualClock, run_virtual
from tests.scheduler.fast_clock import FastClock
from tests.scheduler.running import Run, desk, published, until
from tests.scheduler.scripted import Platform
from tests.scheduler.stage import Stage, make_engine

ROOT = Path(__file__).parents[2]


# ── the clock guard, on virtual time ─────────────────────────────────────────


def guarded(test: Callable[[VirtualClock, ClockGuard], Awaitable[None]]) -> None:
    async def main(clock: VirtualClock) -> None:
        await test(clock, ClockGuard(clock))

    run_virtual(main)


def test_a_clock_that_runs_is_trusted() -> None:
    async def main(clock: VirtualClock, guard: ClockGuard) -> None:
        for _ in range(100):
            await clock.sleep(60)
            assert guard.step() == 0
            assert guard.trusted

    guarded(main)


@pytest.mark.parametrize(("by", "trusted"), [(30, True), (59, True), (61, False), (7_200, False), (-7_200, True)])
def test_a_step_forward_of_more_than_a_minute_is_not_believed(by: float, trusted: bool) -> None:
    async def main(clock: VirtualClock, guard: ClockGuard) -> None:
        clock.set_wall(by)
        assert guard.trusted == trusted  # at once, before the watchdog looked
        assert guard.step() == by * SECOND
        assert guard.trusted == trusted

    guarded(main)


def test_many_small_steps_add_up() -> None:
    async def main(clock: VirtualClock, guard: ClockGuard) -> None:
        for _ in range(3):
            clock.set_wall(30)
            guard.step()
        assert not guard.trusted

    guarded(main)


def test_a_step_that_is_taken_back_is_forgotten() -> None:
    async def main(clock: VirtualClock, guard: ClockGuard) -> None:
        clock.set_wall(7_200)
        guard.step()
        clock.set_wall(-7_200)
        guard.step()
        assert guard.trusted

    guarded(main)


def test_a_server_that_agrees_ends_the_doubt_and_one_that_does_not_keeps_it() -> None:
    async def main(clock: VirtualClock, guard: ClockGuard) -> None:
        async def says(by: float | None) -> bool | None:
            await clock.sleep(20)

            async def server_time() -> int | None:
                return None if by is None else clock.wall() + int(by * SECOND)

            return await guard.prove(server_time)

        clock.set_wall(7_200)
        guard.step()
        assert await says(None) is None
        assert await says(-7_200) is False
        assert not guard.trusted
        assert await says(-5) is True
        assert guard.trusted

    guarded(main)


@pytest.mark.parametrize(
    ("by", "boot_id", "trusted"),
    [
        (0, "boot-1", True),
        (59, "boot-1", True),
        (61, "boot-1", False),
        (-7_200, "boot-1", True),
        (0, "boot-2", False),
        (-600, "boot-2", False),
    ],
)
def test_a_clock_that_was_set_forward_before_we_started_is_not_believed(tmp_path: Path, by: float, boot_id: str, trusted: bool) -> None:
    """Of the same boot we know how far; after another one nothing is known, and a server has to say."""

    async def main(clock: VirtualClock) -> None:
        store = Store.in_memory(clock, tmp_path)
        await store.write(lambda conn: ClockGuard(clock).remember(conn, "boot-1"))
        await clock.sleep(600)
        clock.set_wall(by)
        guard = ClockGuard(clock)
        assert guard.trusted  # of itself it knows nothing
        await store.write(lambda conn: guard.recall(conn, boot_id))
        assert guard.trusted == trusted
        clock.set_wall(-600)
        guard.step()
        assert guard.trusted == (boot_id == "boot-1")  # a step back says nothing about how wrong it was

        async def server_time() -> int:
            return clock.wall()

        assert await guard.prove(server_time)
        await store.write(lambda conn: guard.remember(conn, boot_id))
        after = ClockGuard(clock)
        await store.write(lambda conn: after.recall(conn, boot_id))
        assert after.trusted

    run_virtual(main)


def test_a_clock_that_is_not_believed_is_not_remembered(tmp_path: Path) -> None:
    async def main(clock: VirtualClock) -> None:
        store, guard = Store.in_memory(clock, tmp_path), ClockGuard(clock)
        for computer in ("", "other"):
            await store.write(lambda conn, computer=computer: guard.remember(conn, "boot-1", computer=computer))
        clock.set_wall(7_200)
        guard.step()
        await store.write(lambda conn: guard.remember(conn, "boot-1"))
        for computer, trusted in (("", False), ("other", False), ("a third", True)):
            after = ClockGuard(clock)
            await store.write(lambda conn, after=after, computer=computer: after.recall(conn, "boot-1", computer=computer))
            assert after.trusted == trusted

    run_virtual(main)


def test_nothing_is_claimed_or_missed_on_a_clock_that_is_not_trusted(tmp_path: Path) -> None:
    async def main(clock: VirtualClock) -> None:
        stage = await Stage.build(clock, tmp_path)
        guard = ClockGuard(clock)
        stage.engine.ctx.clock_trusted = lambda: guard.trusted
        [post] = await stage.add(due=START + HOUR)
        clock.set_wall(12 * 3_600)
        await stage.settle(60)
        assert await stage.state(post) == "queued"
        clock.set_wall(-12 * 3_600)
        guard.step()
        await stage.settle(3_700)
        assert await stage.state(post) == "published"
        assert (await stage.row(post))["published_at"] >= START + HOUR

    run_virtual(main)


def test_a_jump_between_claim_and_request_stops_the_request(tmp_path: Path) -> None:
    async def main(clock: VirtualClock) -> None:
        stage = await Stage.build(clock, tmp_path, Platform(step_names=("upload",), seconds=5.0))
        guard = ClockGuard(clock)
        stage.engine.ctx.clock_trusted = lambda: guard.trusted
        [post] = await stage.add(due=START + HOUR, lead=3_600)
        await stage.engine.fire()
        await clock.sleep(1)
        clock.set_wall(2 * 3_600)
        await clock.sleep(30)
        assert "commit" not in stage.platform.calls
        assert await stage.state(post) == "queued"

    run_virtual(main)


# ── systemd ──────────────────────────────────────────────────────────────────


def test_systemd_hears_us_when_it_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not systemd.notify(systemd.READY)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "s"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "s"))
        assert systemd.notify(systemd.READY)
        assert listener.recv(100) == b"READY=1"


# ── on a real file and real time ─────────────────────────────────────────────


@pytest.fixture
async def run(tmp_path: Path) -> AsyncIterator[Run]:
    running = Run(tmp_path / "state")
    yield running
    if running.task is not None and not running.task.done():
        await running.end()


async def test_a_post_approved_elsewhere_is_fired_at_its_time(run: Run) -> None:
    await run.start()
    stage = await desk(run)
    due = run.clock.wall() + 5 * SECOND
    [post] = await stage.add(due=due)
    await until(lambda: published(stage, post), "published")
    lag = (await stage.row(post))["published_at"] - due
    assert 0 <= lag < 5 * SECOND  # of a clock ten times as fast
    await stage.store.close()


async def test_a_second_service_is_refused_with_the_pid_of_the_first(run: Run) -> None:
    await run.start()
    with pytest.raises(BusyError, match=str(os.getpid())):
        await service.run_service(run.folder, stop=asyncio.Event(), clock=run.clock, wiring=run.wiring())


async def test_stopping_lets_a_request_end_and_takes_nothing_new(run: Run) -> None:
    run.platform.seconds = 1.0
    await run.start()
    stage = await desk(run)
    [sending] = await stage.add(due=run.clock.wall())
    later = run.clock.wall() + 30 * SECOND
    [waiting] = await stage.add(due=later)

    async def on_its_way() -> bool:
        return run.platform.in_commit == 1

    await until(on_its_way, "on its way")
    await run.end()
    assert await stage.state(sending) == "published"
    assert await stage.state(waiting) == "queued"
    nodes = await stage.store.read(lambda conn: conn.execute(select(NODE)).all())
    assert [node.stopped_at is not None for node in nodes] == [True]
    await stage.store.close()


async def test_what_is_being_claimed_when_it_stops_is_not_left_claimed(run: Run) -> None:
    loop = asyncio.get_running_loop()

    def stop_in_between(name: str, _times: int) -> None:
        """The claim is durable, and nobody has been told of it yet."""
        if name == "claim.after" and claimed(run) and not run.stop.is_set():
            loop.call_soon_threadsafe(run.stop.set)
            time.sleep(0.2)  # in the writer's thread: the loop goes on

    await run.start()
    stage = await desk(run)
    failpoints.install(stop_in_between)
    try:
        [post] = await stage.add(due=run.clock.wall())
        assert run.task is not None
        async with asyncio.timeout(20):
            await run.task
    finally:
        failpoints.install(None)
    assert await stage.state(post) == "queued"
    await stage.store.close()


def claimed(run: Run) -> bool:
    with closing(sqlite3.connect(f"file:{run.folder / 'daypart.db'}?mode=ro", uri=True)) as store:
        return bool(store.execute("SELECT count(*) FROM delivery WHERE state = 'claimed'").fetchone()[0])


async def test_each_start_has_a_new_epoch_in_store_and_sent_log(run: Run) -> None:
    for _ in range(3):
        await run.start()
        await run.end()
    assert sentlog.read(run.folder / "sent.log").epoch == 3


async def test_a_restored_older_store_is_held(run: Run) -> None:
    import shutil

    await run.start()
    stage = await desk(run)
    await run.end()
    await stage.store.close()
    shutil.copy(run.folder / "daypart.db", run.folder.parent / "old.db")
    await run.start()
    await run.end()
    (run.folder / "daypart.db").unlink()
    for name in ("daypart.db-wal", "daypart.db-shm"):
        (run.folder / name).unlink(missing_ok=True)
    shutil.copy(run.folder.parent / "old.db", run.folder / "daypart.db")
    await run.start()
    stage = await desk(run)
    [post] = await stage.add(due=run.clock.wall())
    holds = await stage.store.read(lambda conn: conn.execute(select(HOLD)).all())
    assert [hold.scope for hold in holds] == ["all"]
    await asyncio.sleep(0.5)
    assert await stage.state(post) == "queued"
    await stage.change(HOLD, HOLD.c.scope == "all", released_at=1)
    await until(lambda: published(stage, post), "published after the release")
    await stage.store.close()


async def test_a_clock_set_forward_stops_claims_until_a_server_agrees(run: Run) -> None:
    await run.start()
    stage = await desk(run)
    [post] = await stage.add(due=run.clock.wall() + HOUR, late=24 * HOUR)
    run.clock.offset = 2 * HOUR
    await asyncio.sleep(1.0)  # the time to claim it in
    await until(lambda: told_of_the_clock(stage), "a notice of the clock")
    assert await stage.state(post) == "queued"
    assert [kind for kind, _ in await stage.notices()] == ["clock"]
    run.server_time = run.clock.wall()
    await until(lambda: published(stage, post), "published when a server agrees")
    await stage.store.close()


async def test_a_clock_set_forward_while_no_service_ran_is_proved_before_anything_is_claimed(run: Run) -> None:
    run.clock = FastClock(1.0)  # one that runs faster has nothing to compare with
    await run.start()
    stage = await desk(run)
    await run.end()
    run.clock.offset = 2 * HOUR
    [post] = await stage.add(due=run.clock.wall())
    await run.start()
    await until(lambda: told_of_the_clock(stage), "a notice of the clock")
    assert await stage.state(post) == "queued"
    await run.end()
    run.server_time = run.clock.wall()
    await run.start()
    await until(lambda: published(stage, post), "published when a server agrees")
    await run.end()
    run.server_time = None
    await run.start()  # that it agreed is remembered
    [another] = await stage.add(due=run.clock.wall())
    await until(lambda: published(stage, another), "published without asking again")
    await stage.store.close()


async def told_of_the_clock(stage: Stage) -> bool:
    return "clock" in [kind for kind, _ in await stage.notices()]


async def test_the_scheduler_is_started_anew_when_it_is_silent(run: Run) -> None:
    stage = await _stage_with_fire(run)
    stage.alarms._scheduler.pause()
    before = stage.alarms._scheduler

    async def restarted() -> bool:
        return stage.alarms._scheduler is not before

    await until(restarted, "the scheduler started anew", 15)
    await stage.alarms.stop()
    await stage.store.close()


class _Alarms:
    def __init__(self, store: Store, engine: Engine, alarms: Fire) -> None:
        self.store, self.engine, self.alarms = store, engine, alarms


async def _stage_with_fire(run: Run) -> _Alarms:
    store = Store.open(run.folder, run.clock)
    engine = make_engine(store, run.clock, run.platform)  # type: ignore[arg-type]

    async def nothing() -> None:
        return None

    alarms = Fire(engine, ClockGuard(run.clock), nothing, nothing)  # type: ignore[arg-type]
    alarms.start()
    return _Alarms(store, engine, alarms)


def test_jobs_are_never_dropped_for_being_late() -> None:
    assert fire.JOB_DEFAULTS == {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}


def test_apscheduler_is_the_only_scheduler_and_keeps_its_jobs_in_memory() -> None:
    code = "import sys, scheduler.service.fire; assert 'apscheduler.jobstores.sqlalchemy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
