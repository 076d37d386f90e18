"""What the Desk answers, in the language of the person: its sentences are known as templates, what stands in them is put back.

The Desk speaks English, to the command line and to programs too. What has no template here stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from scheduler.phrases.po import DAYS, MONTHS, PLURALS, Entry, read_po, thousands

HERE = Path(__file__).parent
_VALUE = re.compile(r"\{(\w+)\}")
_DATE = re.compile(rf"\b(?:({'|'.join(DAYS['en'])}) )?(\d{{1,2}}) ({'|'.join(MONTHS['en'])})\b")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_NUMBER = re.compile(r"-?\d+")
_FRACTION = re.compile(r"-?\d+\.\d{1,2}")

BETWEEN = (" · ", "; ", ". ")
"""Stand between sentences that the Desk says side by side."""
NAMES = frozenset({
    "account", "answer", "by", "campaign", "client", "client_name", "column", "command", "file", "folder", "handle", "handle2",
    "heading", "host", "key", "label", "line", "message", "model", "name", "names", "on_behalf", "owner", "page",
    "path", "platform", "post", "root", "said", "server", "shown", "slot", "slug", "subject", "text", "theirs", "title", "twin",
    "url", "value", "word", "written",
})  # fmt: skip
"""Values that people, files and platforms gave: they are said as they are."""


NUMBERS = frozenset({"allowed", "count", "days", "hours", "minutes", "n", "number", "over", "seconds", "times", "used"})
KINDS = {
    "character": "control character|line separator|byte order mark inside the text",
    "for_whom": "(?: for .*)?",
    "known": "accounts and platforms|accounts in daypart.yaml|allowed|brands|clients in daypart.yaml|fields|keys here"
    "|languages of the campaign|posts|slots of the campaign|variables|zones",
    "label": r"[A-Z]\w*",
    "medium": "image|video",
    "no_longer": "cancelled already|public: .*",
    "others": "(?: and more)?",
    "person": "[^:;]+?",
    "spot": r"'[^']*'|the file|item \d+ of .*",
    "units": "are drafts|is a draft",
}
"""Where anything would be too much: lists of names, platforms, media, people; what may be missing."""
STAND_INS = frozenset({"no alternative text", "no commit", "none", "none in daypart.yaml", "none yet", "somewhere else"})
"""What the Desk says in the place of a name where there is none."""
QUOTES = {"en": "'{}'", "pl": "„{}”"}
CLOCKS = frozenset({"start", "end"})
ONE_WORD = frozenset({"account", "host", "key", "model", "tz", "url"})


@dataclass(frozen=True)
class Template:
    """One sentence of the Desk, and how it is said."""

    source: str
    forms: tuple[str, ...]
    """One, or three for the numbers of a language."""

    @cached_property
    def anchor(self) -> str:
        """The longest of its own words: a text without them is another sentence, and no pattern has to be tried."""
        return max(_VALUE.split(self.source)[::2], key=len)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        pieces = _VALUE.split(self.source)
        return re.compile("".join(f"(?P<{piece}>{_any(piece)})" if n % 2 else re.escape(piece) for n, piece in enumerate(pieces)), re.S)

    def own_letters(self) -> int:
        return len(_VALUE.sub("", self.source))

    def form_for(self, values: Mapping[str, str], language: str) -> str:
        """By the first number in it."""
        if len(self.forms) == 1:
            return self.forms[0]
        numbers = (value.replace(",", "") for value in values.values() if _NUMBER.fullmatch(value) or _THOUSANDS.fullmatch(value))
        number = int(next(numbers, "0"))
        return self.forms[PLURALS[language](abs(number))]


class Phrasebook:
    """The templates of one language."""

    def __init__(self, language: str) -> None:
        entries = read_po((HERE / f"{language}.po").read_text(encoding="utf-8"))
        self.language = language
        self.whole: Mapping[str, str] = {entry.source: entry.translations[0] for entry in entries if not _VALUE.search(entry.source)}
        self.templates = _longest_first(entries)
        self.find = lru_cache(4_096)(self._find)

    def _find(self, text: str) -> str:
        if not text.strip():
            return text
        return self._known(text) or self._apart(text) or self._side_by_side(text, knowing=False) or self._dated(text)

    def _apart(self, text: str) -> str:
        """`bs-kawa: what is said of it`, `what is said: in the words of a platform`, `what is said (and why)`."""
        head, colon, tail = text.partition(": ")
        if colon and (found := self._known(tail)):
            return f"{head}{colon}{found}"
        if colon and (found := self.whole.get(head + colon, "")):
            return found + tail
        if colon and " " in head and (found := self._known(head)):
            return f"{found}{colon}{self._dated(tail)}"
        head, bracket, tail = text.partition(" (")
        if bracket and text.endswith(")") and (found := self._known(head)):
            return f"{found}{bracket}{self.find(tail[:-1])})"
        return ""

    def _known(self, text: str) -> str:
        """Before a value takes in the next sentence, what stands side by side is looked at."""
        found = self.whole.get(text) or self._cased(text) or self._matched(text, apart=True)
        return found or self._side_by_side(text, knowing=True) or self._matched(text)

    def _cased(self, text: str) -> str:
        """A toast begins with a capital and ends with a stop: the same words."""
        for one, capital, stop in _bared(text):
            if found := self.whole.get(one):
                return _capital(found, capital) + stop
        return ""

    def _matched(self, text: str, *, apart: bool = False) -> str:
        for one, capital, stop in ((text, False, ""), *_bared(text)):
            for template in self.templates:
                if template.anchor in one and (found := template.pattern.fullmatch(one)):
                    values = found.groupdict()
                    if not apart or all(self._is_one(value) for value in values.values()):
                        return _capital(self._filled(template.form_for(values, self.language), values), capital) + stop
        return ""

    def _is_one(self, value: str) -> bool:
        """Not several sentences side by side."""
        return value in self.whole or not any(between in value for between in BETWEEN)

    def _filled(self, words: str, values: Mapping[str, str]) -> str:
        return _VALUE.sub(lambda place: self._value(place[1], values[place[1]]), words)

    def _value(self, name: str, value: str) -> str:
        kind = name.rstrip("0123456789")
        if kind in NUMBERS:
            return thousands(int(value.replace(",", "")), self.language) if _THOUSANDS.fullmatch(value) else self._fraction(value)
        if value.startswith("'") and value.endswith("'"):
            return QUOTES[self.language].format(value[1:-1])
        return value if kind in NAMES and value not in STAND_INS else self._fraction(self.find(value))

    def _fraction(self, value: str) -> str:
        """Seconds, ratios and sizes: `3,5`."""
        return value.replace(".", ",") if self.language != "en" and _FRACTION.fullmatch(value) else value

    def _side_by_side(self, text: str, *, knowing: bool) -> str:
        """Each by itself; a part may have its template with what stands before it. `knowing`: only where each has one."""
        for between in BETWEEN if knowing else (*BETWEEN, ", "):
            first, *others = text.split(between)
            if others:
                parts = [self._known(first), *(self._after(between, other) for other in others)]
                if not (all(parts) if knowing else any(parts)):
                    continue
                said = [self._dated(first), *(between + self._dated(other) for other in others)]
                return "".join(part or as_it_is for part, as_it_is in zip(parts, said, strict=True))
        return ""

    def _after(self, between: str, words: str) -> str:
        joined = between + words
        if found := self.whole.get(joined) or self._matched(joined, apart=True):
            return found
        known = self._known(words)
        return between + known if known else ""

    def _dated(self, text: str) -> str:
        """`Tue 24 Nov` within what stays as it is."""
        days, months = dict(zip(DAYS["en"], DAYS[self.language], strict=True)), dict(zip(MONTHS["en"], MONTHS[self.language], strict=True))
        return _DATE.sub(lambda date: f"{days[date[1]] + ' ' if date[1] else ''}{date[2]} {months[date[3]]}", text)


def _any(name: str) -> str:
    """What may stand in a place, by its name: a pattern that takes more would find sentences where there are none."""
    kind = name.rstrip("0123456789")
    if kind in KINDS:
        return KINDS[kind]
    if kind in NUMBERS:
        return r"-?[\d.,\u00a0]*\d"
    if kind in CLOCKS:
        return r"[^;]{0,24}\d:\d\d(?: \S{1,6})?"
    return r"\S+?" if kind in ONE_WORD else r".*?"


def _longest_first(entries: Sequence[Entry]) -> list[Template]:
    """What says more is more surely meant."""
    found = [Template(entry.source, entry.translations) for entry in entries if _VALUE.search(entry.source)]
    return sorted(found, key=Template.own_letters, reverse=True)


def _bared(text: str) -> Iterator[tuple[str, bool, str]]:
    """The words without a stop, without a capital, without both; and what has to be put back."""
    bare = text.removesuffix(".")
    stop = text[len(bare) :]
    if stop:
        yield bare, False, stop
    if text[:1].isupper():
        yield text[:1].lower() + text[1:], True, ""
        yield bare[:1].lower() + bare[1:], True, stop


def _capital(words: str, wanted: bool) -> str:
    return words[:1].upper() + words[1:] if wanted else words


@dataclass(frozen=True)
class Voice:
    """How a letter or a report says things: no screen is open, so that a sentence which names a key stays English."""

    language: str = "en"

    def say(self, text: str) -> str:
        """A sentence of ours in this language."""
        if self.language == "en":
            return text
        found = book(self.language).find(text)
        return text if "‹" in found else found

    def quoted(self, words: str) -> str:
        """Words of others."""
        return f"„{words}”" if self.language == "pl" else f"“{words}”"

    def number(self, number: int) -> str:
        """With its thousands apart."""
        return thousands(number, self.language)


ENGLISH = Voice()
"""As everything is written."""


@lru_cache(4)
def book(language: str) -> Phrasebook:
    """The templates of a language, read when they are needed first."""
    return Phrasebook(language)
