"""The week as values: sorting, moving, clashes."""

from __future__ import annotations

from datetime import date

from scheduler.desk.views import CalendarRow, Sign
from tui.week import Spot, Week, minutes, monday

MON = date(2026, 11, 23)
TUE = date(2026, 11, 24)


def row(key: str, day: date, time: str, account: str = "bs-kawa", sign: Sign = Sign.SCHEDULED) -> CalendarRow:
    return CalendarRow(key, day, time, sign, account, "bluesky", "kawa", "Kawa", "teal", key, "human")


WEEK = Week.of(MON, [row("c/b@x", MON, "12:00"), row("c/a@x", MON, "09:00"), row("c/c@x", TUE, "11:30"), row("c/d@x", TUE, "20:00")])


def test_posts_of_a_day_are_in_order_of_time() -> None:
    assert [r.key for r in WEEK.on(MON)] == ["c/a@x", "c/b@x"]


def test_moving_stops_at_the_ends_of_a_day() -> None:
    assert WEEK.step(Spot(MON, 0), -1) == Spot(MON, 0)
    assert WEEK.step(Spot(MON, 1), 1) == Spot(MON, 1)
    assert WEEK.step(Spot(date(2026, 11, 25)), 1) == Spot(date(2026, 11, 25), 0)


def test_going_to_another_day_keeps_the_time_of_day() -> None:
    assert WEEK.beside(Spot(MON, 1), TUE) == Spot(TUE, 0)
    assert WEEK.beside(Spot(TUE, 1), MON) == Spot(MON, 1)
    assert WEEK.beside(Spot(MON, 1), date(2026, 11, 29)) == Spot(date(2026, 11, 29), 0)


def test_a_post_is_found_again_where_it_moved() -> None:
    assert WEEK.find("c/d@x") == Spot(TUE, 1)
    assert WEEK.find("gone") is None


def test_two_posts_of_one_account_within_half_an_hour_clash() -> None:
    near = Week.of(MON, [row("c/a@x", MON, "09:00"), row("c/b@x", MON, "09:20")])
    assert near.clashes(MON)
    assert not Week.of(MON, [row("c/a@x", MON, "09:00"), row("c/b@y", MON, "09:20", account="ms-kawa")]).clashes(MON)
    assert not Week.of(MON, [row("c/a@x", MON, "09:00"), row("c/b@x", MON, "09:30")]).clashes(MON)
    assert not Week.of(MON, [row("c/a@x", MON, "09:00"), row("c/b@x", MON, "09:20", sign=Sign.CANCELLED)]).clashes(MON)


def test_small_things() -> None:
    assert monday(date(2026, 11, 29)) == MON
    assert minutes("9:05") == 545
    assert minutes("soon") == 0
    assert WEEK.last == date(2026, 11, 29)
