"""The lists of the library side by side on one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip

from tui.say import say
from tui.widgets.bars import Bar, Zone
from tui.widgets.paint import line


class LibraryTabs(Bar):
    """Which list is shown: in brackets, so that no colour is needed to see it."""

    COMPONENT_CLASSES = {"tab--name", "tab--here", "tab--hint"}
    DEFAULT_CSS = """
    LibraryTabs {
        background: $surface;
        .tab--name { color: $quiet; }
        .tab--here { color: $primary; text-style: bold; }
        .tab--hint { color: $quiet; text-style: italic; }
    }
    """

    @dataclass
    class Picked(Message):
        """Another list."""

        name: str

    def __init__(self, names: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._names = names
        self._current = names[0][0]

    def show(self, current: str) -> None:
        """Which list is open."""
        self._current = current
        self.refresh()

    def clicked(self, action: str) -> None:
        self.post_message(self.Picked(action))

    def render_line(self, y: int) -> Strip:
        self.zones, parts, at = [], [], 0
        for name, words in self._names:
            here = name == self._current
            text = f"[{say(words)}] " if here else f" {say(words)}  "
            parts.append(Segment(text, self.get_component_rich_style("tab--here" if here else "tab--name")))
            self.zones.append(Zone(at, at + cell_len(text), name))
            at += cell_len(text)
        parts.append(Segment(say("  ← → next list"), self.get_component_rich_style("tab--hint")))
        return line(parts, self.size.width, self.rich_style)
