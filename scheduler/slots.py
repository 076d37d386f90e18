"""Dealing slots: a post takes the next free occurrence of its slots and keeps it. Pure; the store's part is in `scheduler/plan`.

Rules: an occurrence in a blackout, in quiet hours, on a full day or too near another post of the account is not free;
a post that holds an occurrence keeps it when others come or go; only when its own occurrence is gone is it dealt a new one.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from heapq import merge

from config.loaded import ResolvedCampaign
from config.pace import Pace, crowd
from config.resolved import Fixed
from config.spans import DAY, HOUR
from config.times import Shift, from_micros, occurrences

HORIZON_DAYS = 90
"""How far ahead a free occurrence is looked for."""


@dataclass(frozen=True, slots=True)
class Place:
    """One occurrence of a slot."""

    slot: str
    day: date
    """Local date: with the slot's name, its identity, whatever the clocks do."""
    at: Fixed
    shift: Shift = ""


@dataclass(frozen=True, slots=True)
class Want:
    """A post that takes a slot."""

    key: str
    account: str
    campaign: str
    slots: tuple[str, ...]
    held: tuple[str, date] | None = None
    """Slot and local date it was dealt before."""


@dataclass(frozen=True, slots=True)
class Dealt:
    """What a post got."""

    key: str
    place: Place | None
    """None: nothing was free within the horizon."""
    kept: bool = False
    why: str = ""
    """Why it stands elsewhere than before, or nowhere."""


@dataclass(slots=True)
class Busy:
    """What every account already has; grows while slots are dealt."""

    instants: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    days: Counter[tuple[str, date]] = field(default_factory=Counter)
    taken: set[tuple[str, date]] = field(default_factory=set)
    """As in table `series_slot`: campaign/slot@account, local date."""
    paces: Mapping[str, Pace] = field(default_factory=dict)
    """Limits by account; none: not named."""

    def add(self, account: str, instant: int, day: date) -> None:
        """A post of the account stands at this instant, on this local day."""
        insort(self.instants[account], instant)
        self.days[account, day] += 1

    def too_near(self, account: str, instant: int, gap: int) -> bool:
        """Whether another post of the account lies less than `gap` away."""
        row = self.instants[account]
        at = bisect_left(row, instant - gap + 1)
        return gap > 0 and at < len(row) and row[at] < instant + gap

    def paced(self, account: str, instant: int, pace: Pace) -> bool:
        """Whether the account's limits let one more go out at this instant, and all others still at theirs."""
        row = self.instants[account]
        hour = not pace.per_hour or crowd(row, instant, HOUR) <= pace.per_hour
        day = not pace.per_day or crowd(row, instant, DAY) <= pace.per_day
        return hour and day and not self.too_near(account, instant, pace.apart) and pace.quiet_at(instant) is None

    def full(self, account: str, day: date, most: int | None) -> bool:
        """Whether the account's day is full."""
        return most is not None and self.days[account, day] >= most


def series_id(campaign: str, slot: str, account: str) -> str:
    """The name of one slot of one account in table `series_slot`."""
    return f"{campaign}/{slot}@{account}"


class Calendar:
    """Occurrences of all slots of all campaigns, made once each."""

    def __init__(self, campaigns: Mapping[str, ResolvedCampaign], now: int) -> None:
        self._campaigns = campaigns
        self._now = now
        self._ahead: dict[tuple[str, str], list[Place]] = {}

    def ahead(self, campaign: str, slot: str) -> list[Place]:
        """From now to the horizon."""
        if (campaign, slot) not in self._ahead:
            today = from_micros(self._now, self._campaigns[campaign].tz).date()
            made = self._made(campaign, slot, today, today + timedelta(days=HORIZON_DAYS))
            self._ahead[campaign, slot] = [place for place in made if place.at.instant > self._now]
        return self._ahead[campaign, slot]

    def on(self, campaign: str, slot: str, day: date) -> Place | None:
        """The occurrence the rule has on a day, as it is written now."""
        if slot not in self._campaigns[campaign].slots:
            return None
        return next(iter(self._made(campaign, slot, day, day)), None)

    def _made(self, campaign: str, slot: str, first: date, last: date) -> list[Place]:
        entry = self._campaigns[campaign]
        rule = entry.slots[slot]
        found = occurrences(rule.rule, rule.at, entry.tz, first, last, entry.starts)
        return [Place(slot, occurrence.day, occurrence.at, occurrence.shift) for occurrence in found]


def deal(
    wants: Sequence[Want], busy: Busy, campaigns: Mapping[str, ResolvedCampaign], now: int, *, repack: bool = False
) -> dict[str, Dealt]:
    """Deal every post a place. First those that keep theirs, then the others in order.

    `repack`: nobody keeps; all are dealt anew in order."""
    calendar = Calendar(campaigns, now)
    dealt: dict[str, Dealt] = {}
    for want in () if repack else wants:
        kept = _kept(want, campaigns[want.campaign], calendar)
        if kept is not None:
            _take(want, kept, busy)
            dealt[want.key] = Dealt(want.key, kept, kept=True)
    for want in wants:
        if want.key not in dealt:
            found = next(_free(want, busy, campaigns[want.campaign], calendar), None)
            if found is not None:
                _take(want, found, busy)
            dealt[want.key] = Dealt(want.key, found, _same(want, found), _why(want, found, repack))
    return dealt


def open_places(wants: Sequence[Want], busy: Busy, campaigns: Mapping[str, ResolvedCampaign], now: int) -> Iterator[tuple[Want, Place]]:
    """Every place that is free for each of them by itself, within the horizon; nothing is dealt."""
    calendar = Calendar(campaigns, now)
    for want in wants:
        for place in _free(want, busy, campaigns[want.campaign], calendar):
            yield want, place


def _kept(want: Want, campaign: ResolvedCampaign, calendar: Calendar) -> Place | None:
    """The place a post holds, at the time its rule says today; None when it is gone or blacked out."""
    if want.held is None or want.held[0] not in want.slots or campaign.blacked_out(want.held[1]):
        return None
    return calendar.on(want.campaign, *want.held)


def _free(want: Want, busy: Busy, campaign: ResolvedCampaign, calendar: Calendar) -> Iterator[Place]:
    """Free places of all slots a post may take, soonest first."""
    every = (calendar.ahead(want.campaign, slot) for slot in want.slots)
    for place in merge(*every, key=lambda place: (place.at.instant, place.slot)):
        taken = (series_id(want.campaign, place.slot, want.account), place.day) in busy.taken
        if not taken and _calm(campaign, place) and not _crowds(want.account, campaign, place, busy):
            yield place


def _calm(campaign: ResolvedCampaign, place: Place) -> bool:
    """Whether the campaign speaks then: inside its days, in no blackout and no quiet hours."""
    outside = (campaign.starts and place.day < campaign.starts) or (campaign.ends and place.day > campaign.ends)
    minute = int(place.at.wall[11:13]) * 60 + int(place.at.wall[14:16])
    return not (outside or campaign.blacked_out(place.day) or any(quiet.holds(minute) for quiet in campaign.quiet_hours))


def _crowds(account: str, campaign: ResolvedCampaign, place: Place, busy: Busy) -> bool:
    """Whether the account has a post too near, or enough of them that day."""
    near = busy.too_near(account, place.at.instant, campaign.min_gap)
    pace = busy.paces.get(account)
    slow = pace is not None and pace.limits and not busy.paced(account, place.at.instant, pace)
    return near or slow or busy.full(account, place.day, campaign.daily_max)


def _take(want: Want, place: Place, busy: Busy) -> None:
    busy.taken.add((series_id(want.campaign, place.slot, want.account), place.day))
    busy.add(want.account, place.at.instant, place.day)


def _same(want: Want, found: Place | None) -> bool:
    return found is not None and want.held == (found.slot, found.day)


def _why(want: Want, found: Place | None, repack: bool) -> str:
    """In words, why a post does not stand where it stood."""
    if found is None:
        return f"no free place in {', '.join(want.slots)} within {HORIZON_DAYS} days"
    if want.held is None or _same(want, found):
        return ""
    return "dealt anew" if repack else f"its place in “{want.held[0]}” on {want.held[1].isoformat()} is gone"
