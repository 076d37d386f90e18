"""The line below a list in which words are typed that narrow it: `/` shows it, enter keeps the words, esc removes them."""

from __future__ import annotations

from dataclasses import dataclass

from textual import getters, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from tui.say import say
from tui.text import clean


class FindLine(Horizontal):
    """Hidden until somebody looks for something. Who shows the list hears what is sought, and takes the focus back."""

    line = getters.query_one(Input)

    @dataclass
    class Sought(Message):
        """Other words; empty: everything."""

        words: str

    @dataclass
    class Kept(Message):
        """The words stay; the list goes on."""

    def __init__(self) -> None:
        super().__init__(id="finder")
        self.display = False

    def compose(self) -> ComposeResult:
        yield Static("/", markup=False)
        yield Input(placeholder=say("words to find · ⏎ keeps them, esc removes them"), id="find", compact=True)

    @property
    def words(self) -> str:
        """What is sought."""
        return self.line.value

    @property
    def chip(self) -> str:
        """For the frame of the list, so that nobody wonders where the other lines are; empty: all are there."""
        return say("find: {words} · esc removes", words=clean(self.words)) if self.words else ""

    def begin(self) -> None:
        """Show it, ready to be typed in."""
        self.display = True
        self.line.focus()

    def hide(self) -> None:
        """The words stay."""
        self.display = False

    def leave(self) -> bool:
        """Take the words out and hide; False: there was nothing to leave."""
        if not self.words and not self.display:
            return False
        self.line.value = ""
        self.hide()
        return True

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Sought(event.value))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.hide()
        self.post_message(self.Kept())
