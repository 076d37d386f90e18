"""Lists to choose from, in dialogs, settings, the palette: the line under the cursor has a sign, so that no colour is needed to see it."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.command import CommandInput, CommandList, CommandPalette, SearchIcon
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.strip import Strip
from textual.widgets import LoadingIndicator, OptionList
from textual.widgets.option_list import Option

from tui.painted import Painted
from tui.say import say
from tui.text import UNICODE, Glyphs, clean
from tui.veil import Veiled


class Choices(OptionList):
    """Each choice has one cell before it; at the chosen one `▸` stands there."""

    def _get_left_gutter_width(self) -> int:
        return 1

    def render_line(self, y: int) -> Strip:
        strip, line = super().render_line(y), self.scroll_offset.y + y
        if line >= len(self._lines):
            return strip
        place, of_its_lines = self._lines[line]
        if place == self.highlighted:
            strip = self._on_cursor(strip)
        here = place == self.highlighted and of_its_lines == 0
        style = next((segment.style for segment in strip), None)  # with what a click there means
        glyphs: Glyphs = getattr(self.app, "glyphs", UNICODE)
        return Strip([Segment(glyphs.cursor if here else " ", style), *strip], strip.cell_length + 1)

    def _on_cursor(self, strip: Strip) -> Strip:
        """One colour for all words, as a quiet one could not be read on the cursor; and reversed where there is no colour, which Textual
        leaves out."""
        look = self.get_component_rich_style("option-list--option-highlighted")
        over = Style(color=look.color, reverse=look.reverse)
        return Strip([Segment(text, (style or Style.null()) + over) for text, style, _ in strip], strip.cell_length)


class CommandChoices(CommandList, Choices):
    """What the palette found."""


class Palette(CommandPalette, Veiled[None], Painted[None]):
    """Textual's, with our list in it."""

    def _start_no_matches_countdown(self, search_value: str) -> None:
        """As Textual does, in the person's language."""
        self._stop_no_matches_countdown()

        def tell() -> None:
            if search_value:
                words = say("Nothing has the words “{words}”.", words=clean(search_value))
                self.query_one(CommandList).add_option(Option(Content(words), disabled=True, id=self._NO_MATCHES))
            self._list_visible = bool(search_value)

        self._no_matches_timer = self.set_timer(self._NO_MATCHES_COUNTDOWN, tell)

    def compose(self) -> ComposeResult:
        with Vertical(id="--container"):
            with Horizontal(id="--input"):
                yield SearchIcon()
                yield CommandInput(placeholder=self._placeholder, select_on_focus=False)
            with Vertical(id="--results"):
                yield CommandChoices()
                yield LoadingIndicator()
