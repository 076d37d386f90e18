"""A notice as it is told: one row of the table with the names and times that its words need. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.notices import NoticeTarget

COMMAND = "command"
DESKTOP = "desktop"
"""Names of the two places that have no address."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing a person must be told."""

    id: int
    kind: str
    at: int
    words: str
    client: str | None = None
    key: str | None = None
    """The delivery it is about."""
    title: str = ""
    account: str | None = None
    platform: str = ""
    due: int | None = None
    state: str | None = None
    """Where the delivery, account or hold stands now: it may be settled before anybody was told."""
    scope: str = ""
    subject: str = ""
    """Of the hold it is about."""
    sent_at: int | None = None
    tries: int = 0
    next_at: int = 0
    waiting: Mapping[str, str] = field(default_factory=dict)
    """Places that it could not be sent to, with the reason; empty before the first try and after the last."""
    settled: str = ""
    """Why nobody is told any more, where it was not sent."""


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere notices go."""

    name: str
    clients: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    target: NoticeTarget | None = None
    """None: the command or the desktop."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Several notices for one place, told as one message."""

    place: Place
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A letter in words."""

    place: Place
    title: str
    body: str
    urgent: bool = True
    ids: tuple[int, ...] = ()
