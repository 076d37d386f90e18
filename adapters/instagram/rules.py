"""What can be said of a post on Instagram before it is sent."""

from __future__ import annotations

from typing import ClassVar

from adapters.checks import is_video
from adapters.contract import Account, CommitClass, Preview, Problem, Publication
from adapters.instagram.check import check, preview
from adapters.limits import LIMITS, Limits


class InstagramRules:
    """A professional account, without its network."""

    platform: ClassVar[str] = "instagram"
    lead: ClassVar[float] = 180.0

    def __init__(self, account: Account, hosted: bool) -> None:
        self._account = account
        self._hosted = hosted

    def limits(self) -> Limits:
        """Documented; the API tells none."""
        return LIMITS["instagram"]

    def commit_class(self, publication: Publication) -> CommitClass:
        """Posts have a container; comments only a list."""
        return CommitClass.LIST if publication.kind == "comment" else CommitClass.HANDLE

    def lead_for(self, publication: Publication) -> float:
        """Videos are fetched and transcoded; containers live 24 hours."""
        if publication.kind == "comment":
            return 0.0
        return 900.0 if any(is_video(item) for item in publication.media) else self.lead

    def check(self, publication: Publication) -> list[Problem]:
        """Limits of the kind of post, and whether its files can be fetched."""
        return check(publication, self.limits(), hosted=self._hosted)

    def preview(self, publication: Publication) -> Preview:
        """With the fold."""
        return preview(publication, self._account, self.limits())
