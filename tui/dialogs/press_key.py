"""Another key for an action: the next key that is pressed, unless it has another meaning there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static

from tui.dialogs.base import Dialog
from tui.keys.action import Action
from tui.say import say

PASSED = frozenset({"escape", "tab", "shift+tab"})
"""Keys that leave the dialog, or go to its buttons."""


class KeyCatcher(Static, can_focus=True):
    """Takes every key that is pressed while it has the focus."""

    @dataclass
    class Caught(Message):
        """A key was pressed."""

        key: str

    def on_key(self, event: events.Key) -> None:
        if event.key not in PASSED:
            event.stop()
            event.prevent_default()
            self.post_message(self.Caught(event.key))


class PressKey(Dialog[str]):
    """Answers the key. `judge` says why it cannot be; empty: it can."""

    def __init__(self, action: Action, judge: Callable[[str], str]) -> None:
        super().__init__()
        self._action, self._judge = action, judge

    def title_words(self) -> str:
        return say("A key for “{label}”", label=say(self._action.label))

    def compose_box(self) -> ComposeResult:
        words = say("Press the key that shall do it. Now it is {keys}.", keys=self._action.all_keys)
        yield KeyCatcher(Content(words), id="catch", classes="question")

    def buttons(self) -> ComposeResult:
        yield Button(Content(say("Keep it (esc)")), id="no")

    def on_mount(self) -> None:
        self.query_one("#catch").focus()

    @on(KeyCatcher.Caught)
    def _caught(self, event: KeyCatcher.Caught) -> None:
        wrong = self._judge(event.key)
        if wrong:
            self.note(wrong)
        else:
            self.dismiss(event.key)
