"""Times as people type them: "tomorrow 9:30", "fri 18", "+2d", "now", "1.12. 9:00", "28 mar 2027", RFC 3339; also in Polish."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from config.polish_times import in_english
from config.resolved import Fixed
from config.spans import MINUTE
from config.times import TimeError, from_micros, parse_at, resolve_wall, wall_text

_AHEAD = re.compile(
    r"\+\s*(?:(\d{1,4})\s*w)?\s*(?:(\d{1,4})\s*d)?\s*(?:(\d{1,4})\s*h)?\s*(?:(\d{1,5})\s*(?:m|min))?(?:\s+(?P<clock>\S.*))?"
)
_IN_WORDS = re.compile(r"in (?:(\d{1,5})|an?) ?(w|d|h|m)(?:eeks?|ays?|ours?|rs?|in(?:ute)?s?)?(?: at)?(?: (\S.*))?")
_CLOCK = re.compile(r"(?:at\s+)?(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_SHORT_DAY = re.compile(r"(?P<day>\d{1,2})[./](?P<month>\d{1,2})(?:[./](?P<year>\d{4})|\.)?")
_NAMED_DAY = re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?P<month>[a-z]{3,9})\.?(?:\s+(?P<year>\d{4})(?!\S))?")
_MONTH_FIRST = re.compile(r"(?P<month>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?(?!\S)(?:\s+(?P<year>\d{4})(?!\S))?")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_NAMED_CLOCKS = {"noon": time(12), "midnight": time(0)}
_HINT = 'as "tomorrow 9:30", "fri 18", "in 2 hours", "1 Dec 9:00", "2026-12-01T09:00" or "now"'


def parse_typed(text: str, now: int, tz: str) -> Fixed:
    """The time a person means, seen from `now` (UTC microseconds) in a zone. Raises TimeError in words for that person.

    A day without a time keeps the clock of `now`; a time without a day is the next one to come.
    """
    said = in_english(text.strip().casefold().replace(",", " "))
    local = from_micros(now, tz).replace(tzinfo=None, microsecond=0)
    if said in ("now", "asap"):
        return _fixed_instant(now, tz)
    if re.match(r"\d{4}-\d{2}-\d{2}[t ]\d", said):
        return parse_at(said.upper().replace(" ", "T", 1), tz).fixed
    if words := _IN_WORDS.fullmatch(said):
        said = f"+{words[1] or 1}{words[2]} {words[3] or ''}".strip()
    if said.startswith("+"):
        return _ahead(said, local, now, tz)
    day, rest = _day(said, local.date())
    if day is None:
        return _next_clock(_clock(said, text), local, now, tz)
    clock = _clock(rest, text) if rest else local.time().replace(second=0)
    return _strict(datetime.combine(day, clock), tz)


def _fixed_instant(instant: int, tz: str) -> Fixed:
    return Fixed(instant, wall_text(from_micros(instant, tz).replace(tzinfo=None, microsecond=0)), tz)


def _strict(naive: datetime, tz: str) -> Fixed:
    return parse_at(wall_text(naive), tz).fixed


def _ahead(said: str, local: datetime, now: int, tz: str) -> Fixed:
    found = _AHEAD.fullmatch(said)
    if found is None or not any(found.group(1, 2, 3, 4)):
        raise _unclear(said)
    weeks, days, hours, minutes = (int(number or 0) for number in found.group(1, 2, 3, 4))
    day = local + timedelta(days=weeks * 7 + days)
    if found["clock"]:
        return _strict(datetime.combine(day.date(), _clock(found["clock"], said)), tz)
    if not weeks and not days:  # hours are time that passes, whatever the clocks do
        return _fixed_instant(now + (hours * 60 + minutes) * MINUTE, tz)
    start = resolve_wall(day.replace(second=0), tz).fixed.instant
    return _fixed_instant(start + (hours * 60 + minutes) * MINUTE, tz)


def _day(said: str, today: date) -> tuple[date | None, str]:
    """The day at the beginning of a text, and what follows it."""
    word, _, rest = said.partition(" ")
    if word in ("today", "tonight"):
        return today, rest
    if word == "tomorrow":
        return today + timedelta(days=1), rest
    if word == "next":
        word, _, rest = rest.partition(" ")
    weekday = _index(word, _WEEKDAYS)
    if weekday is None:
        return _calendar_day(said, today, (_ISO_DAY, _SHORT_DAY, _NAMED_DAY, _MONTH_FIRST))
    day, after = _calendar_day(rest, today, (_NAMED_DAY, _MONTH_FIRST))  # "fri 9.10" is a clock
    if day is None:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1), rest
    if day.weekday() != weekday:
        raise TimeError(
            "E411", f"'{said}' does not fit: that day is a {_WEEKDAYS[day.weekday()].capitalize()}", "correct the day or the date"
        )
    return day, after


def _calendar_day(said: str, today: date, patterns: tuple[re.Pattern[str], ...]) -> tuple[date | None, str]:
    for pattern in patterns:
        found = pattern.match(said)
        rest = said[found.end() :] if found else ""
        if found is None or (rest and not rest.startswith(" ")):
            continue
        day = _as_date(pattern, found, today)
        if day is not None:
            return day, rest.strip()
    return None, said


def _as_date(pattern: re.Pattern[str], found: re.Match[str], today: date) -> date | None:
    try:
        if pattern is _ISO_DAY:
            return date(int(found[1]), int(found[2]), int(found[3]))
        named = None if pattern is _SHORT_DAY else _index(found["month"], _MONTHS)
        if pattern is not _SHORT_DAY and named is None:
            return None
        month = int(found["month"]) if named is None else named + 1
        day = date(int(found["year"] or today.year), month, int(found["day"]))
        return day if found["year"] or day >= today else day.replace(year=today.year + 1)
    except ValueError:
        raise _unclear(found.group()) from None


def _index(word: str, names: tuple[str, ...]) -> int | None:
    return next((n for n, name in enumerate(names) if len(word) >= 3 and name.startswith(word.rstrip("."))), None)


def _clock(said: str, text: str) -> time:
    said = said.strip()
    if said in _NAMED_CLOCKS:
        return _NAMED_CLOCKS[said]
    found = _CLOCK.fullmatch(said)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if found is not None and found[3]:
        hour = hour % 12 + (12 if found[3] == "pm" else 0) if 1 <= hour <= 12 else 99
    if hour > 23 or minute > 59:
        raise _unclear(text)
    return time(hour, minute)


def _next_clock(clock: time, local: datetime, now: int, tz: str) -> Fixed:
    today = resolve_wall(datetime.combine(local.date(), clock), tz).fixed
    if today.instant > now:
        return _strict(datetime.combine(local.date(), clock), tz)
    return _strict(datetime.combine(local.date() + timedelta(days=1), clock), tz)


def _unclear(text: str) -> TimeError:
    return TimeError("E411", f"'{text}' is not a time that is understood", _HINT)
