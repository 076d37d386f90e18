"""A dialog that wants an account's handle; a server of one's own, which few people have, is a key away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Button, Input, Static

from scheduler.desk.views import Done
from scheduler.errors import DeskError
from tui.dialogs.base import Dialog
from tui.handles import HANDLES, SERVERS, wrong_handle, wrong_server
from tui.lines.words import error_words, undo_words
from tui.say import later, say
from tui.text import clean


@dataclass(frozen=True, slots=True)
class Whose:
    """Handle and server as somebody typed them; without a server it is the usual one."""

    handle: str
    server: str = ""


Job = Callable[[Whose], Awaitable[Done]]
"""Does it; what the Desk refuses is shown in the dialog, which stays open."""


class AskAccount(Dialog[Whose]):
    """Answers whose account, or None."""

    BINDINGS = [Binding("f2", "own_server", "Own server", show=False, id="ask_account.own_server", tooltip="Name a server of your own")]

    def __init__(
        self,
        title: str,
        platform: str,
        *,
        details: str,
        yes: str = later("Go on"),
        no: str = later("Not now"),
        value: Whose | None = None,
        job: Job | None = None,
    ) -> None:
        super().__init__()
        self._title, self._platform, self._details, self._yes, self._no_words = title, platform, details, yes, no
        self._value, self._job = value or Whose(""), job

    def title_words(self) -> str:
        return self._title

    def compose_box(self) -> ComposeResult:
        question, example = HANDLES[self._platform]
        server = SERVERS.get(self._platform, "")
        yield Static(Content(clean(self._details)), classes="details")
        yield Static(Content(say(question)), classes="question")
        yield Input(self._value.handle, placeholder=say("for example: {example}", example=example), select_on_focus=True, id="handle")
        yield Static(Content(say("Your own server; empty: the usual one")), classes="question own-server")
        placeholder = say("for example: {example}", example=server)
        yield Input(self._value.server, placeholder=placeholder, select_on_focus=True, id="server", classes="own-server")

    def buttons(self) -> ComposeResult:
        yield Button(Content(f"{say(self._no_words)} (esc)"), id="no")
        if self._platform in SERVERS:
            yield Button(Content(say("Own server (F2)")), id="own")
        yield Button(Content(f"{say(self._yes)} (⏎)"), id="yes", variant="primary")

    def on_mount(self) -> None:
        self._show_server(bool(self._value.server))
        self.query_one("#handle", Input).focus()

    def _show_server(self, shown: bool) -> None:
        for part in self.query(".own-server"):
            part.display = shown

    @on(Button.Pressed, "#own")
    def action_own_server(self) -> None:
        if self._platform in SERVERS:
            self._show_server(True)
            self.query_one("#server", Input).focus()

    @on(Input.Changed)
    def _typing(self) -> None:
        self.note("")

    @on(Input.Submitted)
    @on(Button.Pressed, "#yes")
    def _answer(self) -> None:
        typed = Whose(self.query_one("#handle", Input).value.strip(), self.query_one("#server", Input).value.strip())
        if wrong := wrong_handle(self._platform, typed.handle, own_server=bool(typed.server)):
            self.note(wrong)
            self.query_one("#handle", Input).focus()
        elif wrong := wrong_server(typed.server):
            self.note(wrong)
            self.query_one("#server", Input).focus()
        elif self._job is None:
            self.dismiss(typed)
        else:
            self._do(typed, self._job)

    @work(exclusive=True, group="job", exit_on_error=False)
    async def _do(self, typed: Whose, job: Job) -> None:
        try:
            done = await job(typed)
        except DeskError as error:
            self.note(error_words(error))
            return
        self.app.notify(undo_words(done.words, done.undo))
        self.app.touch()
        self.dismiss(typed)
