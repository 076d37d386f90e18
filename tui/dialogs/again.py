"""A new draft from something: for which accounts, when, and why the same words may go out again so soon."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button, Input, Static

from scheduler.errors import DeskError
from tui.dialogs.base import Dialog
from tui.lines.words import error_words
from tui.say import say
from tui.text import clean, one_line
from tui.told import told
from tui.widgets.ticks import TickList


@dataclass(frozen=True, slots=True)
class Choice:
    """An account it may go to."""

    name: str
    words: str
    ticked: bool
    refused: str = ""
    """Why the same words would not go out there; empty: they would."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person said."""

    accounts: tuple[str, ...]
    when: str
    reason: str
    """Why the same words may go out again; empty: they will be changed."""


Make = Callable[[Wanted], Awaitable[str]]
"""Makes the draft and answers its name; what the Desk refuses is shown in the dialog, which stays open."""


class Again(Dialog[str]):
    """Answers the name of the new post."""

    def __init__(self, title: str, question: str, choices: Sequence[Choice], make: Make, *, when: str = "") -> None:
        super().__init__()
        self._title, self._question, self._make_it, self._when = title, question, make, when
        self._choices = {choice.name: choice for choice in choices}
        self._warned: frozenset[str] = frozenset()

    def title_words(self) -> str:
        return self._title

    def compose_box(self) -> ComposeResult:
        yield Static(Content(clean(self._question)), classes="question")
        yield TickList([(choice.name, told(one_line(choice.words))) for choice in self._choices.values()])
        yield Static(Content(say("When? (may stay empty)")), classes="question")
        yield Input(self._when, id="when", placeholder=say("for example: tomorrow 9:30"), compact=True)
        if any(choice.refused for choice in self._choices.values()):
            yield Static(Content(say("The same words again? Say why (or leave empty and change them)")), classes="question")
            yield Input(id="reason", placeholder=say("for example: the evening has moved"), compact=True)

    def buttons(self) -> ComposeResult:
        yield Button(Content(say("Not now (esc)")), id="no")
        yield Button(Content(say("Make a draft (⏎)")), id="yes", variant="primary")

    def on_mount(self) -> None:
        listed = self.query_one(TickList)
        listed.focus()
        for choice in self._choices.values():
            if choice.ticked:
                listed.tick(choice.name)
        if not self._choices:
            self.note(say("There is no account for it. Connect one with: daypart account connect"))

    @on(TickList.Toggled)
    @on(Input.Changed)
    def _changed(self) -> None:
        self.note("")

    @on(Input.Submitted)
    @on(TickList.Ready)
    @on(Button.Pressed, "#yes")
    def _ready(self) -> None:
        ticked = self.query_one(TickList).ticked
        accounts = tuple(name for name in self._choices if name in ticked)
        reasons = self.query("#reason").results(Input)
        wanted = Wanted(accounts, self.query_one("#when", Input).value.strip(), next((box.value.strip() for box in reasons), ""))
        refused = [self._choices[name].refused for name in accounts if self._choices[name].refused]
        if not accounts:
            self.note(say("Please pick at least one account with space."))
        elif refused and not wanted.reason and self._warned != frozenset(accounts):
            self._warned = frozenset(accounts)
            self.note(say("{refused}. ⏎ once more: the draft is made, and you change its words.", refused=told(refused[0])))
        else:
            self._make(wanted)

    @work(exclusive=True, group="make", exit_on_error=False)
    async def _make(self, wanted: Wanted) -> None:
        try:
            made = await self._make_it(wanted)
        except DeskError as error:
            self.note(error_words(error))
            return
        self.dismiss(made)
