"""Wall times in a zone, with the two nights a year that bite; recurrence rules on local dates, never below a day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from config.mistakes import MistakeError
from config.resolved import Fixed

MAX_OCCURRENCES = 20_000
"""Of one rule between its anchor and the last day asked for."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_WALL = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{1,2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:?\d{2})?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_UNTIL = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:T\d{6}Z?)?")
_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES: dict[str, Literal[1, 2, 3]] = {"MONTHLY": 1, "WEEKLY": 2, "DAILY": 3}
"""dateutil's own numbers, so that it need not be imported to check a rule."""
_YEARS = range(2000, 2101)
_NOWHERE = date(2024, 1, 1)
"""Anchor of rules that need none: a Monday."""

Shift = Literal["", "gap", "fold"]


class TimeError(MistakeError):
    """A time or rule that cannot be used."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A wall time as an instant. `shift` says what the clocks did: moved out of a gap, or the first of two."""

    fixed: Fixed
    shift: Shift
    abbreviation: str
    """CET, CEST …"""


@dataclass(frozen=True, slots=True)
class Rule:
    """A recurrence rule, checked."""

    freq: Literal["DAILY", "WEEKLY", "MONTHLY"]
    interval: int = 1
    count: int | None = None
    until: date | None = None
    days: tuple[tuple[int, int], ...] = ()
    """(weekday 0–6, ordinal in the month or 0)."""
    month_days: tuple[int, ...] = ()

    @property
    def needs_anchor(self) -> bool:
        """Whether the rule means nothing without a first day."""
        bare = not self.days and not self.month_days and self.freq != "DAILY"
        return self.count is not None or self.interval > 1 or bare


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One day of a series."""

    day: date
    number: int
    """1-based, counted from the anchor."""
    at: Fixed
    shift: Shift


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """A zone by name; the workspace's model has checked it."""
    return ZoneInfo(name)


def micros(moment: datetime) -> int:
    """UTC microseconds of an aware datetime."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(instant: int, tz: str = "UTC") -> datetime:
    """The aware datetime of an instant, in a zone."""
    return (_EPOCH + timedelta(microseconds=instant)).astimezone(zone(tz))


def wall_text(naive: datetime) -> str:
    """`2026-11-30T12:15`, with seconds only where there are some."""
    return naive.isoformat(timespec="seconds" if naive.second else "minutes")


def parse_day(text: str) -> date:
    """`2026-11-30`. Raises TimeError (E411)."""
    try:
        if _DATE.fullmatch(text) and int(text[:4]) in _YEARS:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise TimeError("E411", f"'{text}' is not a date between 2000 and 2100", "as 2026-11-30")


def parse_clock(text: str) -> time:
    """`12:15`. Raises TimeError (E411)."""
    found = _CLOCK.fullmatch(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise TimeError("E411", f"'{text}' is not a time of day", 'as "09:30"')
    return time(int(found[1]), int(found[2]))


@lru_cache(maxsize=256)
def parse_at(text: str, tz: str) -> Resolved:
    """A time a person chose: local, or with an offset. Raises TimeError (E402 in a gap, E411)."""
    found = _WALL.fullmatch(text)
    if found is None or int(text[:4]) not in _YEARS:
        hint = f"add a time, as {text}T09:30" if _DATE.fullmatch(text) else "as 2026-11-30T12:15"
        raise TimeError("E411", f"'{text}' is not a date and time", hint)
    try:
        clock = found[2].zfill(8 if found[2].count(":") == 2 else 5)
        naive = datetime.fromisoformat(f"{found[1]}T{clock}")
        if found[3] is None:
            return _typed(naive, tz, text)
        aware = datetime.fromisoformat(f"{found[1]}T{clock}{found[3]}").astimezone(zone(tz))
        return _as_resolved(aware, tz, "")
    except (ValueError, OverflowError):
        raise TimeError("E411", f"'{text}' is not a date and time", "as 2026-11-30T12:15") from None


def resolve_wall(naive: datetime, tz: str) -> Resolved:
    """A wall time of a slot or series: in a gap it moves later by the gap, of two it is the first."""
    local = naive.replace(tzinfo=zone(tz), fold=0)
    later = local.replace(fold=1)
    before, after = local.utcoffset(), later.utcoffset()
    if before == after or before is None or after is None:
        return _as_resolved(local, tz, "")
    if after > before:  # clocks jumped forward: this wall time was never shown
        return _as_resolved((naive + (after - before)).replace(tzinfo=zone(tz)), tz, "gap")
    return _as_resolved(local, tz, "fold")


def _typed(naive: datetime, tz: str, text: str) -> Resolved:
    found = resolve_wall(naive, tz)
    if found.shift != "gap":
        return found
    later = datetime.fromisoformat(found.fixed.wall)
    gap = later - naive
    neighbours = f"did you mean {wall_text(naive - gap)} or {wall_text(later)}?"
    jump = f"the clocks jump by {int(gap.total_seconds() // 60)} minutes that night"
    raise TimeError("E402", f"'{text}' does not exist in {tz}", neighbours, jump)


def _as_resolved(aware: datetime, tz: str, shift: Shift) -> Resolved:
    wall = wall_text(aware.replace(tzinfo=None))
    return Resolved(Fixed(micros(aware.astimezone(UTC)), wall, tz), shift, aware.tzname() or "")


def second_of_two(resolved: Resolved) -> str:
    """How to write the other one of two equal wall times: with its offset."""
    naive = datetime.fromisoformat(resolved.fixed.wall)
    return naive.replace(tzinfo=zone(resolved.fixed.tz), fold=1).isoformat(timespec="minutes")


@lru_cache(maxsize=1_024)
def parse_rule(text: str) -> Rule:
    """The RRULE subset. Raises TimeError (E410)."""
    rule = Rule("DAILY")
    seen: set[str] = set()
    for part in text.removeprefix("RRULE:").split(";"):
        name, sign, value = part.strip().partition("=")
        if not sign or name in seen:
            raise _bad_rule(f"'{part}' is not understood" if not sign else f"'{name}' is written twice")
        seen.add(name)
        rule = _with_part(rule, name, value.strip())
    if "FREQ" not in seen:
        raise _bad_rule("FREQ is missing")
    if any(ordinal for _, ordinal in rule.days) and rule.freq != "MONTHLY":
        raise _bad_rule("numbered days belong to FREQ=MONTHLY")
    if rule.month_days and rule.freq != "MONTHLY":
        raise _bad_rule("BYMONTHDAY belongs to FREQ=MONTHLY")
    return rule


def _bad_rule(why: str) -> TimeError:
    return TimeError("E410", f"rule: {why}", "as FREQ=WEEKLY;BYDAY=MO,WE or FREQ=MONTHLY;BYMONTHDAY=1")


def _with_part(rule: Rule, name: str, value: str) -> Rule:
    if name == "FREQ":
        if value in ("DAILY", "WEEKLY", "MONTHLY"):
            return replace(rule, freq=value)  # type: ignore[arg-type]  # one of the three, by the line above
        below = value in ("HOURLY", "MINUTELY", "SECONDLY")
        raise _bad_rule(f"FREQ={value} is below a day" if below else f"FREQ={value} is not known here")
    if name in ("INTERVAL", "COUNT"):
        number = int(value) if value.isascii() and value.isdigit() and len(value) < 5 else 0
        if not 1 <= number <= 1_000:
            raise _bad_rule(f"{name}={value} is not a number from 1 to 1000")
        return replace(rule, interval=number) if name == "INTERVAL" else replace(rule, count=number)
    if name == "UNTIL":
        return replace(rule, until=_until(value))
    if name == "BYDAY":
        return replace(rule, days=tuple(_weekday(day) for day in value.split(",")))
    if name == "BYMONTHDAY":
        return replace(rule, month_days=tuple(_month_day(day) for day in value.split(",")))
    raise _bad_rule(f"{name} is not known here")


def _until(value: str) -> date:
    found = _UNTIL.fullmatch(value)
    try:
        if found is not None:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise _bad_rule(f"UNTIL={value} is not a date")


def _weekday(text: str) -> tuple[int, int]:
    found = _DAY.fullmatch(text)
    if found is None:
        raise _bad_rule(f"'{text}' is not a weekday as MO or TU")
    return _DAYS.index(found[2]), int(found[1] or 0)


def _month_day(text: str) -> int:
    number = int(text) if re.fullmatch(r"-?\d{1,2}", text) else 0
    if not 1 <= abs(number) <= 31:
        raise _bad_rule(f"BYMONTHDAY={text} is not a day from 1 to 31")
    return number


def local_days(rule: Rule, first: date, last: date, anchor: date | None = None) -> Iterator[tuple[int, date]]:
    """(number, day) of a rule's days in first … last, both included; numbers count from the anchor."""
    from dateutil.rrule import rrule, weekday  # deferred: 20 ms

    start = anchor or (first if not rule.needs_anchor else _NOWHERE)
    if anchor is None and rule.freq == "WEEKLY":
        start = min(start, first - timedelta(days=first.weekday()))
    end = min(last, rule.until) if rule.until else last
    series = rrule(
        _FREQUENCIES[rule.freq],
        dtstart=datetime.combine(start, time()),
        interval=rule.interval,
        until=datetime.combine(end, time()),  # a rule that never meets a day would run to the year 9999
        byweekday=[weekday(day, ordinal or None) for day, ordinal in rule.days] or None,
        bymonthday=list(rule.month_days) or None,
    )
    for number, moment in enumerate(series, 1):
        day = moment.date()
        if number > min(rule.count or MAX_OCCURRENCES, MAX_OCCURRENCES):
            return
        if day >= first:
            yield number, day


def occurrences(rule: Rule | str, at: time | str, tz: str, first: date, last: date, anchor: date | None = None) -> list[Occurrence]:
    """Occurrences on local days first … last. `anchor`: the first day of the series (a campaign's `starts`).

    A time in a gap is moved later by the gap (`shift` says so). Raises TimeError for a bad rule or time.
    """
    parsed = parse_rule(rule) if isinstance(rule, str) else rule
    clock = parse_clock(at) if isinstance(at, str) else at
    out = []
    for number, day in local_days(parsed, first, last, anchor):
        found = resolve_wall(datetime.combine(day, clock), tz)
        out.append(Occurrence(day, number, found.fixed, found.shift))
    return out
