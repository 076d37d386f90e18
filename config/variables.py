"""`{{ name }}`, `{{ a.b }}`, `{{ name | filter }}`: substitution that can neither compute nor grow without bound."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from config.mistakes import MistakeError
from config.nearest import did_you_mean

MAX_CHARACTERS = 100_000
"""Of one text after substitution."""
FILTERS = ("upper", "lower", "date", "number", "default")

_OPENING = re.compile(r"\\?\{\{")
_INSIDE = re.compile(r"\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*){0,3})\s*((?:\|[^|]*)*)\s*")
_FILTER = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:\((.*)\))?\s*", re.DOTALL)

Names = Mapping[str, str]
"""`farm`, `campaign.id`, … → text."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake of a template. `nth`: which `{{` of the text it is about (0-based), to find its column in the file."""

    code: str
    message: str
    hints: tuple[str, ...]
    nth: int
    width: int
    """Characters from `{{` to its end."""
    name: str = ""
    """The variable it is about, where there is one."""


@dataclass(frozen=True, slots=True)
class _Filter:
    name: str
    argument: str | None


@dataclass(frozen=True, slots=True)
class _Use:
    """One `{{ … }}`."""

    name: str
    filters: tuple[_Filter, ...]
    nth: int
    width: int


def substitute(text: str, names: Names, language: str, faults: list[Fault]) -> str:
    """The text with its variables; what is wrong is appended to `faults` and stands there as written."""
    if "{{" not in text:
        return text
    out: list[str] = []
    total = 0
    for piece in _parse(text, faults):
        filled = piece if isinstance(piece, str) else _fill(piece, names, language, faults)
        total += len(filled)
        if total > MAX_CHARACTERS:
            faults.append(Fault("E705", f"the text is longer than {MAX_CHARACTERS:,} characters after substitution", (), 0, 2))
            return text
        out.append(filled)
    return "".join(out)


def uses(text: str) -> tuple[str, ...]:
    """Names of the variables in a text."""
    return tuple(piece.name for piece in _parse(text, []) if isinstance(piece, _Use)) if "{{" in text else ()


def _parse(text: str, faults: list[Fault]) -> tuple[str | _Use, ...]:
    pieces, found = _pieces(text)
    faults.extend(found)
    return pieces


@lru_cache(maxsize=512)
def _pieces(text: str) -> tuple[tuple[str | _Use, ...], tuple[Fault, ...]]:
    pieces: list[str | _Use] = []
    faults: list[Fault] = []
    position = nth = 0
    while (opening := _OPENING.search(text, position)) is not None:
        pieces.append(text[position : opening.start()])
        start = opening.end()
        if opening.group().startswith("\\"):
            pieces.append("{{")
            position = start
        else:
            piece, position = _one(text, start, nth, faults)
            pieces.append(piece)
        nth += 1
    pieces.append(text[position:])
    return tuple(pieces), tuple(faults)


def _one(text: str, start: int, nth: int, faults: list[Fault]) -> tuple[str | _Use, int]:
    """What stands after one `{{`, and where the text goes on."""
    end = text.find("}}", start)
    if end < 0 or "{{" in text[start:end]:
        faults.append(Fault("E703", "'{{' is not closed", ("write }} after the name", r"for the signs themselves write \{{"), nth, 2))
        return "{{", start
    width = end + 2 - (start - 2)
    inside = text[start:end]
    try:
        name, filters = _read(inside)
    except MistakeError as error:
        faults.append(Fault(error.code, error.message, error.hints, nth, width))
        return text[start - 2 : end + 2], end + 2
    return _Use(name, filters, nth, width), end + 2


def _read(inside: str) -> tuple[str, tuple[_Filter, ...]]:
    found = _INSIDE.fullmatch(inside)
    if found is None:
        shown = inside.strip()[:60]
        raise MistakeError("E703", f"'{shown}' is not a variable", "as {{ name }}, {{ a.b }} or {{ name | upper }}; nothing is computed")
    parts = found[2].split("|")[1:]
    return found[1], tuple(_filter(part) for part in parts)


def _filter(text: str) -> _Filter:
    found = _FILTER.fullmatch(text)
    if found is None:
        raise MistakeError("E703", f"'{text.strip()[:60]}' is not a filter", f"filters: {', '.join(FILTERS)}")
    name, argument = found[1], found[2]
    if name not in FILTERS:
        raise MistakeError("E702", f"unknown filter '{name}'", *did_you_mean(name, FILTERS, "filters"))
    if name in ("date", "default") and argument is None:
        example = 'date("%d.%m.")' if name == "date" else 'default("soon")'
        raise MistakeError("E703", f"the filter '{name}' needs a value", f"as {example}")
    if name in ("upper", "lower", "number") and argument:
        raise MistakeError("E703", f"the filter '{name}' takes no value", f"write | {name}")
    return _Filter(name, _unquoted(argument) if argument is not None else None)


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"" else text


def _fill(use: _Use, names: Names, language: str, faults: list[Fault]) -> str:
    try:
        return _value(use, names, language)
    except MistakeError as error:
        faults.append(Fault(error.code, error.message, error.hints, use.nth, use.width, use.name))
        return ""


def _value(use: _Use, names: Names, language: str) -> str:
    value = names.get(use.name)
    for filter_ in use.filters:
        if filter_.name == "default":
            value = value or filter_.argument
        elif value is not None:
            value = _APPLY[filter_.name](value, filter_.argument or "", language)
    if value is None:
        raise MistakeError("E701", f"undefined variable '{use.name}'", *did_you_mean(use.name, names, "variables"))
    if "{{" in value:
        raise MistakeError("E703", f"the value of '{use.name}' holds '{{{{'", "a variable is put in as it is: write its text out")
    return value


def _date(value: str, pattern: str, language: str) -> str:
    from config.date_words import UnknownLanguageError, UnknownSignError, format_date

    try:
        moment = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    except ValueError:
        raise MistakeError("E704", f"'{value[:40]}' is not a date", "the filter date needs one as 2026-11-30") from None
    try:
        return format_date(moment, pattern, language)
    except UnknownLanguageError:
        raise MistakeError("E704", f"names of days and months are not known in '{language}'", "use numbers: %d.%m.%Y") from None
    except UnknownSignError as error:
        raise MistakeError("E704", f"'{error}' is not known in a date", "signs: %d %-d %m %-m %Y %y %H %M %A %a %B %b %%") from None


def _number(value: str, _: str, language: str) -> str:
    try:
        number = Decimal(value.strip())
        if not number.is_finite() or abs(number.adjusted()) > 30:
            raise InvalidOperation
    except InvalidOperation:
        raise MistakeError("E704", f"'{value[:40]}' is not a number", "the filter number needs one as 1234.50") from None
    plain = f"{number:,f}"
    if language.split("-")[0] == "en":
        return plain
    group = "." if language.split("-")[0] in ("de", "es", "it", "nl", "pt", "da", "tr") else "\N{NO-BREAK SPACE}"
    return plain.translate({ord(","): group, ord("."): ","})


_APPLY: dict[str, Callable[[str, str, str], str]] = {
    "upper": lambda value, _, __: value.upper(),
    "lower": lambda value, _, __: value.lower(),
    "date": _date,
    "number": _number,
}
