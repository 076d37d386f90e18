"""A piece of publishable text and where it stands, so that a mistake inside it can be pointed at."""

from __future__ import annotations

import re

from config.diagnostics import Diagnostic, diagnostic
from config.document import Document, Step
from config.resolved import Place
from config.source import Source, UnreadableFileError

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_COMMENT_LINES = re.compile(r"^[ \t]*(?:<!--(?:(?!-->).)*-->[ \t]*)+(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_BREAK = re.compile(r"^---[ \t]*\r?$", re.MULTILINE)
_FRONT = re.compile(r"---[ \t]*\r?\n")
_FRONT_END = re.compile(r"^---[ \t]*\r?$\n?", re.MULTILINE)


class Passage:
    """One text in one language, or one part of a thread."""

    __slots__ = ("_place", "end", "hidden", "source", "start", "text")

    def __init__(self, text: str, source: Source, start: int, end: int, hidden: tuple[tuple[int, int], ...] = ()) -> None:
        self.text = text
        self.source = source
        self.start = start
        self.end = end
        """With `start`, its range in the source, as written."""
        self.hidden = hidden
        """Ranges inside it that are never published: comments."""
        self._place: Place | None = None

    @property
    def place(self) -> Place:
        """Where it begins."""
        if self._place is None:
            self._place = self._begin()
        return self._place

    def _begin(self) -> Place:
        raw = self.source.text[self.start : self.end]
        head = raw.find("\n") + 1 if raw[:1] in ("|", ">") else 0  # a block's text begins below its sign
        start = self.start + head + len(raw[head:]) - len(raw[head:].lstrip())
        return self.source.place(start, self.end)

    def place_of(self, nth: int, width: int) -> Place:
        """Where the n-th `{{` of the text stands in the file."""
        position = self.start
        for _ in range(nth + 1):
            position = self._next(position)
            if position < 0:
                return self.place
            position += 2
        return self.source.place(position - 2, position - 2 + width)

    def _next(self, position: int) -> int:
        while True:
            found = self.source.text.find("{{", position, self.end)
            inside = next((b for a, b in self.hidden if a <= found < b), None)
            if inside is None:
                return found
            position = inside


def from_yaml(document: Document, path: tuple[Step, ...], text: str) -> Passage:
    """A text written in YAML."""
    node, _ = document.node(path)
    return Passage(published(text), document.source, node.start, node.end)


def published(text: str) -> str:
    """A text as it is sent: line breaks of one kind, no blank lines around it."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip("\n").rstrip()


def front_matter(source: Source) -> tuple[int, int, int]:
    """Offsets of the front matter's YAML and of the body; (0, 0, 0) when there is none. Raises UnreadableFileError."""
    opening = _FRONT.match(source.text)
    if opening is None:
        return 0, 0, 0
    closing = _FRONT_END.search(source.text, opening.end())
    if closing is None:
        found = diagnostic("E112", source.place(0, 3), "the front matter is not closed", "put a line --- after it")
        raise UnreadableFileError(found)
    return opening.end(), closing.start(), closing.end()


def parts_of_body(source: Source, start: int, found: list[Diagnostic]) -> tuple[Passage, ...]:
    """The parts of a Markdown body: `---` lines begin the next one, comments are dropped. Empty for an empty body."""
    raw = source.text
    if raw.find("<!--", start) < 0 and raw.find("---", start) < 0:
        text = published(raw[start:])
        return (Passage(text, source, start, len(raw)),) if text.strip() else ()
    hidden = tuple(m.span() for m in _COMMENT.finditer(raw, start))
    _check_closed(source, start, hidden, found)
    ends = [m.span() for m in _BREAK.finditer(raw, start) if not any(a <= m.start() < b for a, b in hidden)]
    starts = [start, *(b for _, b in ends)]
    stops = [*(a for a, _ in ends), len(raw)]
    parts = tuple(_part(source, a, b, hidden) for a, b in zip(starts, stops, strict=True))
    if len(parts) == 1 and not parts[0].text.strip():
        return ()
    hint = "write a text between the --- lines, or remove one"
    empty = (part for part in parts if not part.text.strip())
    found.extend(diagnostic("E706", source.place(part.start), "a part of the thread is empty", hint) for part in empty)
    return parts


def _part(source: Source, start: int, end: int, hidden: tuple[tuple[int, int], ...]) -> Passage:
    raw = source.text[start:end].replace("\r\n", "\n")
    if hidden:
        raw = _COMMENT.sub("", _COMMENT_LINES.sub("", raw))
    return Passage(published(raw), source, start, end, hidden)


def _check_closed(source: Source, start: int, hidden: tuple[tuple[int, int], ...], found: list[Diagnostic]) -> None:
    last = hidden[-1][1] if hidden else start
    unclosed = source.text.find("<!--", last)
    if unclosed >= 0:
        found.append(diagnostic("E112", source.place(unclosed, unclosed + 4), "the comment is not closed", "write --> after it"))
