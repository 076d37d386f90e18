"""Figures are read beside publishing and never in its way: one row a day, longest unread first, patience with whoever says no."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.contract import Account, Credentials, Figures, Limited, NoFigures, Retry, TokenDead
from adapters.errors import ConnectError
from scheduler.clock import DAY, HOUR, MINUTE
from scheduler.figures import pace
from scheduler.figures.collecting import Collecting
from scheduler.store.statements import ACCOUNT, COUNTING, DELIVERY, FIGURE
from scheduler.virtual_time import VirtualClock, run_virtual
from tests.scheduler.scripted import Scripted
from tests.scheduler.stage import Stage

History = Callable[[Stage, Collecting], Awaitable[None]]
Play = Callable[[History], None]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    def run(history: History) -> None:
        async def main(clock: VirtualClock) -> None:
            stage = await Stage.build(clock, tmp_path)

            def build(account: Account) -> Scripted:
                return Scripted(account, stage.platform)

            await history(stage, Collecting(stage.store, clock, stage.engine.ctx.tokens, build, lambda: "Europe/Warsaw"))

        run_virtual(main)

    return run


async def published(stage: Stage, name: str, *, ago: int = HOUR, account: str = "bs", figures: object = None) -> int:
    """A post that is public since then."""
    [delivery] = await stage.add(due=stage.clock.wall() - ago, account=account)
    at = stage.clock.wall() - ago
    await stage.change(DELIVERY, DELIVERY.c.id == delivery, state="published", remote_id=name, published_at=at)
    if figures is not None:
        stage.platform.figures[name] = figures  # type: ignore[assignment]
    return delivery


async def rows(stage: Stage) -> list[tuple[object, ...]]:
    wanted = select(FIGURE.c.delivery_id, FIGURE.c.day, FIGURE.c.likes, FIGURE.c.problem).order_by(FIGURE.c.day, FIGURE.c.delivery_id)
    return await stage.store.read(lambda conn: [tuple(row) for row in conn.execute(wanted)])


async def standing(stage: Stage) -> tuple[int, str | None, int]:
    wanted = select(COUNTING.c.tries, COUNTING.c.problem, COUNTING.c.next_at)
    row = await stage.store.read(lambda conn: conn.execute(wanted).one())
    return row.tries, row.problem, row.next_at - stage.clock.wall()


def asked(stage: Stage) -> list[str]:
    return [call.removeprefix("metrics ") for call in stage.platform.calls if call.startswith("metrics")]


def test_one_row_a_day_the_newest_reading_wins(play: Play) -> None:
    async def history(stage: Stage, collecting: Collecting) -> None:
        post = await published(stage, "a", figures=Figures(likes=3))
        assert await collecting.look() == 1
        assert await collecting.look() == 0  # read just now
        stage.platform.figures["a"] = Figures(likes=5)
        await stage.clock.sleep(2 * 3_600)
        await collecting.look()
        [(delivery, first_day, likes, problem)] = await rows(stage)
        assert (delivery, likes, problem) == (post, 5, None)
        await stage.clock.sleep(24 * 3_600)
        stage.platform.figures["a"] = Figures(likes=9)
        await collecting.look()
        assert [(row[1] == first_day, row[2]) for row in await rows(stage)] == [(True, 5), (False, 9)]

    play(history)


def test_too_young_and_too_old_posts_are_not_asked_about(play: Play) -> None:
    async def history(stage: Stage, collecting: Collecting) -> None:
        await published(stage, "young", ago=5 * MINUTE)
        await published(stage, "old", ago=31 * DAY)
        await published(stage, "right", ago=3 * DAY, figures=Figures(likes=1))
        assert await collecting.look() == 1
        assert asked(stage) == ["right"]

    play(history)


def test_an_account_that_publishes_soon_is_left_alone(play: Play) -> None:
    async def history(stage: Stage, collecting: Collecting) -> None:
        await published(stage, "a", figures=Figures(likes=1))
        [coming] = await stage.add(due=stage.clock.wall() + 2 * MINUTE)
        assert await collecting.look() == 0
        await stage.change(DELIVERY, DELIVERY.c.id == coming, state="sending")
        assert await collecting.look() == 0
        await stage.change(DELIVERY, DELIVERY.c.id == coming, state="published")
        assert await collecting.look() == 1

    play(history)


def test_a_post_that_is_gone_is_told_so_once_and_not_asked_about_again(play: Play) -> None:
    async def history(stage: Stage, collecting: Collecting) -> None:
        post = await published(stage, "a", figures=NoFigures("it is gone"))
        await collecting.look()
        assert [(row[0], row[2], row[3]) for row in await rows(stage)] == [(post, None, "it is gone")]
        await stage.clock.sleep(2 * 24 * 3_600)
        assert await collecting.look() == 0

    play(history)


def test_a_limit_ends_the_round_and_is_waited_for(play: Play) -> None:
    async def history(stage: Stage, collecting: Collecting) -> None:
        await published(stage, "a", figures=Limited("too many calls", after=2_400.0))
        await published(stage, "b", ago=2 * HOUR, figures=Figures(likes=1))
        await collecting.look()
        assert asked(stage) == ["a"]
        assert await standing(stage) == (0, "too many calls", 2_400_000_000)
        assert await collecting.look() == 0
        await stage.clock.sleep(2_401)
        stage.platform.figures["a"] = Figures(likes=1)
        await collecting.look()
        assert (await standing(stage))[:2] == (0, None)

    play(history)


def test_who_does_not_answer_is_asked_less_and_less_and_signed_out_never(play: Play) -> None:
    async def history(stage: Stage, collecting: Collecting) -> None:
        for name in "abcde":
            await published(stage, name, figures=Retry("no answer"))
        waits = []
        for _ in range(9):
            assert await collecting.look() == 5
            waits.append((await standing(stage))[2])
            await stage.clock.sleep(waits[-1] / 1_000_000)
        assert waits[:3] == [pace.FIRST_WAIT, 2 * pace.FIRST_WAIT, 4 * pace.FIRST_WAIT]
        assert waits[-1] == pace.LONGEST_WAIT
        assert len(asked(stage)) == 9 * 3
        for name in "abcde":
            stage.platform.figures[name] = TokenDead("expired")
        await stage.clock.sleep(6 * 3_600)
        await collecting.look()
        assert (await stage.account())["state"] == "ok"
        assert await stage.notices() == []
        assert (await standing(stage))[1] == "expired"

    play(history)


def test_a_session_that_ended_while_the_computer_slept_is_renewed_first(play: Play) -> None:
    async def history(stage: Stage, collecting: Collecting) -> None:
        await published(stage, "post", figures=Figures(likes=7))
        now = stage.clock.wall()
        await stage.change(ACCOUNT, ACCOUNT.c.name == "bs", token_exp=now - HOUR)
        stage.platform.refreshes = [ConnectError("no answer"), Credentials(access="new", refresh="r", expires_at=now + DAY)]
        await collecting.look()
        assert (asked(stage), (await standing(stage))[2]) == ([], pace.FIRST_WAIT)
        await stage.clock.sleep(pace.FIRST_WAIT / 1_000_000)
        await collecting.look()
        assert asked(stage) == ["post"]
        assert (await standing(stage))[1] is None

    play(history)


def test_one_post_that_fails_keeps_no_other_from_being_read(play: Play) -> None:
    async def history(stage: Stage, collecting: Collecting) -> None:
        await published(stage, "bad", figures=Retry("odd answer"))
        good = await published(stage, "good", ago=2 * HOUR, figures=Figures(likes=7))
        await collecting.look()
        assert [(row[0], row[2]) for row in await rows(stage)] == [(good, 7)]
        assert (await standing(stage))[1] == "odd answer"

    play(history)


def test_what_was_told_stays_when_the_platform_falls_silent(play: Play) -> None:
    async def history(stage: Stage, collecting: Collecting) -> None:
        await published(stage, "a", ago=90 * MINUTE, figures=Figures(likes=3, reach=100))
        await collecting.look()
        stage.platform.figures["a"] = NoFigures("only for 24 hours")
        await stage.clock.sleep(2 * 3_600)
        await collecting.look()
        [row] = await rows(stage)
        assert row[2:] == (3, "only for 24 hours")

    play(history)


@pytest.mark.parametrize(
    ("age", "wait"),
    [(HOUR, 2 * HOUR), (DAY - 1, 2 * HOUR), (DAY, 8 * HOUR), (8 * DAY, DAY), (30 * DAY - 1, DAY), (30 * DAY, None)],
)
def test_young_posts_are_read_more_often(age: int, wait: int | None) -> None:
    assert pace.pause(age) == wait
