"""What is told when, to whom, and again after which pause."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.notices import Notices
from scheduler.clock import DAY, HOUR, MINUTE, SECOND
from scheduler.notices import choosing
from scheduler.notices.model import Notice, Place

NOW = int(datetime(2026, 11, 22, 9, 0, tzinfo=UTC).timestamp()) * SECOND
TZ = "Europe/Warsaw"


def made(kind: str = "ask", *, number: int = 1, at: int = NOW, **more: object) -> Notice:
    return Notice(number, kind, at, "words", **more)  # type: ignore[arg-type]


def due(notice: Notice, now: int) -> bool:
    return choosing.is_due(notice, now, "08:00", TZ)


@pytest.mark.parametrize("kind", sorted(choosing.AT_ONCE))
def test_what_needs_a_person_goes_at_once_after_a_moment_for_others(kind: str) -> None:
    assert not due(made(kind), NOW + choosing.GATHER - 1)
    assert due(made(kind), NOW + choosing.GATHER)


def test_the_rest_waits_for_the_hour_of_the_summary() -> None:
    tomorrow = int(datetime(2026, 11, 23, 8, 0, tzinfo=ZoneInfo(TZ)).timestamp()) * SECOND
    assert not due(made("renewed"), tomorrow - 1)
    assert due(made("renewed"), tomorrow)


def test_a_clock_that_went_back_keeps_nobody_waiting() -> None:
    assert due(made(at=NOW + DAY), NOW)
    assert due(made(tries=3, next_at=NOW + DAY), NOW)
    assert not due(made(tries=3, next_at=NOW + HOUR), NOW)


def test_one_message_a_minute_of_what_is_new_and_everything_new_in_it() -> None:
    old, young, again, later = made(at=NOW - MINUTE), made(number=2, at=NOW), made(number=3, tries=1, next_at=NOW), made("x", number=4)
    waiting = [old, young, again, later]
    assert [n.id for n in choosing.ready(waiting, NOW, "08:00", TZ, rested=True)] == [1, 3, 2]
    assert [n.id for n in choosing.ready(waiting, NOW, "08:00", TZ, rested=False)] == [3]
    assert [n.id for n in choosing.ready([young, again], NOW, "08:00", TZ, rested=True)] == [3]


def test_the_pauses_grow_to_an_hour() -> None:
    pauses = [choosing.pause(tries) for tries in range(1, 12)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (15 * SECOND, HOUR)


PLACES = (Place("all"), Place("kawa", ("kawa",)), Place("asks", (), ("ask",)), Place("news", ("kawa",), ("digest",)))


@pytest.mark.parametrize(
    ("notice", "to"),
    [
        (made(client="kawa"), ["all", "kawa", "asks"]),
        (made(client="roof"), ["all", "asks"]),
        (made("clock"), ["all"]),
        (made("digest"), ["all", "kawa", "news"]),
        (made("something new", client="kawa"), ["all", "kawa", "news"]),
        (made(client="kawa", waiting={"kawa": "down"}), ["kawa"]),
        (made(client="kawa", waiting={"renamed since": "down"}), ["all", "kawa", "asks"]),
    ],
)
def test_who_hears_of_what(notice: Notice, to: list[str]) -> None:
    assert [letter.place.name for letter in choosing.letters([notice], PLACES)] == to


def test_what_concerns_the_house_reaches_somebody_where_every_place_is_a_client_s() -> None:
    clients = (Place("kawa", ("kawa",)), Place("roof", ("roof",)))
    assert [letter.place.name for letter in choosing.letters([made("clock")], clients)] == ["kawa", "roof"]


def test_names_of_places_hold_no_secret_and_differ() -> None:
    said = {"to": ({"url": "json://a:hunter22@h.example/"}, {"url": "json://h.example/"}, {"url_env": "KAWA"}), "command": ("x",)}
    names = [place.name for place in choosing.places(Notices.model_validate(said))]
    assert names == ["json (1)", "json (2)", "KAWA (3)", "command"]


@given(st.integers(NOW - 400 * DAY, NOW + 400 * DAY), st.sampled_from([TZ, "America/New_York", "Australia/Lord_Howe", "UTC"]))
def test_there_is_one_summary_on_each_local_day(after: int, tz: str) -> None:
    first = choosing.next_digest(after, "02:30", tz)
    second = choosing.next_digest(first, "02:30", tz)
    assert after < first <= after + 26 * HOUR
    assert choosing.day_number(second, tz) != choosing.day_number(first, tz)
    assert 22 * HOUR <= second - first <= 26 * HOUR
