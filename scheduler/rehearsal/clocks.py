"""The nights on which clocks are set forward or back, and the posts they touch."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.times import from_micros
from scheduler.clock import DAY, MINUTE
from scheduler.rehearsal.result import ClockChange
from scheduler.when import day_words


@dataclass(frozen=True, slots=True)
class Planned:
    """What a night of changing clocks needs to know of a post."""

    key: str
    due: int
    tz: str
    wall: str
    """`2027-03-28T03:30`."""
    series: str
    """The slot or series it belongs to; empty: a person chose the time."""


@dataclass(frozen=True, slots=True)
class _Night:
    """One change: the wall clock went from `before` to `after` at `at`."""

    at: int
    before: datetime
    after: datetime

    @property
    def jump(self) -> timedelta:
        return self.after - self.before


def clock_changes(
    posts: Sequence[Planned], zones: Iterable[str], start: int, until: int, written: Mapping[str, str]
) -> tuple[ClockChange, ...]:
    """All changes between two instants, in the zones given. `written`: series → its time of day, where the files tell."""
    usual = _usual_times(posts) | dict(written)
    found = []
    for tz in sorted(set(zones)):
        mine = [post for post in posts if post.tz == tz]
        for night in _nights(tz, start, until):
            touched = tuple((post.key, words) for post in mine if (words := _meaning(post, night, usual)) is not None)
            found.append(ClockChange(night.at, tz, _words(night, tz), touched))
    return tuple(sorted(found, key=lambda change: (change.at, change.tz)))


def _nights(tz: str, start: int, until: int) -> list[_Night]:
    found = []
    day = start
    while day < until:
        end = min(day + DAY, until)
        if _offset(day, tz) != _offset(end, tz):
            found.append(_night(day, end, tz))
        day = end
    return found


def _night(low: int, high: int, tz: str) -> _Night:
    """The instant of the change, to the minute."""
    while high - low > MINUTE:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(middle, tz) == _offset(low, tz) else (low, middle)
    at = -(-low // MINUTE) * MINUTE
    after = from_micros(at, tz).replace(tzinfo=None)
    return _Night(at, after - (_offset(at, tz) - _offset(at - MINUTE, tz)), after)


def _offset(instant: int, tz: str) -> timedelta:
    return from_micros(instant, tz).utcoffset() or timedelta()


def _words(night: _Night, tz: str) -> str:
    way = "forward" if night.jump > timedelta() else "back"
    return f"{day_words(night.at, tz)}: clocks are set {way}, {night.before:%H:%M} → {night.after:%H:%M} ({tz})"


def _usual_times(posts: Iterable[Planned]) -> dict[str, str]:
    """Series → the time of day most of its posts have."""
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for post in posts:
        if post.series:
            seen[post.series][post.wall[11:16]] += 1
    return {series: times.most_common(1)[0][0] for series, times in seen.items()}


def _meaning(post: Planned, night: _Night, usual: dict[str, str]) -> str | None:
    """What the change means for a post, or None."""
    local = from_micros(post.due, post.tz).replace(tzinfo=None)
    if night.jump > timedelta():
        return _out_of_the_gap(post, local, night, usual)
    if night.after <= local < night.before:
        which = "first" if post.due < night.at else "second"
        return f"{local:%H:%M} comes twice that night: goes out at the {which}"
    return None


def _out_of_the_gap(post: Planned, local: datetime, night: _Night, usual: dict[str, str]) -> str | None:
    if not post.series or not night.after <= local < night.after + night.jump:
        return None
    wanted = local - night.jump
    if usual[post.series] != f"{wanted:%H:%M}":
        return None  # its own time, not one it was moved to
    day = f"{wanted.day} {wanted:%B}"
    return f"{wanted:%H:%M} does not exist on {day}: goes out at {local:%H:%M}"
