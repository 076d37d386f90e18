"""What every dialog has: a box with a title, buttons, `esc` for no, and the brake within reach."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static
from textual.worker import Worker

from tui.keys.action import bindings
from tui.keys.actions import DIALOG
from tui.say import is_aloud, say
from tui.shell import Shell
from tui.text import clean
from tui.unhurried import Unhurried
from tui.veil import Veiled
from tui.widgets.where_line import WhereLine

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer | None], Veiled[Answer | None], Unhurried[Answer | None], Generic[Answer]):
    """A question. None: the person said no."""

    BINDINGS = [
        *bindings(DIALOG),
        Binding("ctrl+g", "app.hold", "Hold all", show=False, id="dialog.hold", tooltip="Stop everything at once"),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-roomy")]
    TITLE_WORDS = ""
    app = getters.app(Shell)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            title = Content(clean(say(self.title_words())))
            if is_aloud():
                self.add_class("-aloud")
                yield Static(title)
            else:
                box.border_title = title
            yield from self.compose_box()
            yield Static("", id="note", markup=False)
            yield WhereLine()
            with Horizontal(classes="buttons"):
                yield from self.buttons()

    def title_words(self) -> str:
        """The title; names the client where there is one."""
        return self.TITLE_WORDS

    def compose_box(self) -> ComposeResult:
        """The inside."""
        yield from ()

    def buttons(self) -> ComposeResult:
        """The harmless one first; it has the focus."""
        yield Button(Content(say("Close (esc)")), id="no")

    def note(self, words: str) -> None:
        """Say inside the dialog why it does not close."""
        self.query_one("#note", Static).update(Content(clean(words)))
        self.query_one("#note", Static).set_class(bool(words), "-shown")
        self.set_class(bool(words), "-noted")

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        self.app.on_worker_state_changed(event)

    def action_no(self) -> None:
        self.dismiss(None)

    @on(Button.Pressed, "#no")
    def _no(self) -> None:
        self.action_no()
