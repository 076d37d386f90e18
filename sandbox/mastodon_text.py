"""How Mastodon counts a text and how it turns it into HTML."""

from __future__ import annotations

import re
from collections.abc import Collection
from html import escape

import regex

_URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_REMOTE = re.compile(r"(?<![\w/])@(\w+(?:[.-]\w+)*)@[\w.-]+\w")
_TOKEN = re.compile(r"(?P<url>https?://[^\s<>\"]+)|(?<![\w/&])#(?P<tag>\w*[^\W\d]\w*)|(?<![\w/])@(?P<name>\w+(?:[.-]\w+)*)(?:@[\w.-]+\w)?")
_TRAILING = ".,;:!?'\"»”’)]}"
SHOWN_URL = 30
"""Characters of an address that a reader sees."""


def length(text: str, per_url: int) -> int:
    """Grapheme clusters, links at a fixed price, remote mentions without their server."""
    priced = _URL.sub(lambda found: "x" * per_url + found[0][len(_trimmed(found[0])) :], text)
    return len(regex.findall(r"\X", _REMOTE.sub(r"@\1", priced)))


def html(text: str, base: str, known: Collection[str] = ()) -> str:
    """Paragraphs and line breaks, with links, hashtags and mentions of people we know."""
    paragraphs = re.split(r"\n{2,}", text.strip().replace("\r\n", "\n"))
    return "".join(f"<p>{_linked(paragraph, base, known)}</p>" for paragraph in paragraphs if paragraph)


def tags(text: str) -> list[str]:
    """Hashtags in order, lower case."""
    return [found["tag"].lower() for found in _TOKEN.finditer(text) if found["tag"]]


def _linked(text: str, base: str, known: Collection[str]) -> str:
    pieces: list[str] = []
    at = 0
    for found in _TOKEN.finditer(text):
        shown = _trimmed(found[0]) if found["url"] else found[0]
        pieces.append(_escaped(text[at : found.start()]))
        pieces.append(_link(found, shown, base, known))
        at = found.start() + len(shown)
    pieces.append(_escaped(text[at:]))
    return "".join(pieces)


def _link(found: re.Match[str], shown: str, base: str, known: Collection[str]) -> str:
    if found["url"]:
        return _address(shown)
    if found["tag"]:
        address = escape(f"{base}/tags/{found['tag'].lower()}")
        return f'<a href="{address}" class="mention hashtag" rel="tag">#<span>{_escaped(found["tag"])}</span></a>'
    if found["name"] not in known:
        return _escaped(shown)
    name = _escaped(found["name"])
    return f'<span class="h-card" translate="no"><a href="{escape(base)}/@{name}" class="u-url mention">@<span>{name}</span></a></span>'


def _address(url: str) -> str:
    scheme = url[: url.index("://") + 3]
    scheme += "www." if url[len(scheme) :].startswith("www.") else ""
    rest = url[len(scheme) :]
    seen, hidden = rest[:SHOWN_URL], rest[SHOWN_URL:]
    kind = ' class="ellipsis"' if hidden else ' class=""'
    return (
        f'<a href="{escape(url)}" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">{scheme}</span>'
        f'<span{kind}>{_escaped(seen)}</span><span class="invisible">{_escaped(hidden)}</span></a>'
    )


def _trimmed(url: str) -> str:
    """Without the punctuation of the sentence around it; a bracket that was opened inside stays."""
    while url and url[-1] in _TRAILING and not (url[-1] == ")" and url.count("(") >= url.count(")")):
        url = url[:-1]
    return url


def _escaped(text: str) -> str:
    return escape(text).replace("&#x27;", "&#39;").replace("\n", "<br />")
