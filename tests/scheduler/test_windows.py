"""Windows and lateness: what is due goes out up to its last instant and not after it, whatever slept or was off meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from adapters.contract import Limited, Outcome
from scheduler import brake, lifecycle
from scheduler.clock import HOUR, MINUTE, SECOND
from scheduler.store.statements import DELIVERY, NODE
from scheduler.units.model import Author
from scheduler.virtual_time import START, VirtualClock, run_virtual
from tests.scheduler.scripted import Act, Platform, after_the_act, says
from tests.scheduler.stage import Stage, publication

Play = Callable[..., None]
EDGE = 500_000
"""Half a second: the room for two turns of the loop."""


@pytest.fixture
def play(tmp_path: Path) -> Play:
    def run(history: Callable[[Stage], Awaitable[None]], platform: Platform | None = None) -> None:
        async def main(clock: VirtualClock) -> None:
            await history(await Stage.build(clock, tmp_path, platform))

        run_virtual(main)

    return run


async def missed(stage: Stage, post: int) -> None:
    """Missed, told, and nothing went out."""
    assert await stage.state(post) == "missed"
    assert [kind for kind, _ in await stage.notices()] == ["missed"]
    assert stage.platform.ledger == []
    assert "commit" not in stage.platform.calls


@pytest.mark.parametrize("late", [MINUTE, 2 * HOUR])
def test_after_downtime_up_to_the_last_instant(play: Play, late: int) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add(due=START, late=late)
        await stage.clock.sleep((late - EDGE) / SECOND)
        await stage.engine.sweep()
        await stage.settle(5)
        assert await stage.state(post) == "published"

    play(history)


@pytest.mark.parametrize("late", [MINUTE, 2 * HOUR])
def test_after_downtime_past_the_last_instant(play: Play, late: int) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add(due=START, late=late)
        await stage.clock.sleep((late + EDGE) / SECOND)
        await stage.engine.fire()  # before any sweep: the claim alone keeps it back
        assert await stage.state(post) == "queued"
        await stage.engine.sweep()
        await missed(stage, post)

    play(history)


def test_downtime_is_named_as_the_cause(play: Play) -> None:
    async def history(stage: Stage) -> None:
        [post] = await stage.add(due=START)
        await stage.clock.sleep(3 * 3_600)
        row = {"id": "node-1", "boot_id": "b", "started_at": stage.clock.wall(), "beat": 0, "pid": 1, "version": "1"}
        await stage.store.write(lambda conn: conn.execute(NODE.insert().values(**row)).rowcount)
        await stage.engine.sweep()
        await missed(stage, post)
        assert (await stage.row(post))["reason"] == "its window ended before it could be sent: the publishing service was not running"

    play(history)


@pytest.mark.parametrize(("asleep", "state"), [(2 * HOUR - 31 * SECOND, "published"), (2 * HOUR + SECOND, "missed")])
def test_a_computer_that_slept_with_a_post_got_ready(play: Play, asleep: int, state: str) -> None:
    """It was claimed and prepared; then the lid was closed over its time."""

    async def history(stage: Stage) -> None:
        [post] = await stage.add(due=START + 30 * SECOND, lead=30)
        await stage.settle(5)
        assert await stage.state(post) == "claimed"
        stage.clock.freeze(asleep / SECOND + 30)
        await stage.settle(30)
        assert await stage.state(post) == state
        assert len(stage.platform.ledger) == (state == "published")

    play(history)


@pytest.mark.parametrize(("before", "state"), [(EDGE, "published"), (-EDGE, "missed")])
def test_not_after_cuts_the_window(play: Play, before: int, state: str) -> None:
    async def history(stage: Stage) -> None:
        last = START + 10 * MINUTE
        [post] = await stage.add(due=START)
        until = lifecycle.send_until(START, lifecycle.LATE, last, None)
        await stage.change(DELIVERY, DELIVERY.c.id == post, not_after=last, send_until=until)
        await stage.clock.sleep((10 * MINUTE - before) / SECOND)
        await stage.engine.sweep()
        await stage.settle(5)
        assert await stage.state(post) == state

    play(history)


def test_later_parts_do_not_outlive_not_after(play: Play) -> None:
    """A thread that has begun gets a day more, and never more than its author allows."""

    async def history(stage: Stage) -> None:
        parts = await stage.add(*(publication(f"part {n}", part=n, parts=2) for n in (1, 2)))
        last = START + HOUR
        await stage.change(DELIVERY, DELIVERY.c.id.in_(parts), not_after=last, send_until=last)
        await stage.change(DELIVERY, DELIVERY.c.id == parts[1], next_at=START + 50 * MINUTE)
        await stage.settle(60)
        assert [await stage.state(part) for part in parts] == ["published", "queued"]
        assert (await stage.row(parts[1]))["send_until"] == last
        await stage.change(DELIVERY, DELIVERY.c.id == parts[1], next_at=START + 61 * MINUTE)
        await stage.settle(2 * 3_600)
        assert await stage.state(parts[1]) == "ask"
        assert (await stage.row(parts[1]))["reason"] == "1 of 2 are public; the time for the rest has passed"

    play(history)


@pytest.mark.parametrize(("act", "end"), [(after_the_act, "published"), (says, "missed")])
def test_what_was_told_to_wait_is_looked_for_when_a_hold_ends_and_never_sent_again(
    play: Play, act: Callable[[Outcome], Act], end: str
) -> None:
    """And never sent again: who said “slow down” may have taken it all the same."""

    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.engine.fire()
        await stage.clock.sleep(5)
        assert (await stage.state(post), len(stage.platform.ledger)) == ("queued", int(end == "published"))
        await stage.hold()
        await stage.clock.sleep(60)
        author = Author("person:anna", stage.clock.wall(), "released")
        await stage.store.write(lambda conn: brake.take_off(conn, "all", "", author))
        await stage.settle(700)
        assert await stage.state(post) == end
        assert stage.platform.calls.count("commit") == 1

    play(history, Platform(commits=[act(Limited("slow down", 600.0))]))
