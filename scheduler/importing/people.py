"""Whose row it is and where it goes: accounts by name, handle or network, always of one client.

The right post on the wrong client's account is the worst mistake: what is not clear is an error, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.limits import LIMITS
from config.mistakes import MistakeError
from config.nearest import did_you_mean
from config.workspace import ALIASES, Workspace
from scheduler.importing.columns import plain

_BETWEEN = re.compile(r"[,;\n+|/]|\s&\s|\sand\s|\si\s")
_EVERYWHERE = frozenset({"all", "every", "everywhere", "wszystkie", "wszedzie"})
_NETWORKS = {"ig": "instagram", "insta": "instagram", "bsky": "bluesky", "bs": "bluesky", "masto": "mastodon", "ms": "mastodon"}


class PeopleError(MistakeError):
    """Nobody, or somebody else, is meant."""


@dataclass(frozen=True, slots=True)
class Said:
    """One cell that names accounts."""

    column: int
    words: str


@dataclass(frozen=True, slots=True)
class Meant:
    """Where a row goes."""

    client: str | None
    accounts: tuple[str, ...]


class People:
    """The accounts and clients of a workspace, found as people write them."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._accounts = {name.casefold(): name for name in workspace.accounts}
        self._handles: dict[str, list[str]] = {}
        for name, account in workspace.accounts.items():
            self._handles.setdefault(_bare(account.handle), []).append(name)
        self._clients: dict[str, list[str]] = {}
        for name, client in workspace.clients.items():
            for known in {plain(name), plain(client.name)}:
                self._clients.setdefault(known, []).append(name)
        self._networks = (
            {plain(limits.label): name for name, limits in LIMITS.items()} | {name: name for name in LIMITS} | ALIASES | _NETWORKS
        )

    def client(self, words: str) -> str | None:
        """The client a cell names; None: the workspace itself. Raises PeopleError (E314)."""
        there = self._clients.get(plain(words), [])
        if len(there) > 1:
            message = f"'{words}' can be several clients: {', '.join(there)}"
            raise PeopleError("E314", message, "give each a name of its own in daypart.yaml")
        if there:
            return there[0]
        if self.workspace.name and plain(words) == plain(self.workspace.name):
            return None
        names = [client.name for client in self.workspace.clients.values()]
        raise PeopleError("E314", f"unknown client '{words}'", *did_you_mean(words, [*names, *self.workspace.clients], "clients"))

    def meant(self, cells: Sequence[Said], client: str | None, *, named: bool) -> Meant:
        """The accounts of one row. `named`: the row names its client. Raises PeopleError."""
        sets = [(self._is_network_only(cell), self._of_cell(cell.words, client, named)) for cell in cells]
        picked = [names for only, names in sets if not only]
        narrowed = [names for only, names in sets if only]
        together = list(dict.fromkeys(name for names in picked or narrowed for name in names))
        if picked and narrowed:  # a column of networks beside one of handles narrows it
            wide = {name for names in narrowed for name in names}
            together = [name for name in together if name in wide]
            if not together:
                raise PeopleError("E302", "no account fits both columns", "correct the network or the account")
        if not cells:
            together = [name for name in self._all_of(client) if self.workspace.accounts[name].supported]
            if not together:
                raise PeopleError("E302", "this client has no account that can be published to", "add one in daypart.yaml")
        return self._one_client(together, client, named=named)

    def _one_client(self, names: Sequence[str], client: str | None, *, named: bool) -> Meant:
        clients = {self.workspace.client_of(name) for name in names}
        if len(clients) > 1:
            whose = ", ".join(f"'{name}' is {self._name(self.workspace.client_of(name))}'s" for name in names)
            hint = "name the client in a column of its own" if not named else "make one row for each client"
            raise PeopleError("E313", f"one post would go to accounts of {len(clients)} clients", whose, hint)
        for name in names:
            if not self.workspace.accounts[name].supported:
                raise PeopleError("E818", f"there is no adapter for '{name}' yet: nothing can be published there", "take it out of the row")
        return Meant(next(iter(clients), client), tuple(names))

    def _is_network_only(self, cell: Said) -> bool:
        return all(self._network(word) is not None and word.casefold() not in self._accounts for word in self._words(cell.words))

    def _words(self, text: str) -> list[str]:
        """`ig-kawa, bs-kawa + Mastodon` → three; the name of a client stays whole."""
        whole = plain(text) in self._clients or text.strip().casefold() in self._accounts
        return [text.strip()] if whole else [word.strip() for word in _BETWEEN.split(text) if word.strip()]

    def _of_cell(self, words: str, client: str | None, named: bool) -> list[str]:
        return list(dict.fromkeys(name for word in self._words(words) for name in self._of_word(word, client, named)))

    def _of_word(self, word: str, client: str | None, named: bool) -> list[str]:
        found, what = self._candidates(word, client, named)
        if not found:
            raise PeopleError(
                "E302", f"unknown account '{word}'", *did_you_mean(word, self._names(client, named), self._listed(client, named))
            )
        mine = [name for name in found if not named or self.workspace.client_of(name) == client]
        if not mine:
            other = self.workspace.client_of(found[0])
            message = f"'{word}' is an account of {self._name(other)}, and the row is {self._name(client)}'s"
            raise PeopleError("E810", message, f"accounts of {self._name(client)}: {', '.join(self._all_of(client)) or 'none'}")
        if what != "all" and len(mine) > 1 and not self._may_be_several(what, mine, named):
            listed = ", ".join(f"{name} ({self._name(self.workspace.client_of(name))})" for name in mine)
            raise PeopleError("E810", f"'{word}' can be several accounts: {listed}", "write the account's own name")
        return mine

    def _may_be_several(self, what: str, names: Sequence[str], named: bool) -> bool:
        """A handle is often the same on several networks; a network means all accounts there of a client that is named."""
        if what == "handle":
            return len({self.workspace.client_of(name) for name in names}) == 1
        return named

    def _candidates(self, word: str, client: str | None, named: bool) -> tuple[list[str], str]:
        if word.casefold() in self._accounts:
            return [self._accounts[word.casefold()]], "name"
        if _bare(word) in self._handles:
            return self._handles[_bare(word)], "handle"
        network = self._network(word)
        if network is not None:
            there = [name for name, account in self.workspace.accounts.items() if account.platform == network]
            return [name for name in there if not named or self.workspace.client_of(name) == client], "network"
        if plain(word) in _EVERYWHERE and named:
            return [name for name in self._all_of(client) if self.workspace.accounts[name].supported], "all"
        if plain(word) in self._clients:
            return [name for whose in self._clients[plain(word)] for name in self._all_of(whose)], "all"
        return [], ""

    def _network(self, word: str) -> str | None:
        return self._networks.get(plain(word))

    def _all_of(self, client: str | None) -> list[str]:
        return [name for name in self.workspace.accounts if self.workspace.client_of(name) == client]

    def _names(self, client: str | None, named: bool) -> list[str]:
        names = self._all_of(client) if named else list(self.workspace.accounts)
        return [*names, *(self.workspace.accounts[name].handle for name in names)]

    def _listed(self, client: str | None, named: bool) -> str:
        return f"accounts of {self._name(client)}" if named else "accounts"

    def _name(self, client: str | None) -> str:
        return self.workspace.clients[client].name if client is not None else self.workspace.name or "the workspace"


def _bare(handle: str) -> str:
    return handle.strip().casefold().removeprefix("@")
