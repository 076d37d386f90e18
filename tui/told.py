"""What the Desk answers, in the language of the person: its sentences are known as templates, what stands in them is put back.

The Desk speaks English, to the command line and to programs too. What has no template here stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from tui.say import LOCALE, read_po, spoken
from tui.text import DAYS, MONTHS

_VALUE = re.compile(r"\\\{(\w+)\\\}")
_DATE = re.compile(rf"\b({'|'.join(DAYS['en'])}) (\d{{1,2}}) ({'|'.join(MONTHS['en'])})\b")


BETWEEN = " · "
"""Stands between sentences that the Desk says side by side."""


class Phrasebook:
    """The templates of one language."""

    def __init__(self, language: str) -> None:
        entries = read_po((LOCALE / f"{language}.desk.po").read_text(encoding="utf-8"))
        pairs = [(entry.source, entry.translations[0]) for entry in entries if entry.source]
        self.language = language
        self.whole: Mapping[str, str] = {source: words for source, words in pairs if "{" not in source}
        self.patterns = [(_pattern(source), words) for source, words in sorted(pairs, key=_literal, reverse=True) if "{" in source]
        self.find = lru_cache(4_096)(self._find)

    def _find(self, text: str) -> str:
        if not text:
            return text
        known = self.whole.get(text) or self._cased(text)
        known = known or self._matched(text)
        if not known and BETWEEN in text:
            return BETWEEN.join(self.find(part) for part in text.split(BETWEEN))
        return known or self._dated(text)

    def _cased(self, text: str) -> str:
        """A toast begins with a capital and ends with a stop: the same words."""
        bare = text.removesuffix(".")
        for one, capital in ((bare, False), (bare[:1].lower() + bare[1:], True)):
            if found := self.whole.get(one):
                return (found[:1].upper() + found[1:] if capital else found) + text[len(bare) :]
        return ""

    def _matched(self, text: str) -> str:
        for pattern, words in self.patterns:
            if found := pattern.fullmatch(text):
                return words.format(**{name: self.find(value) for name, value in found.groupdict().items()})
        return ""

    def _dated(self, text: str) -> str:
        """`Tue 24 Nov` within what stays as it is."""
        days, months = dict(zip(DAYS["en"], DAYS[self.language], strict=True)), dict(zip(MONTHS["en"], MONTHS[self.language], strict=True))
        return _DATE.sub(lambda date: f"{days[date[1]]} {date[2]} {months[date[3]]}", text)


def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(_VALUE.sub(r"(?P<\1>.*?)", re.escape(source)), re.S)


def _literal(pair: tuple[str, str]) -> int:
    """The longest words of its own first: what says more is more surely meant."""
    return len(re.sub(r"\{\w+\}", "", pair[0]))


@lru_cache(4)
def _book(language: str) -> Phrasebook:
    return Phrasebook(language)


def told(text: str) -> str:
    """A sentence of the Desk as this person reads it."""
    return text if spoken() == "en" else _book(spoken()).find(text)
