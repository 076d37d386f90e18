"""A dialog that wants one line of text: a reason, a link, a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button, Input, Static

from scheduler.desk.views import Done
from scheduler.errors import DeskError
from tui.dialogs.base import Dialog
from tui.lines.words import error_words, undo_words
from tui.say import later, say
from tui.text import clean

Check = Callable[[str], str]
"""Answers what is wrong with the text; empty: nothing."""
Job = Callable[[str], Awaitable[Done]]
"""Does it; what the Desk refuses is shown in the dialog, which stays open."""


class AskWords(Dialog[str]):
    """Answers the text, or None. `check` may refuse it in words."""

    def __init__(
        self,
        title: str,
        question: str,
        *,
        yes: str,
        no: str = later("Not now"),
        value: str = "",
        placeholder: str = "",
        check: Check | None = None,
        details: str = "",
        job: Job | None = None,
    ) -> None:
        super().__init__()
        self._title, self._question, self._yes, self._no_words = title, question, yes, no
        self._value, self._placeholder, self._check, self._details = value, placeholder, check, details
        self._job = job

    def title_words(self) -> str:
        return self._title

    def compose_box(self) -> ComposeResult:
        if self._details:
            yield Static(Content(clean(self._details)), classes="details")
        yield Static(Content(clean(say(self._question))), classes="question")
        yield Input(self._value, placeholder=self._placeholder, select_on_focus=True)

    def buttons(self) -> ComposeResult:
        yield Button(Content(f"{say(self._no_words)} (esc)"), id="no")
        yield Button(Content(say("{yes} (⏎)", yes=self._yes)), id="yes", variant="primary")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _typing(self) -> None:
        self.note("")

    @on(Input.Submitted)
    @on(Button.Pressed, "#yes")
    def _answer(self) -> None:
        words = self.query_one(Input).value.strip()
        wrong = self._check(words) if self._check else ""
        if wrong:
            self.note(wrong)
        elif self._job is None:
            self.dismiss(words)
        else:
            self._do(words, self._job)

    @work(exclusive=True, group="job", exit_on_error=False)
    async def _do(self, words: str, job: Job) -> None:
        try:
            done = await job(words)
        except DeskError as error:
            self.note(error_words(error))
            return
        self.app.notify(undo_words(done.words, done.undo))
        self.app.touch()
        self.dismiss(words)


def needs_words(what: str) -> Check:
    """The text may not be empty."""
    return lambda words: "" if words else say("Please write {what}.", what=say(what))


def needs_link(words: str) -> str:
    """A link to a published post."""
    good = (words.startswith(("https://", "http://")) and len(words.split()) == 1 and "." in words) or words.startswith("http://127.0.0.1")
    return "" if good else say("Please paste the whole link of the post; it starts with https://")
