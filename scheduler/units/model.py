"""What a unit is: its deliveries, its time, what it shall make public, and who changes it."""

from __future__ import annotations

from dataclasses import dataclass, field

from adapters.contract import Publication
from scheduler import lifecycle
from scheduler.lifecycle import State

EDITABLE = frozenset({State.DRAFT, State.QUEUED, State.MISSED, State.REFUSED})
"""States in which nothing is on its way: what is planned may still become something else."""
RETIRED = "~"
"""Stands in the key of a cancelled delivery whose key was given free."""
SENT_BACK = "sent_back"
"""`reason_code` of a draft that a person sent back to its author."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When a unit goes out."""

    due: int | None
    """UTC microseconds; None: in the backlog."""
    tz: str
    wall: str
    slot: str | None = None
    """The slot it was dealt into; None: a person chose the time."""
    slot_day: str | None = None
    """Local date of its place in the slot."""
    late: int = lifecycle.LATE
    not_after: int | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One delivery of a unit as the store has it."""

    id: int
    key: str
    kind: str
    part: int
    state: str
    fence: int
    window: tuple[int, int] | None = None
    """Of its approval, while it has one."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One key as the store has it."""

    key: str
    post_id: int
    account_id: int
    client: str | None
    acts: tuple[Act, ...]
    """The post itself first."""
    timing: Timing
    digest: str | None
    content_id: int | None
    applied: str | None
    brief_hash: str | None

    @property
    def head(self) -> Act:
        """The post itself, or the first part of a thread."""
        return self.acts[0]

    @property
    def state(self) -> str:
        """The state that decides what may be done to the whole."""
        return next((a.state for a in self.acts if a.state in lifecycle.UNTOUCHABLE), self.head.state)

    @property
    def approved(self) -> bool:
        """Whether a person's approval holds."""
        return self.head.window is not None


@dataclass(frozen=True, slots=True)
class Sending:
    """How one act will be sent, as its adapter says."""

    cls: str
    lead: float
    """Seconds before `due` at which it may be prepared."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a unit shall make public, ready to be kept."""

    publications: tuple[Publication, ...] = ()
    """Empty: there is no text yet."""
    sending: tuple[Sending, ...] = ()
    digest: str | None = None
    ai: str = "human"


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something, when and why, for the ledger."""

    actor: str
    """`person:NAME` or `files:COMMIT`."""
    at: int
    why: str = ""
    os_user: str = ""
    """The system's user behind the person."""


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A key that the store does not have yet."""

    key: str
    post_id: int
    account_id: int
    client: str | None
    timing: Timing
    wanted: Wanted
    applied: str | None = None
    brief_hash: str | None = None
    repeat_ok: bool = False


@dataclass(frozen=True, slots=True)
class Yes:
    """A person's approval, as it is kept."""

    digest: str
    person: str
    review: str
    """JSON."""
    window: tuple[int, int] = field(default=(0, 0))
