"""The things a Desk in memory keeps: clients, posts, deliveries, and a clock that stands still."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from scheduler.clock import SECOND
from scheduler.desk.views import ApprovalView, DeliveryQuery, EventView, Sign, Span
from scheduler.scene import ClientView

TZ = "Europe/Warsaw"
NOW = int(datetime(2026, 11, 24, 9, 38, tzinfo=UTC).timestamp()) * SECOND
"""Tue 24 Nov 2026, 10:38 in Warsaw."""


class FakeClock:
    """Stands still."""

    speed = 1.0

    def __init__(self, at: int = NOW) -> None:
        self.at = at

    def wall(self) -> int:
        return self.at

    def boot(self) -> int:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += int(seconds * SECOND)


@dataclass
class Text:
    """One text of a post."""

    text: str
    spans: tuple[Span, ...] = ()


@dataclass
class Item:
    """One delivery."""

    post: str
    account: str
    state: str
    sign: Sign
    due: int | None
    words: str = ""
    reason: str | None = None
    next: str | None = None
    url: str | None = None
    published_at: int | None = None
    approved: ApprovalView | None = None
    changed: tuple[str, ...] = ()
    sent_back: str = ""
    events: list[EventView] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.post}@{self.account}"


@dataclass
class Work:
    """One post."""

    post: str
    title: str
    client: str
    texts: dict[str, Text]
    accounts: list[str]
    managed_by: str = "tui"
    file: str | None = None
    media: tuple[str, ...] = ()
    brief: str | None = None
    facts: tuple[str, ...] = ()


CLIENTS = (
    ClientView("kawa", "Kawa Wrocław", "teal", ("ig-kawa", "bs-kawa", "ms-kawa")),
    ClientView("harbour", "Harbour Books", "orange", ("bs-harbour", "ms-harbour")),
    ClientView("forma", "Studio Forma", "orchid", ("ig-forma",)),
)
NAMES = {client.id: client for client in CLIENTS}
PLATFORM = {"ig": "instagram", "bs": "bluesky", "ms": "mastodon"}


EVERY = DeliveryQuery()


def micros(text: str) -> int:
    """Local `2026-11-24 12:30` as UTC microseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(TZ)).timestamp()) * SECOND
