"""What can be said of a post on Bluesky before it is sent: limits, checks, what a reader will see."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlsplit

from adapters.checks import check_common
from adapters.contract import Account, CommitClass, Preview, Problem, Publication
from adapters.counting import find_links
from adapters.limits import LIMITS, Limits

LANGUAGES_MAX = 3
"""More are not told."""


class BlueskyRules:
    """An account on a PDS, without its network."""

    platform: ClassVar[str] = "bluesky"
    lead: ClassVar[float] = 30.0

    def __init__(self, account: Account, hosted: bool) -> None:
        self._account = account

    def limits(self) -> Limits:
        """The network's own; servers do not differ."""
        return LIMITS["bluesky"]

    def commit_class(self, publication: Publication) -> CommitClass:
        """The record key is a handle that can be read."""
        return CommitClass.HANDLE

    def lead_for(self, publication: Publication) -> float:
        """Servers collect blobs that nothing uses, so uploads are made shortly before."""
        return 120.0 if publication.media else self.lead

    def check(self, publication: Publication) -> list[Problem]:
        """Shared checks; a link card stands for a text, and gives way to pictures."""
        problems = check_common(publication, self.limits())
        link = publication.link
        if link is not None and not publication.media:
            problems = [problem for problem in problems if problem.code != "E503"]
        if link is not None and publication.media and link.url not in {found.url for found in find_links(publication.text)}:
            problems.append(Problem("W502", "with pictures there is no link card, and the text does not have the link", (), "link"))
        if len(publication.languages) > LANGUAGES_MAX:
            problems.append(Problem("W502", f"{len(publication.languages)} languages, Bluesky is told the first {LANGUAGES_MAX}"))
        return problems

    def preview(self, publication: Publication) -> Preview:
        """The text as it stands, pictures with their alternative texts, or the card."""
        media = tuple(f"picture: {item.alt or 'no alternative text'}" for item in publication.media)
        link = publication.link
        if link is not None and not publication.media:
            media = (f"card: {link.title or link.url} ({urlsplit(link.url).hostname or link.url})",)
        return Preview(f"@{self._account.handle.removeprefix('@')} · Bluesky", publication.text, None, media)
