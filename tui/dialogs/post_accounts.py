"""Where a post goes: its client's accounts, ticked where it goes now. Another client's are never shown."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button, Static

from scheduler.desk.views import AccountView, Done, PostView
from scheduler.errors import DeskError, NoRoomError, WouldVoidError
from tui.dialogs.base import Dialog
from tui.dialogs.confirm import Confirm
from tui.dialogs.new_post import account_words
from tui.lines.words import error_words
from tui.lines.writing import goes_to
from tui.say import say
from tui.text import one_line
from tui.widgets.ticks import TickList


class PostAccounts(Dialog[Done]):
    """Changes the accounts itself, so that what the Desk refuses is said here."""

    def __init__(self, post: PostView, accounts: Sequence[AccountView]) -> None:
        super().__init__()
        self._post, self._now = post, goes_to(post)
        mine = (account for account in accounts if account.client == post.client)
        self._choices = {account.name: account_words(account) for account in mine if account.supported or account.name in self._now}
        self._warned: frozenset[str] | None = None
        """The accounts of which it was said that one has no room then."""

    def title_words(self) -> str:
        return say("Accounts · {client_name}", client_name=one_line(self._post.client_name))

    def compose_box(self) -> ComposeResult:
        question = say("Where does “{title}” go? space adds or takes away", title=one_line(self._post.title))
        yield Static(Content(question), classes="question")
        yield TickList(list(self._choices.items()))
        details = say("A new account gets the same text, time and pictures, as a draft. An own text of one you take away is kept.")
        yield Static(Content(details), classes="details")

    def buttons(self) -> ComposeResult:
        yield Button(Content(say("Not now (esc)")), id="no")
        yield Button(Content(say("Apply (⏎)")), id="yes", variant="primary")

    def on_mount(self) -> None:
        listed = self.query_one(TickList)
        listed.focus()
        for name in self._choices:
            listed.tick(name, name in self._now)

    @on(TickList.Toggled)
    def _changed(self) -> None:
        self.note("")

    @on(TickList.Ready)
    @on(Button.Pressed, "#yes")
    def _ready(self) -> None:
        ticked = self.query_one(TickList).ticked
        accounts = tuple(name for name in self._choices if name in ticked)
        if not accounts:
            self.note(say("Please pick at least one account with space."))
        elif set(accounts) == {name for name in self._now if name in self._choices}:
            self.dismiss(None)
        else:
            self._apply(accounts)

    @work(exclusive=True, group="apply", exit_on_error=False)
    async def _apply(self, accounts: tuple[str, ...]) -> None:
        try:
            done = await self._change(accounts)
        except NoRoomError as error:
            self._warned = frozenset(accounts)
            self.note(say("{error} Once more plans it there all the same: it waits its turn.", error=error_words(error)))
        except DeskError as error:
            self.note(error_words(error))
        else:
            if done is not None:
                self.dismiss(done)

    async def _change(self, accounts: tuple[str, ...]) -> Done | None:
        """An approval is lost only after a question. None: the person would rather keep it."""
        desk, post, anyway = self.app.desk, self._post.post, self._warned == frozenset(accounts)
        base = [name for name in self._now if name in self._choices]
        try:
            return await desk.change_accounts(post, accounts, base=base, anyway=anyway, may_void=False)
        except WouldVoidError as error:
            title, question = say("Take it off, and lose an approval?"), error_words(error)
        if not await self.app.push_screen_wait(Confirm(title, question, yes=say("Take it off"), danger=True)):
            return None
        return await desk.change_accounts(post, accounts, base=base, anyway=anyway)
