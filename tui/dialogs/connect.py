"""Connecting an account: what you need, the secret (typed masked, never shown), a test call, done; or with a browser."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Literal

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Input, Static

from scheduler.desk.accounts.standing import Standing
from scheduler.desk.views import Done
from scheduler.errors import DeskError, UnreachableError
from tui.dialogs.base import Dialog
from tui.lines.accounts import needed_words
from tui.lines.words import error_words
from tui.say import say
from tui.text import clean, one_line, sentence
from tui.told import told


@dataclass(frozen=True, slots=True)
class Onward:
    """How signing in goes on."""

    step: Literal["done", "browser", "correct"]
    secret: str = field(default="", repr=False)
    """What was pasted, while the handle is corrected: it needs not be fetched again."""


class Connect(Dialog[Onward]):
    """Answers how it goes on, or None. What the platform refuses is said here, with the next step."""

    BINDINGS = [
        Binding("f2", "browser", "Browser", show=False, id="connect.browser", tooltip="Sign in with a browser (Mastodon)"),
        Binding("f3", "page", "Page", show=False, id="connect.page", tooltip="Open the page where the secret is made"),
        Binding(
            "f4", "correct", "Handle", show=False, id="connect.correct", tooltip="Correct the handle or its server; what was pasted stays"
        ),
    ]

    def __init__(self, standing: Standing, page: str, *, code_for: str = "", secret: str = "") -> None:
        super().__init__()
        self._pasted = secret
        """What was pasted last, also when it was refused: the handle may have been the mistake."""
        self._standing, self._page, self._browser_page = standing, code_for or page, code_for
        """With `code_for` a browser is signed in already: the code of that page is asked for."""
        self._doubted = ""
        """What was pasted when the doubt was said; pasted again it is sent."""

    def title_words(self) -> str:
        account = self._standing.account
        return say("Connect {account} · {client_name}", account=one_line(account.name), client_name=one_line(account.client_name))

    def compose_box(self) -> ComposeResult:
        account = self._standing.account
        if self._browser_page:
            yield Static(Content(say("Open this page, sign in there and say yes. It is on your clipboard:")), classes="question")
            yield Static(Content(clean(self._browser_page)), classes="details", id="address")
            yield Static(Content(say("The code that the page shows then (it is not shown here):")), classes="question")
        else:
            yield Static(Content(needed_words(self._standing, self._page)), classes="details")
            yield Static(
                Content(
                    say(
                        "Paste it for {handle} on {platform_name}:",
                        handle=clean(account.handle),
                        platform_name=one_line(account.platform_name),
                    )
                ),
                classes="question",
            )
        yield Input(self._pasted, password=True, placeholder=say("it is not shown, and kept encrypted"))
        if self._may_correct:
            with Horizontal(classes="buttons"):
                yield Button(Content(say("Correct the handle or server (F4)")), id="correct")
        yield Static("", id="progress", markup=False)

    def buttons(self) -> ComposeResult:
        yield Button(Content(say("Not now (esc)")), id="no")
        if self._page:
            yield Button(Content(say("Page (F3)")), id="page")
        if self._can_browse:
            yield Button(Content(say("Browser (F2)")), id="browser")
        yield Button(Content(say("Connect (⏎)")), id="yes", variant="primary")

    @property
    def _can_browse(self) -> bool:
        return self._standing.account.platform == "mastodon" and not self._browser_page

    @property
    def _may_correct(self) -> bool:
        """As long as nobody is signed in: whoever is, is that account."""
        return self._standing.urgent and not self._browser_page

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        if self._pasted:
            self.note(say("What you pasted is still here. ⏎ signs in with it."))

    @on(Input.Changed)
    def _typing(self, event: Input.Changed) -> None:
        if event.value and event.value != self._pasted:  # an emptied field keeps the reason why it was emptied
            self.note("")

    @on(Input.Submitted)
    @on(Button.Pressed, "#yes")
    def _ready(self) -> None:
        secret = self.query_one(Input).value.strip()
        if not secret:
            self.note(say("Please paste it first. It is not shown."))
        elif secret != self._doubted and not self._browser_page and (doubt := self.app.desk.doubt(self._standing.account.name, secret)):
            self._doubted = secret
            self.note(say("{doubt} ⏎ once more sends it all the same.", doubt=sentence(told(doubt))))
        else:
            self._connect(secret)

    @on(Button.Pressed, "#correct")
    def action_correct(self) -> None:
        if self._may_correct:
            self.dismiss(Onward("correct", self.query_one(Input).value.strip() or self._pasted))

    @on(Button.Pressed, "#browser")
    def action_browser(self) -> None:
        if self._can_browse:
            self.dismiss(Onward("browser"))

    @on(Button.Pressed, "#page")
    def action_page(self) -> None:
        if self._page:
            self.app.copy_to_clipboard(self._page)
            self.app.open_url(self._page)
            self.app.notify(say("The page opens in the browser of this computer; its address is on your clipboard."))

    @work(exclusive=True, group="sign-in", exit_on_error=False)
    async def _connect(self, secret: str) -> None:
        desk, name, self._pasted = self.app.desk, self._standing.account.name, secret
        sign_in: Awaitable[Done] = desk.browser_finish(name, secret) if self._browser_page else desk.connect(name, secret)
        self._progress(say("signing in …"))
        try:
            done = await sign_in
            self._progress(say("signed in; trying it …"))
            tried = await desk.test_account(name)
        except DeskError as error:
            self._progress("")
            self._refused(error)
            self.app.touch()
            return
        next_step = say("‹post.new› writes a post for it.")
        self.app.notify(f"{told(done.words)}. {told(tried.words)}. {next_step}")
        self.app.touch()
        self.dismiss(Onward("done"))

    def _refused(self, error: DeskError) -> None:
        """What nobody has judged stays in the field, for the same key again; what was refused is pasted anew."""
        line = self.query_one(Input)
        if isinstance(error, UnreachableError):
            again = say("⏎ tries again.")
        else:
            line.value, again = "", ""
        corrects = say("F4 corrects the handle or server; what you pasted stays.") if self._may_correct else ""
        other_way = say("Or esc, and ‹account.connect› once more: a token of its settings is taken, too.") if self._browser_page else ""
        line.focus()
        self.note(" ".join(filter(None, (error_words(error), again, corrects, other_way))))

    def _progress(self, words: str) -> None:
        self.query_one("#progress", Static).update(Content(words))
