"""A dialog that wants an account's handle; a server of one's own, which few people have, is a key away."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Button, Input, Static

from tui.dialogs.asking import Asking, Job
from tui.handles import HANDLES, SERVERS, wrong_handle, wrong_server
from tui.say import later, say
from tui.text import clean


@dataclass(frozen=True, slots=True)
class Whose:
    """Handle and server as somebody typed them; without a server it is the usual one."""

    handle: str
    server: str = ""


class AskAccount(Asking[Whose]):
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
        job: Job[Whose] | None = None,
    ) -> None:
        super().__init__(title, no=no, details=details, job=job)
        self._platform, self._yes, self._value = platform, yes, value or Whose("")

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
        yield self.no_button()
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

    def read_answer(self) -> Whose | None:
        handle, server = self.query_one("#handle", Input), self.query_one("#server", Input)
        typed = Whose(handle.value.strip(), server.value.strip())
        not_handle, not_server = wrong_handle(self._platform, typed.handle, own_server=bool(typed.server)), wrong_server(typed.server)
        if not_handle or not_server:
            self.note(not_handle or not_server)
            (handle if not_handle else server).focus()
            return None
        return typed
