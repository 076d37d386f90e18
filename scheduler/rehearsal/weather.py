"""What goes wrong in a rehearsal, and when: chosen from the seed, day by day, so that a minute later it is still the same.

Nothing here knows of posts. A day's incidents depend on the seed, the local date and whom they befall alone.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from adapters.limits import LIMITS
from config.times import from_micros, micros, resolve_wall, zone
from scheduler.clock import DAY, HOUR, MINUTE
from scheduler.rehearsal.ways import way_of


class Level(StrEnum):
    """How much goes wrong."""

    CALM = "calm"
    FEW = "few"
    MANY = "many"


class Kind(StrEnum):
    """What can go wrong for a while."""

    DOWN = "down"
    LIMITED = "limited"
    SLOW = "slow"
    ASLEEP = "asleep"
    OFF = "off"
    OFFLINE = "offline"


COMPUTER = frozenset({Kind.ASLEEP, Kind.OFF})
"""While one of these lasts, nothing at all happens here."""


@dataclass(frozen=True, slots=True)
class Incident:
    """Something goes wrong from `start` to `end`."""

    kind: Kind
    start: int
    end: int
    whom: str
    """A platform (down, slow), an account (limited), or empty: this computer."""
    words: str
    connects: bool = False
    """A platform that is down still takes connections and answers 503."""
    minutes: float = 0.0
    """Slow: what a file takes."""


@dataclass(frozen=True, slots=True)
class Odds:
    """Chances: of incidents per day, of lost answers per post."""

    down: float = 0.0
    limited: float = 0.0
    slow: float = 0.0
    night: float = 0.0
    off: float = 0.0
    offline: float = 0.0
    lost: float = 0.0
    """The answer to a post is lost."""


ODDS = {
    Level.CALM: Odds(),
    Level.FEW: Odds(down=0.05, limited=0.02, slow=0.04, night=0.15, off=0.03, offline=0.06, lost=0.01),
    Level.MANY: Odds(down=0.3, limited=0.12, slow=0.25, night=0.5, off=0.2, offline=0.25, lost=0.08),
}


@dataclass(slots=True)
class Weather:
    """All incidents of a rehearsal, and who is struck when."""

    seed: int
    odds: Odds
    incidents: tuple[Incident, ...]
    _by: dict[tuple[Kind, str], list[Incident]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for incident in self.incidents:
            self._by[incident.kind, incident.whom].append(incident)

    def at(self, kind: Kind, now: int, whom: str = "") -> Incident | None:
        """What strikes somebody now."""
        row = self._by.get((kind, whom))
        if row is None:
            return None
        place = bisect_right(row, now, key=lambda incident: incident.start) - 1
        return row[place] if place >= 0 and now < row[place].end else None

    def computer(self) -> list[Incident]:
        """When this computer does nothing, in order and never two at once."""
        return [incident for incident in self.incidents if incident.kind in COMPUTER]

    def chance(self, *about: object) -> random.Random:
        """Dice that fall the same way each time for the same thing."""
        return _dice(self.seed, *about)


def forecast(seed: int, level: Level, start: int, until: int, tz: str, accounts: Iterable[tuple[str, str]]) -> Weather:
    """The weather from `start` to `until`, for accounts as (name, platform)."""
    odds, named = ODDS[level], sorted(accounts)
    platforms = sorted({platform for _, platform in named})
    found: list[Incident] = []
    for day in _days(start, until, tz):
        for platform in platforms:
            found += _of_platform(_dice(seed, day, platform), odds, day, tz, platform)
        for name, platform in named:
            found += _of_account(_dice(seed, day, platform, name), odds, day, tz, name, platform)
        found += _of_computer(_dice(seed, day), odds, day, tz)
    inside = [incident for incident in found if incident.end > start and incident.start < until]
    return Weather(seed, odds, _one_computer(sorted(inside, key=lambda i: (i.start, i.kind, i.whom)), start))


def _one_computer(incidents: Sequence[Incident], start: int) -> tuple[Incident, ...]:
    """It works now, and what sleeps cannot be shut down: only what begins later and after the one before."""
    kept: list[Incident] = []
    awake = start
    for incident in incidents:
        if incident.kind in COMPUTER:
            if incident.start <= awake:
                continue
            awake = incident.end
        kept.append(incident)
    return tuple(kept)


def _of_platform(dice: random.Random, odds: Odds, day: date, tz: str, platform: str) -> list[Incident]:
    label, made = LIMITS[platform].label if platform in LIMITS else platform, []
    happens, at, long, connects = dice.random(), _moment(dice, day, tz), _between(dice, 6 * MINUTE, 4 * HOUR), dice.random() < 0.5
    if happens < odds.down:
        words = f"{label} {'answers only with errors' if connects else 'cannot be reached'}"
        made.append(Incident(Kind.DOWN, at, at + long, platform, words, connects))
    happens, at, long, minutes = dice.random(), _moment(dice, day, tz), _between(dice, HOUR, 6 * HOUR), round(dice.uniform(4, 25))
    if happens < odds.slow and way_of(platform).processes:
        words = f"{label} takes {minutes} min for each picture or video"
        made.append(Incident(Kind.SLOW, at, at + long, platform, words, minutes=minutes))
    return made


def _of_account(dice: random.Random, odds: Odds, day: date, tz: str, name: str, platform: str) -> list[Incident]:
    happens, at, long = dice.random(), _moment(dice, day, tz), _between(dice, 5 * MINUTE, HOUR)
    if happens >= odds.limited:
        return []
    label = LIMITS[platform].label if platform in LIMITS else platform
    return [Incident(Kind.LIMITED, at, at + long, name, f"{label} tells {name} to wait (429)")]


def _of_computer(dice: random.Random, odds: Odds, day: date, tz: str) -> list[Incident]:
    made = []
    happens, bed, hours = dice.random(), dice.uniform(-30, 150), dice.uniform(4, 8)
    if happens < odds.night:
        at = _local(day, time(0), tz) + round(bed) * MINUTE
        made.append(Incident(Kind.ASLEEP, at, at + round(hours * 60) * MINUTE, "", "this computer sleeps"))
    happens, at, long = dice.random(), _moment(dice, day, tz), _between(dice, 20 * MINUTE, 6 * HOUR)
    if happens < odds.off:
        made.append(Incident(Kind.OFF, at, at + long, "", "this computer is off"))
    happens, at, long = dice.random(), _moment(dice, day, tz), _between(dice, 4 * MINUTE, 2 * HOUR)
    if happens < odds.offline:
        made.append(Incident(Kind.OFFLINE, at, at + long, "", "this computer has no network"))
    return made


def _days(start: int, until: int, tz: str) -> Sequence[date]:
    """Every local day that may have something to say, the one before included: nights begin there."""
    first = from_micros(start - DAY, tz).date()
    last = from_micros(until, tz).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _dice(seed: int, *about: object) -> random.Random:
    return random.Random("|".join(map(str, (seed, *about))))


def _local(day: date, clock: time, tz: str) -> int:
    return resolve_wall(datetime.combine(day, clock), tz).fixed.instant


def _moment(dice: random.Random, day: date, tz: str) -> int:
    minute = dice.randrange(24 * 60)
    return micros(datetime.combine(day, time(minute // 60, minute % 60), zone(tz)))


def _between(dice: random.Random, least: int, most: int) -> int:
    """A length of time; short ones are the common ones."""
    length: float = least * (most / least) ** dice.random()
    return round(length / MINUTE) * MINUTE
