"""Each condition of the step into `sending`: it lets through what may go, and nothing on the other side of its border."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, and_, insert, select, true

from config import pace
from scheduler import lifecycle
from scheduler.clock import DAY, HOUR, SECOND
from scheduler.store import guards
from scheduler.store.statements import ACCOUNT, APPROVAL, CONTENT, DELIVERY, HOLD, STEP
from scheduler.virtual_time import START, VirtualClock, run_virtual
from tests.scheduler.stage import Stage, publication

History = Callable[[Stage], Awaitable[None]]
NOW = START
TWIN = 30 * DAY


@pytest.fixture
def play(tmp_path: Path) -> Callable[[History], None]:
    def run(history: History) -> None:
        async def main(clock: VirtualClock) -> None:
            await history(await Stage.build(clock, tmp_path))

        run_virtual(main)

    return run


async def holds(stage: Stage, condition: ColumnElement[bool], delivery: int, now: int = NOW, **known: object) -> bool:
    """Whether a guard lets this delivery through."""
    values = {"b_now": now, "b_digest": "", "b_remote": "did:plc:1"} | known
    return await stage.store.read(
        lambda conn: conn.execute(select(DELIVERY.c.id).where(DELIVERY.c.id == delivery, condition), values).first() is not None
    )


def test_a_hold_brakes_its_own_and_nobody_else(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        await stage.add_account("other")
        [mine] = await stage.add(client="kawa")
        [others] = await stage.add(account="other", client="tea")
        for scope, subject, brakes in [
            ("all", "", (mine, others)),
            ("client", "kawa", (mine,)),
            ("client", "bs", ()),
            ("account", "bs", (mine,)),
            ("account", "kawa", ()),
            ("campaign", "c", (mine, others)),
            ("campaign", "", ()),
            ("campaign", "c/", ()),
            ("campaign", "bs", ()),
            ("file", "c", (mine, others)),
            ("file", "bs", ()),
            ("place", "c", ()),
        ]:
            await stage.hold(scope, subject)
            for delivery in (mine, others):
                assert await holds(stage, guards.not_held(), delivery) == (delivery not in brakes), (scope, subject, delivery)
            await stage.change(HOLD, HOLD.c.released_at.is_(None), released_at=1)

    play(history)


ACCOUNTS = [
    ({"next_ok_at": 0}, True),
    ({"state": "reauth"}, False),
    ({"state": "paused"}, False),
    ({"remote_account_id": None}, False),
    ({"next_ok_at": NOW}, True),
    ({"next_ok_at": NOW + 1}, False),
    ({"next_ok_at": NOW + lifecycle.LIMITED_MOST}, False),
    ({"next_ok_at": NOW + lifecycle.LIMITED_MOST + 1}, True),
]


@pytest.mark.parametrize(("values", "ready"), ACCOUNTS)
def test_an_account_is_ready(play, values: dict[str, object], ready: bool) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        await stage.add_account("other")
        [mine] = await stage.add()
        [others] = await stage.add(account="other")
        await stage.change(ACCOUNT, ACCOUNT.c.name == "bs", **values)
        assert await holds(stage, guards.account_ready(), mine) == ready
        assert await holds(stage, guards.account_ready(), others)

    play(history)


APPROVALS = [
    ({"voided_at": None}, True),
    ({"voided_at": 1}, False),
    ({"digest": "e" * 64}, False),
    ({"window_from": NOW}, True),
    ({"window_from": NOW + 1}, False),
    ({"window_to": NOW}, True),
    ({"window_to": NOW - 1}, False),
]


@pytest.mark.parametrize(("values", "good"), APPROVALS)
def test_an_approval_that_holds(play, values: dict[str, object], good: bool) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        [mine] = await stage.add()
        [others] = await stage.add()
        [never] = await stage.add(approve=False)
        await stage.change(APPROVAL, APPROVAL.c.delivery_id == mine, **values)
        assert await holds(stage, guards.approved(), mine) == good
        assert await holds(stage, guards.approved(), others)
        assert not await holds(stage, guards.approved(), never)
        await stage.change(DELIVERY, DELIVERY.c.id == never, digest=(await stage.row(others))["digest"])
        assert not await holds(stage, guards.approved(), never), "a yes to the same words of another post is none to this one"

    play(history)


def test_what_hangs_on_something_waits_until_that_is_public(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        first, second = await stage.add(publication(parts=2), publication("two", part=2, parts=2, kind="part"))
        [other] = await stage.add()
        await stage.change(DELIVERY, DELIVERY.c.id == other, state="published", remote_id="r9")
        assert await holds(stage, guards.parent_public(), first)
        assert not await holds(stage, guards.parent_public(), second)
        await stage.change(DELIVERY, DELIVERY.c.id == first, state="published")
        assert not await holds(stage, guards.parent_public(), second)
        await stage.change(DELIVERY, DELIVERY.c.id == first, remote_id="r1")
        assert await holds(stage, guards.parent_public(), second)
        await stage.change(DELIVERY, DELIVERY.c.id == first, state="unknown")
        assert not await holds(stage, guards.parent_public(), second)

    play(history)


@pytest.mark.parametrize(
    ("values", "inside"),
    [
        ({"due": NOW}, True),
        ({"due": NOW + 1}, False),
        ({"send_until": NOW}, True),
        ({"send_until": NOW - 1}, False),
        ({"due": NOW - DAY}, True),
        ({"due": NOW + 1, "send_until": NOW - 1}, False),
    ],
)
def test_its_window(play, values: dict[str, object], inside: bool) -> None:  # type: ignore[no-untyped-def]
    window = [guard.condition for guard in guards.send_guards() if guard.code in ("late", "early")]

    async def history(stage: Stage) -> None:
        [mine] = await stage.add()
        await stage.change(DELIVERY, true(), **values)
        assert await holds(stage, and_(*window), mine) == inside

    play(history)


def test_one_of_an_account_is_sent_at_a_time(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        await stage.add_account("other")
        [mine], [second] = await stage.add(), await stage.add()
        [others] = await stage.add(account="other")
        await stage.change(DELIVERY, DELIVERY.c.id == others, state="sending")
        assert await holds(stage, guards.alone_on_account(), mine)
        await stage.change(DELIVERY, DELIVERY.c.id == second, state="sending")
        assert not await holds(stage, guards.alone_on_account(), mine)
        assert await holds(stage, guards.alone_on_account(), second)

    play(history)


# ── twins ────────────────────────────────────────────────────────────────────


async def _twins(stage: Stage) -> tuple[int, int]:
    """Two posts that say the same, on one account."""
    [first], [second] = await stage.add(publication("same")), await stage.add(publication("same"))
    return first, second


async def _attempt(stage: Stage, delivery: int, **more: object) -> None:
    row = {"delivery_id": delivery, "seq": 1, "try": 1, "name": "commit", "kind": "commit", "phase": "unknown", "fence": 1,
           "at_intent": NOW - HOUR, "boot_intent": 0, "boot_id": "b", "detail": "{}"} | more  # fmt: skip
    await stage.store.write(lambda conn: conn.execute(insert(STEP).values(row)).rowcount)


ATTEMPTS = [
    ({}, False),
    ({"phase": "intent"}, False),
    ({"phase": "done"}, False),
    ({"phase": "not_sent"}, True),
    ({"phase": "absent"}, True),
    ({"kind": "safe", "name": "upload"}, True),
    ({"at_intent": NOW - TWIN}, False),
    ({"at_intent": NOW - TWIN - 1}, True),
]


@pytest.mark.parametrize(("attempt", "free"), ATTEMPTS)
def test_a_twin_that_was_tried(play, attempt: dict[str, object], free: bool) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        first, second = await _twins(stage)
        [third] = await stage.add(publication("something else"))
        assert await holds(stage, guards.no_twin(), second)
        await _attempt(stage, first, **attempt)
        assert await holds(stage, guards.no_twin(), second) == free
        assert await holds(stage, guards.no_twin(), first)
        assert await holds(stage, guards.no_twin(), third)

    play(history)


@pytest.mark.parametrize(
    ("values", "free"),
    [
        ({"state": "published", "published_at": NOW - TWIN}, False),
        ({"state": "published", "published_at": NOW - TWIN - 1}, True),
        ({"state": "draft", "published_at": NOW}, True),
        ({"state": "published"}, True),
    ],
)
def test_a_twin_that_is_public(play, values: dict[str, object], free: bool) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        first, second = await _twins(stage)
        await stage.change(DELIVERY, DELIVERY.c.id == first, remote_id="r1", **values)
        assert await holds(stage, guards.no_twin(), second) == free

    play(history)


def test_a_twin_that_is_wanted_or_elsewhere_or_no_post_is_none(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        await stage.add_account("other")
        first, second = await _twins(stage)
        await _attempt(stage, first)
        assert not await holds(stage, guards.no_twin(), second)
        await stage.change(DELIVERY, DELIVERY.c.id == second, repeat_ok=True)
        assert await holds(stage, guards.no_twin(), second)
        await stage.change(DELIVERY, DELIVERY.c.id == second, repeat_ok=False, parent_id=first)
        assert await holds(stage, guards.no_twin(), second)
        await stage.change(DELIVERY, DELIVERY.c.id == second, parent_id=None)
        [away] = await stage.add(publication("away"), account="other")
        same = await stage.store.read(lambda conn: conn.execute(select(CONTENT.c.twin).limit(1)).scalar_one())
        await stage.change(CONTENT, true(), twin=same)
        assert await holds(stage, guards.no_twin(), away)
        await stage.change(DELIVERY, DELIVERY.c.id == first, parent_id=away)
        assert await holds(stage, guards.no_twin(), second)

    play(history)


# ── waits and the account itself ─────────────────────────────────────────────


@pytest.mark.parametrize(
    ("values", "over"),
    [
        ({"next_at": NOW}, True),
        ({"next_at": NOW + 1}, False),
        ({"next_at": NOW + lifecycle.IGNORED_AHEAD}, False),
        ({"next_at": NOW + lifecycle.IGNORED_AHEAD + 1}, True),
        ({"next_at": NOW + lifecycle.IGNORED_AHEAD + 1, "reason_code": "busy"}, True),
        ({"next_at": NOW + lifecycle.IGNORED_AHEAD + 1, "reason_code": lifecycle.PACE}, False),
        ({"next_at": NOW + lifecycle.PACE_AHEAD, "reason_code": lifecycle.PACE}, False),
        ({"next_at": NOW + lifecycle.PACE_AHEAD + 1, "reason_code": lifecycle.PACE}, True),
    ],
)
def test_its_own_wait(play, values: dict[str, object], over: bool) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        [mine] = await stage.add()
        await stage.change(DELIVERY, true(), **values)
        assert await holds(stage, guards.backed_off(), mine) == over

    play(history)


def _guard(code: str) -> ColumnElement[bool]:
    return next(guard.condition for guard in guards.send_guards() if guard.code == code)


def test_the_digest_and_whose_account_it_is(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        await stage.add_account("other")
        [mine] = await stage.add()
        digest = (await stage.row(mine))["digest"]
        assert await holds(stage, _guard("digest"), mine, b_digest=digest)
        assert not await holds(stage, _guard("digest"), mine, b_digest="e" * 64)
        assert not await holds(stage, _guard("digest"), mine, b_digest=digest, b_remote="did:plc:2")

    play(history)


def test_every_guard_stands_at_the_step_into_sending_and_says_why(play) -> None:  # type: ignore[no-untyped-def]
    told = {guard.code: guard.words for guard in guards.send_guards()}
    assert list(told) == ["approval", "digest", "late", "early", "hold", "account", "parent", "twin", "busy", lifecycle.PACE]
    assert len(set(told.values())) == len(told)

    async def history(stage: Stage) -> None:
        [mine] = await stage.add()
        for code, now, good in [("late", NOW + lifecycle.LATE, True), ("late", NOW + lifecycle.LATE + 1, False),
                                ("early", NOW, True), ("early", NOW - 1, False)]:  # fmt: skip
            assert await holds(stage, _guard(code), mine, now) == good
        assert await holds(stage, _guard(lifecycle.PACE), mine), "who says nothing about limits means an account without"

    play(history)


# ── pace ─────────────────────────────────────────────────────────────────────


async def _paced(stage: Stage, limits: pace.Pace, delivery: int, now: int = NOW) -> bool:
    await stage.change(ACCOUNT, ACCOUNT.c.name == "bs", pace=limits.text())
    return await holds(stage, guards.in_pace(limited=True), delivery, now, **guards.pace_values(limits, now))


def test_limits_an_hour_and_a_day_count_what_went_out_or_may_have(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        await stage.add_account("other")
        [sent], [mine] = await stage.add(), await stage.add()
        first, second = await stage.add(publication("t1", parts=2), publication("t2", part=2, parts=2, kind="part"))
        [others] = await stage.add(account="other")
        await _attempt(stage, sent, phase="done", at_intent=NOW - 10 * SECOND)
        await _attempt(stage, second, phase="done", at_intent=NOW - 10 * SECOND)
        await _attempt(stage, others, phase="done", at_intent=NOW - 10 * SECOND)
        assert await _paced(stage, pace.Pace(per_hour=2), mine)
        assert not await _paced(stage, pace.Pace(per_hour=1), mine)
        assert await _paced(stage, pace.Pace(per_day=2), mine)
        assert not await _paced(stage, pace.Pace(per_day=1), mine)
        assert await _paced(stage, pace.Pace(per_hour=1), second), "parts belong to their post"
        assert not await _paced(stage, pace.Pace(per_hour=1), first)

    play(history)


TRIES = [
    ({"at_intent": NOW - HOUR}, True),
    ({"at_intent": NOW - HOUR + 1}, False),
    ({"at_intent": NOW + HOUR}, False),
    ({"at_intent": NOW + HOUR + 1}, True),
    ({"phase": "unknown"}, False),
    ({"phase": "intent"}, False),
    ({"phase": "not_sent"}, True),
    ({"phase": "absent"}, True),
    ({"phase": "refused"}, True),
    ({"kind": "safe"}, True),
]


@pytest.mark.parametrize(("attempt", "room"), TRIES)
def test_what_counts_as_gone_out_in_the_last_hour(play, attempt: dict[str, object], room: bool) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        [sent], [mine] = await stage.add(due=NOW - HOUR), await stage.add()
        await _attempt(stage, sent, **({"phase": "done", "at_intent": NOW - SECOND} | attempt))
        assert await _paced(stage, pace.Pace(per_hour=1), mine) == room

    play(history)


@pytest.mark.parametrize(
    ("values", "room"),
    [({"due": NOW}, False), ({"due": NOW + 1}, True), ({"send_until": NOW - HOUR}, False), ({"send_until": NOW - HOUR - 1}, True)],
)
def test_what_could_not_go_out_in_the_last_hour_does_not_count(play, values: dict[str, object], room: bool) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        [sent], [mine] = await stage.add(due=NOW - HOUR), await stage.add()
        await _attempt(stage, sent, phase="done", at_intent=NOW - SECOND)
        await stage.change(DELIVERY, DELIVERY.c.id == sent, **values)
        assert await _paced(stage, pace.Pace(per_hour=1), mine) == room

    play(history)


def test_limits_that_changed_since_they_were_read_let_nothing_through(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        [mine] = await stage.add()
        assert await holds(stage, guards.in_pace(limited=False), mine)
        read = guards.pace_values(pace.Pace(per_hour=5), NOW)
        assert not await holds(stage, guards.in_pace(limited=True), mine, NOW, **read)
        await stage.change(ACCOUNT, true(), pace=pace.Pace(per_hour=5).text())
        assert await holds(stage, guards.in_pace(limited=True), mine, NOW, **read)
        assert not await holds(stage, guards.in_pace(limited=False), mine)
        await stage.add_account("other")
        assert not await holds(stage, guards.in_pace(limited=False), mine), "another account without limits says nothing about this one"
        _, part = await stage.add(publication("t1", parts=2), publication("t2", part=2, parts=2, kind="part"))
        assert await holds(stage, guards.in_pace(limited=False), part), "parts belong to their post"

    play(history)


def test_the_time_between_two_posts_and_quiet_hours(play) -> None:  # type: ignore[no-untyped-def]
    async def history(stage: Stage) -> None:
        [sent], [mine] = await stage.add(due=NOW - HOUR), await stage.add()
        await _attempt(stage, sent, phase="done", at_intent=NOW - 600 * SECOND)
        assert await _paced(stage, pace.Pace(apart=600 * SECOND), mine)
        assert not await _paced(stage, pace.Pace(apart=600 * SECOND + 1), mine)
        assert await _paced(stage, pace.Pace(quiet=(pace.parse_quiet("22:00-07:00"),)), mine)
        assert not await _paced(stage, pace.Pace(quiet=(pace.parse_quiet("09:00-11:00"),)), mine)

    play(history)
