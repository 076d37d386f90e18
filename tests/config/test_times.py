"""Wall times through every change of the clocks, recurrence on local dates, and times as people type them."""

from __future__ import annotations

import time as clock_time
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.times import (
    TimeError,
    from_micros,
    local_days,
    occurrences,
    parse_at,
    parse_clock,
    parse_day,
    parse_rule,
    resolve_wall,
    second_of_two,
    zone,
)
from config.typed_time import parse_typed

WARSAW = "Europe/Warsaw"
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca", "UTC", "Africa/Cairo")
SUNDAY = parse_at("2026-11-22T10:05", WARSAW).fixed.instant


def refused(text: str, tz: str = WARSAW) -> TimeError:
    with pytest.raises(TimeError) as caught:
        parse_at(text, tz)
    return caught.value


def test_a_typed_time_in_a_gap_names_both_neighbours() -> None:
    error = refused("2027-03-28T02:30")
    assert error.code == "E402"
    assert "2027-03-28T01:30" in error.hints[0]
    assert "2027-03-28T03:30" in error.hints[0]
    for neighbour in ("2027-03-28T01:30", "2027-03-28T03:30"):
        assert parse_at(neighbour, WARSAW).shift == ""


def test_a_half_hour_gap_has_half_hour_neighbours() -> None:
    error = refused("2026-10-04T02:15", "Australia/Lord_Howe")
    assert "2026-10-04T01:45 or 2026-10-04T02:45" in error.hints[0]


def test_a_doubled_time_is_the_first_and_says_how_to_write_the_second() -> None:
    first = parse_at("2026-10-25T02:30", WARSAW)
    assert (first.shift, first.abbreviation) == ("fold", "CEST")
    second = parse_at(second_of_two(first), WARSAW)
    assert second.fixed.instant - first.fixed.instant == 3_600_000_000
    assert second.shift == ""


def test_an_offset_is_taken_and_shown_in_the_zone() -> None:
    assert parse_at("2026-11-30T12:15+05:00", WARSAW).fixed.wall == "2026-11-30T08:15"
    assert parse_at("2026-11-30T12:15Z", WARSAW).fixed.wall == "2026-11-30T13:15"
    assert parse_at("2026-11-30 9:15", WARSAW).fixed.wall == "2026-11-30T09:15"


@pytest.mark.parametrize(
    "text", ["", "x", "2026-11-30", "2026-02-30T10:00", "2026-11-30T24:00", "2026-11-30T10:60", "0001-01-01T00:00", "9999-12-31T23:59"]
)
def test_what_is_no_time(text: str) -> None:
    assert refused(text).code == "E411"


@pytest.mark.parametrize("tz", ZONES)
def test_every_change_of_the_clocks_gives_one_instant_per_local_date(tz: str) -> None:
    for minute in ("00:00", "00:30", "01:30", "02:00", "02:15", "02:30", "03:00"):
        made = occurrences("FREQ=DAILY", minute, tz, date(2024, 1, 1), date(2030, 12, 31))
        assert len(made) == 2_557
        assert [from_micros(one.at.instant, tz).date() for one in made] == [one.day for one in made]
        instants = [one.at.instant for one in made]
        assert instants == sorted(set(instants))
        for one in made:
            wanted = datetime.combine(one.day, parse_clock(minute))
            moved = datetime.fromisoformat(one.at.wall) - wanted
            assert (moved > timedelta(0)) == (one.shift == "gap")


def test_a_slot_in_a_gap_moves_later_by_the_gap() -> None:
    [night] = [one for one in occurrences("FREQ=DAILY", "02:30", WARSAW, date(2027, 3, 27), date(2027, 3, 29)) if one.shift]
    assert (night.shift, night.at.wall) == ("gap", "2027-03-28T03:30")


@given(st.datetimes(datetime.fromisoformat("2024-01-01"), datetime.fromisoformat("2030-12-31")), st.sampled_from(ZONES))
@settings(max_examples=300, deadline=None)
def test_any_wall_time_becomes_an_instant_that_reads_back(wall: datetime, tz: str) -> None:
    found = resolve_wall(wall.replace(second=0, microsecond=0), tz)
    assert from_micros(found.fixed.instant, tz).replace(tzinfo=None) == datetime.fromisoformat(found.fixed.wall)


def test_count_is_counted_from_the_first_day_of_the_series() -> None:
    made = occurrences("FREQ=WEEKLY;BYDAY=FR;COUNT=3", "09:00", WARSAW, date(2026, 12, 10), date(2027, 12, 1), date(2026, 11, 30))
    assert [(one.number, one.day.isoformat()) for one in made] == [(2, "2026-12-11"), (3, "2026-12-18")]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY;INTERVAL=2", ["2026-12-02", "2026-12-04", "2026-12-06"]),
        ("FREQ=WEEKLY;BYDAY=MO,WE", ["2026-12-02", "2026-12-07"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", ["2026-12-02"]),
        ("FREQ=WEEKLY", ["2026-12-07"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", []),
        ("FREQ=MONTHLY;BYDAY=1SU", ["2026-12-06"]),
        ("FREQ=DAILY;UNTIL=20261203", ["2026-12-01", "2026-12-02", "2026-12-03"]),
        ("FREQ=DAILY;UNTIL=2026-12-01T220000Z", ["2026-12-01"]),
    ],
)
def test_the_subset_of_rules(rule: str, days: list[str]) -> None:
    found = [day.isoformat() for _, day in local_days(parse_rule(rule), date(2026, 12, 1), date(2026, 12, 7), date(2026, 11, 30))]
    assert found == days


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=HOURLY",
        "FREQ=YEARLY",
        "BYDAY=MO",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;COUNT=0",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;BYSETPOS=1",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=DAILY;BYMONTHDAY=3",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=DAILY;INTERVAL=9999",
        "FREQ=DAILY;UNTIL=2026-02-30",
        "x",
    ],
)
def test_rules_that_are_refused(rule: str) -> None:
    with pytest.raises(TimeError) as caught:
        parse_rule(rule)
    assert caught.value.code == "E410"


def test_a_rule_that_never_meets_a_day_ends() -> None:
    started = clock_time.process_time()
    assert (
        occurrences("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=30", "09:00", WARSAW, date(2026, 1, 1), date(2030, 1, 1), date(2026, 2, 1)) == []
    )
    assert clock_time.process_time() - started < 0.5


def test_which_rules_need_a_first_day() -> None:
    assert not parse_rule("FREQ=DAILY").needs_anchor
    assert not parse_rule("FREQ=WEEKLY;BYDAY=MO").needs_anchor
    assert all(parse_rule(rule).needs_anchor for rule in ("FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=DAILY;COUNT=3", "FREQ=DAILY;INTERVAL=2"))


@pytest.mark.parametrize("text", ["2026-2-1", "2026-02-30", "1999-12-31", "2101-01-01", "tomorrow"])
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(TimeError):
        parse_day(text)


@pytest.mark.parametrize(
    ("said", "wall"),
    [
        ("now", "2026-11-22T10:05"),
        ("tomorrow 9:30", "2026-11-23T09:30"),
        ("fri 18", "2026-11-27T18:00"),
        ("friday, 18:00", "2026-11-27T18:00"),
        ("sun 9", "2026-11-29T09:00"),
        ("+2d", "2026-11-24T10:05"),
        ("in 2 days", "2026-11-24T10:05"),
        ("in 2 days at 9:00", "2026-11-24T09:00"),
        ("in 20 minutes", "2026-11-22T10:25"),
        ("in an hour", "2026-11-22T11:05"),
        ("in 1 week", "2026-11-29T10:05"),
        ("+2h", "2026-11-22T12:05"),
        ("+90m", "2026-11-22T11:35"),
        ("+1w2d", "2026-12-01T10:05"),
        ("+2d 9:00", "2026-11-24T09:00"),
        ("9:30", "2026-11-23T09:30"),
        ("18", "2026-11-22T18:00"),
        ("today 6pm", "2026-11-22T18:00"),
        ("12am", "2026-11-23T00:00"),
        ("noon", "2026-11-22T12:00"),
        ("1 Dec 9:00", "2026-12-01T09:00"),
        ("1.12. 9:00", "2026-12-01T09:00"),
        ("24 dec", "2026-12-24T10:05"),
        ("2026-12-01T09:00", "2026-12-01T09:00"),
        ("2026-12-01 09:00", "2026-12-01T09:00"),
        ("2026-12-01T09:00+05:00", "2026-12-01T05:00"),
        ("3 jan 8", "2027-01-03T08:00"),
        ("in 1 w", "2026-11-29T10:05"),
        ("teraz", "2026-11-22T10:05"),
        ("jutro o 9:30", "2026-11-23T09:30"),
        ("Pojutrze 9", "2026-11-24T09:00"),
        ("dziś 18", "2026-11-22T18:00"),
        ("w piątek, 18:00", "2026-11-27T18:00"),
        ("śr. 12.15", "2026-11-25T12:15"),
        ("w przyszłą sobotę 9", "2026-11-28T09:00"),
        ("za 2 godziny", "2026-11-22T12:05"),
        ("za godzinę", "2026-11-22T11:05"),
        ("za 20 minut", "2026-11-22T10:25"),
        ("za tydzień o 9:00", "2026-11-29T09:00"),
        ("w południe", "2026-11-22T12:00"),
        ("1 grudnia 9:00", "2026-12-01T09:00"),
        ("28 mar 2027", "2027-03-28T10:05"),
        ("March 28th, 2027 9:30", "2027-03-28T09:30"),
        ("28.03.2027 9:30", "2027-03-28T09:30"),
        ("28 marca 2027 9:30", "2027-03-28T09:30"),
        ("sat 28 nov 9:00", "2026-11-28T09:00"),
        ("fri 9.10", "2026-11-27T09:10"),
    ],
)
def test_times_as_people_type_them(said: str, wall: str) -> None:
    assert parse_typed(said, SUNDAY, WARSAW).wall == wall


@pytest.mark.parametrize(
    "said",
    [
        "",
        "+",
        "blah",
        "99",
        "fri 25",
        "31.11. 9:00",
        "0 dec",
        "2027-03-28T02:30",
        "29 feb",
        "+99999999d",
        "tomorrow 9:75",
        "fri 28 nov",
        "29 feb 2027",
    ],
)
def test_what_people_type_by_mistake_is_explained(said: str) -> None:
    with pytest.raises(TimeError) as caught:
        parse_typed(said, SUNDAY, WARSAW)
    assert caught.value.hints


def test_hours_ahead_pass_through_a_change_of_the_clocks() -> None:
    before = parse_at("2027-03-28T01:30", WARSAW).fixed.instant
    assert parse_typed("+1h", before, WARSAW).wall == "2027-03-28T03:30"


@given(st.text(max_size=30) | st.from_regex(r"[+]?[0-9a-z :.,+-]{0,20}", fullmatch=True))
@settings(max_examples=500, deadline=None)
def test_nothing_typed_crashes_it(said: str) -> None:
    try:
        fixed = parse_typed(said, SUNDAY, WARSAW)
    except TimeError:
        return
    assert from_micros(fixed.instant, WARSAW).tzinfo is zone(WARSAW)
