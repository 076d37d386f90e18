"""Translations as translators' programs write them, and how a language counts and names its days."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

LANGUAGES = ("en", "pl")
"""What there are words for."""
THIN = "\u00a0"
"""Stands between thousands where no comma does."""
DAYS = {"en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], "pl": ["pon", "wt", "śr", "czw", "pt", "sob", "nd"]}
MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "pl": ["sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis", "gru"],
}


def _polish(number: int) -> int:
    """1 post, 2–4 posty (not 12–14), else postów."""
    if number == 1:
        return 0
    return 1 if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14 else 2


PLURALS: Mapping[str, Callable[[int], int]] = {"en": lambda number: 0 if number == 1 else 1, "pl": _polish}
"""Language → which of its forms a number takes."""


def known_language(tag: str) -> str:
    """`pl` for `pl-PL`; English where we have no words."""
    code = tag.replace("_", "-").partition("-")[0].lower()
    return code if code in LANGUAGES else "en"


def thousands(number: int, language: str) -> str:
    """`1,200` in English, `1 200` in Polish."""
    plain = f"{number:,}"
    return plain if language == "en" else plain.replace(",", THIN)


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
