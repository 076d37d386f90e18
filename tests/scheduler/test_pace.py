"""Limits of an account: never more than allowed in any window, nothing sooner than allowed, nothing lost without a true reason."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from adapters.contract import CommitClass, NotSent
from config.pace import Pace, Quiet, crowd, read
from scheduler.clock import DAY, HOUR, MINUTE, SECOND
from scheduler.store.statements import ACCOUNT, DELIVERY
from scheduler.virtual_time import START, VirtualClock, run_virtual
from tests.scheduler.scripted import Act, Platform, lost, nothing, says, works
from tests.scheduler.stage import Stage, publication

Play = Callable[..., None]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    def run(history: Callable[[Stage], Awaitable[None]], platform: Platform | None = None) -> None:
        async def main(clock: VirtualClock) -> None:
            await history(await Stage.build(clock, tmp_path, platform))

        run_virtual(main)

    return run


async def limit(stage: Stage, pace: Pace, account: str = "bs") -> None:
    await stage.change(ACCOUNT, ACCOUNT.c.name == account, pace=pace.text())


def went(stage: Stage) -> list[int]:
    """When each entry of the ledger became public, in microseconds from the start."""
    return [round(entry.at * SECOND) for entry in stage.platform.ledger]


# ── exactly, whatever comes ──────────────────────────────────────────────────

SHORT = (Phase.explicit, Phase.generate)
"""A failing history is printed whole: making it smaller takes minutes."""
PACES = st.builds(
    Pace,
    per_hour=st.none() | st.integers(1, 3),
    per_day=st.none() | st.integers(1, 5),
    apart=st.sampled_from([0, 0, 5 * MINUTE, 40 * MINUTE, 90 * MINUTE]),
    quiet=st.sampled_from([(), (Quiet(22 * 60, 7 * 60),), (Quiet(12 * 60, 13 * 60), Quiet(13 * 60, 14 * 60))]),
    tz=st.sampled_from(["UTC", "Europe/Warsaw", "America/New_York"]),
)
DUES = st.lists(st.integers(0, 30 * 60), min_size=1, max_size=9)
"""Minutes from the start."""
ACTS = st.lists(st.sampled_from(["ok", "ok", "ok", "lost", "not sent"]), max_size=9)
LATES = st.sampled_from([10 * MINUTE, 2 * HOUR, 20 * HOUR])


@settings(max_examples=20, deadline=None, derandomize=True, phases=SHORT, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pace=PACES, dues=DUES, acts=ACTS, late=LATES)
def test_never_more_than_allowed_in_any_window(tmp_path: Path, pace: Pace, dues: list[int], acts: list[str], late: int) -> None:
    platform = Platform(commits=[{"ok": works, "lost": lost, "not sent": says(NotSent("no line"))}[act] for act in acts])

    async def main(clock: VirtualClock) -> None:
        stage = await Stage.build(clock, tmp_path, platform)
        await limit(stage, pace)
        posts = [(await stage.add(due=START + due * MINUTE, late=late))[0] for due in sorted(dues)]
        await stage.settle(60 * 3_600, longest=900)
        times = went(stage)
        for n, at in enumerate(times):
            before = times[:n]
            assert not pace.per_hour or crowd(before, at, HOUR) <= pace.per_hour
            assert not pace.per_day or crowd(before, at, DAY) <= pace.per_day
            assert not before or at - before[-1] >= pace.apart - SECOND
            assert pace.quiet_at(START + at) is None
        assert len({entry.handle for entry in platform.ledger}) == len(times)
        for post in posts:
            await settled(stage, post, pace)

    run_virtual(main)


async def settled(stage: Stage, post: int, pace: Pace) -> None:
    """Public, or missed with a reason that is true."""
    row = await stage.row(post)
    if row["state"] == "published":
        return
    assert row["state"] == "missed"
    assert pace.limits, "nothing else kept it"
    assert "account's limits" in row["reason"]


# ── one by one ───────────────────────────────────────────────────────────────


def test_what_exceeds_waits_in_its_order_and_says_when_it_goes(play: Play) -> None:
    async def history(stage: Stage) -> None:
        await limit(stage, Pace(per_hour=2))
        posts = [(await stage.add(due=START + n, late=6 * HOUR))[0] for n in range(5)]
        await stage.settle(60)
        assert [await stage.state(post) for post in posts] == ["published"] * 2 + ["queued"] * 3
        reasons = [(await stage.row(post))["reason"] for post in posts[2:]]
        assert reasons[0].startswith("2 of 2 posts an hour are out; this one goes out Tue 1 Dec 11:00 UTC")
        assert reasons[2].endswith("this one goes out Tue 1 Dec 12:00 UTC")
        await stage.settle(3 * 3_600)
        assert [entry.text for entry in stage.platform.ledger] == [f"Post {n}" for n in range(1, 6)]
        assert [at // HOUR for at in went(stage)] == [0, 0, 1, 1, 2]
        assert len(await stage.path(posts[4])) <= 8  # it is not claimed again and again while it waits

    play(history)


def test_a_thread_counts_as_one_and_is_not_torn(play: Play) -> None:
    async def history(stage: Stage) -> None:
        await limit(stage, Pace(per_hour=1, apart=30 * MINUTE))
        acts = [publication(f"part {n}", part=n, parts=3) for n in (1, 2, 3)]
        thread = await stage.add(*acts, publication("comment", kind="comment"))
        [other] = await stage.add(due=START + 5, late=3 * HOUR)
        await stage.settle(60)
        assert [await stage.state(part) for part in thread] == ["published"] * 4
        assert await stage.state(other) == "queued"
        await stage.settle(3_600)
        assert await stage.state(other) == "published"

    play(history)


def test_other_accounts_go_on(play: Play) -> None:
    async def history(stage: Stage) -> None:
        await stage.add_account("ms")
        await limit(stage, Pace(per_day=1))
        posts = [(await stage.add(account=name, due=START))[0] for name in ("bs", "bs", "ms", "ms")]
        await stage.settle(30)
        assert [await stage.state(post) for post in posts] == ["published", "queued", "published", "published"]

    play(history)


def test_quiet_hours_end_and_then_it_goes(play: Play) -> None:
    async def history(stage: Stage) -> None:
        await limit(stage, Pace(quiet=(Quiet(9 * 60, 12 * 60),), tz="UTC"))
        [waits] = await stage.add(due=START + MINUTE, late=3 * HOUR)
        [misses] = await stage.add(due=START + MINUTE, late=HOUR)
        await stage.settle(120)
        row = await stage.row(waits)
        assert row["reason"] == "quiet hours, 09:00-12:00; this one goes out Tue 1 Dec 12:00 UTC"
        await stage.settle(2 * 3_600 + 60)
        assert [await stage.state(waits), await stage.state(misses)] == ["published", "missed"]
        row = await stage.row(misses)
        assert row["reason"] == "its window ended before the account's limits left room for it (quiet hours, 09:00-12:00)"
        assert ("missed", row["reason"]) in await stage.notices()
        assert went(stage)[0] >= 2 * HOUR

    play(history)


@pytest.mark.parametrize(("act", "soon"), [(lost, "queued"), (nothing, "queued"), (says(NotSent("no line")), "published")])
def test_what_may_be_public_counts_and_what_surely_is_not_does_not(play: Play, act: Act, soon: str) -> None:
    async def history(stage: Stage) -> None:
        await limit(stage, Pace(per_hour=1))
        posts = [(await stage.add(due=START + n * SECOND, late=4 * HOUR))[0] for n in range(2)]
        await stage.settle(20)
        assert await stage.state(posts[1]) == soon
        await stage.settle(3_700)
        assert [await stage.state(post) for post in posts] == ["published", "published"]

    play(history, Platform(cls=CommitClass.HANDLE, commits=[act]))


def test_new_limits_count_at_once_also_for_what_is_ready(play: Play) -> None:
    """It was prepared under the old limits; the last guard reads the new ones."""

    async def history(stage: Stage) -> None:
        [first] = await stage.add(due=START)
        [ready] = await stage.add(due=START + 20 * SECOND, lead=15)
        await stage.settle(10)
        assert [await stage.state(first), await stage.state(ready)] == ["published", "claimed"]
        await limit(stage, Pace(apart=10 * MINUTE))
        await stage.settle(60)
        assert await stage.state(ready) == "queued"
        await stage.settle(700)
        assert went(stage)[1] - went(stage)[0] >= 10 * MINUTE

    play(history)


def test_a_clock_set_back_holds_nobody_for_long(play: Play) -> None:
    """What was noted in a false future must not keep the account from publishing until then."""

    async def history(stage: Stage) -> None:
        await limit(stage, Pace(per_hour=1))
        stage.clock.set_wall(40 * 86_400)
        [first] = await stage.add(due=START + 40 * DAY)
        await stage.settle(10)
        assert await stage.state(first) == "published"
        stage.clock.set_wall(-40 * 86_400)
        [second] = await stage.add(due=START + MINUTE)
        await stage.settle(120)
        assert await stage.state(second) == "published"

    play(history)


def test_the_window_moves_over_midnight() -> None:
    pace = Pace(per_day=2)
    sent = [START, START + 2 * HOUR]
    assert pace.free(sent, START + 3 * HOUR) == START + DAY
    assert pace.free(sent[:1], START + 3 * HOUR) == START + 3 * HOUR
    assert pace.why(sent, START + 3 * HOUR) == "2 of 2 posts a day are out"


@pytest.mark.parametrize(
    ("zone", "at", "end"),
    [
        ("Europe/Warsaw", "2026-03-28T23:30", "2026-03-29T07:00"),  # an hour is missing that night
        ("Europe/Warsaw", "2026-10-25T01:30", "2026-10-25T07:00"),  # an hour comes twice
        ("America/New_York", "2026-11-01T05:00", "2026-11-01T07:00"),
    ],
)
def test_quiet_hours_where_clocks_change(zone: str, at: str, end: str) -> None:
    from config.times import parse_at

    pace = Pace(quiet=(Quiet(22 * 60, 7 * 60),), tz=zone)
    assert pace.opens(parse_at(at, zone).fixed.instant) == parse_at(end, zone).fixed.instant


def test_quiet_hours_that_end_in_an_hour_that_comes_twice() -> None:
    from config.times import parse_at

    pace = Pace(quiet=(Quiet(60, 2 * 60 + 30),), tz="Europe/Warsaw")  # 02:30 comes twice on 25 October 2026
    for at in ("2026-10-25T01:10", "2026-10-25T02:10"):
        opened = pace.opens(parse_at(at, "Europe/Warsaw").fixed.instant)
        assert pace.quiet_at(opened) is None
        assert opened <= parse_at("2026-10-25T03:30", "Europe/Warsaw").fixed.instant


@given(pace=PACES, sent=st.lists(st.integers(0, 40 * 60), max_size=12), at=st.integers(0, 40 * 60))
@settings(max_examples=150, deadline=None, derandomize=True, phases=SHORT)
def test_free_is_the_first_instant_that_keeps_every_limit(pace: Pace, sent: Sequence[int], at: int) -> None:
    """Against the plainest way there is: minute after minute."""
    line = sorted(START + minute * MINUTE for minute in sent if minute <= at)
    now = START + at * MINUTE
    found = pace.free(line, now)
    plain = next(now + n * MINUTE for n in range(9 * 24 * 60) if not pace.why(line, now + n * MINUTE))
    assert found == plain
    assert read(pace.text()) == (pace if pace.limits else Pace())


async def test_stored_waits_are_looked_at_anew_when_limits_change(tmp_path: Path) -> None:
    from sqlalchemy import select

    from scheduler.accounts.rows import sync_accounts
    from tests.desk.house import house

    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        await h.apply()
        key = "autumn/teaser@bs-kawa"
        await h.approve(key)
        await h.put(key, "queued", reason_code="pace", reason="quiet", next_at=h.clock.now + DAY)
        h.workspace("bs-kawa: { platform: bluesky,", "bs-kawa: { pace: { apart: 20m }, platform: bluesky,")
        await h.desk.change(lambda conn: sync_accounts(conn, h.desk.workspace) and None)
        row = await h.desk.store.read(lambda conn: conn.execute(select(DELIVERY).where(DELIVERY.c.key == key)).mappings().one())
        assert (row["next_at"], row["reason_code"]) == (0, None)
        kept = await h.desk.store.read(lambda conn: conn.execute(select(ACCOUNT.c.pace).where(ACCOUNT.c.name == "bs-kawa")).scalar_one())
        assert read(kept) == Pace(apart=20 * MINUTE, tz="Europe/Warsaw")
