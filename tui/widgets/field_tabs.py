"""The texts of a post side by side on one line: languages, own texts of accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip

from tui.say import say
from tui.text import UNICODE, Glyphs, field_words
from tui.widgets.bars import Bar, Zone
from tui.widgets.paint import line


class FieldTabs(Bar):
    """Which text is in the editor; a dot marks what is not saved."""

    COMPONENT_CLASSES = {"tab--name", "tab--here", "tab--own", "tab--hint"}
    DEFAULT_CSS = """
    FieldTabs {
        background: $surface;
        .tab--name { color: $quiet; }
        .tab--own { color: $warning; }
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
        self._glyphs = UNICODE

    def show(self, fields: Sequence[str], current: str, glyphs: Glyphs = UNICODE) -> None:
        """Names of texts, and which is open."""
        self._fields, self._current, self._glyphs = fields, current, glyphs
        self.refresh()

    def clicked(self, action: str) -> None:
        self.post_message(self.Picked(action))

    def render_line(self, y: int) -> Strip:
        self.zones, parts, at = [], [], 0
        for name in self._fields:
            text = f" {self._words(name)} "
            look = "tab--here" if name == self._current else "tab--own" if "@" in name else "tab--name"
            parts.append(Segment(text, self.get_component_rich_style(look)))
            self.zones.append(Zone(at, at + cell_len(text), name))
            at += cell_len(text)
        if len(self._fields) > 1:
            parts.append(Segment(say("  ^l next text"), self.get_component_rich_style("tab--hint")))
        return line(parts, self.size.width, self.rich_style)

    def _words(self, name: str) -> str:
        """An account that differs is a chip: `≠ bs-kawa`, with the language where it differs in several."""
        language, _, account = name.partition("@")
        if not account:
            return field_words(name)
        several = sum(other.partition("@")[2] == account for other in self._fields) > 1
        return f"{self._glyphs.clash} {account}{f' {field_words(language)}' if several else ''}"
