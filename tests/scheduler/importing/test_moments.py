"""Days and times as people write them into cells."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.times import TimeError
from scheduler.importing.moments import is_unsure, order_of, read_clock, read_day, read_moment
from scheduler.importing.table import Cell, Value
from tests.scheduler.importing.workbooks import naive

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "said",
    [
        "2026-11-30",
        "30.11.2026",
        "30.11.26",
        "30.11.",
        "30.11",
        "30/11/2026",
        "30-11-2026",
        "30 Nov 2026",
        "30 listopada",
        "30. listopada 2026",
        "Nov 30",
        "November 30th, 2026",
        "Mon 30.11.",
        "pon. 30.11.2026",
        "poniedziałek, 30 listopada",
        "Monday, 30 Nov",
        "2026/11/30",
    ],
)
def test_days(said: str) -> None:
    assert read_day(Cell(said), "", TODAY) == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("31.11.2026", "no such day"),
        ("tomorrow", "a sheet needs a date"),
        ("jutro 9:30", "a sheet needs a date"),
        ("soon", "is not a date"),
        ("Tue 30.11.2026", "that day is a Monday"),
        ("30 Nowember", "no month"),
        ("2026-13-01", "no such day"),
        (46356, "is a number"),
        (17, "not a date"),
    ],
)
def test_what_is_no_day(said: Value, hint: str) -> None:
    with pytest.raises(TimeError, match=hint) as error:
        read_day(Cell(said), "", TODAY)
    assert error.value.code == "E411"


def test_a_number_names_the_day_it_would_be() -> None:
    with pytest.raises(TimeError) as error:
        read_day(Cell(46356), "", TODAY)
    assert "2026-11-30" in error.value.hints[0]


def test_without_a_year_it_is_the_nearest_one() -> None:
    assert read_day(Cell("15.11."), "", TODAY) == date(2026, 11, 15)
    assert read_day(Cell("3.1."), "", TODAY) == date(2027, 1, 3)
    assert read_day(Cell("3.1."), "", date(2027, 1, 20)) == date(2027, 1, 3)


def test_the_column_tells_whether_the_month_stands_first() -> None:
    american = [Cell("3/4/2026"), Cell("12/24/2026")]
    assert order_of(american) == "month"
    assert read_day(american[0], order_of(american), TODAY) == date(2026, 3, 4)
    british = [Cell("3/4/2026"), Cell("24/12/2026")]
    assert read_day(british[0], order_of(british), TODAY) == date(2026, 4, 3)
    both = [*american, *british]
    assert order_of(both) == "both"
    with pytest.raises(TimeError, match="can be two days"):
        read_day(both[0], "both", TODAY)
    assert read_day(Cell("24/12/2026"), "both", TODAY) == read_day(Cell("12/24/2026"), "both", TODAY) == date(2026, 12, 24)


def test_dots_are_never_american() -> None:
    assert order_of([Cell("24.12.2026"), Cell("3.4.2026")]) == ""
    assert not is_unsure(Cell("3.4.2026"))
    assert is_unsure(Cell("3/4/2026"))
    assert not is_unsure(Cell("4/4/2026"))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("9:30", time(9, 30)),
        ("9.30", time(9, 30)),
        ("09:30:00", time(9, 30)),
        ("18", time(18)),
        (18, time(18)),
        ("5 pm", time(17)),
        ("5:05 p.m.", time(17, 5)),
        ("12 am", time(0)),
        ("17h", time(17)),
        ("17h30", time(17, 30)),
        ("godz. 8:00", time(8)),
        (time(8, 15, 30), time(8, 15)),
        (naive("2026-01-01 07:05"), time(7, 5)),
    ],
)
def test_times_of_day(said: Value, meant: time) -> None:
    assert read_clock(Cell(said)) == meant


@pytest.mark.parametrize("said", ["25:00", "9:75", "noonish", "13 pm", "", 930, 0.5])
def test_what_is_no_time_of_day(said: Value) -> None:
    with pytest.raises(TimeError):
        read_clock(Cell(said))


@pytest.mark.parametrize(
    "said",
    [
        "2026-11-30 12:15",
        "2026-11-30T12:15",
        "30.11.2026 12:15",
        "Mon 30 Nov, 12:15",
        "30 listopada o 12:15",
        "30/11 at 12.15",
        "30.11. 12:15 pm",
        naive("2026-11-30 12:15"),
    ],
)
def test_both_in_one_cell(said: Value) -> None:
    found = read_moment(Cell(said), "", TODAY)
    assert (found.day, found.clock) == (date(2026, 11, 30), time(12, 15))


def test_a_day_alone_has_no_time() -> None:
    for said in ("30.11.2026", "30 Nov", naive("2026-11-30")):
        found = read_moment(Cell(said), "", TODAY)
        assert (found.day, found.clock) == (date(2026, 11, 30), None)
    assert read_moment(Cell("2026-11-30 12:15+01:00"), "", TODAY).offset == "2026-11-30T12:15+01:00"


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.times())
def test_what_programs_write_comes_back(day: date, clock: time) -> None:
    """ISO and dotted dates mean themselves, whatever the rest of the column looks like."""
    for order in ("", "day", "month", "both"):
        for said in (f"{day}", f"{day.day}.{day.month}.{day.year}"):
            assert read_day(Cell(said), order, TODAY) == day  # type: ignore[arg-type]
    found = read_moment(Cell(f"{day} {clock:%H:%M}"), "", TODAY)
    assert (found.day, found.clock) == (day, clock.replace(second=0, microsecond=0))


@given(st.text(max_size=40))
def test_nothing_that_is_typed_breaks_it(said: str) -> None:
    for read in (lambda cell: read_moment(cell, "", TODAY), lambda cell: read_day(cell, "both", TODAY), read_clock):
        with suppress(TimeError):
            read(Cell(said))


@pytest.mark.parametrize(
    ("said", "next_one"), [("wt 9:30", "24.11.2026"), ("tue", "24.11.2026"), ("sob. 10", "28.11.2026"), ("Fri, 18:00", "27.11.2026")]
)
def test_a_weekday_alone_is_refused_with_the_date_it_may_mean(said: str, next_one: str) -> None:
    """The same sheet read a week later would mean another day."""
    with pytest.raises(TimeError, match="does not say which week") as refused:
        read_moment(Cell(said), "", date(2026, 11, 22))
    assert refused.value.hints == (f"write its date; the next one is {next_one}",)
