"""Numbers, prices, times, days and months in a text, in digits and in words; and whether the facts hold them.

A figure of a text has *claims*: readings of which one must be among what the facts *ground*. Facts ground more readings than a text
claims (the date 2026-12-05 grounds “Saturday”), so that a good paraphrase passes and an invented percent sign does not.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

import regex

from drafting.folding import Word, compatible, fold, words

_CURRENCIES = {
    "€": "eur", "eur": "eur", "euro": "eur", "euros": "eur", "$": "usd", "usd": "usd", "dollar": "usd", "dollars": "usd", "£": "gbp",
    "gbp": "gbp", "pound": "gbp", "pounds": "gbp", "zł": "pln", "zl": "pln", "pln": "pln", "złotych": "pln", "złote": "pln", "złoty": "pln",
    "chf": "chf", "kč": "czk", "czk": "czk", "¥": "jpy", "jpy": "jpy", "sek": "sek", "nok": "nok", "dkk": "dkk", "huf": "huf",
}  # fmt: skip
_MONEY = "|".join(sorted((regex.escape(sign) for sign in _CURRENCIES), key=len, reverse=True))
_PERCENT = r"%|‰|percent\b|per cent\b|pct\b|procent\w*|proc\.|prozent\b|pour cent\b|por ciento\b"
_FIGURE = regex.compile(
    rf"""(?<before>(?:{_MONEY})\s?)?(?<![\p{{N}}])
    (?: (?<iso>\d{{4}}-\d{{2}}-\d{{2}}) (?!\d)
      | (?<dotted>\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}) (?!\d)
      | (?<clock>\d{{1,2}}:\d{{2}}) (?![\d:])
      | (?<grouped>\d{{1,3}}(?:[ \u00a0'’.,]\d{{3}})+ (?:[.,]\d{{1,2}})? ) (?!\d)
      | (?<decimal>\d+[.,]\d+)
      | (?<plain>\d+) )
    (?: \s?(?<half>[ap]\.?m\b\.?) | [ -]?(?<percent>{_PERCENT}) | \s?(?<after>(?:{_MONEY})(?!\w)) )?""",
    regex.VERBOSE | regex.IGNORECASE,
)
_LIST_MARK = regex.compile(r"(?m)^\s*\d{1,2}(?:[.)](?=\s)|\ufe0f?\u20e3)")
_DIGIT = regex.compile(r"[^\D0-9]")
_UNITS_WITH_DIGITS = frozenset({"m2", "m3", "cm2", "cm3", "km2", "co2", "h2o"})
_LEAST_WORD = 3
"""“One” and “two” are too often no numbers."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as it stands in a text."""

    shown: str
    claims: frozenset[str]


@dataclass(frozen=True, slots=True)
class Tables:
    """Days, months and numbers as words, folded."""

    days: dict[str, int]
    months: dict[str, int]
    unsure: frozenset[str]
    numbers: dict[str, dict[str, int]]
    """By language."""


def figures(text: str, language: str) -> Iterator[Figure]:
    """Every figure, in digits or in words of the language."""
    flat = _LIST_MARK.sub(" ", _DIGIT.sub(_known, compatible(text)))
    yield from (Figure(match.group().strip(), _claims(match, flat)) for match in _FIGURE.finditer(flat) if not _is_unit(match, flat))
    found = list(words(flat))
    yield from (Figure(flat[word.start : word.end], frozenset({name})) for word, name in _calendar_words(found))
    yield from (Figure(shown, frozenset({f"n{n}"})) for shown, n in _word_numbers(found, flat, language) if n >= _LEAST_WORD)


def grounded_by(texts: Iterable[str], languages: Iterable[str]) -> frozenset[str]:
    """All readings that these texts make true."""
    grounds: set[str] = set()
    spoken = tuple(dict.fromkeys(_base(language) for language in languages))
    for text in texts:
        flat = compatible(text)
        found = list(words(flat))
        for match in _FIGURE.finditer(flat):
            grounds |= _claims(match, flat) | _wider(match)
        grounds |= {name for _, name in _calendar_words(found)}
        grounds |= {f"w{word.folded}" for word in found if not word.folded.isalpha() and not word.folded.isdigit()}
        grounds |= {f"n{n}" for language in spoken for _, n in _word_numbers(found, flat, language)}
        grounds |= {f"n{n}" for language in spoken for word in found if (n := _numbers(language).get(word.folded)) is not None}
    return frozenset(grounds)


@cache
def tables() -> Tables:
    """The word lists."""
    data = resources.files("drafting.validators.data")
    calendar = tomllib.loads(data.joinpath("calendar.toml").read_text(encoding="utf-8"))
    numbers = tomllib.loads(data.joinpath("numbers.toml").read_text(encoding="utf-8"))
    return Tables(
        days=_by_word(calendar["days"]),
        months=_by_word(calendar["months"]),
        unsure=frozenset(fold(word) for word in calendar["unsure"]),
        numbers={language: _by_word(table) for language, table in numbers.items()},
    )


def _by_word(table: dict[str, list[str]]) -> dict[str, int]:
    return {fold(word): int(number) for number, listed in table.items() for word in listed}


def _base(language: str) -> str:
    return language.partition("-")[0].casefold()


def _numbers(language: str) -> dict[str, int]:
    return tables().numbers.get(_base(language), {})


def _is_unit(match: regex.Match[str], text: str) -> bool:
    return _glued(match, text) in _UNITS_WITH_DIGITS


def _glued(match: regex.Match[str], text: str) -> str:
    """The whole word a plain number is part of, when letters stand right before it: `V60`, `m2`."""
    start, end = match.start("plain"), match.end("plain")
    if start <= 0 or not text[start - 1].isalpha():
        return ""
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return fold(text[start:end])


def _claims(match: regex.Match[str], text: str) -> frozenset[str]:
    readings = _readings(match)
    if match["percent"]:
        return frozenset(f"p{reading[1:]}" for reading in readings if reading[0] == "n")
    money = match["after"] or match["before"]
    if money:
        currency = _CURRENCIES[money.strip().casefold()]
        return frozenset(f"m{reading[1:]}{currency}" for reading in readings if reading[0] == "n")
    glued = _glued(match, text) if match["plain"] else ""
    return frozenset({*readings, f"w{glued}"} if glued else readings)


def _readings(match: regex.Match[str]) -> set[str]:
    if match["iso"]:
        return {f"d{match['iso']}"}
    if match["dotted"]:
        return set(_dotted(match["dotted"]))
    if match["clock"]:
        hours, _, minutes = match["clock"].partition(":")
        return _clock(hours, minutes, match["half"])
    if match["decimal"]:
        return _decimal(match["decimal"], match["half"])
    if match["grouped"]:
        return _grouped(match["grouped"])
    if match["half"]:
        return _clock(match["plain"], "00", match["half"])
    return {f"n{_whole(match['plain'])}"}


def _known(match: regex.Match[str]) -> str:
    """The digit itself; one that is younger than this Python's own Unicode tables cannot be read and counts as a zero."""
    return match[0] if unicodedata.digit(match[0], None) is not None else "0"


def _digits(written: str) -> str:
    return "".join(str(unicodedata.digit(sign)) for sign in written)


def _whole(digits: str) -> str:
    """Any script's digits without zeros in front; as text, because a number may be longer than Python converts."""
    return _digits(digits).lstrip("0") or "0"


def _dotted(written: str) -> Iterator[str]:
    first, second, year = (int(piece) for piece in regex.split(r"[./]", written))
    year += 2000 if year < 100 else 0
    yield f"d{year:04}-{second:02}-{first:02}"
    yield f"d{year:04}-{first:02}-{second:02}"


def _clock(hours: str, minutes: str, half: str | None) -> set[str]:
    hour = int(hours)
    if half:
        return {f"t{hour % 12 + (12 if half[0] in 'pP' else 0)}:{minutes}"}
    return {f"t{hour}:{minutes}", f"t{hour + 12}:{minutes}"} if hour < 12 else {f"t{hour}:{minutes}"}


def _decimal(written: str, half: str | None) -> set[str]:
    whole, part = (_digits(piece) for piece in regex.split(r"[.,]", written))
    if half:
        return _clock(whole, part, half)
    readings = {f"n{_whole(whole)}.{part.rstrip('0')}" if part.rstrip("0") else f"n{_whole(whole)}"}
    if len(whole) > 2 or len(part) > 2:
        return readings
    if len(part) == 2 and int(whole) < 24 and int(part) < 60:
        readings |= _clock(whole, part, None)
    if 1 <= int(part) <= 12 and 1 <= int(whole) <= 31:
        readings.add(f"y{int(part):02}-{int(whole):02}")
    return readings


def _grouped(written: str) -> set[str]:
    head, separator, tail = written.rpartition(written[-3]) if written[-3] in ".," else ("", "", "")
    cents = tail.rstrip("0") if separator and len(tail) == 2 else ""
    digits = "".join(sign for sign in (head if separator and len(tail) == 2 else written) if sign.isdecimal())
    readings = {f"n{_whole(digits)}.{cents}" if cents else f"n{_whole(digits)}"}
    if regex.fullmatch(r"\d{1,3}[.,]\d{3}", written):
        readings |= _decimal(written, None)
    return readings


def _wider(match: regex.Match[str]) -> set[str]:
    """What a figure of the facts makes true beside its own reading."""
    readings = _readings(match)
    wider = {reading for reading in readings if reading[0] == "n"}
    for reading in readings:
        if reading[0] == "d":
            wider |= _of_date(reading[1:])
        if reading[0] == "t":
            wider |= _of_time(reading[1:])
    return wider


def _of_date(written: str) -> set[str]:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return set()
    return {
        f"y{day.month:02}-{day.day:02}", f"n{day.day}", f"n{day.month}", f"n{day.year}", f"day{day.isoweekday()}", f"month{day.month}",
    }  # fmt: skip


def _of_time(written: str) -> set[str]:
    hour, minutes = written.split(":")
    return {f"n{int(hour)}", f"n{int(hour) % 12 or 12}"} if minutes == "00" else set()


def _calendar_words(found: list[Word]) -> Iterator[tuple[Word, str]]:
    for at, word in enumerate(found):
        for name, table in (("day", tables().days), ("month", tables().months)):
            number = _starred(word.folded, table)
            if number is not None and (word.folded not in tables().unsure or _beside_a_number(found, at)):
                yield word, f"{name}{number}"


def _beside_a_number(found: list[Word], at: int) -> bool:
    return any(word.folded[:1].isdigit() for word in found[max(0, at - 1) : at + 2])


def _starred(word: str, table: dict[str, int]) -> int | None:
    exact = table.get(word)
    if exact is not None:
        return exact
    return next((table[f"{word[:size]}*"] for size in range(len(word), 3, -1) if f"{word[:size]}*" in table), None)


def _word_numbers(found: list[Word], text: str, language: str) -> Iterator[tuple[str, int]]:
    """Numbers in words, put together: “two hundred and fifty”."""
    table, run = _numbers(language), list[tuple[Word, int]]()
    for word in found:
        value = table.get(word.folded)
        if value is None and word.folded == "and" and run and run[-1][1] >= 100:
            continue
        if run and (value is None or not _goes_on(run, value)):
            yield text[run[0][0].start : run[-1][0].end], _sum([n for _, n in run])
            run = []
        if value is not None:
            run.append((word, value))
    if run:
        yield text[run[0][0].start : run[-1][0].end], _sum([n for _, n in run])


def _goes_on(run: list[tuple[Word, int]], value: int) -> bool:
    last = run[-1][1]
    return value < last if last >= 100 else (value in (100, 1_000, 1_000_000) or (last % 10 == 0 and last >= 20 and value < 10))


def _sum(values: list[int]) -> int:
    total = current = 0
    for value in values:
        if value >= 1_000:
            total, current = total + max(1, current) * value, 0
        elif value == 100 and 0 < current < 100:
            current *= 100
        else:
            current += value
    return total + current
