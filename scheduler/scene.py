"""What the words of a row depend on beside the row: the time, the clients by name, the brakes that are on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduler.holds import name_of


@dataclass(frozen=True, slots=True)
class ClientView:
    """One client (or the workspace itself, with id None)."""

    id: str | None
    name: str
    color: str
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HoldView:
    """A brake that is on."""

    id: int
    scope: str
    """all · client · account · campaign · file (a campaign that its file pauses)"""
    subject: str
    reason: str
    by: str
    at: int
    client_name: str = ""
    """What people call the client that is held."""

    @property
    def name(self) -> str:
        """`everything`, `Kawa Wrocław`, `bs-kawa`, `campaign autumn`."""
        return self.client_name or name_of(self.scope, self.subject)


NOBODY: Mapping[str, ClientView] = {}


@dataclass(frozen=True, slots=True)
class Scene:
    """What the words of a row depend on beside the row."""

    now: int
    workspace: str
    """Name of the workspace, for posts without a client."""
    clients: Mapping[str, ClientView]
    holds: Sequence[HoldView]
    proposals: Mapping[int, int]
    """Post id → proposals that wait for a decision."""
    tz: str
    """Times are said in the workspace's zone, also of posts whose files name another: two zones in one list mislead."""
    here: frozenset[str] = frozenset()
    """Accounts on servers of this computer, where others are real: their platform is called so."""
    no_network: bool = False
    """The service reaches nobody: what is due waits for that."""

    def is_held(self, client: str | None, account: str, campaign: str) -> bool:
        """Whether a brake holds it."""
        return self.hold_of(client, account, campaign) is not None

    def hold_of(self, client: str | None, account: str, campaign: str) -> HoldView | None:
        """The newest brake that holds it."""
        return next((hold for hold in self.holds if _holds(hold, client, account, campaign)), None)

    def client_of(self, client: str | None) -> tuple[str, str]:
        """Name and colour of a client."""
        found = self.clients.get(client or "")
        return (found.name, found.color) if found else (client or self.workspace, "gray")


def _holds(hold: HoldView, client: str | None, account: str, campaign: str) -> bool:
    match hold.scope:
        case "all":
            return True
        case "client":
            return hold.subject == client
        case "account":
            return hold.subject == account
        case _:  # by a person or by its file
            return hold.subject == campaign
