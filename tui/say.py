"""The words of the desk in the language of the person: English as it is written in the code, others from `locale/*.po`."""

from __future__ import annotations

import os
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tui.keys.action import key_of, spelled

LOCALE = Path(__file__).parent / "locale"
LANGUAGES = ("en", "pl")


def _polish(number: int) -> int:
    """1 post, 2–4 posty (not 12–14), else postów."""
    if number == 1:
        return 0
    return 1 if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14 else 2


PLURALS: Mapping[str, Callable[[int], int]] = {"en": lambda number: 0 if number == 1 else 1, "pl": _polish}
"""Language → which of its forms a number takes."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The sentences of one language."""

    language: str = "en"
    words: Mapping[str, str] = field(default_factory=dict)
    """English → translation."""
    forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """English singular → the forms for numbers."""


class _Formatter(string.Formatter):
    """Thousands apart as this language writes them."""

    def format_field(self, value: object, format_spec: str) -> str:
        shown = format(value, format_spec)
        return shown.replace(",", THIN) if "," in format_spec else shown


THIN = "\u00a0"
"""Stands between thousands where no comma does."""
_FORMATTER = _Formatter()
ENGLISH = Catalogue()
_spoken = ENGLISH
_aloud = False


def speak(language: str, *, aloud: bool = False) -> None:
    """From now on everything is said in this language; `aloud`: so that it can be read by a screen reader."""
    global _spoken, _aloud
    _spoken = ENGLISH if language == "en" else read_catalogue(language)
    _aloud = aloud


def spoken() -> str:
    """The language that is spoken now."""
    return _spoken.language


def is_aloud() -> bool:
    """Whether a screen reader reads: no words that change by themselves, lists in place of grids."""
    return _aloud


def language_of(environment: Mapping[str, str] | None = None) -> str:
    """What the computer says: LC_ALL, LC_MESSAGES, LANG, in this order; English where we know no other."""
    known = os.environ if environment is None else environment
    said = next((known[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if known.get(name)), "")
    code = said.partition(".")[0].partition("_")[0].lower()
    return code if code in LANGUAGES else "en"


def later(words: str) -> str:
    """Marks words that are said with `say` where they are shown: tables are made once, languages change."""
    return words


def say(words: str, /, **values: object) -> str:
    """The words in the language of the person, the values put in. `Approve|place`: what stands behind the bar only tells translators apart
    what is one word in English. `‹post.new› writes a post`: the key of an action, as this person has it."""
    found = keyed(_spoken.words.get(words) or words.partition("|")[0])
    if not values:
        return found
    return found.format(**values) if _spoken is ENGLISH else _FORMATTER.format(found, **values)


def say_count(number: int, one: str, many: str, /, **values: object) -> str:
    """The same for a number: `{count}` stands for it, with its thousands apart."""
    forms = _spoken.forms.get(one) or (one, many)
    return keyed(forms[PLURALS[_spoken.language](number)]).format(count=thousands(number), **values)


_KEY = re.compile(r"‹([\w.]+)›")


def keyed(words: str) -> str:
    """The keys that are named in it, as this person has them."""
    words = spelled(words)
    if "‹" not in words:
        return words
    return _KEY.sub(lambda named: key_of(named[1]).replace("{", "{{").replace("}", "}}"), words)


def thousands(number: int) -> str:
    """`1,200` in English, `1 200` in Polish."""
    plain = f"{number:,}"
    return plain if _spoken.language == "en" else plain.replace(",", THIN)


# ── catalogues ──


def read_catalogue(language: str) -> Catalogue:
    """A language's file, read once when it is chosen."""
    words, forms = dict[str, str](), dict[str, tuple[str, ...]]()
    for entry in read_po((LOCALE / f"{language}.po").read_text(encoding="utf-8")):
        if len(entry.translations) > 1:
            forms[entry.source] = entry.translations
        elif entry.source:
            words[entry.source] = entry.translations[0]
    return Catalogue(language, words, forms)


@dataclass(frozen=True, slots=True)
class Entry:
    """One sentence of a catalogue."""

    source: str
    plural: str
    translations: tuple[str, ...]


_LINE = re.compile(r'^(?:(msgid_plural|msgid|msgstr(?:\[\d\])?) )?"((?:[^"\\]|\\.)*)"$')
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


def read_po(text: str) -> list[Entry]:
    """The sentences of a .po file, as translators' programs write them."""
    entries: list[Entry] = []
    for block in text.split("\n\n"):
        parts: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if found := _LINE.match(line):
                name = found[1] or name
                parts[name] = parts.get(name, "") + re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), found[2])
        if "msgid" in parts:
            translations = tuple(words for key, words in parts.items() if key.startswith("msgstr"))
            entries.append(Entry(parts["msgid"], parts.get("msgid_plural", ""), translations))
    return entries
