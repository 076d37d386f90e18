"""A dialog that wants one line of text: a reason, a link, a time."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button, Input, Static

from tui.dialogs.asking import Asking, Job
from tui.say import later, say
from tui.text import clean

Check = Callable[[str], str]
"""Answers what is wrong with the text; empty: nothing."""


class AskWords(Asking[str]):
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
        job: Job[str] | None = None,
    ) -> None:
        super().__init__(title, no=no, details=details, job=job)
        self._question, self._yes, self._value, self._placeholder, self._check = question, yes, value, placeholder, check

    def compose_box(self) -> ComposeResult:
        if self._details:
            yield Static(Content(clean(self._details)), classes="details")
        yield Static(Content(clean(say(self._question))), classes="question")
        yield Input(self._value, placeholder=self._placeholder, select_on_focus=True)

    def buttons(self) -> ComposeResult:
        yield self.no_button()
        yield Button(Content(say("{yes} (⏎)", yes=self._yes)), id="yes", variant="primary")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def read_answer(self) -> str | None:
        words = self.query_one(Input).value.strip()
        wrong = self._check(words) if self._check else ""
        if wrong:
            self.note(wrong)
            return None
        return words


def needs_words(what: str) -> Check:
    """The text may not be empty."""
    return lambda words: "" if words else say("Please write {what}.", what=say(what))


def needs_link(words: str) -> str:
    """A link to a published post."""
    good = (words.startswith(("https://", "http://")) and len(words.split()) == 1 and "." in words) or words.startswith("http://127.0.0.1")
    return "" if good else say("Please paste the whole link of the post; it starts with https://")
