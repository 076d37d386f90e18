"""A new post: what about, for which accounts of one client, when."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button, Input, Static

from scheduler.desk.views import AccountView, PostView
from scheduler.errors import DeskError, NoRoomError
from tui.dialogs.base import Dialog
from tui.lines.words import error_words
from tui.say import later, say
from tui.text import one_line
from tui.widgets.ticks import TickList


def account_words(account: AccountView) -> str:
    """`Kawa Wrocław · Instagram ig-kawa (not connected)`."""
    note = "" if account.connected else say(" (not connected)")
    return f"{one_line(account.client_name)} · {one_line(account.platform_name)} {one_line(account.name)}{note}"


def languages_of(accounts: Sequence[AccountView]) -> list[str]:
    """The languages a post for these accounts needs; English where none is known."""
    found = [language for account in accounts for language in account.languages[:1]]
    return list(dict.fromkeys(found)) or ["en"]


class NewPost(Dialog[str]):
    """Makes the post itself and answers its name, so that what the Desk refuses is said here."""

    TITLE_WORDS = later("New post")

    def __init__(
        self,
        accounts: Sequence[AccountView],
        *,
        client: str | None = None,
        when: str = "",
        title: str = "",
        texts: dict[str, str] | None = None,
        picked: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self._accounts = {account.name: account for account in accounts if account.supported}
        self._client, self._when, self._post_title, self._texts = client, when, title, texts or {}
        self._picked = picked
        """Accounts that are ticked; none: all of the client that is shown."""
        self._warned: tuple[str, frozenset[str]] | None = None
        """The time and the accounts of which it was said that one has no room then."""

    def compose_box(self) -> ComposeResult:
        yield Static(Content(say("What is it about? (only you see this)")), classes="question")
        yield Input(self._post_title, id="title", placeholder=say("for example: winter menu"))
        yield Static(Content(say("Where? (tab goes on, space picks; accounts of one client)")), classes="question")
        choices = sorted(self._accounts.values(), key=lambda a: (a.client != self._client, a.client_name, a.name))
        yield TickList([(a.name, account_words(a)) for a in choices])
        yield Static(Content(say("When? (may stay empty)")), classes="question")
        yield Input(self._when, id="when", placeholder=say("for example: tomorrow 9:30"))

    def buttons(self) -> ComposeResult:
        yield Button(Content(say("Not now (esc)")), id="no")
        yield Button(Content(say("Write it (⏎)")), id="yes", variant="primary")

    def on_mount(self) -> None:
        self.query_one("#title", Input).focus()
        for account in self._accounts.values():
            if account.name in self._picked or (not self._picked and self._client is not None and account.client == self._client):
                self.query_one(TickList).tick(account.name)
        if not self._accounts:
            self.note(say("There is no account yet: ‹account.connect› in Accounts connects one."))

    @property
    def chosen(self) -> list[AccountView]:
        """Accounts that are ticked, in the order of the list."""
        ticked = self.query_one(TickList).ticked
        return [account for name, account in self._accounts.items() if name in ticked]

    @on(TickList.Toggled)
    def _one_client(self, event: TickList.Toggled) -> None:
        """The right post on the wrong client's account is the worst mistake: two clients never mix."""
        listed = self.query_one(TickList)
        picked = self._accounts[event.name]
        others = [a for a in self.chosen if a.client != picked.client]
        if picked.name in listed.ticked and others:
            for account in others:
                listed.tick(account.name, False)
            self.note(
                say(
                    "Now only {client_name}: {client_name2} was taken off.",
                    client_name=picked.client_name,
                    client_name2=others[0].client_name,
                )
            )
        else:
            self.note("")

    @on(Input.Submitted)
    @on(TickList.Ready)
    @on(Button.Pressed, "#yes")
    def _ready(self) -> None:
        title = self.query_one("#title", Input).value.strip()
        if not title:
            self.note(say("Please say in two or three words what it is about."))
            self.query_one("#title", Input).focus()
        elif not self.chosen:
            self.note(say("Please pick at least one account with space."))
            self.query_one(TickList).focus()
        else:
            self._make(title, self.query_one("#when", Input).value.strip())

    async def _made(self, title: str, when: str, names: Sequence[str]) -> PostView:
        texts = {language: self._texts.get(language, "") for language in languages_of(self.chosen)}
        said = self._warned == (when, frozenset(names))
        return await self.app.desk.new_post(title=title, text=texts, accounts=names, when=when or None, anyway=said)

    @work(exclusive=True, group="make", exit_on_error=False)
    async def _make(self, title: str, when: str) -> None:
        names = [account.name for account in self.chosen]
        try:
            made = await self._made(title, when, names)
        except NoRoomError as error:
            self._warned = when, frozenset(names)
            self.note(say("{error} Once more plans it there all the same: it waits its turn.", error=error_words(error)))
            return
        except DeskError as error:
            self.note(error_words(error))
            return
        self.app.notify(
            say(
                "New post for {client_name}: “{title}”. It is a draft until you approve it.",
                client_name=self.chosen[0].client_name,
                title=title,
            )
        )
        self.dismiss(made.post)
