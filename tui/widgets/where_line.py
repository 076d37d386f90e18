"""For those who do not see the screen: one line of text that says where the focus is and what stands there."""

from __future__ import annotations

from weakref import WeakSet

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList, Static, TextArea

from tui.say import is_aloud, say
from tui.text import one_line
from tui.widgets.caption_area import CaptionArea
from tui.widgets.row_list import RowList
from tui.widgets.ticks import Tick, box

CURSORS = ("cursor", "highlighted", "value")
"""Reactives of widgets that say what is chosen in them."""


def spoken_words(widget: Widget | None) -> str:
    """A widget and what is chosen in it, as a sentence."""
    if isinstance(widget, RowList):
        chosen, place = widget.chosen, widget.cursor + 1
        if chosen is None:
            return widget.empty_words
        return say("line {number} of {all}: {line}", line=chosen.aloud(), number=place, all=len(widget.rows))
    if isinstance(widget, OptionList) and widget.highlighted is not None:
        line = str(widget.get_option_at_index(widget.highlighted).prompt).strip()
        return say("line {number} of {all}: {line}", line=line, number=widget.highlighted + 1, all=widget.option_count)
    if isinstance(widget, Button):
        return say("Button: {label}", label=widget.label)
    if isinstance(widget, Tick):
        return str(box(widget.value, widget.words))
    if isinstance(widget, Input):
        value = say("a secret, not shown") if widget.password else widget.value or widget.placeholder
        return say("Line to type in: {value}", value=value)
    if isinstance(widget, TextArea):
        row, column = widget.cursor_location
        spot = say("Text, line {row} of {all}, sign {column}", row=row + 1, all=widget.document.line_count, column=column + 1)
        return f"{spot}, {say('words of the model')}" if isinstance(widget, CaptionArea) and widget.in_models_words else spot
    return str(widget.border_title or "") if widget is not None else ""


class WhereLine(Static):
    """Follows the focus of its screen; shown only where the desk is read aloud."""

    DEFAULT_CSS = "WhereLine { height: 2; padding: 0 1; display: none; &.-aloud { display: block; } }"

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self._followed: WeakSet[Widget] = WeakSet()
        self._spot: tuple[int, bool] | None = None
        """The line of a text, and whether the words there are the model's, as it was told last."""

    def on_mount(self) -> None:
        self.set_class(is_aloud(), "-aloud")
        if is_aloud():
            self.watch(self.screen, "focused", self._moved)

    def _moved(self) -> None:
        widget = self.screen.focused
        if widget is not None and widget not in self._followed:
            self._followed.add(widget)
            if isinstance(widget, CaptionArea):
                self.watch(widget, "selection", self._in_text, init=False)
            for name in CURSORS:
                if name in type(widget)._reactives:
                    self.watch(widget, name, self.tell, init=False)
        self.tell()

    def _in_text(self) -> None:
        """Not each letter of a text: only another line, and where the words of the model begin and end."""
        widget = self.screen.focused
        spot = (widget.cursor_location[0], widget.in_models_words) if isinstance(widget, CaptionArea) else None
        if spot != self._spot:
            self._spot = spot
            self.tell()

    def tell(self) -> None:
        """Say it again: something moved, or other lines came."""
        widget = self.screen.focused
        pane = (
            next((node for node in widget.ancestors_with_self if isinstance(node, Widget) and node.has_class("pane")), None)
            if widget
            else None
        )
        title = one_line(str(pane.border_title or "")) if pane is not None else ""
        self.say(f"{title}: {spoken_words(widget)}" if title and pane is not widget else spoken_words(widget))

    def say(self, words: str) -> None:
        """One line of text; a toast stands here too."""
        self.update(Content(one_line(words)))
