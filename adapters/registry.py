"""Which adapter serves which platform, and its rules; each is imported only when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from adapters.contract import Account, Adapter, MediaHost, Rules
    from adapters.http import Http

ADAPTERS: dict[str, str] = {
    "bluesky": "adapters.bluesky.adapter:Bluesky",
    "mastodon": "adapters.mastodon.adapter:Mastodon",
    "instagram": "adapters.instagram.adapter:Instagram",
}
"""Platform → module and class."""

RULES: dict[str, str] = {
    "bluesky": "adapters.bluesky.rules:BlueskyRules",
    "mastodon": "adapters.mastodon.rules:MastodonRules",
    "instagram": "adapters.instagram.rules:InstagramRules",
}
"""Platform → module and class of what needs no network: importing it brings no HTTP client."""


def adapter_for(account: Account, http: Http, host: MediaHost) -> Adapter:
    """The adapter of one account. Raises KeyError for a platform without one."""
    return cast("Adapter", _named(ADAPTERS[account.platform])(account, http, host))


def traits_of(platform: str) -> type[Adapter]:
    """The class of a platform's adapter, for what is the same for all its accounts. Raises KeyError for one without."""
    return cast("type[Adapter]", _named(ADAPTERS[platform]))


def rules_for(account: Account, *, hosted: bool) -> Rules:
    """The rules for one account. `hosted`: files get public addresses. Raises KeyError for a platform without an adapter."""
    return cast("Rules", _named(RULES[account.platform])(account, hosted))


def _named(where: str) -> type:
    module, _, name = where.partition(":")
    return cast("type", getattr(import_module(module), name))
