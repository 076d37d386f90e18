"""Text that grows at its end, wrapped and drawn line by line: only its last line is wrapped anew with each piece."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual import events
from textual.cache import LRUCache
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui.lines.wrapped import broken
from tui.text import clean
from tui.widgets.paint import line

Block = tuple[str, str]
"""Text and its look: title, words, quiet, warning, strong."""


class Poured(Widget):
    """Shows its end while it grows; can be scrolled once it is still."""

    COMPONENT_CLASSES = {"poured--title", "poured--words", "poured--quiet", "poured--warning", "poured--strong"}
    DEFAULT_CSS = """
    Poured {
        width: 1fr; height: 1fr; padding: 0 1; background: $surface; color: $foreground;
        .poured--title { color: $primary; text-style: bold; }
        .poured--words { color: $model; text-style: underline; }
        .poured--quiet { color: $quiet; }
        .poured--warning { color: $warning; }
        .poured--strong { color: $primary; text-style: bold; }
    }
    """
    growing: reactive[bool] = reactive(False, init=False, repaint=False)
    """Its end stays in sight."""

    def __init__(self) -> None:
        super().__init__()
        self._blocks: list[Block] = []
        self._lines: list[Block] = []
        self._open = ""
        """The last line, as it was written: what comes next may still change where it ends."""
        self._top = 0
        self._strips: LRUCache[tuple[str, str, int], Strip] = LRUCache(256)

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    @property
    def plain(self) -> str:
        """All of it."""
        return "\n".join(text for text, _ in self._blocks)

    @property
    def below(self) -> int:
        """Lines that do not fit below."""
        return max(0, len(self._lines) - self._top - self.content_size.height)

    def show(self, blocks: Sequence[Block]) -> None:
        """Something else."""
        self._blocks, self._top = [(_cleaned(text), look) for text, look in blocks], 0
        self._wrap_all()

    def add(self, piece: str) -> None:
        """More of the last block."""
        if not self._blocks or not piece:
            return
        text, look = self._blocks[-1]
        more = _cleaned(piece)
        self._blocks[-1] = (text + more, look)
        del self._lines[-1:]
        first = len(self._lines)
        self._wrap_from(self._open + more, look)
        self._settle(first)

    def scroll_by(self, by: int) -> None:
        """Up or down by lines."""
        self._top = max(0, min(self._top + by, len(self._lines) - self.content_size.height))
        self.refresh()

    def on_resize(self) -> None:
        self._wrap_all()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_by(2)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_by(-2)

    def _wrap_all(self) -> None:
        self._lines.clear()
        for text, look in self._blocks:
            self._wrap_from(text, look)
        self._settle()

    def _wrap_from(self, text: str, look: str) -> None:
        width = self.content_size.width
        for paragraph in text.split("\n"):
            found = list(broken(paragraph, width))
            self._lines += [(written.rstrip(), look) for written in found]
            self._open = found[-1] if found else ""

    def _settle(self, first: int = 0) -> None:
        """Where it stands now; only lines from `first` on are another, unless all of them moved."""
        top, last = self._top, max(0, len(self._lines) - self.content_size.height)
        self._top = last if self.growing else min(self._top, last)
        if self._top != top or first <= top:
            self.refresh()
        else:
            width, height = self.content_size
            self.refresh(Region(self.gutter.left, self.gutter.top + first - top, width, max(1, height - first + top)))

    def render_line(self, y: int) -> Strip:
        at, width = self._top + y, self.content_size.width
        if at >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        key = (*self._lines[at], width)
        strip = self._strips.get(key)
        if strip is None:
            text, look, _ = key
            style = self.get_component_rich_style(f"poured--{look}")
            strip = self._strips[key] = line([Segment(text, style)], width, self.rich_style)
        return strip


def _cleaned(text: str) -> str:
    """A tab would move what stands behind it, whatever is reckoned here."""
    return clean(text).replace("\t", "    ")
