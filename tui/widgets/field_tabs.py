"""The texts of a post side by side on one line: languages, own texts of accounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
        hint = say("  ‹write.text› next text") if len(self._fields) > 1 else ""
        texts = [(name, f" {self._words(name)} ") for name in self._fields]
        for n, (name, text) in self._in_sight(texts, self.size.width - cell_len(hint)):
            look = "tab--hint" if n < 0 else "tab--here" if name == self._current else "tab--own" if "@" in name else "tab--name"
            parts.append(Segment(text, self.get_component_rich_style(look)))
            self.zones += [Zone(at, at + cell_len(text), name)] if n >= 0 else []
            at += cell_len(text)
        parts.append(Segment(hint, self.get_component_rich_style("tab--hint")))
        return line(parts, self.size.width, self.rich_style)

    def _in_sight(self, texts: Sequence[tuple[str, str]], room: int) -> Iterator[tuple[int, tuple[str, str]]]:
        """Tabs that fit, with the open one among them; what is left out stands as a sign, numbered -1."""
        widths, more = [cell_len(text) for _, text in texts], cell_len(self._glyphs.more)
        here = next((n for n, (name, _) in enumerate(texts) if name == self._current), 0)
        first = 0
        while first < here and sum(widths[first : here + 1]) > room - more * (1 + (first > 0)):
            first += 1
        if first:
            yield -1, ("", self._glyphs.more)
        left = room - more * (first > 0)
        for n, (name, text) in enumerate(texts[first:], first):
            left -= widths[n]
            if n > here and left < (more if n + 1 < len(texts) else 0):
                yield -1, ("", self._glyphs.more)
                return
            yield n, (name, text)

    def _words(self, name: str) -> str:
        """An account that differs is a chip: `≠ bs-kawa`, with the language where it differs in several."""
        language, _, account = name.partition("@")
        if not account:
            return field_words(name)
        several = sum(other.partition("@")[2] == account for other in self._fields) > 1
        return f"{self._glyphs.clash} {account}{f' {field_words(language)}' if several else ''}"
