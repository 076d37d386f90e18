"""The texts of a post side by side on one line: languages, own texts of accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip

from tui.text import field_words
from tui.widgets.bars import Bar, Zone
from tui.widgets.paint import line


class FieldTabs(Bar):
    """Which text is in the editor; a dot marks what is not saved."""

    COMPONENT_CLASSES = {"tab--name", "tab--here", "tab--hint"}
    DEFAULT_CSS = """
    FieldTabs {
        background: $surface;
        .tab--name { color: $quiet; }
        .tab--here { color: $primary; text-style: bold underline; }
        .tab--hint { color: $quiet; text-style: italic; }
    }
    """

    @dataclass
    class Picked(Message):
        """Another text."""

        field: str

    def __init__(self) -> None:
        super().__init__()
        self._fields: Sequence[str] = ()
        self._current = ""

    def show(self, fields: Sequence[str], current: str) -> None:
        """Names of texts, and which is open."""
        self._fields, self._current = fields, current
        self.refresh()

    def clicked(self, action: str) -> None:
        self.post_message(self.Picked(action))

    def render_line(self, y: int) -> Strip:
        self.zones, parts, at = [], [], 0
        for name in self._fields:
            text = f" {field_words(name)} "
            parts.append(Segment(text, self.get_component_rich_style("tab--here" if name == self._current else "tab--name")))
            self.zones.append(Zone(at, at + cell_len(text), name))
            at += cell_len(text)
        if len(self._fields) > 1:
            key = "F10" if self.app.is_web else "^t"  # browsers keep ctrl+t for themselves
            parts.append(Segment(f"  {key} next text", self.get_component_rich_style("tab--hint")))
        return line(parts, self.size.width, self.rich_style)
