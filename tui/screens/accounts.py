"""Accounts: who is signed in until when, what went out against the limits, and connecting, testing, disconnecting."""

from __future__ import annotations

from textual import work
from textual.content import Content

from scheduler.desk.accounts.standing import Standing
from scheduler.desk.views import DeliveryView, Done, Sign
from scheduler.errors import DeskError
from tui.dialogs.ask_account import AskAccount, Whose
from tui.dialogs.ask_words import AskWords, needs_words
from tui.dialogs.confirm import Confirm
from tui.dialogs.connect import Connect
from tui.dialogs.details import Details
from tui.dialogs.pick import Pick
from tui.handles import HANDLES, SERVERS
from tui.keys.action import bindings
from tui.keys.actions import ACCOUNTS, SCREENS
from tui.lines.accounts import account_lines, account_rows, page_of, waits_words
from tui.say import later, say
from tui.screens.lists import ListScreen
from tui.text import clean, one_line

NEW = "+"
"""Before a platform's name: an account that daypart.yaml does not have yet. Alone: one of a client who is not there yet."""
OWN = "-"
"""No client: the workspace's own."""


class AccountsScreen(ListScreen):
    """One line per account, those that need a person first."""

    PLACE = "accounts"
    ACTIONS = SCREENS["accounts"]
    TITLE_WORDS = later("Accounts")
    EMPTY = later("No accounts yet. ‹account.connect› connects one.")
    BINDINGS = bindings(ACCOUNTS)

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, Standing] = {}
        self._follow = ""
        """The account one is about to connect: the cursor goes there as soon as it is listed."""

    async def read(self) -> None:
        found = await self.app.desk.standings(self.app.client)
        self._known = {standing.account.name: standing for standing in found}
        colors = {client.id: client.color for client in await self.app.desk.clients()}
        self.show_rows(account_rows(found, self.app.desk.tz, self.app.now(), colors))
        if self._follow and self.rows.choose(self._follow):
            self._follow = ""
        self._explain_chosen()
        self._begin()

    def _begin(self) -> None:
        """What the first run led to: connecting, once."""
        wanted = self.app.take_beginning()
        if wanted == "*":
            self.action_connect()
        elif wanted in self._known:
            self.connect_one(wanted)

    async def new_here(self) -> None:
        """`n`: a post for the account under the cursor."""
        account = self.chosen_key()
        await self.app.write_new(accounts=(account,) if account else ())

    # ── what is known ──

    def chosen_sign(self) -> Sign | None:
        """No delivery is under the cursor: what is done to posts is not done here."""
        return None

    async def chosen(self) -> DeliveryView | None:
        return None

    def why_off(self, action: str) -> str:
        account = self._known.get(self.chosen_key()) if self.is_mounted else None
        if action in {"open", "test", "disconnect", "correct", "copy"} and account is None:
            return say("there is no account under the cursor")
        if action == "test" and account is not None and not account.account.connected:
            return say("it is not connected; ‹account.connect› connects it")
        if action == "correct" and account is not None and not _is_free(account):
            return say("it is signed in; ‹account.disconnect› signs it out")
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return True

    def _explain_chosen(self) -> None:
        self.explain(self.chosen_key())

    @work(exclusive=True, group="explain", exit_on_error=False)
    async def explain(self, key: str) -> None:
        standing = self._known.get(key)
        if standing is None:
            self.show_pane("", Content(""))
            return
        lines = account_lines(standing, self.app.desk.tz, self.app.now())
        self.show_pane(f"{standing.account.client_name} · {standing.account.name}", Content("\n".join(lines)))

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_open(self) -> None:
        standing = self._known.get(self.chosen_key())
        if standing is None or not self.may("open", say("Open")):
            return
        lines = account_lines(standing, self.app.desk.tz, self.app.now())
        self.app.push_screen(Details(f"{standing.account.client_name} · {standing.account.name}", Content("\n".join(lines))))

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_copy(self) -> None:
        standing = self._known.get(self.chosen_key())
        if standing is not None:
            self.app.copy_to_clipboard("\n".join(account_lines(standing, self.app.desk.tz, self.app.now())))
            self.app.notify(say("Copied."))

    # ── connecting ──

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_connect(self) -> None:
        """Which one, then what it needs."""
        name = await self._which()
        if name:
            await self._connect(name)

    @work(exclusive=True, group="act", exit_on_error=False)
    async def connect_one(self, name: str) -> None:
        await self._connect(name)

    async def _which(self) -> str:
        waiting = sorted(self._known.values(), key=lambda s: (not s.urgent, s.account.name != self.chosen_key()))
        choices = [(s.account.name, _choice(s)) for s in waiting if s.account.supported and s.urgent]
        choices += [(f"{NEW}{platform}", say("A new account on {title}", title=platform.title())) for platform in HANDLES]
        choices.append((NEW, say("The first account of a new client")))
        chosen = self._known.get(self.chosen_key())
        if chosen is not None and not chosen.urgent and chosen.account.supported:
            choices.append((chosen.account.name, say("{choice} (once more)", choice=_choice(chosen))))
        first = chosen.account.name if chosen is not None and chosen.urgent else ""
        picked = await self.app.push_screen_wait(Pick(say("Connect which account?"), choices, chosen=first))
        if picked is None:
            return ""
        if picked == NEW:
            return await self._new_client()
        return await self._new(picked[1:]) if picked.startswith(NEW) else picked

    async def _new_client(self) -> str:
        """Who, then where their first account is: the two are written together, or neither."""
        question, example = say("What is the client called?"), say("for example: Kawa Wrocław")
        ask = AskWords(say("A new client"), question, yes=say("Go on"), placeholder=example, check=needs_words("a name"))
        if not (name := await self.app.push_screen_wait(ask)):
            return ""
        platforms = [(platform, platform.title()) for platform in HANDLES]
        platform = await self.app.push_screen_wait(Pick(say("Where is {name}?", name=one_line(name)), platforms))
        return await self._new(platform, name) if platform else ""

    async def _new(self, platform: str, new_client: str = "") -> str:
        client = OWN if new_client else await self._whose()
        if client is None:
            return ""
        added: list[Done] = []
        whose = new_client or next((c.name for c in self.app.clients if c.id == client), say("your own"))

        async def add(typed: Whose) -> Done:
            known = None if client == OWN else client
            added.append(await self.app.desk.add_account(platform, typed.handle, known, typed.server, new_client))
            return added[0]

        title = say("A new account for {whose}", whose=clean(whose))
        details = say("It is written into daypart.yaml, the file of this workspace. Signing in comes next.")
        await self.app.push_screen_wait(AskAccount(title, platform, details=details, job=add))
        return added[0].details["account"] if added else ""

    async def _whose(self) -> str | None:
        clients = [client for client in self.app.clients if client.id is not None]
        if self.app.client is not None:
            return self.app.client
        if len(clients) == 1:
            return clients[0].id
        if not clients:
            return OWN
        choices = [*((client.id or OWN, client.name) for client in clients), (OWN, say("Nobody's: the workspace's own"))]
        return await self.app.push_screen_wait(Pick(say("Whose account is it?"), choices))

    async def _connect(self, name: str, secret: str = "") -> None:
        self._follow = name
        try:
            standing = await self.app.desk.standing(name)
            server = self.app.desk.server_of(name)
            onward = await self.app.push_screen_wait(Connect(standing, page_of(standing, server), secret=secret))
            if onward is not None and onward.step == "correct":
                await self._correct(standing)
                await self._connect(name, onward.secret)
            elif onward is not None and onward.step == "browser":
                url = await self.app.desk.browser_begin(name)
                self.app.copy_to_clipboard(url)
                onward = await self.app.push_screen_wait(Connect(standing, "", code_for=url))
            if onward is not None and onward.step == "done":
                self._follow = name
        except DeskError as error:
            self.app.say_error(error)

    # ── as it is written ──

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_correct(self) -> None:
        standing = self._known.get(self.chosen_key())
        if standing is not None and self.may("correct", say("Edit")) and await self._correct(standing):
            await self._connect(standing.account.name)

    async def _correct(self, standing: Standing) -> bool:
        """Another handle, or another server; whether one was written."""
        account = standing.account
        typed = await self.app.push_screen_wait(
            AskAccount(
                say("Correct {account} · {client_name}", account=one_line(account.name), client_name=one_line(account.client_name)),
                account.platform, yes=say("Write it"), value=Whose(account.handle, self.app.desk.own_server_of(account.name)),
                details=say("It is written into daypart.yaml. The account keeps its name here, and its posts. Signing in comes next."),
                job=lambda whose: self.app.desk.correct_account(
                    account.name, whose.handle, whose.server if account.platform in SERVERS else None
                ),
            )
        )  # fmt: skip
        return typed is not None

    async def _take_out(self, standing: Standing) -> None:
        """An account that nobody is signed in to, out of the file."""
        account = standing.account
        words = say(
            "Take {account} ({handle} on {platform_name}) out of daypart.yaml? Nobody is signed in to it.",
            account=one_line(account.name),
            handle=clean(account.handle),
            platform_name=one_line(account.platform_name),
        )
        title = say("Take out · {client_name}", client_name=one_line(account.client_name))
        if await self.app.push_screen_wait(Confirm(title, words, yes=say("Take it out"), no=say("Keep"), danger=True)):
            await self.app.attempt(self.app.desk.remove_account(account.name))

    # ── testing, letting go ──

    @work(exclusive=True, group="test", exit_on_error=False)
    async def action_test(self) -> None:
        if self.may("test", say("Test")):
            name = self.chosen_key()
            self.app.notify(say("testing {name} …", name=name))
            await self.app.attempt(self.app.desk.test_account(name))

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_disconnect(self) -> None:
        standing = self._known.get(self.chosen_key())
        if standing is None or not self.may("disconnect", say("Disconnect")):
            return
        if _is_free(standing):
            await self._take_out(standing)
            return
        account = standing.account
        waits = waits_words(standing, self.app.desk.tz, self.app.now())
        words = say(
            "Sign {account} out of {platform_name}? Its token is deleted here. {waits}",
            account=account.name,
            platform_name=account.platform_name,
            waits=waits,
        )
        question = Confirm(
            say("Disconnect · {client_name}", client_name=account.client_name), words, yes=say("Disconnect"), no=say("Keep"), danger=True
        )
        if await self.app.push_screen_wait(question):
            await self.app.attempt(self.app.desk.disconnect(account.name))


def _is_free(standing: Standing) -> bool:
    """Nobody is signed in: whose it is can be written anew."""
    return standing.account.supported and (not standing.account.connected or standing.account.state == "reauth")


def _choice(standing: Standing) -> str:
    account = standing.account
    return f"{one_line(account.client_name)} · {one_line(account.platform_name)} {one_line(account.name)}"
