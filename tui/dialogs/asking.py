"""What dialogs have that ask for something typed: they may refuse it in words, and may do it before they close."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable

from textual import on, work
from textual.content import Content
from textual.widgets import Button, Input

from scheduler.desk.views import Done
from scheduler.errors import DeskError
from tui.dialogs.base import Answer, Dialog
from tui.lines.words import error_words, undo_words
from tui.say import say

Job = Callable[[Answer], Awaitable[Done]]
"""Does it; what the Desk refuses is shown in the dialog, which stays open."""


class Asking(Dialog[Answer]):
    """Answers what was typed, or None."""

    def __init__(self, title: str, *, no: str, details: str, job: Job[Answer] | None) -> None:
        super().__init__()
        self._title, self._no_words, self._details, self._job = title, no, details, job

    @abstractmethod
    def read_answer(self) -> Answer | None:
        """What was typed; None: something is wrong with it, and the dialog says what."""

    def title_words(self) -> str:
        return self._title

    def no_button(self) -> Button:
        return Button(Content(f"{say(self._no_words)} (esc)"), id="no")

    @on(Input.Changed)
    def _typing(self) -> None:
        self.note("")

    @on(Input.Submitted)
    @on(Button.Pressed, "#yes")
    def _answer(self) -> None:
        typed = self.read_answer()
        if typed is None:
            return
        if self._job is None:
            self.dismiss(typed)
        else:
            self._do(typed, self._job)

    @work(exclusive=True, group="job", exit_on_error=False)
    async def _do(self, typed: Answer, job: Job[Answer]) -> None:
        try:
            done = await job(typed)
        except DeskError as error:
            self.note(error_words(error))
            return
        self.app.notify(undo_words(done.words, done.undo))
        self.app.touch()
        self.dismiss(typed)
