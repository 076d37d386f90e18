"""Text for the terminal: cleaned of control signs, measured in cells, with times and dates as people say them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from rich.cells import cell_len, set_cell_size

from scheduler.clock import DAY, HOUR, MINUTE

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
LANGUAGES = {
    "cs": "Czech", "de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian", "nl": "Dutch",
    "pl": "Polish", "pt": "Portuguese", "sk": "Slovak", "sv": "Swedish", "uk": "Ukrainian",
}  # fmt: skip
"""Names of languages for tabs; others are shown by their code."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Signs that are not states. ASCII twins serve terminals without UTF-8."""

    cursor: str = "▸"
    dot: str = "·"
    more: str = "…"
    bar: str = "▌"
    dash: str = "–"
    tick: str = "✓"
    cross: str = "✗"
    warn: str = "!"
    clash: str = "≠"
    above: str = "↑"
    gap: str = "○"
    clocks: str = "±"
    free: str = "+"
    marked: str = "●"


UNICODE = Glyphs()
ASCII = Glyphs(
    cursor=">",
    dot="-",
    more="~",
    bar="|",
    dash="-",
    tick="+",
    cross="x",
    warn="!",
    clash="#",
    above="^",
    gap="o",
    clocks="%",
    marked="*",
)


def clean(text: str) -> str:
    """Replace what could steer the terminal or turn text around, one sign for one sign, so that positions stay true."""
    return _CONTROL.sub("\ufffd", text)


def one_line(text: str) -> str:
    """The same on one line."""
    return " ".join(clean(text).split())


def fit(text: str, cells: int, more: str = "…") -> str:
    """Exactly `cells` wide: cut with `more`, or padded."""
    if cells <= 0:
        return ""
    if cell_len(text) <= cells:
        return set_cell_size(text, cells)
    return set_cell_size(set_cell_size(text, cells - 1).rstrip() + more, cells)


def local(at: int, tz: str) -> datetime:
    """UTC microseconds as local time."""
    return datetime.fromtimestamp(at / 1_000_000, UTC).astimezone(ZoneInfo(tz))


def day_words(day: date) -> str:
    """`Tue 24 Nov`."""
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def week_words(first: date, last: date) -> str:
    """`23–29 November 2026`, `30 November – 6 December 2026`."""
    if first.month == last.month:
        return f"{first.day}–{last.day} {MONTH_NAMES[last.month - 1]} {last.year}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {MONTH_NAMES[first.month - 1]}{year} – {last.day} {MONTH_NAMES[last.month - 1]} {last.year}"


def clock_words(at: int, tz: str) -> str:
    """`9:05`."""
    moment = local(at, tz)
    return f"{moment.hour}:{moment.minute:02}"


def when_words(at: int | None, tz: str, now: int) -> str:
    """`12:30` today, else `Tue 24 Nov 12:30`; the year only when it is another one."""
    if at is None:
        return "no time yet"
    moment, today = local(at, tz), local(now, tz)
    time = f"{moment.hour}:{moment.minute:02}"
    if moment.date() == today.date():
        return time
    year = "" if moment.year == today.year else f" {moment.year}"
    return f"{day_words(moment.date())}{year} {time}"


def full_when(at: int | None, tz: str) -> str:
    """`Tue 24 Nov 12:30`, also today."""
    return "no time yet" if at is None else f"{day_words(local(at, tz).date())} {clock_words(at, tz)}"


def relative(at: int, now: int) -> str:
    """`in 22 min`, `3 h ago`, `now`."""
    gap = abs(at - now)
    if gap < MINUTE:
        return "now"
    count, unit = next((gap // size, name) for size, name in ((DAY, "day"), (HOUR, "h"), (MINUTE, "min")) if gap >= size)
    amount = f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''}"
    return f"in {amount}" if at > now else f"{amount} ago"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 post`, `3 posts`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def sentence(text: str) -> str:
    """With a capital and a full stop, as a toast says it."""
    plain = text.strip()
    return plain[:1].upper() + plain[1:] + ("" if plain.endswith((".", "!", "?", "…", ":")) or not plain else ".")


def some(names: tuple[str, ...] | list[str], shown: int = 3) -> str:
    """`a, b, c and 5 more`."""
    if len(names) <= shown:
        return ", ".join(names)
    return f"{', '.join(names[:shown])} and {len(names) - shown} more"


def field_words(field: str) -> str:
    """The name of a text for its tab: `English`, `Polish for ig-kawa`, `First comment`, `Alt text 1, English`."""
    if field.startswith("alt:"):
        _, number, language, *_ = [*field.split(":"), ""]
        place = int(number) + 1 if number.isdigit() else number
        return f"Alt text {place}" + (f", {LANGUAGES.get(language, language)}" if language else "")
    if field == "first_comment":
        return "First comment"
    language, _, account = field.partition("@")
    return LANGUAGES.get(language, language) + (f" for {account}" if account else "")
