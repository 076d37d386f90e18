"""A week's report as plain values: posts with their figures and proofs, accounts, clients."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

NAMES = ("likes", "replies", "reposts", "saves", "reach")
"""Figures in the order they are shown."""
INTERACTIONS = ("likes", "replies", "reposts", "saves")


@dataclass(frozen=True, slots=True)
class Counts:
    """What readers did. None: nobody told."""

    likes: int | None = None
    replies: int | None = None
    reposts: int | None = None
    saves: int | None = None
    reach: int | None = None

    @property
    def interactions(self) -> int | None:
        """All of it together, without reach."""
        return total(getattr(self, name) for name in INTERACTIONS)

    def get(self, name: str) -> int | None:
        """One figure by its name."""
        found: int | None = getattr(self, name)
        return found


def total(counts: Iterable[int | None]) -> int | None:
    """The sum of what was told; None when nothing was."""
    told = [count for count in counts if count is not None]
    return sum(told) if told else None


def together(many: Iterable[Counts]) -> Counts:
    """Figure by figure."""
    found = list(many)
    return Counts(**{name: total(counts.get(name) for counts in found) for name in NAMES})


@dataclass(frozen=True, slots=True)
class Posted:
    """One published post: the ledger's line and the report's line."""

    key: str
    title: str
    text: str
    """Everything that went out, parts and first comment one after the other."""
    parts: int
    client: str | None
    client_name: str
    client_color: str
    account: str
    platform: str
    platform_name: str
    published_at: int
    """UTC microseconds."""
    url: str | None
    ai: str
    told: str
    """What readers or the platform are told about AI; empty: nothing."""
    digest: str
    approved_by: str
    approved_at: int | None
    on_behalf: str
    """The client's own word, where somebody approved in their name."""
    counts: Counts
    read_at: int | None
    """When the figures were read; None: never."""
    note: str
    """What has to be known about the figures: how old, why missing."""

    @property
    def seal(self) -> str:
        """Short form of the digest."""
        return f"{self.digest[:4]} {self.digest[4:8]}" if self.digest else ""


@dataclass(frozen=True, slots=True)
class Hour:
    """How posts of one hour of the day do."""

    hour: int
    posts: int
    mean: float
    """Interactions."""


@dataclass(frozen=True, slots=True)
class AccountWeek:
    """One account's week."""

    account: str
    platform: str
    platform_name: str
    client: str | None
    client_name: str
    client_color: str
    posts: int
    counts: Counts
    gained: tuple[int, ...]
    """New interactions on each of the seven days, on posts of any age."""
    hours: tuple[Hour, ...]
    """Best first; empty: too few posts to say."""
    problem: str
    """Why figures could not be read the last time."""


@dataclass(frozen=True, slots=True)
class ClientWeek:
    """One client's week."""

    client: str | None
    name: str
    color: str
    posts: tuple[Posted, ...]
    """Oldest first."""
    accounts: tuple[AccountWeek, ...]
    before: Counts
    """The same figures of the week before."""
    posts_before: int
    language: str = "en"
    """What the report is written in."""

    @property
    def counts(self) -> Counts:
        """All posts together."""
        return together(post.counts for post in self.posts)

    @property
    def ranked(self) -> tuple[Posted, ...]:
        """Posts that have figures, most interactions first; reach decides between equals."""
        told = [post for post in self.posts if post.counts.interactions is not None]
        return tuple(sorted(told, key=lambda p: (-(p.counts.interactions or 0), -(p.counts.reach or 0), p.published_at)))

    @property
    def best(self) -> Posted | None:
        """Most interactions."""
        return next(iter(self.ranked), None)

    @property
    def worst(self) -> Posted | None:
        """Fewest interactions, where there is something to compare."""
        return self.ranked[-1] if len(self.ranked) > 1 else None


@dataclass(frozen=True, slots=True)
class WeekReport:
    """One week of one client or of all."""

    week: str
    """`2026-W47`."""
    first: date
    last: date
    tz: str
    made_at: int
    clients: tuple[ClientWeek, ...]
    footnotes: tuple[str, ...]
    """What the platforms do not tell."""

    @property
    def posts(self) -> tuple[Posted, ...]:
        """Of all clients, oldest first."""
        return tuple(sorted((post for client in self.clients for post in client.posts), key=lambda p: (p.published_at, p.key)))

    @property
    def accounts(self) -> tuple[AccountWeek, ...]:
        """Of all clients."""
        return tuple(account for client in self.clients for account in client.accounts)
