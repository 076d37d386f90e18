"""What can be said of a status before it is sent, with the numbers of its server."""

from __future__ import annotations

from typing import ClassVar

from adapters.contract import Account, CommitClass, Preview, Problem, Publication
from adapters.limits import Limits
from adapters.mastodon.check import check, preview
from adapters.mastodon.facts import facts_of, limits_of


class MastodonRules:
    """An account on a server with Mastodon's API, without its network."""

    platform: ClassVar[str] = "mastodon"
    lead: ClassVar[float] = 30.0

    def __init__(self, account: Account, hosted: bool) -> None:
        self._account = account
        self._facts = facts_of(account.facts)
        self._limits = limits_of(self._facts)

    def limits(self) -> Limits:
        """What the server told at `connect`."""
        return self._limits

    def commit_class(self, publication: Publication) -> CommitClass:
        """By software and version: see `facts`."""
        return self._facts.commit_class

    def lead_for(self, publication: Publication) -> float:
        """Videos and moving pictures are processed by the server first."""
        if any(item.mime.startswith("video/") or item.mime == "image/gif" for item in publication.media):
            return 600.0
        return 120.0 if publication.media else self.lead

    def check(self, publication: Publication) -> list[Problem]:
        """Shared checks with the server's numbers; polls, and what this software lacks."""
        return check(publication, self.limits(), self._facts)

    def preview(self, publication: Publication) -> Preview:
        """What a reader sees; behind the content warning if there is one."""
        return preview(publication, self._account.handle, self._facts.label)
