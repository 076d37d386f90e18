"""What a workspace's files say as a whole: the values that the scheduler plans from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from config.brand import Brand
from config.diagnostics import Diagnostic
from config.pace import Quiet
from config.resolved import Place, ResolvedPost
from config.workspace import Workspace

Status = Literal["draft", "active", "paused", "archived"]


@dataclass(frozen=True, slots=True)
class SlotRule:
    """A named place in the week that posts are dealt into. Its occurrences: `config.times.occurrences`."""

    name: str
    rule: str
    """RRULE subset, already checked."""
    at: str
    """Local `HH:MM`."""
    accounts: tuple[str, ...]
    """Only these accounts; empty: all of the campaign."""
    place: Place


@dataclass(frozen=True, slots=True)
class Blackout:
    """Days on which nothing goes out, both included."""

    first: date
    last: date
    why: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A declared rename of a post inside its campaign."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ResolvedCampaign:
    """One campaign without its posts: what slots, plan and drafting need."""

    id: str
    title: str
    status: Status
    """`draft`, `archived`: its posts are not in `Loaded.posts`. `paused`: what was applied is held."""
    owner: str
    labels: tuple[str, ...]
    starts: date | None
    ends: date | None
    tz: str
    languages: tuple[str, ...]
    brand: Brand | None
    accounts: tuple[str, ...]
    slots: Mapping[str, SlotRule]
    blackout: tuple[Blackout, ...]
    min_gap: int
    """Microseconds between two posts of one account; 0: none."""
    late: int
    """Microseconds after `due` in which a post may still go out."""
    quiet_hours: tuple[Quiet, ...]
    """In which no slot is dealt."""
    daily_max: int | None
    """Posts of one account on one local day."""
    moved: tuple[Moved, ...]
    file: Path
    place: Place

    def blacked_out(self, day: date) -> Blackout | None:
        """The blackout a local day falls into."""
        return next((b for b in self.blackout if b.first <= day <= b.last), None)


@dataclass(frozen=True, slots=True)
class Skipped:
    """An occurrence of a series that is counted and not sent; `plan` shows it with a dot."""

    key: str
    account: str
    local_date: date
    why: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything in the files, checked as far as files alone can tell."""

    root: Path
    """Folder of daypart.yaml."""
    workspace: Workspace
    brands: Mapping[str, Brand]
    """By path from the workspace: `brands/kawa.yaml`."""
    campaigns: Mapping[str, ResolvedCampaign]
    posts: tuple[ResolvedPost, ...]
    """In the order slots are dealt. Active and paused campaigns only, supported platforms only."""
    skipped: tuple[Skipped, ...]
    unsupported: tuple[str, ...]
    """Keys on platforms without an adapter (W305): checked, never planned."""
    diagnostics: tuple[Diagnostic, ...]
    """Each once, by file and line."""
    digest: str
    """SHA-256 (hex) over names and bytes of all files read; media not included."""
    post_count: int

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What stops `plan` and `apply`."""
        return tuple(d for d in self.diagnostics if d.is_error)
