"""What a rehearsal tells of a plan: every outcome, in calm and in bad weather, and that it changes nothing."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import text, update

from config.pace import Pace
from scheduler.clock import DAY, HOUR, MINUTE
from scheduler.desk.desk import Desk
from scheduler.errors import BusyError, NotFoundError, SettingsError, UsageError
from scheduler.rehearsal import rehearse as rehearsal_module
from scheduler.rehearsal.result import Outcome, Rehearsal, RehearsedPost
from scheduler.rehearsal.weather import Incident, Kind, Level, Weather, forecast
from scheduler.store.statements import ACCOUNT, APPROVAL
from tests.desk.house import House, StillClock, house, instant
from tests.rehearsal.plans import ACCOUNTS, Planned, plan, year

NOON = "2026-11-23T12:00"


@asynccontextmanager
async def planned(root: Path, *posts: Planned, connected: tuple[str, ...] = ACCOUNTS) -> AsyncIterator[House]:
    """A workspace with this plan."""
    async with house(root, None) as h:
        await h.connected(*connected)
        await plan(h, posts)
        yield h


def post(slug: str = "one", account: str = "bs-kawa", at: str = NOON, **more: object) -> Planned:
    return replace(Planned(slug, account, instant(at)), **more)  # type: ignore[arg-type]


def by_key(found: Rehearsal) -> dict[str, RehearsedPost]:
    return {post.key: post for post in found.posts}


def weather(monkeypatch: pytest.MonkeyPatch, *incidents: Incident) -> None:
    """Exactly this goes wrong."""
    real = forecast

    def made(seed: int, level: Level, *args: object) -> Weather:
        calm = real(seed, Level.CALM, *args)  # type: ignore[arg-type]
        return Weather(seed, calm.odds, tuple(sorted(incidents, key=lambda incident: incident.start)))

    monkeypatch.setattr(rehearsal_module, "forecast", made)


def incident(kind: Kind, start: str, end: str, whom: str = "", **more: object) -> Incident:
    return Incident(kind, instant(start), instant(end), whom, f"{kind.value} {whom}".strip(), **more)  # type: ignore[arg-type]


async def test_in_calm_weather_all_that_is_approved_goes_out_in_time(tmp_path: Path) -> None:
    posts = [post("one"), post("two", "ms-kawa", parts=3), post("three", "ig-kawa", comment="More in the shop")]
    async with planned(tmp_path, *posts) as h:
        found = await h.desk.rehearse("+2d", level=Level.CALM)
    assert [p.outcome for p in found.posts] == [Outcome.GOES_OUT] * 6
    assert not found.needs_person
    assert {p.kind for p in found.posts} == {"post", "part", "comment"}
    assert all(p.out_at is not None and 0 <= p.out_at - p.due < MINUTE and not p.late_by for p in found.posts)


async def test_the_same_seed_tells_the_same_and_another_seed_another(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        await h.connected(*ACCOUNTS)
        await plan(h, [replace(p, due=h.clock.now + HOUR + n * 3 * HOUR) for n, p in enumerate(year(h.clock.now, 40))])
        told = [replace(await h.desk.rehearse("+6d", seed=seed, level=Level.MANY), seconds=0.0) for seed in (5, 5, 6)]
    assert told[0] == told[1]
    assert told[0].posts != told[2].posts
    assert told[0].incidents != told[2].incidents


def test_a_minute_later_the_weather_of_a_seed_is_still_the_same() -> None:
    now = instant("2026-11-22T10:00")
    first, later = (
        forecast(4, Level.MANY, at, now + 30 * DAY, "Europe/Warsaw", [("ig", "instagram"), ("bs", "bluesky")]) for at in (now, now + MINUTE)
    )
    assert first.incidents == later.incidents
    assert {i.kind for i in first.incidents} == set(Kind)


def test_a_computer_is_asleep_or_off_never_both_and_works_at_the_beginning() -> None:
    now = instant("2026-11-22T02:00")
    for seed in range(20):
        away = forecast(seed, Level.MANY, now, now + 60 * DAY, "Europe/Warsaw", []).computer()
        assert away
        assert away[0].start > now
        assert all(one.end < other.start for one, other in pairwise(away))


# ── who is needed ────────────────────────────────────────────────────────────


async def test_what_is_not_approved_waits_unless_it_is_rehearsed_as_if(tmp_path: Path) -> None:
    async with planned(tmp_path, post("yes"), post("no", approved=False)) as h:
        plain = by_key(await h.desk.rehearse("+2d", level=Level.CALM))
        left_out = await h.desk.rehearse("+2d", level=Level.CALM, approvals="only_approved")
        as_if = await h.desk.rehearse("+2d", level=Level.CALM, approvals="as_if_approved")
        approvals = await h.desk.store.read(lambda conn: conn.execute(APPROVAL.select()).all())
    no = plain["autumn/no@bs-kawa"]
    assert (no.outcome, no.out_at, no.way_out) == (Outcome.WAITS, None, "daypart approve autumn/no@bs-kawa")
    assert [p.key for p in left_out.posts] == ["autumn/yes@bs-kawa"]
    assert {p.outcome for p in as_if.posts} == {Outcome.GOES_OUT}
    assert len(approvals) == 1


async def test_as_if_approved_names_what_a_platform_would_never_take(tmp_path: Path) -> None:
    async with planned(tmp_path, post("long", approved=False, text="word " * 100)) as h:
        found = await h.desk.rehearse("+2d", level=Level.CALM, approvals="as_if_approved")
    [told] = found.posts
    assert told.outcome is Outcome.WAITS
    assert "300" in told.why


async def test_an_account_that_is_not_signed_in_sends_nothing(tmp_path: Path) -> None:
    async with planned(tmp_path, post("one"), post("two", "ms-kawa")) as h:
        await h.desk.change(lambda conn: conn.execute(update(ACCOUNT).where(ACCOUNT.c.name == "bs-kawa").values(state="reauth")))
        await h.desk.change(lambda conn: conn.execute(update(ACCOUNT).where(ACCOUNT.c.name == "ms-kawa").values(remote_account_id=None)))
        found = await h.desk.rehearse("+2d", level=Level.CALM)
    told = by_key(found)
    assert {p.outcome for p in told.values()} == {Outcome.MISSED}
    assert told["autumn/one@bs-kawa"].why == "bs-kawa has to be connected again"
    assert told["autumn/two@ms-kawa"].why == "ms-kawa is not connected"
    assert {p.way_out for p in told.values()} == {"daypart account connect bs-kawa", "daypart account connect ms-kawa"}
    assert [(a.account, a.needs_person) for a in found.accounts] == [("bs-kawa", True), ("ms-kawa", True)]


async def test_a_hold_is_not_released_by_a_rehearsal(tmp_path: Path) -> None:
    async with planned(tmp_path, post("one"), post("two", "ms-kawa")) as h:
        await h.desk.hold(account="bs-kawa", reason="storm")
        found = await h.desk.rehearse("+2d", level=Level.CALM)
    told = by_key(found)
    assert (told["autumn/one@bs-kawa"].outcome, told["autumn/one@bs-kawa"].why) == (Outcome.MISSED, "it is on hold")
    assert told["autumn/one@bs-kawa"].way_out == "daypart release --account bs-kawa"
    assert told["autumn/two@ms-kawa"].outcome is Outcome.GOES_OUT
    assert [hold.reason for hold in found.holds] == ["storm"]


async def test_what_is_on_its_way_or_asked_now_is_told_and_not_played(tmp_path: Path) -> None:
    async with planned(tmp_path, post("asked"), post("sending"), post("next")) as h:
        await h.put("autumn/asked@bs-kawa", "ask", reason="Bluesky did not answer")
        await h.put("autumn/sending@bs-kawa", "sending", owner="node-1")
        told = by_key(await h.desk.rehearse("+2d", level=Level.CALM))
    assert told["autumn/asked@bs-kawa"].outcome is Outcome.NEEDS_YOU
    assert told["autumn/asked@bs-kawa"].why == "Bluesky did not answer"
    assert told["autumn/sending@bs-kawa"].outcome is Outcome.ON_ITS_WAY
    assert told["autumn/next@bs-kawa"].outcome is Outcome.GOES_OUT


async def test_one_client_alone(tmp_path: Path) -> None:
    async with planned(tmp_path, post("one"), post("two", "bs-bike"), connected=("bs-kawa", "bs-bike")) as h:
        found = await h.desk.rehearse("+2d", level=Level.CALM, client="bike")
        assert [p.key for p in found.posts] == ["autumn/two@bs-bike"]
        assert not found.needs_person
        with pytest.raises(NotFoundError, match="there is no client 'bikes'"):
            await h.desk.rehearse("+2d", client="bikes")


# ── weather ──────────────────────────────────────────────────────────────────


async def test_a_computer_that_sleeps_sends_late_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weather(monkeypatch, incident(Kind.ASLEEP, "2026-11-23T11:00", "2026-11-23T13:30"))
    async with planned(tmp_path, post("late"), post("missed", "ms-kawa", at="2026-11-23T11:10")) as h:
        told = by_key(await h.desk.rehearse("+2d"))
    late, missed = told["autumn/late@bs-kawa"], told["autumn/missed@ms-kawa"]
    assert late.outcome is Outcome.GOES_OUT
    assert 90 * MINUTE <= late.late_by < 92 * MINUTE
    assert late.notes == ("asleep until 13:30",)
    assert (missed.outcome, missed.why, missed.missed_asleep) == (Outcome.MISSED, "asleep until 13:30", True)


async def test_a_computer_that_was_off_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weather(monkeypatch, incident(Kind.OFF, "2026-11-23T11:58", "2026-11-23T12:40"))
    async with planned(tmp_path, *(post("one", account) for account in ACCOUNTS)) as h:
        found = await h.desk.rehearse("+2d")
    assert {p.outcome for p in found.posts} == {Outcome.GOES_OUT}
    assert all(40 * MINUTE <= p.late_by < 43 * MINUTE for p in found.posts)


@pytest.mark.parametrize("kind", [Kind.DOWN, Kind.OFFLINE])
async def test_a_post_waits_until_its_platform_can_be_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    weather(monkeypatch, incident(kind, "2026-11-23T11:00", "2026-11-23T12:50", "bluesky" if kind is Kind.DOWN else ""))
    async with planned(tmp_path, post("one", picture=False)) as h:
        [told] = (await h.desk.rehearse("+2d")).posts
    assert told.outcome is Outcome.GOES_OUT
    assert 50 * MINUTE <= told.late_by < 70 * MINUTE
    assert any(note.startswith("could not connect to Bluesky") for note in told.notes)


async def test_an_account_that_is_told_to_wait_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weather(monkeypatch, incident(Kind.LIMITED, "2026-11-23T11:00", "2026-11-23T12:20", "ms-kawa"))
    async with planned(tmp_path, post("one", "ms-kawa"), post("two", "bs-kawa")) as h:
        told = by_key(await h.desk.rehearse("+2d"))
    assert 20 * MINUTE <= told["autumn/one@ms-kawa"].late_by < 22 * MINUTE
    assert told["autumn/two@bs-kawa"].late_by == 0


async def test_slow_media_makes_a_post_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weather(monkeypatch, incident(Kind.SLOW, "2026-11-23T11:00", "2026-11-23T13:00", "instagram", minutes=20.0))
    async with planned(tmp_path, post("one", "ig-kawa")) as h:
        [told] = (await h.desk.rehearse("+2d")).posts
    assert told.outcome is Outcome.GOES_OUT
    assert 15 * MINUTE <= told.late_by < 20 * MINUTE
    assert told.notes[0].startswith("Instagram works on the media")


async def test_lost_answers_never_double_and_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In all that weather nothing is public twice: the pretend platforms' own ledger says so."""
    ledgers = []
    real = rehearsal_module.World

    def world(*args: object, **more: object) -> object:
        ledgers.append(real(*args, **more))  # type: ignore[arg-type]
        return ledgers[-1]

    monkeypatch.setattr(rehearsal_module, "World", world)
    posts = [replace(p, due=instant(NOON) + n * 40 * MINUTE) for n, p in enumerate(year(0, 120))]
    async with planned(tmp_path, *posts) as h:
        found = await h.desk.rehearse("+7d", seed=2, level=Level.MANY)
    noted = [p for p in found.posts if "found on the platform" in p.notes]
    assert noted
    assert all(p.outcome is Outcome.GOES_OUT for p in noted)
    out = {p.key for p in found.posts if p.outcome is Outcome.GOES_OUT}
    public = {handle.partition("/")[2] for handle in ledgers[0].public}
    asked = {p.key for p in found.posts if p.outcome in (Outcome.ASKS, Outcome.PENDING)}
    assert out <= public <= out | asked
    assert sum(map(len, ledgers[0].sent.values())) == len(public)


# ── accounts, quotas, neighbours, clocks ─────────────────────────────────────


async def test_quotas_are_counted_and_kept(tmp_path: Path) -> None:
    posts = [post(f"p{n}", "ig-kawa", at="2026-11-23T08:00", late=20 * HOUR) for n in range(103)]
    posts = [replace(p, due=p.due + n * MINUTE) for n, p in enumerate(posts)]
    async with planned(tmp_path, *posts) as h:
        found = await h.desk.rehearse("+2d", level=Level.CALM)
    [quota] = found.quotas
    assert (quota.account, quota.busiest, quota.of, quota.told) == ("ig-kawa", 100, 100, False)
    full = [p for p in found.posts if p.outcome is not Outcome.GOES_OUT]
    assert len(full) == 3
    assert all("100 of 100 posts" in p.why for p in full)


async def test_posts_close_together_are_named(tmp_path: Path) -> None:
    posts = (post("a"), post("b", at="2026-11-23T12:05"), post("c", at="2026-11-23T13:00"), post("d", "ms-kawa"))
    async with planned(tmp_path, *posts) as h:
        found = await h.desk.rehearse("+2d", level=Level.CALM)
    [near] = found.near
    assert (near.first, near.second) == ("autumn/a@bs-kawa", "autumn/b@bs-kawa")
    assert 4 * MINUTE < near.apart <= 5 * MINUTE


async def test_the_night_the_clocks_change(tmp_path: Path) -> None:
    """02:30 does not exist on 28 March 2027 in Warsaw: what was dealt there goes out at 03:30, and it is said."""
    spring = ["2027-03-27T02:30", "2027-03-28T03:30", "2027-03-29T02:30"]
    posts = [post(f"p{n}", at=at, slot="night", wall=at) for n, at in enumerate(spring)]
    posts.append(post("own", "ig-kawa", at="2027-03-28T03:30", wall="2027-03-28T03:30"))
    early = ["2027-03-27T03:30", "2027-03-28T03:30", "2027-03-29T03:30"]  # this slot's own time
    posts += [post(f"early{n}", "ms-kawa", at=at, slot="early", wall=at) for n, at in enumerate(early)]
    async with planned(tmp_path, *posts) as h:
        h.clock.now = instant("2027-03-26T10:00")
        found = await h.desk.rehearse("+7d", level=Level.CALM)
    [change] = found.clock_changes
    assert change.words == "Sun 28 Mar: clocks are set forward, 02:00 → 03:00 (Europe/Warsaw)"
    assert change.touched == (("autumn/p1@bs-kawa", "02:30 does not exist on 28 March: goes out at 03:30"),)
    assert not found.needs_person


async def test_a_time_that_comes_twice_is_said(tmp_path: Path) -> None:
    async with planned(tmp_path, post("twice", at="2027-10-31T02:30", wall="2027-10-31T02:30")) as h:
        h.clock.now = instant("2027-10-30T10:00")
        found = await h.desk.rehearse("+3d", level=Level.CALM)
    [change] = found.clock_changes
    assert change.words.startswith("Sun 31 Oct: clocks are set back, 03:00 → 02:00")
    assert change.touched == (("autumn/twice@bs-kawa", "02:30 comes twice that night: goes out at the first"),)


async def test_sign_ins_that_end_are_named_and_renewed(tmp_path: Path) -> None:
    async with planned(tmp_path, post("one", "ig-kawa", at="2027-01-20T12:00")) as h:
        ends = h.clock.now + 30 * DAY
        await h.desk.change(lambda conn: conn.execute(update(ACCOUNT).where(ACCOUNT.c.name == "ig-kawa").values(token_exp=ends)))
        found = await h.desk.rehearse("+70d", level=Level.CALM)
    [note] = found.accounts
    assert (note.account, note.needs_person) == ("ig-kawa", False)
    assert note.words.startswith("is signed in until Tue 22 Dec")
    assert not found.needs_person


# ── it changes nothing ───────────────────────────────────────────────────────


def hashes(root: Path) -> dict[str, str]:
    """Every file of the workspace and its state folder. (`-shm` is where SQLite notes who reads.)"""
    files = [path for path in root.rglob("*") if path.is_file() and not path.name.endswith("-shm")]
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


async def played(root: Path) -> None:
    """A rehearsal beside whoever has the workspace open, and what it must not leave behind."""
    before = hashes(root)
    beside = await Desk.beside(root, clock=StillClock())
    found = await beside.rehearse("+3d", level=Level.MANY, approvals="as_if_approved")
    await beside.close()
    assert len(found.posts) == 2
    assert hashes(root) == before


async def test_no_file_changes_whoever_works_there(tmp_path: Path) -> None:
    async with planned(tmp_path, post("one"), post("two", "ig-kawa", approved=False)):
        assert ".daypart/daypart.db-wal" in hashes(tmp_path)
        await played(tmp_path)
    for name in ("wal", "shm"):  # whoever closes last may leave them; what they held is in the file by now
        (tmp_path / ".daypart" / f"daypart.db-{name}").unlink(missing_ok=True)
    await played(tmp_path)
    assert not list((tmp_path / ".daypart").glob("*-shm"))


async def test_secrets_are_not_read_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy has no token in it, and no key is needed."""
    kept: list[object] = []
    real = rehearsal_module.Play

    class Spy(real):  # type: ignore[misc, valid-type]
        async def run(self) -> None:
            await super().run()
            kept.extend(await self.store.read(lambda conn: conn.execute(text("SELECT token_enc FROM account")).scalars().all()))

    monkeypatch.setattr(rehearsal_module, "Play", Spy)
    async with planned(tmp_path, post("one")) as h:
        assert not (tmp_path / ".daypart" / "key").exists()
        await h.desk.rehearse("+2d", level=Level.CALM)
    assert set(kept) == {None, b'{"access": "rehearsal", "refresh": "", "app_password": "", "expires_at": null}'}


@pytest.mark.parametrize(("revision", "error"), [("0001", BusyError), ("9999", SettingsError)])
async def test_a_store_of_another_version_is_left_alone(tmp_path: Path, revision: str, error: type[Exception]) -> None:
    async with planned(tmp_path) as h:
        await h.desk.store.write(
            lambda conn: conn.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": revision}).rowcount
        )
        with pytest.raises(error):
            await Desk.beside(tmp_path)
        with pytest.raises(error):
            await h.desk.rehearse("+1d")


async def test_times_that_cannot_be_rehearsed(tmp_path: Path) -> None:
    async with planned(tmp_path) as h:
        for wrong in ("2026-11-01T10:00", "soonish", "+1000d"):
            with pytest.raises(UsageError):
                await h.desk.rehearse(wrong)
        found = await h.desk.rehearse("2026-11-24", level=Level.CALM)
        assert found.asked.until == instant("2026-11-25T00:00")
        assert found.posts == ()
        assert not found.needs_person


async def test_a_year_of_posts_in_reasonable_time(tmp_path: Path) -> None:
    """200 here; tests/bench/rehearse_year.py measures 1,000 (about 5 s of CPU)."""
    async with house(tmp_path, None) as h:
        await h.connected(*ACCOUNTS)
        await plan(h, year(h.clock.now, 200))
        began = time.process_time()
        found = await h.desk.rehearse("+365d", seed=3, level=Level.FEW)
        used = time.process_time() - began
    assert len(found.posts) > 200
    assert all(p.outcome is not Outcome.PENDING for p in found.posts)
    assert used < 20


async def test_ones_own_pace_is_kept_in_a_rehearsal(tmp_path: Path) -> None:
    """The real engine plays: what waits for its turn goes out later, and never waits unseen."""
    posts = [post(f"p{n}", at=f"2026-11-23T12:0{n}", late=8 * HOUR) for n in range(3)]
    async with planned(tmp_path, *posts) as h:
        pace = Pace(apart=HOUR, per_day=5).text()
        await h.desk.change(lambda conn: conn.execute(update(ACCOUNT).where(ACCOUNT.c.name == "bs-kawa").values(pace=pace)))
        found = await h.desk.rehearse("+2d", level=Level.CALM)
    assert [p.late_by // HOUR for p in found.posts] == [0, 0, 1]
    out = [p.out_at for p in found.posts]
    assert all(other - one >= HOUR for one, other in pairwise(out) if one and other)
    assert found.quotas[0].own == 5
