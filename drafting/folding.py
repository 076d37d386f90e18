"""Words as they are compared: without case, accents and invisible signs; and the signs that must never be in a text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import regex

_WORD = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]|[\p{L}\p{N}][\p{L}\p{N}\p{M}_]*(?:['’ʼ][\p{L}\p{M}]+)*"
)
_APOSTROPHES = str.maketrans("", "", "'’ʼ")
_SINGLE = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ħ": "h"})

_CARRIERS = (  # England, Scotland, Wales: the only flags that are spelt with tag characters
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
)
_KEPT_JOINER = (
    r"(?<=[\p{Extended_Pictographic}\ufe0f\U0001f3fb-\U0001f3ff])\u200d(?=\p{Extended_Pictographic})"
    r"|(?<=[\p{Arabic}\p{Devanagari}\p{Bengali}\p{Gujarati}\p{Gurmukhi}\p{Oriya}\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}])[\u200c\u200d]"
    r"(?=[\p{Arabic}\p{Devanagari}\p{Bengali}\p{Gujarati}\p{Gurmukhi}\p{Oriya}\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}])"
)
_INVISIBLE = regex.compile(
    rf"(?P<kept>{'|'.join(_CARRIERS)}|{_KEPT_JOINER})"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    r"\ufe00-\ufe0d\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff\U0001d173-\U0001d17a\ud800-\udfff]"
)
_SPACES = regex.compile(r"[\t\u2000-\u200a\u205f]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word and where it stands (code points)."""

    start: int
    end: int
    folded: str


def fold(text: str) -> str:
    """Casefolded, without accents and apostrophes."""
    flat = unicodedata.normalize("NFKD", text.casefold().translate(_SINGLE)).translate(_APOSTROPHES)
    if flat.isascii():
        return flat
    return "".join(sign for sign in flat if not unicodedata.combining(sign))


def words(text: str) -> Iterator[Word]:
    """Every word in order. Scripts without spaces give one word for each sign."""
    for match in _WORD.finditer(text):
        yield Word(match.start(), match.end(), fold(match.group()))


def folded_words(text: str) -> tuple[str, ...]:
    """The words alone."""
    return tuple(word.folded for word in words(text))


def visible(text: str) -> str:
    """NFC, one kind of line end, and nothing that a reader cannot see: zero-width, direction, tag and control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    shown = _INVISIBLE.sub(lambda match: match.group("kept") or "", _SPACES.sub(" ", lines))
    return unicodedata.normalize("NFC", shown)


def has_invisible(text: str) -> bool:
    """Whether `visible` would take something out."""
    return any(match.group("kept") is None for match in _INVISIBLE.finditer(text.replace("\r\n", "\n")))


def compatible(text: str) -> str:
    """As `visible`, with full-width and other look-alike forms made plain: for finding links and handles."""
    return unicodedata.normalize("NFKC", visible(text))


def contains_words(haystack: tuple[str, ...], needle: tuple[str, ...]) -> bool:
    """Whether the needle stands in the haystack, word for word."""
    size = len(needle)
    return size > 0 and any(haystack[i : i + size] == needle for i in range(len(haystack) - size + 1))


def shingles(folded: tuple[str, ...], size: int) -> set[tuple[str, ...]]:
    """All runs of `size` words."""
    return {folded[i : i + size] for i in range(len(folded) - size + 1)}


def excerpt(text: str, most: int = 40) -> str:
    """A short, visible, one-line piece for a message."""
    line = " ".join(visible(text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
