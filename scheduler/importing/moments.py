"""Days and times as people write them into sheets: real dates, `30.11.2026`, `30 listopada`, `9:30`, `5 pm`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from config.times import TimeError
from scheduler.importing.columns import plain
from scheduler.importing.table import Cell

Order = Literal["day", "month", "both", ""]
"""What stands first in `3/4/2026`, as far as the other cells of the column tell; `both`: they contradict each other."""

_ISO = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})\s*([-./])\s*(\d{1,2})(?:\s*[-./]\s*(\d{4}|\d{2}))?\.?")
_DAY_NAME = re.compile(r"(\d{1,2})\.?(?:st|nd|rd|th)?\s+([^\W\d_]+)\.?,?(?:\s+(\d{4}))?")
_NAME_DAY = re.compile(r"([^\W\d_]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?(?:\s+(\d{4}))?")
_CLOCK = re.compile(r"(?:godz\.?\s*)?(\d{1,2})(?:[:.h](\d{2}))?(?::\d{2})?\s*(?:h|(am|pm|a\.m\.|p\.m\.))?")
_OFFSET = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{1,2}:\d{2}(:\d{2})?\s*(Z|[+-]\d{2}:?\d{2})")
_MONTHS = (
    "january styczen stycznia", "february luty lutego", "march marzec marca", "april kwiecien kwietnia", "may maj maja",
    "june czerwiec czerwca", "july lipiec lipca", "august sierpien sierpnia", "september wrzesien wrzesnia",
    "october pazdziernik pazdziernika", "november listopad listopada", "december grudzien grudnia",
)  # fmt: skip
_DAYS = (
    "monday poniedzialek pon pn", "tuesday wtorek wt", "wednesday sroda sr", "thursday czwartek czw cz", "friday piatek pt",
    "saturday sobota sob sb", "sunday niedziela niedz nd ndz",
)  # fmt: skip
_DATE_HINT = "as 2026-11-30, 30.11.2026 or a real date of the sheet"
_TIME_HINT = "as 9:30, 17.00 or 5 pm"
_EXCEL_FIRST = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Typed:
    """What one or two cells say about a time."""

    day: date | None = None
    clock: time | None = None
    offset: str = ""
    """The whole text where it names its own offset."""


def order_of(cells: Iterable[Cell]) -> Order:
    """Whether a column writes the day or the month first."""
    firsts, seconds = False, False
    for cell in cells:
        found = _NUMBERS.match(_without_weekday(cell.text)[1]) if isinstance(cell.value, str) else None
        if found is not None and found[2] != "." and not _ISO.match(cell.text):
            firsts, seconds = firsts or int(found[1]) > 12, seconds or int(found[3]) > 12
    return "both" if firsts and seconds else "month" if seconds else "day" if firsts else ""


def is_unsure(cell: Cell) -> bool:
    """`3/4/2026`: nobody but its writer knows."""
    found = _NUMBERS.match(_without_weekday(cell.text)[1]) if isinstance(cell.value, str) and not _ISO.match(cell.text) else None
    return found is not None and found[2] != "." and int(found[1]) <= 12 and int(found[3]) <= 12 and found[1] != found[3]


def read_day(cell: Cell, order: Order, today: date) -> date:
    """The day in a cell. Raises TimeError (E411)."""
    value = cell.value
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise _number(value)
    return _day(cell.text, order, today)


def read_clock(cell: Cell) -> time:
    """The time of day in a cell. Raises TimeError (E411)."""
    value = cell.value
    if isinstance(value, datetime):
        return value.time().replace(second=0, microsecond=0)
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)
    if isinstance(value, float) and 0 < value < 1:
        shown = "{:02}:{:02}".format(*divmod(round(value * 24 * 60), 60))
        raise TimeError("E411", f"'{cell.text}' is a number, not a time", f"format the column as a time: this would be {shown}", _TIME_HINT)
    return _clock(cell.text)


def read_moment(cell: Cell, order: Order, today: date) -> Typed:
    """Day and time in one cell; a day alone has no time. Raises TimeError (E411)."""
    value = cell.value
    if isinstance(value, datetime):
        clock = value.time().replace(second=0, microsecond=0)
        return Typed(value.date(), clock if value.time() != time() else None)
    if not isinstance(value, str):
        return Typed(read_day(cell, order, today))
    text = " ".join(cell.text.split())
    if _OFFSET.fullmatch(text):
        return Typed(offset=text.replace(" ", "T", 1).replace(" ", ""))
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}T\S+", text):
        text = text.replace("T", " ", 1)
    words = text.split(" ")
    for clock_words in (2, 1):
        head, tail = words[:-clock_words], words[-clock_words:]
        if head and _is_clock(" ".join(tail)):
            day = [word for word in head if word.strip(",").casefold() not in ("at", "o", "godz.", "godz", "-", "–")]
            try:
                return Typed(_day(" ".join(day).strip(","), order, today), _clock(" ".join(tail)))
            except TimeError:
                continue
    return Typed(_day(text, order, today))


def _is_clock(text: str) -> bool:
    found = _CLOCK.fullmatch(text.casefold())
    return found is not None and (found[2] is not None or found[3] is not None)


def _clock(text: str) -> time:
    found = _CLOCK.fullmatch(" ".join(text.casefold().split()))
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if found is not None and found[3]:
        hour = hour % 12 + (12 if found[3].startswith("p") else 0) if 1 <= hour <= 12 else 99
    if hour > 23 or minute > 59:
        raise TimeError("E411", f"'{text}' is not a time of day", _TIME_HINT)
    return time(hour, minute)


def _day(text: str, order: Order, today: date) -> date:
    weekday, rest = _without_weekday(text)
    day = _as_date(rest, text, order, today)
    if weekday is not None and day.weekday() != weekday:
        really = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[day.weekday()]
        raise TimeError("E411", f"'{text}' does not fit: that day is a {really}", "correct the day or the date")
    return day


def _without_weekday(text: str) -> tuple[int | None, str]:
    """`Mon, 30.11.` → 0 and the date."""
    head, _, rest = text.strip().partition(" ")
    number = _index(head, _DAYS) if rest.strip() else None
    return (number, rest.strip()) if number is not None else (None, text.strip())


def _as_date(text: str, whole: str, order: Order, today: date) -> date:
    try:
        if found := _ISO.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _NUMBERS.fullmatch(text):
            return _numbers(found, whole, order, today)
        if found := _DAY_NAME.fullmatch(text):
            return _named(found[1], found[2], found[3], whole, today)
        if found := _NAME_DAY.fullmatch(text):
            return _named(found[2], found[1], found[3], whole, today)
    except ValueError:
        raise TimeError("E411", f"'{whole}' is not a date: there is no such day", _DATE_HINT) from None
    if re.match(r"(today|tomorrow|next|\+|in\b|dzi[sś]|jutro)", whole.strip().casefold()):
        raise TimeError("E411", f"'{whole}' means another day tomorrow: a sheet needs a date", _DATE_HINT)
    weekday = _index(re.split(r"[ ,.]", whole.strip())[0], _DAYS)
    if weekday is not None:
        coming = today + timedelta(days=(weekday - today.weekday()) % 7 or 7)
        raise TimeError("E411", f"'{whole}' does not say which week", f"write its date; the next one is {coming:%d.%m.%Y}")
    raise TimeError("E411", f"'{whole}' is not a date", _DATE_HINT)


def _numbers(found: re.Match[str], whole: str, order: Order, today: date) -> date:
    first, second = int(found[1]), int(found[3])
    dotted = found[2] == "."
    if not dotted and order == "both" and first <= 12 and second <= 12 and first != second:
        one, other = f"{first}.{second}.", f"{second}.{first}."
        hint = f"write {one} or {other} (day.month), or use real dates"
        raise TimeError("E411", f"'{whole}' can be two days: others in this column put the day first, others the month", hint)
    month_first = not dotted and (order == "month" or (order == "both" and second > 12))
    day, month = (second, first) if month_first else (first, second)
    return _near(day, month, found[4], today)


def _named(day: str, name: str, year: str | None, whole: str, today: date) -> date:
    month = _index(name, _MONTHS)
    if month is None:
        raise TimeError("E411", f"'{whole}' is not a date: '{name}' is no month", _DATE_HINT)
    return _near(int(day), month + 1, year, today)


def _near(day: int, month: int, year: str | None, today: date) -> date:
    """Without a year: the one that is nearest to today, so that last week's row stays last week's."""
    if year is not None:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    years = [date(number, month, min(day, 28)) for number in (today.year - 1, today.year, today.year + 1)]
    nearest = min(years, key=lambda moment: abs(moment - today))
    return date(nearest.year, month, day)


def _index(word: str, names: tuple[str, ...]) -> int | None:
    """`nov`, `Nov.`, `listopada` → 10; `pon.` → 0."""
    wanted = plain(word)
    if len(wanted) < 2:
        return None
    for number, known in enumerate(names):
        for name in known.split():
            if name == wanted or (len(wanted) >= 3 and name.startswith(wanted)):
                return number
    return None


def _number(value: float) -> TimeError:
    if 20_000 < value < 80_000:
        day = _EXCEL_FIRST + timedelta(days=int(value))
        return TimeError("E411", f"'{value:g}' is a number, not a date", f"format the column as a date: this would be {day}", _DATE_HINT)
    return TimeError("E411", f"'{value:g}' is not a date", _DATE_HINT)
