"""Free slots for rows without a time: each account of a row takes its next one, and no two rows the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from config.loaded import Loaded, ResolvedCampaign
from config.resolved import Fixed
from config.times import from_micros
from scheduler.clock import MINUTE
from scheduler.desk.calendar.views import NEAR_MINUTES
from scheduler.importing.wish import Wish
from scheduler.slots import Busy, Place, Want, open_places


def fill(wishes: Sequence[Wish], loaded: Loaded, busy: Busy, now: int) -> tuple[list[Wish], dict[int, list[str]]]:
    """The rows with their slots, in the order of the sheet, and by row the accounts for which nothing is free."""
    for wish in wishes:
        if wish.at is not None:
            for account in wish.accounts:
                busy.add(account, wish.at.instant, from_micros(wish.at.instant, wish.at.tz).date())
    filled: dict[int, Wish] = {}
    without: dict[int, list[str]] = {}
    for wish in sorted((wish for wish in wishes if wish.at is None), key=lambda wish: wish.day is None):  # who names a day chooses first
        slots: dict[str, Fixed] = {}
        for account in wish.accounts:
            place = _next(account, wish, loaded, busy, now)
            if place is None:
                without.setdefault(wish.row, []).append(account)
            else:
                slots[account] = place.at
                busy.add(account, place.at.instant, place.day)
        filled[wish.row] = replace(wish, slots=slots)
    return [filled.get(wish.row, wish) for wish in wishes], without


def _next(account: str, wish: Wish, loaded: Loaded, busy: Busy, now: int) -> Place | None:
    wants = list(_wants(account, loaded.campaigns.values(), wish.campaign))
    firsts = [_first(want, wish.day, loaded, busy, now) for want in wants]
    return min((place for place in firsts if place is not None), key=lambda place: place.at.instant, default=None)


def _first(want: Want, day: date | None, loaded: Loaded, busy: Busy, now: int) -> Place | None:
    places = (place for _, place in open_places([want], busy, loaded.campaigns, now))
    return next((place for place in places if _fits(want.account, place, day, busy)), None)


def _fits(account: str, place: Place, day: date | None, busy: Busy) -> bool:
    return day in (None, place.day) and not busy.too_near(account, place.at.instant, NEAR_MINUTES * MINUTE)


def _wants(account: str, campaigns: Iterable[ResolvedCampaign], named: str) -> Iterable[Want]:
    """Slots of the row's own campaign where it has some for this account, else of all."""
    found = [want for campaign in campaigns if campaign.status == "active" and (want := _want(account, campaign)) is not None]
    own = [want for want in found if want.campaign == named]
    return own or found


def _want(account: str, campaign: ResolvedCampaign) -> Want | None:
    slots = tuple(slot.name for slot in campaign.slots.values() if account in (slot.accounts or campaign.accounts))
    return Want(f"{campaign.id}/?@{account}", account, campaign.id, slots) if slots else None
