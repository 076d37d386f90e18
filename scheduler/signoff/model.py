"""What stands in a client's review file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from adapters.contract import MediaItem

Language = Literal["en", "pl"]


@dataclass(frozen=True, slots=True)
class Passage:
    """One part of a post, or its first comment, as one account makes it public."""

    text: str
    folded_at: int | None = None
    """Index into `text` where readers have to tap “more”."""
    marks: tuple[tuple[int, int], ...] = ()
    """Where the words of a model stand."""
    media: tuple[MediaItem, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """The site that a link points to, as the platform draws it."""

    url: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Told:
    """What readers and the platform are told about AI."""

    label: str
    share: float
    """0 … 1: letters of the model over letters."""
    line: str | None
    flagged: bool
    burned_in: str | None


@dataclass(frozen=True, slots=True)
class Showing:
    """One post on one account."""

    key: str
    header: str
    """`@kawa.example · Bluesky`."""
    platform: str
    due: int
    digest: str
    parts: tuple[Passage, ...]
    comment: Passage | None
    card: Card | None
    notes: tuple[str, ...]
    told: Told
    approved: str = ""
    """The yes it has already, in words."""
    waits_for: str = ""
    """Why nobody could say yes to it now; it has no seal then."""

    @property
    def sealed(self) -> bool:
        """Whether the client is asked for a word."""
        return not self.approved and not self.waits_for


@dataclass(frozen=True, slots=True)
class Entry:
    """One post with all its accounts."""

    title: str
    showings: tuple[Showing, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole file."""

    client: str
    workspace: str
    first: date
    last: date
    tz: str
    made_at: int
    entries: tuple[Entry, ...]
    language: Language

    @property
    def showings(self) -> tuple[Showing, ...]:
        """Every post on every account."""
        return tuple(showing for entry in self.entries for showing in entry.showings)
