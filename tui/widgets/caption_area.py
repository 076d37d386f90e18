"""The text being written: tags, what does not fit, and the model's words are marked while one types."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from rich.text import Text
from textual import events
from textual.cache import LRUCache
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import TextArea

from scheduler.desk.views import TEXT_MOST, Span
from tui.say import say
from tui.text import clean

TAG = re.compile(r"[#@]\w+")
MOST_TAGS = 60
"""Above this many, tags stay unmarked: each costs time on every key."""


class CaptionArea(TextArea):
    """Letters are text here; what belongs to the program has F-keys and ctrl."""

    COMPONENT_CLASSES = TextArea.COMPONENT_CLASSES | {"caption--tag", "caption--over", "caption--model"}
    DEFAULT_CSS = """
    CaptionArea {
        border: none; padding: 0 1; background: $surface; color: $foreground;
        &:focus { border: none; }
        .caption--tag { color: $primary; }
        .caption--model { color: $model; text-style: underline; }
        .caption--over { color: $error; text-style: bold strike; }
    }
    """

    @dataclass
    class TooMuch(Message):
        """A paste that was refused: the text would have so many characters."""

        pasted: int

    fits: reactive[int] = reactive(1_000_000, init=False)
    """Code points that fit, as the platform counts."""
    spans: reactive[tuple[Span, ...]] = reactive((), init=False)
    """Who first wrote which words."""

    def __init__(self) -> None:
        self._styled: LRUCache[tuple[object, ...], Text] = LRUCache(512)
        super().__init__(
            "", tab_behavior="focus", soft_wrap=True, show_line_numbers=False, placeholder=say("Write the caption…"), id="caption",
            highlight_cursor_line=False,
        )  # fmt: skip

    def notify_style_update(self) -> None:
        self._styled.clear()
        super().notify_style_update()

    def watch_fits(self) -> None:
        self._line_cache.clear()

    def watch_spans(self) -> None:
        self._line_cache.clear()

    async def on_paste(self, event: events.Paste) -> None:
        """A million signs are a slip, and would stop the screen: refused before anything of it is in the text."""
        if len(self.text) + len(event.text) > TEXT_MOST:
            event.prevent_default()
            event.stop()
            self.post_message(self.TooMuch(len(event.text)))

    def index_at(self, location: tuple[int, int]) -> int:
        """The code point at a row and column."""
        row, column = location
        return sum(len(line) + 1 for line in self.document.lines[:row]) + column

    @property
    def in_models_words(self) -> bool:
        """Whether the cursor stands in words that the model wrote."""
        at = self.index_at(self.cursor_location)
        return any(span.origin == "model" and span.start <= at < span.end for span in self.spans)

    def location_at(self, index: int) -> tuple[int, int]:
        """Row and column of a code point."""
        starts = [0, *accumulate(len(line) + 1 for line in self.document.lines)]
        row = max(0, min(bisect_right(starts, index) - 1, len(self.document.lines) - 1))
        return row, min(index - starts[row], len(self.document.lines[row]))

    def get_line(self, line_index: int) -> Text:
        source = self.document.get_line(line_index)
        start = sum(len(line) + 1 for line in self.document.lines[:line_index])
        room = min(max(self.fits - start, 0), len(source))
        marks = tuple(
            (max(span.start - start, 0), min(span.end - start, len(source)))
            for span in self.spans
            if span.origin == "model" and span.start < start + len(source) and span.end > start
        )
        key = (source, room, marks)
        line = self._styled.get(key)
        if line is None:
            line = self._styled[key] = self._mark(source, room, marks)
        return line.copy()

    def _mark(self, source: str, room: int, marks: tuple[tuple[int, int], ...]) -> Text:
        line = Text(clean(source), end="", no_wrap=True)
        for begin, end in marks:
            line.stylize(self.get_component_rich_style("caption--model", partial=True), begin, end)
        tags = list(TAG.finditer(source))
        for match in tags if len(tags) <= MOST_TAGS else []:
            line.stylize(self.get_component_rich_style("caption--tag", partial=True), *match.span())
        if room < len(source):
            line.stylize(self.get_component_rich_style("caption--over", partial=True), room, len(source))
        return line
