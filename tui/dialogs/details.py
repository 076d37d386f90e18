"""Long text to read and copy: a history, help."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from tui.dialogs.base import Dialog
from tui.say import say

PART = 16
"""Lines of one widget: only what is in sight is drawn, and keys do not wait for a long text."""


class Details(Dialog[None]):
    """Scrolls; `y` copies all of it."""

    BINDINGS = [Binding("y", "copy", "Copy", show=False, id="details.copy", tooltip="Copy all of it")]

    def __init__(self, title: str, body: Content) -> None:
        super().__init__()
        self._title, self._body = title, body
        self.add_class("-large")

    def title_words(self) -> str:
        return self._title

    def compose_box(self) -> ComposeResult:
        with VerticalScroll(id="reading"):
            lines = self._body.split("\n")
            for first in range(0, len(lines), PART):
                yield Static(Content("\n").join(lines[first : first + PART]))

    def buttons(self) -> ComposeResult:
        yield Button(Content(say("Close (esc)")), id="no")
        yield Button(Content(say("Copy (y)")), id="copy")

    def on_mount(self) -> None:
        self.query_one("#reading").focus()

    @on(Button.Pressed, "#copy")
    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._body.plain)
        self.app.notify(say("Copied."))
