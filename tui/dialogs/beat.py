"""One beat of a script: how long, what is said, what stands on the screen, what is seen. Says while one types how long it takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button, Input, Static

from scheduler.desk.views import BeatView
from scheduler.errors import DeskError
from tui.dialogs.base import Dialog
from tui.lines.words import error_words
from tui.say import fraction, say

Save = Callable[[BeatView], Awaitable[None]]
Say = Callable[[str], float]
"""Seconds that words take to say."""


class EditBeat(Dialog[bool]):
    """Saves by itself; what the Desk refuses is said here, and nothing typed is lost."""

    def __init__(self, title: str, beat: BeatView, save: Save, say: Say) -> None:
        super().__init__()
        self._title, self._beat, self._save, self._say = title, beat, save, say

    def title_words(self) -> str:
        return self._title

    def compose_box(self) -> ComposeResult:
        beat = self._beat
        yield Static(say("What is said:"), classes="question", markup=False)
        yield Input(beat.voice, id="voice", placeholder=say("for example: Stop scrolling, it snows chocolate."))
        yield Static("", id="takes", classes="hint", markup=False)
        yield Static(say("On the screen (a / begins the second line):"), classes="question", markup=False)
        yield Input(" / ".join(beat.screen.splitlines()), id="screen", placeholder=say("at most two lines of 32 characters"))
        yield Static(say("What is seen:"), classes="question", markup=False)
        yield Input(beat.shot, id="shot", placeholder=say("for example: close-up, cocoa over milk foam"))
        yield Static(say("Seconds:"), classes="question", markup=False)
        yield Input(fraction(beat.seconds), id="seconds", placeholder=say("for example: 3.5"))

    def buttons(self) -> ComposeResult:
        yield Button(Content(say("Not now (esc)")), id="no")
        yield Button(Content(say("Save (⏎)")), id="yes", variant="primary")

    def on_mount(self) -> None:
        self.query_one("#voice", Input).focus()
        self._count()

    @on(Input.Changed)
    def _count(self) -> None:
        takes = self._say(self.query_one("#voice", Input).value)
        self.query_one("#takes", Static).update(Content(say("takes {takes:.1f} s to say", takes=takes) if takes else say("nobody speaks")))
        self.note("")

    @on(Input.Submitted)
    @on(Button.Pressed, "#yes")
    def _ready(self) -> None:
        typed = self.query_one("#seconds", Input).value.strip().removesuffix("s").strip().replace(",", ".")
        try:
            seconds = round(float(typed), 1)
        except ValueError:
            seconds = 0.0
        if not 0 < seconds <= 900:
            self.note(say("Please write the length in seconds, for example 3.5."))
            self.query_one("#seconds", Input).focus()
            return
        screen = "\n".join(part.strip() for part in self.query_one("#screen", Input).value.split("/") if part.strip())
        voice, shot = self.query_one("#voice", Input).value.strip(), self.query_one("#shot", Input).value.strip()
        self._keep(replace(self._beat, seconds=seconds, voice=voice, screen=screen, shot=shot))

    @work(exclusive=True, group="keep", exit_on_error=False)
    async def _keep(self, beat: BeatView) -> None:
        try:
            await self._save(beat)
        except DeskError as error:
            self.note(error_words(error))
            return
        self.dismiss(True)
