"""Accounts as daypart.yaml names them, with what the store knows of them; and the rules of their platforms. Reads no store."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.contract import Account, Publication, Rules, Target
from adapters.registry import rules_for
from config.workspace import Account as WrittenAccount
from config.workspace import MediaHost, Workspace
from scheduler.content.digest import digest

if TYPE_CHECKING:
    from scheduler.units.model import Wanted


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """One account of daypart.yaml, with what the store knows of it."""

    id: int | None
    """None: the store has no row yet."""
    account: Account
    """Without credentials; `remote_id` is None while it is not connected, or connected as somebody else."""
    client: str | None
    state: str = "ok"
    expires_at: int | None = None
    next_ok_at: int = 0

    @property
    def name(self) -> str:
        return self.account.name

    @property
    def connected(self) -> bool:
        """Signed in as the handle that daypart.yaml names."""
        return self.account.remote_id is not None

    @property
    def target(self) -> Target:
        """Where its posts go."""
        return Target(self.account.platform, self.account.remote_id or "")


def written_accounts(workspace: Workspace) -> dict[str, StoredAccount]:
    """Every supported account of daypart.yaml, by name, as if nobody were connected."""
    supported = {name: written for name, written in workspace.accounts.items() if written.supported}
    return {name: not_connected(name, written, workspace) for name, written in supported.items()}


def not_connected(name: str, written: WrittenAccount, workspace: Workspace, row: int | None = None) -> StoredAccount:
    """An account of which only the file speaks."""
    account = Account(name, written.platform, written.handle, written.base, written.languages, written.login)
    return StoredAccount(row, account, workspace.client_of(name))


@dataclass(slots=True)
class Checkers:
    """The rules of each account's platform: made once for each state of an account."""

    media: MediaHost
    _made: dict[tuple[str, str, str], Rules] = field(default_factory=dict)

    def of(self, account: Account) -> Rules:
        """The rules for an account. Raises KeyError for a platform without them."""
        facts = json.dumps(dict(account.facts), sort_keys=True, default=str) if account.facts else ""
        key = (account.name, account.platform, facts)
        if key not in self._made:
            self._made[key] = rules_for(account, hosted=self.media.host != "none")
        return self._made[key]

    def wanted(self, publications: tuple[Publication, ...], account: Account) -> Wanted:
        """Publications as a unit keeps them."""
        from scheduler.units.model import Sending, Wanted  # deferred: `validate` knows no units

        if not publications:
            return Wanted()
        rules = self.of(account)
        sending = tuple(Sending(rules.commit_class(p).value, rules.lead_for(p)) for p in publications)
        return Wanted(publications, sending, digest(publications), publications[0].disclosure.label)


def names_by_id(accounts: Mapping[str, StoredAccount]) -> dict[int, StoredAccount]:
    """By the id of their row."""
    return {account.id: account for account in accounts.values() if account.id is not None}
