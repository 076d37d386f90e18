"""How platforms count: graphemes, bytes, links with a fixed weight, mentions without their host; and where these stand in a text.

All positions are code point indices into the text. Fast enough to be called at every key press.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from adapters.limits import TextLimit

if TYPE_CHECKING:
    from regex import Pattern


@dataclass(frozen=True, slots=True)
class Link:
    """An http(s) address in a text."""

    start: int
    end: int
    url: str


@dataclass(frozen=True, slots=True)
class Mention:
    """`@user`, `@user.example` or `@user@host.example`."""

    start: int
    end: int
    user: str
    host: str
    """Empty without a second part."""


@dataclass(frozen=True, slots=True)
class Hashtag:
    """A hashtag; `tag` is without the sign."""

    start: int
    end: int
    tag: str


Mark = TypeVar("Mark", Mention, Hashtag)

# Below U+0300 every code point is a grapheme of its own, apart from CR LF.
_NEEDS_CLUSTERS = re.compile(r"[^\x00-\x0c\x0e-\u02ff]")
_URL = re.compile(r"""(?<![\w@])https?://[^\s<>"\u3000-\u3003\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1b\uff1f]+""", re.IGNORECASE)
_URL_HOST = re.compile(r"https?://(?:[^\s/?#@]*@)?[^\s/?#:@]+\.(?:[^\W\d_]{2,}|xn--[a-z0-9-]+)(?::\d+)?(?:[/?#]|$)", re.IGNORECASE)
_AFTER_URL = ".,;:!?'\"…“”‘’»"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_TAIL = frozenset(_AFTER_URL) | frozenset(_PAIRS)
_MENTION = re.compile(
    r"(?<![\w/=@])@(?P<user>[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)(?:@(?P<host>[\w-]+(?:\.[\w-]+)+(?::\d+)?))?", re.ASCII
)
_HASHTAG = re.compile(r"(?<![\w/&#＃])[#＃](?P<tag>[\w\u00b7\u200c]+)")


@cache
def _grapheme() -> Pattern[str]:
    import regex  # deferred: 40 ms that plain texts do not need

    return regex.compile(r"\X")


def graphemes(text: str) -> int:
    """What a reader calls characters."""
    if _NEEDS_CLUSTERS.search(text) is None:
        return len(text)
    return sum(1 for _ in _grapheme().finditer(text))


def utf8_bytes(text: str) -> int:
    """Bytes of the text in UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def count(text: str, limit: TextLimit) -> int:
    """How much of `limit.maximum` a text takes."""
    total, done = 0, 0
    for start, end, weight in _weighed(text, limit):
        total += graphemes(text[done:start]) + weight
        done = end
    return total + graphemes(text[done:])


def fits_until(text: str, limit: TextLimit) -> int:
    """Where a text becomes too long: the index of the first code point that no longer fits, or the length of the text."""
    used = size = 0
    for start, end, weight in _units(text, limit):
        used += weight
        size += utf8_bytes(text[start:end]) if limit.max_bytes is not None else 0
        if used > limit.maximum or (limit.max_bytes is not None and size > limit.max_bytes):
            return start
    return len(text)


def fold_index(text: str, limit: TextLimit) -> int | None:
    """Where a reader has to tap “more”, or None when the whole text shows."""
    if limit.fold_at is None:
        return None
    starts: Iterator[int] = (match.start() for match in _grapheme().finditer(text))
    return next(islice(starts, limit.fold_at, None), None)


@lru_cache(maxsize=256)
def find_links(text: str) -> tuple[Link, ...]:
    """Every http(s) address with a public-looking host, without the punctuation after it."""
    if "://" not in text:
        return ()
    links = []
    for match in _URL.finditer(text):
        url = _without_tail(match.group())
        if _URL_HOST.match(url):
            links.append(Link(match.start(), match.start() + len(url), url))
    return tuple(links)


def find_mentions(text: str) -> list[Mention]:
    """Every mention outside links and e-mail addresses."""
    found = (Mention(m.start(), m.end(), m["user"], m["host"] or "") for m in _MENTION.finditer(text))
    return _outside(list(found), find_links(text)) if "@" in text else []


def find_hashtags(text: str) -> list[Hashtag]:
    """Every hashtag outside links; one of digits alone is none."""
    if "#" not in text and "＃" not in text:
        return []
    found = (Hashtag(m.start(), m.end(), m["tag"]) for m in _HASHTAG.finditer(text) if not m["tag"].isdecimal())
    return _outside(list(found), find_links(text))


def _outside(spans: list[Mark], links: Sequence[Link]) -> list[Mark]:
    if not spans or not links:
        return spans
    return [span for span in spans if not any(link.start < span.end and span.start < link.end for link in links)]


def _weighed(text: str, limit: TextLimit) -> list[tuple[int, int, int]]:
    """Spans that do not count in full, in order: start, end, weight."""
    spans: list[tuple[int, int, int]] = []
    if limit.link_weight is not None and "://" in text:
        spans += ((link.start, link.end, limit.link_weight) for link in find_links(text))
    if limit.short_mentions and "@" in text:
        spans += ((m.start, m.end, len(m.user) + 1) for m in find_mentions(text) if m.host)
    return sorted(spans)


def _units(text: str, limit: TextLimit) -> Iterator[tuple[int, int, int]]:
    """The text in pieces that fit whole or not at all: start, end, weight."""
    done = 0
    for start, end, weight in [*_weighed(text, limit), (len(text), len(text), 0)]:
        for match in _grapheme().finditer(text, done, start):
            yield match.start(), match.end(), 1
        if end > start:
            yield start, end, weight
        done = end


def _without_tail(url: str) -> str:
    """An address as meant: the full stop and the bracket after it belong to the sentence."""
    if url[-1] not in _TAIL:
        return url
    opened = {close: url.count(open_) - url.count(close) for close, open_ in _PAIRS.items()}
    end = len(url)
    while end and (url[end - 1] in _AFTER_URL or opened.get(url[end - 1], 0) < 0):
        if url[end - 1] in opened:
            opened[url[end - 1]] += 1
        end -= 1
    return url[:end]
