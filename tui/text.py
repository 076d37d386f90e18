"""Text for the terminal: cleaned of control signs, measured in cells, with times and dates as people say them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from rich.cells import cell_len, set_cell_size

from scheduler.clock import DAY, HOUR, MINUTE
from scheduler.phrases.po import DAYS, MONTHS
from tui.say import later, say, say_count, spoken

MONTH_TITLES = {
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    "pl": [
        "styczeń",
        "luty",
        "marzec",
        "kwiecień",
        "maj",
        "czerwiec",
        "lipiec",
        "sierpień",
        "wrzesień",
        "październik",
        "listopad",
        "grudzień",
    ],
}
"""The month by itself."""
MONTH_NAMES = {
    "en": MONTH_TITLES["en"],
    "pl": [
        "stycznia",
        "lutego",
        "marca",
        "kwietnia",
        "maja",
        "czerwca",
        "lipca",
        "sierpnia",
        "września",
        "października",
        "listopada",
        "grudnia",
    ],
}
"""The month after a day."""
LANGUAGES = {
    "cs": later("Czech"), "de": later("German"), "en": later("English"), "es": later("Spanish"), "fr": later("French"),
    "it": later("Italian"), "nl": later("Dutch"), "pl": later("Polish"), "pt": later("Portuguese"), "sk": later("Slovak"),
    "sv": later("Swedish"), "uk": later("Ukrainian"),
}  # fmt: skip
"""Names of languages for tabs; others are shown by their code."""

_EARLY = re.compile(r"\b0(\d:\d\d)\b")

_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"  # steers the terminal, breaks or turns lines
    "\u180e\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb]"  # cannot be seen and joins nothing, but goes out with the post
)


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


def day_names() -> list[str]:
    """The days of a week, short, as they stand over columns."""
    return DAYS[spoken()]


def month_title(first: date) -> str:
    """`November 2026`."""
    return f"{MONTH_TITLES[spoken()][first.month - 1]} {first.year}"


def day_words(day: date) -> str:
    """`Tue 24 Nov`."""
    return f"{DAYS[spoken()][day.weekday()]} {day.day} {MONTHS[spoken()][day.month - 1]}"


def week_words(first: date, last: date) -> str:
    """`23–29 November 2026`, `30 November – 6 December 2026`."""
    names = MONTH_NAMES[spoken()]
    if first.month == last.month:
        return f"{first.day}–{last.day} {names[last.month - 1]} {last.year}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {names[first.month - 1]}{year} – {last.day} {names[last.month - 1]} {last.year}"


def clock_words(at: int, tz: str) -> str:
    """`9:05`."""
    moment = local(at, tz)
    return f"{moment.hour}:{moment.minute:02}"


def short_clock(time: str) -> str:
    """`9:05` of `09:05`."""
    return time[1:] if time.startswith("0") else time


def short_times(when: str) -> str:
    """`Tue 24 Nov 9:05` of `Tue 24 Nov 09:05`: as every list of the desk says it."""
    return _EARLY.sub(r"\1", when)


def within(words: str) -> str:
    """As it stands in the middle of a line: `published`; an abbreviation stays as it is."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def when_words(at: int | None, tz: str, now: int) -> str:
    """`12:30` today, else `Tue 24 Nov 12:30`; the year only when it is another one."""
    if at is None:
        return say("no time yet")
    moment, today = local(at, tz), local(now, tz)
    time = f"{moment.hour}:{moment.minute:02}"
    if moment.date() == today.date():
        return time
    year = "" if moment.year == today.year else f" {moment.year}"
    return f"{day_words(moment.date())}{year} {time}"


def full_when(at: int | None, tz: str) -> str:
    """`Tue 24 Nov 12:30`, also today."""
    return say("no time yet") if at is None else f"{day_words(local(at, tz).date())} {clock_words(at, tz)}"


def relative(at: int, now: int) -> str:
    """`in 22 min`, `3 h ago`, `now`."""
    gap = abs(at - now)
    if gap < MINUTE:
        return say("now")
    count, unit = next((gap // size, name) for size, name in ((DAY, "day"), (HOUR, "h"), (MINUTE, "min")) if gap >= size)
    amount = say_count(count, "{count} day", "{count} days") if unit == "day" else f"{count} {unit}"
    return say("in {amount}", amount=amount) if at > now else say("{amount} ago", amount=amount)


def counted(number: int, one: str, many: str = "") -> str:
    """`1 post`, `3 posts`."""
    return say_count(number, f"{{count}} {one}", f"{{count}} {many or one + 's'}")


_NAMES = frozenset("-/@")
"""Signs of an account's or a post's name, of which no sentence's first word has one."""


def sentence(text: str) -> str:
    """With a capital and a full stop, as a toast says it. A name stays as it is written: `ms-kawa works.`"""
    plain = text.strip()
    named = not _NAMES.isdisjoint(plain.split(" ", 1)[0])
    return (plain[:1] if named else plain[:1].upper()) + plain[1:] + ("" if plain.endswith((".", "!", "?", "…", ":")) or not plain else ".")


def some(names: tuple[str, ...] | list[str], shown: int = 3) -> str:
    """`a, b, c and 5 more`."""
    if len(names) <= shown:
        return ", ".join(names)
    return say("{names} and {number} more", names=", ".join(names[:shown]), number=len(names) - shown)


def quoted(words: str) -> str:
    """Words of others, in the quotes of the language."""
    return say("“{words}”", words=words)


def field_words(field: str) -> str:
    """The name of a text for its tab: `English`, `Polish for ig-kawa`, `First comment`, `Alt text 1, English`."""
    if field.startswith("alt:"):
        _, number, language, *_ = [*field.split(":"), ""]
        place = int(number) + 1 if number.isdigit() else number
        return say("Alt text {place}", place=place) + (f", {language_words(language)}" if language else "")
    if field == "first_comment":
        return say("First comment")
    if field.startswith("script:"):
        return say("Script, {language}", language=language_words(field[7:]))
    if field == "text":
        return say("Text")
    language, _, account = field.partition("@")
    named = language_words(language)
    named = named[:1].upper() + named[1:] if language in LANGUAGES else named  # Polish writes `polski` within a sentence
    return say("{language} for {account}", language=named, account=account) if account else named


def language_words(code: str) -> str:
    """`Polish`; the code itself where we have no name for it."""
    return say(LANGUAGES.get(code, code))
