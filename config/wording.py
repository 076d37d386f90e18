"""What readers will see of a post on one account: its parts, first comment, tags and link, all languages joined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from unicodedata import is_normalized, normalize
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from config.diagnostics import Diagnostic, diagnostic
from config.fields import ALL
from config.layers import Merged, Parts
from config.names import Scope
from config.passages import Passage
from config.resolved import Link, Place


class Wording:
    """Words of one post for one account at one occurrence."""

    def __init__(self, merged: Merged, languages: tuple[str, ...], scope: Scope, join: str, found: list[Diagnostic]) -> None:
        self.merged = merged
        self.languages = languages
        self.scope = scope
        self.join = join
        self.found = found

    def parts(self, texts: Mapping[str, Parts], place: Place, file_hint: str) -> tuple[str, ...] | None:
        """The parts with all languages; None when a language has no text (which is said)."""
        by_language = []
        for language in self.languages:
            passages = texts.get(language, texts.get(ALL))
            if passages is None:
                there = ", ".join(tag for tag in texts if tag)
                hints = (f"write it under text: {language}, or in {file_hint}.{language}.md", f"there is: {there}")
                self.found.append(diagnostic("E310", place, f"there is no text in '{language}'", *hints, key=self.scope.key))
            else:
                by_language.append((language, passages))
        if len(by_language) < len(self.languages) or not self._same_number(by_language, place):
            return None
        filled = [[self.scope.fill(passage, language) for passage in passages] for language, passages in by_language]
        return tuple(clean(self.join.join(dict.fromkeys(together))) for together in zip(*filled, strict=True))

    def _same_number(self, by_language: list[tuple[str, Parts]], place: Place) -> bool:
        if len({len(passages) for _, passages in by_language}) <= 1:
            return True
        counts = {language: len(passages) for language, passages in by_language}
        (first, one), (other, two) = next((a, b) for a in counts.items() for b in counts.items() if a[1] != b[1])
        passages = dict(by_language)[other]
        message = f"the text in '{other}' has {two} part{'s' if two != 1 else ''}, the one in '{first}' has {one}"
        where = passages[0].place if passages else place
        self.found.append(diagnostic("E311", where, message, "begin the parts of both with --- lines", key=self.scope.key))
        return False

    def hashtags(self, text: str) -> str:
        """The tags that the text does not have yet, in one line."""
        by_language = self.merged.hashtags()
        if not by_language:
            return ""
        there = {word.casefold().strip(".,!?;:()") for word in text.split() if word.startswith("#")} if "#" in text else ()
        out: dict[str, str] = {}
        for language in self.languages:
            for passage in by_language.get(language, by_language.get(ALL, ())):
                tag = self._tag(passage, language)
                if tag and tag.casefold() not in there:
                    out.setdefault(tag.casefold(), tag)
        return " ".join(out.values())

    def _tag(self, passage: Passage, language: str) -> str:
        tag = self.scope.fill(passage, language).strip()
        tag = tag if tag.startswith("#") else f"#{tag}"
        if len(tag.split()) > 1 or tag.count("#") != 1 or len(tag) < 2:
            self.found.append(
                diagnostic("E206", passage.place, f"'{passage.text}' is not a hashtag", "one word, as #coffee", key=self.scope.key)
            )
            return ""
        return tag

    def first_comment(self) -> str | None:
        """The first comment, or None."""
        passages = self.merged.passages("first_comment")
        if not passages:
            return None
        texts = []
        for language in self.languages:
            passage = passages.get(language, passages.get(ALL))
            if passage is None:
                place = next(iter(passages.values())).place
                hint = f"write it under first_comment: {language}"
                self.found.append(diagnostic("E310", place, f"there is no first comment in '{language}'", hint, key=self.scope.key))
            else:
                texts.append(self.scope.fill(passage, language))
        return clean(self.join.join(dict.fromkeys(texts))) or None

    def link(self, utm: Callable[[], tuple[tuple[str, str], ...]]) -> Link | None:
        """The post's link with the campaign's marks, in the account's first language."""
        layer = self.merged.last("link")
        if layer is None or layer.changes.link is None:
            return None
        written, language = layer.changes.link, self.languages[0]
        passage = layer.passage(written.url, "link", "url")  # of a short form, the link itself is found
        before = len(self.found)
        url = self.scope.fill(passage, language).strip()
        title = self.scope.fill(layer.passage(written.title, "link", "title"), language) if written.title else ""
        description = self.scope.fill(layer.passage(written.description, "link", "description"), language) if written.description else ""
        marks = utm()
        if len(self.found) > before:
            return None
        if not is_link(url):
            self.found.append(diagnostic("E209", passage.place, f"'{url[:80]}' is not a link", "begins with https://", key=self.scope.key))
            return None
        return Link(with_marks(url, marks), title, description)


def clean(text: str) -> str:
    """As it is sent: composed characters, no blank lines around."""
    text = text.strip("\n").rstrip()
    return text if is_normalized("NFC", text) else normalize("NFC", text)


@lru_cache(maxsize=1_024)
def is_link(url: str) -> bool:
    """Whether it is an address that can be posted: with a scheme and a host, and no space in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not any(sign.isspace() for sign in url)


@lru_cache(maxsize=1_024)
def with_marks(url: str, marks: tuple[tuple[str, str], ...]) -> str:
    """The address with `utm_…`; those it already has are kept."""
    wanted = {f"utm_{name}": value for name, value in marks if value}
    if not wanted:
        return url
    parts = urlsplit(url)
    there = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    added = urlencode({name: value for name, value in wanted.items() if name not in there})
    query = "&".join(text for text in (parts.query, added) if text)
    return urlunsplit(parts._replace(query=query))
