"""The words of the desk in the language of the person: English as it is written in the code, others from `locale/*.po`."""

from __future__ import annotations

import os
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scheduler.phrases.po import PLURALS, THIN, known_language, read_po
from scheduler.phrases.po import thousands as thousands_in
from tui.keys.action import key_of, name_space, spelled

LOCALE = Path(__file__).parent / "locale"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The sentences of one language."""

    language: str = "en"
    words: Mapping[str, str] = field(default_factory=dict)
    """English → translation."""
    forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """English singular → the forms for numbers."""


class _Formatter(string.Formatter):
    """Thousands apart and fractions as this language writes them."""

    def format_field(self, value: object, format_spec: str) -> str:
        shown = format(value, format_spec)
        shown = shown.replace(",", THIN) if "," in format_spec else shown
        return shown.replace(".", ",") if isinstance(value, float) else shown


_FORMATTER = _Formatter()
ENGLISH = Catalogue()
_spoken = ENGLISH
_aloud = False


def speak(language: str, *, aloud: bool = False) -> None:
    """From now on everything is said in this language; `aloud`: so that it can be read by a screen reader."""
    global _spoken, _aloud
    _spoken = ENGLISH if language == "en" else read_catalogue(language)
    _aloud = aloud
    name_space(say("space"))


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
    return known_language(said.partition(".")[0])


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
    """As the language that is spoken writes them."""
    return thousands_in(number, _spoken.language)


def fraction(number: float) -> str:
    """`3.5`, in Polish `3,5`."""
    plain = f"{number:g}"
    return plain if _spoken.language == "en" else plain.replace(".", ",")


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
