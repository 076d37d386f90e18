"""How each account stands: until when it is signed in, what went out today against its limits, what waits on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from adapters.errors import ConnectError
from adapters.limits import platform_name
from scheduler.clean import clean_line
from scheduler.clock import DAY
from scheduler.desk.accounts.naming import Naming
from scheduler.desk.network import network
from scheduler.desk.seeing import Seeing
from scheduler.desk.views import AccountView, Done
from scheduler.desk.words import ENDING
from scheduler.errors import NotFoundError, UnreachableError, UsageError
from scheduler.when import day_words

if TYPE_CHECKING:
    from adapters.mastodon_oauth import App, Authorization

SOON = 7 * DAY
"""A sign-in that ends within this time is said to end soon."""
QUOTAS = {"instagram": 100}
"""Posts in any 24 hours that a platform takes from programs, where it says so."""
_COUNTS = text(
    "SELECT a.name,"
    " count(*) FILTER (WHERE d.state = 'published' AND d.published_at > :since AND d.parent_id IS NULL) AS sent,"
    " max(d.published_at) FILTER (WHERE d.state = 'published') AS last,"
    " count(*) FILTER (WHERE d.state = 'queued' AND d.parent_id IS NULL) AS waits,"
    " min(d.due) FILTER (WHERE d.state = 'queued' AND d.parent_id IS NULL) AS next"
    " FROM delivery d JOIN account a ON a.id = +d.account_id GROUP BY d.account_id"
)
"""One walk over all deliveries: a question for each account would be that walk fifty times."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One account, and what a person asks about it."""

    account: AccountView
    sent: int
    """Posts of the last 24 hours."""
    most: int | None
    """So many are allowed in 24 hours, by its people or its platform; None: nobody says."""
    last: int | None
    """When the last one went out."""
    waits: int
    """Approved or planned posts that wait for their time."""
    next: int | None
    """When the first of them is due."""
    urgent: bool
    """A person has to sign in, now or soon."""
    words: str
    """The state in words."""


class Accounts(Seeing, Naming):
    """Accounts as a person looks after them."""

    async def standings(self, client: str | None = None) -> list[Standing]:
        """Every account, or those of one client, as daypart.yaml lists them."""
        views = [view for view in await self.accounts() if client is None or view.client == client]
        since = self.clock.wall() - DAY
        counts = await self.store.read(lambda conn: _counts(conn, since))
        return [self._as_it_stands(view, *counts.get(view.name, (0, None, 0, None))) for view in views]

    async def standing(self, name: str) -> Standing:
        """One account. Raises NotFoundError."""
        found = next((standing for standing in await self.standings() if standing.account.name == name), None)
        if found is None:
            raise NotFoundError(
                f"there is no account '{clean_line(name)}'", f"accounts: {', '.join(self.workspace.accounts) or 'none yet'}"
            )
        return found

    def server_of(self, name: str) -> str:
        """The server an account is on; empty: nobody knows."""
        written = self.workspace.accounts.get(name)
        return written.base if written is not None else ""

    def own_server_of(self, name: str) -> str:
        """The server that daypart.yaml names for an account; empty: it is on the usual one."""
        written = self.workspace.accounts.get(name)
        return (written.server or written.api or "") if written is not None else ""

    def _as_it_stands(self, view: AccountView, sent: int, last: int | None, waits: int, due: int | None) -> Standing:
        limits = [most for most in (self.workspace.accounts[view.name].pace.per_day, QUOTAS.get(view.platform)) if most]
        left = None if view.expires_at is None else view.expires_at - self.clock.wall()
        broken = view.supported and (not view.connected or view.state == "reauth")
        soon = not broken and view.supported and left is not None and left < SOON and view.platform in ENDING
        return Standing(view, sent, min(limits) if limits else None, last, waits, due, broken or soon, self._state(view, soon))

    def _state(self, view: AccountView, soon: bool) -> str:
        if not view.supported:
            return "no adapter yet: posts are checked, not sent"
        if not view.connected:
            return "not connected: c connects"
        if view.state == "reauth":
            return "signed out: c connects again"
        if soon and view.expires_at is not None:
            return f"the sign-in ends {day_words(view.expires_at, self.tz)}: c connects again"
        return "ok" if view.state == "ok" else view.state

    # ── signing in with a browser ──

    async def browser_begin(self, account: str) -> str:
        """The address to open for signing in to a Mastodon account; the code that its page shows goes to `browser_finish`.

        Raises UsageError for another platform, UnreachableError."""
        known = await self._account(account)
        if known.account.platform != "mastodon":
            raise UsageError(
                f"signing in with a browser is there for Mastodon; {account} is {platform_name(known.account.platform)}", "paste its secret"
            )
        http = await network(self.clock)
        try:
            from adapters.mastodon_oauth import begin, register  # deferred: talks through the network too

            app = await register(http, known.account.server)
        except ConnectError as error:
            raise UnreachableError(str(error), error.hint) from error
        finally:
            await http.aclose()
        started = begin(app)
        self._browsing = (account, app, started)
        return started.url

    async def browser_finish(self, account: str, code: str) -> Done:
        """The pasted code becomes a token, and the account is connected. Raises UsageError without a code, UnreachableError."""
        if self._browsing is None or self._browsing[0] != account:
            raise UsageError("no sign-in was begun", f"daypart account connect {account} --browser")
        if not code.strip():
            raise UsageError("no code was given", "the page shows one after you said yes there")
        _, app, started = self._browsing
        http = await network(self.clock)
        try:
            from adapters.mastodon_oauth import exchange

            token = await exchange(http, app, started, code)
        except ConnectError as error:
            raise UnreachableError(str(error), error.hint) from error
        finally:
            await http.aclose()
        self._browsing = None
        return await self.connect(account, token)

    _browsing: tuple[str, App, Authorization] | None = None
    """The one sign-in that is under way."""


def _counts(conn: Connection, since: int) -> dict[str, tuple[int, int | None, int, int | None]]:
    return {row.name: (row.sent, row.last, row.waits, row.next) for row in conn.execute(_COUNTS, {"since": since})}
