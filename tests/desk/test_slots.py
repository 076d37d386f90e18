"""Slots: dealt once, kept, and never twice on one local day, whatever the clocks do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from config.loaded import Blackout, ResolvedCampaign, SlotRule
from config.pace import Quiet
from config.resolved import Place as Somewhere
from config.times import from_micros, micros, parse_at
from scheduler.clock import HOUR
from scheduler.slots import Busy, Dealt, Want, deal, series_id

HERE = Somewhere(Path("campaign.yaml"), 1, 1, 2)


def campaign(tz: str = "Europe/Warsaw", **slots: tuple[str, str]) -> ResolvedCampaign:
    rules = {name: SlotRule(name, rule, at, (), HERE) for name, (rule, at) in slots.items()}
    return ResolvedCampaign(
        id="c", title="C", status="active", owner="", labels=(), starts=None, ends=None, tz=tz, languages=("en",), brand=None,
        accounts=(),
        slots=rules, blackout=(), min_gap=0, late=2 * HOUR, quiet_hours=(), daily_max=None, moved=(), file=HERE.file, place=HERE,
    )  # fmt: skip


LUNCH = campaign(lunch=("FREQ=WEEKLY;BYDAY=MO,WE,FR", "12:15"))
NOW = parse_at("2026-11-22T10:00", "Europe/Warsaw").fixed.instant


def wants(
    *names: str, held: dict[str, tuple[str, date]] | None = None, account: str = "ig", slots: tuple[str, ...] = ("lunch",)
) -> list[Want]:
    return [Want(name, account, "c", slots, (held or {}).get(name)) for name in names]


def dealt(
    asked: list[Want], entry: ResolvedCampaign = LUNCH, *, now: int = NOW, busy: Busy | None = None, repack: bool = False
) -> dict[str, Dealt]:
    return deal(asked, busy or Busy(), {"c": entry}, now, repack=repack)


def days(found: dict[str, Dealt]) -> dict[str, str | None]:
    return {key: d.place.at.wall if d.place else None for key, d in found.items()}


def test_each_takes_the_next_free_place_in_order() -> None:
    assert days(dealt(wants("a", "b", "c"))) == {"a": "2026-11-23T12:15", "b": "2026-11-25T12:15", "c": "2026-11-27T12:15"}


def test_a_new_post_in_front_moves_nobody() -> None:
    held = {"a": ("lunch", date(2026, 11, 23)), "b": ("lunch", date(2026, 11, 25))}
    assert days(dealt(wants("new", "a", "b", held=held))) == {"new": "2026-11-27T12:15", "a": "2026-11-23T12:15", "b": "2026-11-25T12:15"}


def test_repack_deals_all_anew_in_order() -> None:
    held = {"a": ("lunch", date(2026, 11, 25)), "b": ("lunch", date(2026, 11, 23))}
    found = dealt(wants("a", "b", held=held), repack=True)
    assert days(found) == {"a": "2026-11-23T12:15", "b": "2026-11-25T12:15"}
    assert found["a"].why == "dealt anew"


def test_a_slot_at_another_time_of_day_moves_those_who_hold_it() -> None:
    later = campaign(lunch=("FREQ=WEEKLY;BYDAY=MO,WE,FR", "12:45"))
    found = dealt(wants("a", held={"a": ("lunch", date(2026, 11, 25))}), later)
    assert days(found) == {"a": "2026-11-25T12:45"}
    assert found["a"].kept


def test_a_place_that_is_gone_is_dealt_anew_and_said() -> None:
    other = campaign(lunch=("FREQ=WEEKLY;BYDAY=TU", "12:15"))
    found = dealt(wants("a", held={"a": ("lunch", date(2026, 11, 25))}), other)
    assert days(found) == {"a": "2026-11-24T12:15"}
    assert "2026-11-25 is gone" in found["a"].why


def test_blackout_quiet_hours_and_campaign_days_are_left_out() -> None:
    entry = campaign(lunch=("FREQ=DAILY", "12:15"), late=("FREQ=DAILY", "23:00"))
    entry = replace(entry, blackout=(Blackout(date(2026, 11, 23), date(2026, 11, 24), "fair"),), quiet_hours=(Quiet(22 * 60, 7 * 60),))
    entry = replace(entry, starts=date(2026, 11, 23), ends=date(2026, 11, 26))
    found = dealt(wants("a", "b", "c", slots=("lunch", "late")), entry)
    assert days(found) == {"a": "2026-11-25T12:15", "b": "2026-11-26T12:15", "c": None}
    assert found["c"].why == "no free place in lunch, late within 90 days"


def test_min_gap_counts_posts_of_other_campaigns_on_the_account() -> None:
    entry = replace(LUNCH, min_gap=4 * HOUR)
    busy = Busy()
    other = parse_at("2026-11-23T15:00", "Europe/Warsaw").fixed.instant
    busy.add("ig", other, date(2026, 11, 23))
    assert days(dealt(wants("a"), entry, busy=busy)) == {"a": "2026-11-25T12:15"}
    exactly = Busy()
    exactly.add("ig", parse_at("2026-11-23T16:15", "Europe/Warsaw").fixed.instant, date(2026, 11, 23))
    assert days(dealt(wants("a"), entry, busy=exactly)) == {"a": "2026-11-23T12:15"}


def test_daily_max_is_per_account() -> None:
    entry = replace(campaign(early=("FREQ=DAILY", "09:00"), lunch=("FREQ=DAILY", "12:00")), daily_max=1)
    found = dealt([*wants("a", "b", slots=("early", "lunch")), *wants("x", account="bs", slots=("early", "lunch"))], entry)
    assert days(found) == {"a": "2026-11-22T12:00", "b": "2026-11-23T09:00", "x": "2026-11-22T12:00"}


def test_two_accounts_may_hold_the_same_place_one_account_may_not() -> None:
    found = dealt([*wants("a"), *wants("b", account="bs"), *wants("c")])
    assert days(found) == {"a": "2026-11-23T12:15", "b": "2026-11-23T12:15", "c": "2026-11-25T12:15"}
    assert series_id("c", "lunch", "ig") == "c/lunch@ig"


@pytest.mark.parametrize(
    "tz", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca", "UTC"]
)
@pytest.mark.parametrize("start", ["2026-03-01", "2026-09-15", "2027-10-01"])
@pytest.mark.parametrize("at", ["00:00", "01:45", "02:30", "03:15"])
def test_one_place_per_local_day_over_every_change_of_the_clocks(tz: str, start: str, at: str) -> None:
    entry = campaign(tz, night=("FREQ=DAILY", at))
    now = parse_at(f"{start}T12:00", tz).fixed.instant
    found = dealt(wants(*(f"p{n:02}" for n in range(89)), slots=("night",)), entry, now=now)
    places = [d.place for d in found.values() if d.place]
    assert len(places) == 89
    assert [p.day.toordinal() for p in places] == list(range(places[0].day.toordinal(), places[0].day.toordinal() + 89))
    instants = [p.at.instant for p in places]
    assert instants == sorted(set(instants))
    for place in places:
        local = from_micros(place.at.instant, tz)
        assert local.date() == place.day
        assert place.shift == "gap" or f"{local:%H:%M}" == at
        assert micros(local) == place.at.instant
