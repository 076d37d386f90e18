"""Times in words: weekday, day and month, in the zone of the thing."""

from __future__ import annotations

from config.times import from_micros

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_words(instant: int, tz: str, *, wide: bool = False) -> str:
    """`Tue 24 Nov`; `wide` lines up days under each other."""
    moment = from_micros(instant, tz)
    return f"{_DAYS[moment.weekday()]} {moment.day:{2 if wide else 1}} {_MONTHS[moment.month - 1]}"


def clock_words(instant: int, tz: str) -> str:
    """`9:05` as `09:05`."""
    return f"{from_micros(instant, tz):%H:%M}"


def zone_words(instant: int, tz: str) -> str:
    """`CET`, `CEST`, or the offset where a zone has no letters."""
    return from_micros(instant, tz).tzname() or tz


def when_words(instant: int | None, tz: str, *, wide: bool = False) -> str:
    """`Mon 30 Nov 12:15 CET`."""
    if instant is None:
        return "no time yet"
    return f"{day_words(instant, tz, wide=wide)} {clock_words(instant, tz)} {zone_words(instant, tz)}"


def dated_words(instant: int | None, tz: str) -> str:
    """`Mon 30 Nov 2026, 12:15 CET`: for what is read years later."""
    if instant is None:
        return "no time yet"
    return f"{day_words(instant, tz)} {from_micros(instant, tz).year}, {clock_words(instant, tz)} {zone_words(instant, tz)}"


def moved_words(before: int | None, after: int | None, tz: str) -> str:
    """`Wed  2 Dec 12:15 → 12:45 CET`; the day again only where it is another."""
    if before is None or after is None:
        return f"{when_words(before, tz, wide=True)} → {when_words(after, tz)}"
    start = f"{day_words(before, tz, wide=True)} {clock_words(before, tz)}"
    same_day = from_micros(before, tz).date() == from_micros(after, tz).date()
    return f"{start} → {clock_words(after, tz) + ' ' + zone_words(after, tz) if same_day else when_words(after, tz)}"
