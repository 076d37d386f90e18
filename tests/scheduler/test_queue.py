"""What may be claimed, condition by condition; fairness; and when something will be next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import insert, true

from scheduler.clock import DAY, HOUR, MINUTE, SECOND
from scheduler.store import queue
from scheduler.store.queue import Lease
from scheduler.store.statements import ACCOUNT, APPROVAL, DELIVERY, HOLD, transition
from scheduler.virtual_time import START, VirtualClock, run_virtual
from tests.scheduler.stage import Stage, publication


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Callable[[Stage], Awaitable[None]]], None]:
    def run(history: Callable[[Stage], Awaitable[None]]) -> None:
        async def main(clock: VirtualClock) -> None:
            await history(await Stage.build(clock, tmp_path))

        run_virtual(main)

    return run


async def claim(stage: Stage, now: int = START, *, limit: int = 64, early: bool = False) -> list[Lease]:
    return await stage.store.write(lambda conn: queue.claim(conn, now=now, node="n", limit=limit, early=early))


BLOCKS: dict[str, tuple[object, dict[str, object]]] = {
    "not due": (DELIVERY, {"due": START + 1}),
    "window over": (DELIVERY, {"send_until": START - 1}),
    "backing off": (DELIVERY, {"next_at": START + 1}),
    "account waits": (ACCOUNT, {"next_ok_at": START + 1}),
    "account signed out": (ACCOUNT, {"state": "reauth"}),
    "account paused": (ACCOUNT, {"state": "paused"}),
    "account not connected": (ACCOUNT, {"remote_account_id": None}),
    "approval void": (APPROVAL, {"voided_at": 1}),
    "approval of another content": (APPROVAL, {"digest": "other"}),
    "approval of another time": (APPROVAL, {"window_from": START + 1}),
    "approval ended": (APPROVAL, {"window_to": START - 1}),
    "content changed": (DELIVERY, {"digest": "other"}),
    "a draft": (DELIVERY, {"state": "draft"}),
}


@pytest.mark.parametrize("block", list(BLOCKS))
def test_each_condition_alone_stops_a_claim(play, block: str) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        await stage.add()
        table, values = BLOCKS[block]
        await stage.change(table, true(), **values)
        assert await claim(stage) == []

    play(history)


@pytest.mark.parametrize(("scope", "subject"), [("all", ""), ("client", "kawa"), ("account", "bs"), ("campaign", "c"), ("file", "c")])
def test_each_hold_stops_a_claim_and_a_released_one_does_not(play, scope: str, subject: str) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        [post] = await stage.add(client="kawa")
        await stage.store.write(lambda conn: conn.execute(insert(HOLD).values(scope=scope, subject=subject, by="a", at=1)).rowcount)
        assert await claim(stage) == []
        await stage.change(HOLD, true(), released_at=2)
        assert [lease.id for lease in await claim(stage)] == [post]

    play(history)


def test_waits_from_before_the_clock_was_set_back_are_ignored(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        await stage.change(DELIVERY, true(), next_at=START + HOUR + MINUTE)
        await stage.change(ACCOUNT, true(), next_ok_at=START + DAY + MINUTE)
        assert [lease.id for lease in await claim(stage)] == [post]

    play(history)


def test_a_claim_raises_the_fence_and_fixes_the_time_keys_derive_from(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        [post] = await stage.add()
        [lease] = await claim(stage)
        assert (lease.fence, lease.tries, lease.first_due, lease.state) == (1, 1, START, "claimed")
        assert await claim(stage) == []
        assert (await stage.row(post))["owner"] == "n"

    play(history)


def test_after_a_request_may_have_left_a_move_does_not_change_the_key(play) -> None:  # type: ignore[no-untyped-def]
    from adapters.contract import NotSent
    from tests.scheduler.scripted import nothing, says

    for act, kept in ((nothing, True), (says(NotSent("no")), False)):

        async def history(stage: Stage, act=act, kept: bool = kept) -> None:  # type: ignore[no-untyped-def]
            stage.platform.commits = [act]
            [post] = await stage.add()
            await stage.settle(1)
            await stage.change(DELIVERY, DELIVERY.c.id == post, due=START + MINUTE, next_at=0)
            await stage.settle(200)
            assert await stage.state(post) == "published"
            assert stage.platform.ledger[0].handle.endswith(str(START if kept else START + MINUTE))

        play(history)


def test_a_part_waits_for_the_part_before(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        first, second = await stage.add(publication("1", parts=2), publication("2", part=2, parts=2, kind="part"))
        assert [lease.id for lease in await claim(stage)] == [first]
        await stage.change(DELIVERY, DELIVERY.c.id == first, state="published", remote_id=None)
        assert await claim(stage) == []
        await stage.change(DELIVERY, DELIVERY.c.id == first, remote_id="r")
        assert [lease.id for lease in await claim(stage)] == [second]

    play(history)


def test_no_account_takes_all_places(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        await stage.add_account("quiet")
        busy = [(await stage.add(due=START - HOUR))[0] for _ in range(20)]
        [quiet] = await stage.add(account="quiet")
        first = await claim(stage, limit=2)
        assert {lease.id for lease in first} == {busy[0], quiet}
        second = await claim(stage)
        assert {lease.id for lease in second} <= set(busy)
        assert len(first) + len(second) <= queue.PER_ACCOUNT + 2
        assert await claim(stage) == []

    play(history)


def test_early_claims_are_only_for_what_is_not_due(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        [video] = await stage.add(due=START + 5 * MINUTE, lead=600)
        [now] = await stage.add()
        [later] = await stage.add(due=START + 5 * MINUTE, lead=60)
        assert [lease.id for lease in await claim(stage, early=True)] == [video]
        assert [lease.id for lease in await claim(stage)] == [now]
        assert await stage.state(later) == "queued"

    play(history)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"tries": 0}, START + HOUR),
        ({"prepare_at": START + MINUTE}, START + MINUTE),
        ({"prepare_at": START - MINUTE}, START + HOUR),
        ({"prepare_at": START - MINUTE, "due": START - 5, "next_at": START + 7 * SECOND}, START + 7 * SECOND),
        ({"state": "unknown", "look_at": START + 30 * SECOND}, START + 30 * SECOND),
        ({"state": "processing", "look_at": START - 1}, START),
        ({"state": "published"}, None),
        ({"state": "draft"}, None),
    ],
)
def test_when_something_is_next(play, values: dict[str, object], expected: int | None) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        await stage.add(due=START + HOUR)
        await stage.change(DELIVERY, true(), **values)
        assert await stage.store.read(lambda conn: queue.next_instant(conn, START)) == expected

    play(history)


def test_a_transition_needs_id_fence_and_state(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        [post] = await stage.add()

        async def tried(delivery: int, fence: int, states: tuple[str, ...]) -> bool:
            return await stage.store.write(
                lambda conn: transition(
                    conn, delivery, fence=fence, from_states=states, to="cancelled", actor="person:a", why="w", at=START, bump_fence=True
                )
            )

        before = await stage.path(post)
        assert not await tried(post, 7, ("queued",))
        assert not await tried(post, 0, ("draft", "claimed"))
        assert not await tried(999, 0, ("queued",))
        assert await stage.path(post) == before
        assert await tried(post, 0, ("draft", "queued"))
        assert not await tried(post, 0, ("cancelled",))
        assert (await stage.row(post))["fence"] == 1

    play(history)


def test_the_database_itself_lets_one_delivery_of_an_account_be_sent(play) -> None:  # type: ignore[no-untyped-def]
    from sqlalchemy.exc import IntegrityError

    async def history(stage: Stage) -> None:
        await stage.add()
        await stage.add()
        with pytest.raises(IntegrityError):
            await stage.change(DELIVERY, true(), state="sending")

    play(history)


def test_only_a_person_can_be_an_approver(play) -> None:  # type: ignore[no-untyped-def]
    from sqlalchemy.exc import IntegrityError

    async def history(stage: Stage) -> None:
        await stage.add()
        with pytest.raises(IntegrityError):
            await stage.change(APPROVAL, true(), actor_kind="model")

    play(history)
