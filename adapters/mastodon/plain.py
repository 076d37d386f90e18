"""From a server's HTML back to the text as written, and the form in which two texts are compared."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from html.parser import HTMLParser

from adapters.counting import find_mentions

_BREAKS = {"br": "\n", "p": "\n\n", "li": "\n", "blockquote": "\n\n", "h1": "\n\n", "h2": "\n\n", "pre": "\n\n"}


class _Reader(HTMLParser):
    """Collects text; a shortened link is written out from its address, a mention with its host."""

    def __init__(self, accounts: Mapping[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self._accounts = accounts
        self.pieces: list[str] = []
        self._link: str | None = None
        self._link_start = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Links are remembered, breaks become line ends."""
        if tag == "a" and self._link is None:
            self._link = dict(attrs).get("href") or ""
            self._link_start = len(self.pieces)
        elif tag in _BREAKS:
            self.pieces.append(_BREAKS[tag])

    def handle_endtag(self, tag: str) -> None:
        """At the end of a link its words are known."""
        if tag != "a" or self._link is None:
            return
        words, address = "".join(self.pieces[self._link_start :]), self._link
        self._link = None
        if address in self._accounts:
            self.pieces[self._link_start :] = [f"@{self._accounts[address]}"]
        elif words.endswith("…") or (words[:1] not in "@#＃" and "://" not in words):
            self.pieces[self._link_start :] = [address]

    def handle_data(self, data: str) -> None:
        """Plain words."""
        self.pieces.append(data)


def plain_text(html: str, accounts: Mapping[str, str] | None = None) -> str:
    """The text of a status, links in full. `accounts`: address of each mentioned account → `user@host`."""
    reader = _Reader(accounts or {})
    reader.feed(html)
    reader.close()
    return "".join(reader.pieces).strip()


def comparable(text: str) -> str:
    """What stays the same on the way through a server: no layout, mentions without their host."""
    text = unicodedata.normalize("NFC", text)
    pieces: list[str] = []
    done = 0
    for mention in find_mentions(text):
        pieces += (text[done : mention.start], f"@{mention.user}")
        done = mention.end
    return " ".join("".join([*pieces, text[done:]]).split())


def words_mark(text: str) -> str:
    """A short name of a text's comparable form, kept in the journal to know an earlier version again."""
    return hashlib.sha256(comparable(text).encode("utf-8", "surrogatepass")).hexdigest()[:16]
