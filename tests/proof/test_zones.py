"""Layer G: in every zone, through every night in which clocks change, one post a local date, never in the wrong hour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from config.loaded import ResolvedCampaign, SlotRule
from config.resolved import Place
from config.times import TimeError, from_micros, micros, occurrences, parse_at
from scheduler.clock import DAY, HOUR
from scheduler.slots import HORIZON_DAYS, Busy, Want, deal

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca", "UTC")
FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)
LEAST = {"Europe/Berlin": 14, "America/New_York": 14, "Australia/Lord_Howe": 14, "Africa/Casablanca": 12}
"""How many there are from 2024 to 2030, as far as governments have said."""


@cache
def changes(zone: str) -> tuple[tuple[datetime, timedelta], ...]:
    """Every moment at which the clocks change, and by how much: found by looking at each half hour, not by asking the code under test."""
    here, found = ZoneInfo(zone), []
    moment = datetime(FIRST.year, 1, 1, tzinfo=UTC)
    while moment.date() <= LAST:
        later = moment + timedelta(minutes=30)
        step = (later.astimezone(here).utcoffset() or timedelta()) - (moment.astimezone(here).utcoffset() or timedelta())
        if step:
            found.append((later, step))
        moment = later
    return tuple(found)


def odd_walls(zone: str) -> Iterator[tuple[datetime, timedelta]]:
    """Wall times in the middle of every gap (step > 0) and of every fold (step < 0)."""
    for moment, step in changes(zone):
        after = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        yield (after - step / 2, step)


def shows(zone: str, instant: int) -> str:
    """What a clock on the wall says there, by the library alone."""
    return (datetime.fromtimestamp(instant / 1_000_000, UTC)).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize("zone", ZONES)
def test_every_change_of_the_years_is_met(zone: str) -> None:
    assert len(changes(zone)) >= LEAST.get(zone, 0)


@pytest.mark.parametrize("zone", ZONES)
def test_a_typed_time_in_a_gap_is_refused_with_both_neighbours_and_in_a_fold_is_the_first(zone: str) -> None:
    for wall, step in odd_walls(zone):
        text = f"{wall:%Y-%m-%dT%H:%M}"
        if step > timedelta():
            with pytest.raises(TimeError) as caught:
                parse_at(text, zone)
            before, after = wall - step, wall + step
            assert f"{before:%Y-%m-%dT%H:%M} or {after:%Y-%m-%dT%H:%M}" in caught.value.hints[0]
        else:
            first = parse_at(text, zone)
            assert (first.shift, shows(zone, first.fixed.instant)) == ("fold", text)
            assert shows(zone, first.fixed.instant - micros_of(step)) == text, "the second one shows the same"
            assert shows(zone, first.fixed.instant + micros_of(step)) != text, "there is none before the first"


def micros_of(step: timedelta) -> int:
    return int(step.total_seconds() * 1_000_000)


def odd_clocks(zone: str) -> list[time]:
    """Times of day that some night leaves out or shows twice, and an ordinary one."""
    return sorted({wall.time().replace(second=0, microsecond=0) for wall, _ in odd_walls(zone)} | {time(9, 30)})


@pytest.mark.parametrize("zone", ZONES)
def test_a_series_has_one_post_a_local_date_in_its_hour(zone: str) -> None:
    gaps = {wall.date(): (wall, step) for wall, step in odd_walls(zone) if step > timedelta()}
    days = (LAST - FIRST).days + 1
    for clock in odd_clocks(zone):
        series = occurrences("FREQ=DAILY", clock, zone, FIRST, LAST)
        assert [one.day for one in series] == [FIRST + timedelta(days=n) for n in range(days)]
        instants = [one.at.instant for one in series]
        assert all(20 * HOUR < later - earlier < 28 * HOUR for earlier, later in pairwise(instants))
        for one in series:
            said, wanted = shows(zone, one.at.instant), f"{one.day.isoformat()}T{clock:%H:%M}"
            gap = gaps.get(one.day)
            if gap is not None and gap[0].time() == clock:
                assert (one.shift, said) == ("gap", f"{gap[0] + gap[1]:%Y-%m-%dT%H:%M}"), "moved later by the gap"
            else:
                assert said == wanted == one.at.wall
            assert said[:10] == one.day.isoformat(), "never on another day"


def campaign(zone: str, clock: time) -> ResolvedCampaign:
    here = Place(__file__, 1, 1, 2)  # type: ignore[arg-type]
    rules = {"daily": SlotRule("daily", "FREQ=DAILY", f"{clock:%H:%M}", (), here)}
    return ResolvedCampaign(
        id="c", title="C", status="active", owner="", labels=(), starts=None, ends=None, tz=zone, languages=("en",), brand=None,
        accounts=(),
        slots=rules, blackout=(), min_gap=0, late=2 * HOUR, quiet_hours=(), daily_max=1, moved=(), file=here.file, place=here,
    )  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_posts_that_are_dealt_over_a_change_get_one_local_date_each(zone: str) -> None:
    """Dealt on the eve of every change, whatever the machine's own zone: each place once, none left out."""
    for wall, _ in odd_walls(zone):
        now = micros(datetime.combine(wall.date() - timedelta(days=3), time(12), ZoneInfo(zone)))
        names = [f"p{n}" for n in range(7)]
        dealt = deal([Want(name, "a", "c", ("daily",)) for name in names], Busy(), {"c": campaign(zone, wall.time())}, now)
        places = [dealt[name].place for name in names]
        first = from_micros(now, zone).date() + timedelta(days=0 if wall.time() > time(12) else 1)
        assert [place.day for place in places if place] == [first + timedelta(days=n) for n in range(7)]
        assert [shows(zone, place.at.instant)[:10] for place in places if place] == [place.day.isoformat() for place in places if place]


def test_the_machines_own_zone_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slots are made ahead alike on every computer."""
    import time as machine

    now = micros(datetime(2026, 3, 1, 12, tzinfo=UTC))
    found = set()
    for own in ("UTC", "Asia/Tokyo", "Pacific/Honolulu"):
        monkeypatch.setenv("TZ", own)
        machine.tzset()
        wants = [Want(f"p{n}", "a", "c", ("daily",)) for n in range(HORIZON_DAYS - 1)]
        dealt = deal(wants, Busy(), {"c": campaign("Europe/Berlin", time(2, 30))}, now)
        found.add(tuple(dealt[want.key].place.at.instant for want in wants))  # type: ignore[union-attr]
    monkeypatch.delenv("TZ")
    machine.tzset()
    assert len(found) == 1
    assert (max(*found) and max(found)[-1] - now) < HORIZON_DAYS * DAY
