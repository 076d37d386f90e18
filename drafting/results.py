"""What drafting hands back: findings, runs, drafted captions and Reels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from drafting.schemas import CaptionDraft, ReelScript

Status = Literal["ready", "needs_work"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a draft; the message serves a person and, as feedback, the model."""

    code: str
    hard: bool
    """Hard ones make a draft `needs_work`; soft ones are only shown."""
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


@dataclass(frozen=True, slots=True)
class Run:
    """One call of a model, kept even when its answer was thrown away."""

    id: str
    kind: Literal["caption", "reel"]
    language: str
    endpoint_host: str
    model: str
    prompt_id: str
    brief_hash: str
    parameters: str
    """Canonical JSON: temperature, token limit, how JSON was asked for."""
    seed: int
    output: str
    """Exactly what came."""
    output_sha256: str
    tokens: int
    """Of the answer, as the endpoint counted; 0 when it did not say."""
    ms: int
    outcome: str
    """`ok`, or the name of the error it ended in."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A caption to show a person: with its problems, never hidden."""

    status: Status
    language: str
    draft: CaptionDraft
    text: str
    """Composed, as it would be posted."""
    report: tuple[Finding, ...]
    runs: tuple[Run, ...]
    """Every call, oldest first."""
    run_id: str
    """The call this draft came from."""
    note: str = ""
    """Why the loop stopped early, in words; mostly empty."""


@dataclass(frozen=True, slots=True)
class DraftedReel:
    """A Reels script with its caption."""

    status: Status
    language: str
    script: ReelScript
    text: str
    """The caption, composed."""
    spoken_s: float
    """Read-aloud length by our own rates."""
    report: tuple[Finding, ...]
    runs: tuple[Run, ...]
    run_id: str
    note: str = ""
