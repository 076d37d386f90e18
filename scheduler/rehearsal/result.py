"""What a rehearsal answers: plain frozen values for screens and commands."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from scheduler.clock import MINUTE
from scheduler.rehearsal.weather import Incident, Level
from scheduler.scene import HoldView


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be rehearsed."""

    start: int
    """UTC microseconds, as all times here."""
    until: int
    tz: str
    """The workspace's zone."""
    seed: int
    level: Level
    client: str | None = None
    approvals: Literal["as_they_are", "only_approved", "as_if_approved"] = "as_they_are"


class Outcome(StrEnum):
    """What would become of a delivery."""

    GOES_OUT = "goes out"
    WAITS = "waits for your approval"
    NO_TEXT = "has no text yet"
    MISSED = "would be missed"
    ASKS = "a person would be asked"
    REFUSED = "would be refused"
    PENDING = "would still be waiting"
    ON_ITS_WAY = "is on its way now"
    NEEDS_YOU = "needs you now"


FINE = frozenset({Outcome.GOES_OUT, Outcome.ON_ITS_WAY})
"""Nobody has to do anything for these."""


@dataclass(frozen=True, slots=True)
class RehearsedPost:
    """One delivery of the plan, and what would become of it."""

    key: str
    title: str
    client: str | None
    client_name: str
    account: str
    platform: str
    platform_name: str
    kind: str
    part: int
    parts: int
    due: int
    tz: str
    out_at: int | None
    """When it would be public."""
    outcome: Outcome
    why: str
    """Why it would not go out, or empty."""
    notes: tuple[str, ...]
    """What it would meet on its way."""
    way_out: str
    """What a person does about it (a command), or empty."""
    missed_asleep: bool = False
    """Its time passed while this computer slept or was off."""

    @property
    def late_by(self) -> int:
        """Microseconds after its time; 0 for seconds that nobody notices."""
        late = 0 if self.out_at is None else self.out_at - self.due
        return late if late >= MINUTE else 0

    @property
    def can_be_mended_now(self) -> bool:
        """What stands in its way is there today; it does not come from the outages drawn."""
        if self.outcome is Outcome.REFUSED:
            return not self.notes
        return self.outcome is not Outcome.ASKS and bool(self.way_out)

    @property
    def fine(self) -> bool:
        """Nobody has to do anything for it."""
        return self.outcome in FINE


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """How much of what one account may publish would be used."""

    account: str
    platform_name: str
    client_name: str
    per_day: tuple[tuple[str, int], ...]
    """Local date → posts that would go out."""
    busiest: int
    """Most posts in any 24 hours, those that are public already included."""
    of: int | None
    """How many the platform allows in 24 hours; None: no number that a plan could reach."""
    told: bool
    """`of` is what the platform said last, not only what its documentation says."""
    own: int | None
    """The person's own limit in 24 hours, from daypart.yaml."""


@dataclass(frozen=True, slots=True)
class ClockChange:
    """Clocks are set forward or back in a zone that posts live in."""

    at: int
    tz: str
    words: str
    touched: tuple[tuple[str, str], ...]
    """Key → what it means for this post."""


@dataclass(frozen=True, slots=True)
class Near:
    """Two posts of one account that would go out close together."""

    account: str
    first: str
    second: str
    at: int
    apart: int
    """Microseconds."""


@dataclass(frozen=True, slots=True)
class AccountNote:
    """Something about an account that a person should know before."""

    account: str
    words: str
    way_out: str
    needs_person: bool


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would go out when, and what a person has to do for it."""

    asked: Asked
    posts: tuple[RehearsedPost, ...]
    incidents: tuple[Incident, ...]
    quotas: tuple[QuotaUse, ...]
    clock_changes: tuple[ClockChange, ...]
    near: tuple[Near, ...]
    holds: tuple[HoldView, ...]
    accounts: tuple[AccountNote, ...]
    cannot_know: tuple[str, ...]
    seconds: float
    """How long the rehearsal took."""

    @property
    def going_out(self) -> tuple[RehearsedPost, ...]:
        """What would go out by itself."""
        return tuple(post for post in self.posts if post.fine)

    @property
    def needs_person(self) -> bool:
        """Something would not go out without a person."""
        return bool(self.needing_you)

    @property
    def missed_asleep(self) -> int:
        """Posts whose time passed while this computer slept or was off."""
        return sum(post.missed_asleep for post in self.posts)

    @property
    def counts(self) -> dict[Outcome, int]:
        """Deliveries by outcome; outcomes that nothing has are left out."""
        found = Counter(post.outcome for post in self.posts)
        return {outcome: found[outcome] for outcome in Outcome if found[outcome]}

    @property
    def outcomes_of_heads(self) -> dict[str, Outcome]:
        """Key of a post → its outcome, without later parts and comments."""
        return {post.key: post.outcome for post in self.posts if post.kind == "post"}

    @property
    def needing_you(self) -> tuple[RehearsedPost, ...]:
        """What would not, without a person."""
        return tuple(post for post in self.posts if not post.fine)
