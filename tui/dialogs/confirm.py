"""One question, two answers; the harmless one has the focus."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Button, Static

from tui.dialogs.base import Dialog
from tui.say import later, say
from tui.text import clean


class Confirm(Dialog[bool]):
    """Names what it touches; `yes` is a verb, never “OK”."""

    BINDINGS = [Binding("y", "yes", "Yes", show=False, id="confirm.yes", tooltip="Do it")]

    def __init__(self, title: str, question: str, *, yes: str, no: str = later("Keep"), danger: bool = False) -> None:
        super().__init__()
        self._title, self._question, self._yes, self._no_words, self._danger = title, question, yes, no, danger

    def title_words(self) -> str:
        return self._title

    def compose_box(self) -> ComposeResult:
        yield Static(Content(clean(self._question)), classes="question")

    def buttons(self) -> ComposeResult:
        yield Button(Content(f"{say(self._no_words)} (esc)"), id="no")
        yield Button(Content(f"{self._yes} (y)"), id="yes", variant="error" if self._danger else "primary")

    def on_mount(self) -> None:
        self.query_one("#no", Button).focus()

    @on(Button.Pressed, "#yes")
    def action_yes(self) -> None:
        self.dismiss(True)
