"""The Desk in memory, as far as accounts and the publishing service concern it."""

from __future__ import annotations

from dataclasses import replace

from scheduler.clock import DAY, HOUR
from scheduler.desk.accounts.standing import Standing
from scheduler.desk.serving import Leaving
from scheduler.desk.views import AccountView, DeliveryView, Done
from scheduler.errors import SignInError, UnreachableError
from tests.tui.fake_world import NOW

GOOD = "app-password"
"""The secret that signs in here."""
OFFLINE = "app-password-offline"
"""Nobody answers to this one."""
OWN_PASSWORD = "hunter2"
"""Not what is wanted here."""


class FakeAccounts:
    """Says what a test tells it to say."""

    running: bool
    service_ends_with_desk = False
    would_wait: tuple[DeliveryView, ...] = ()
    signed_out: frozenset[str] = frozenset({"ms-kawa"})
    no_accounts = False
    added: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    removed: str = ""

    async def accounts(self) -> list[AccountView]:
        return await super().accounts()  # type: ignore[misc, no-any-return]

    async def leaving(self) -> Leaving:
        waits = () if self.running else self.would_wait
        words = "No publishing service runs: nothing goes out until Wed 25 Nov 09:00."
        return Leaving(waits, NOW, words, may_start=not self.service_ends_with_desk)

    async def start_service(self) -> Done:
        self.running = True
        return Done("the publishing service runs now (process 7)")

    async def standings(self, client: str | None = None) -> list[Standing]:
        views = [] if self.no_accounts else [view for view in await self.accounts() if client in (None, view.client)]
        return [self._stands(view) for view in views]

    def _stands(self, view: AccountView) -> Standing:
        out = view.name in self.signed_out
        seen = replace(view, state="reauth" if out else "ok", expires_at=NOW + 60 * DAY if view.platform == "instagram" else None)
        most = 100 if view.platform == "instagram" else None
        words = "signed out: c connects again" if out else "ok"
        return Standing(seen, 3 if most else 1, most, NOW - 2 * HOUR, 2, NOW + HOUR, out, words)

    async def standing(self, name: str) -> Standing:
        return next(found for found in await self.standings() if found.account.name == name)

    def server_of(self, name: str) -> str:
        return "https://social.example"

    def own_server_of(self, name: str) -> str:
        return ""

    async def connect(self, account: str, secret: str) -> Done:
        if secret == OFFLINE:
            raise UnreachableError("no server called social.example was found", "is it spelt right?")
        if secret != GOOD:
            raise SignInError("Mastodon does not take this token", "make a new one, and paste it whole")
        self.signed_out -= {account}
        return Done(f"connected: {account} is kawa on Mastodon")

    async def test_account(self, account: str) -> Done:
        return Done(f"{account} works: Mastodon answers for kawa")

    async def disconnect(self, account: str) -> Done:
        self.signed_out |= {account}
        return Done(f"{account} is disconnected: its tokens are gone")

    async def add_account(self, platform: str, handle: str, client: str | None = None, server: str = "", new_client: str = "") -> Done:
        self.added = (platform, handle, client or "", *filter(None, (server, new_client)))
        return Done("ms-kawa stands in daypart.yaml now", details={"account": "ms-kawa"})

    async def correct_account(self, account: str, handle: str, server: str | None = None) -> Done:
        self.corrected = (account, handle, *filter(None, (server,)))
        return Done(f"{account} is {handle} now; connect it next")

    async def remove_account(self, account: str) -> Done:
        self.removed = account
        return Done(f"{account} is taken out of daypart.yaml")

    def doubt(self, account: str, secret: str) -> str:
        return "this does not look like an app password" if secret == OWN_PASSWORD else ""

    async def browser_begin(self, account: str) -> str:
        return "https://social.example/oauth/authorize?client_id=1"

    async def browser_finish(self, account: str, code: str) -> Done:
        return await self.connect(account, code)
