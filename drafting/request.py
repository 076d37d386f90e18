"""What drafting is asked: the brief and everything around it, as plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from adapters.limits import Limits
from config.resolved import ResolvedBrief
from drafting.results import Run

EMOJI_MAX = {"none": 0, "few": 2, "some": 5, "many": 10}
BUDGET_S = 90.0
"""Wall clock for one draft, all its calls together."""


def _silent(_words: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How a brand sounds, in one language."""

    description: str = ""
    always: tuple[str, ...] = ()
    """Guidance for the model (“name the roast date”); not checked word for word."""
    never: tuple[str, ...] = ()
    emoji: Literal["none", "few", "some", "many"] = "few"
    hashtags_max: int | None = None
    hashtags_always: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    """Own posts, as samples of tone; never to be copied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionRequest:
    """One caption in one language."""

    brief: ResolvedBrief
    language: str
    """BCP 47."""
    targets: tuple[Limits, ...]
    """Where it goes; the tightest rules count. Where a text shares an account with other languages, pass limits with less room."""
    languages: tuple[str, ...] = ()
    """All languages of the workspace; a wrong one is looked for among these."""
    voice: Voice = Voice()
    media: int = 0
    """How many pictures or videos want an alt text."""
    facts: tuple[str, ...] = ()
    """True things beside the brief's points: names of the brand, of a product."""
    disclosure_line: str = ""
    """Stands in the composed text and is counted."""
    recent: tuple[str, ...] = ()
    """Up to 20 last posts, not to be repeated."""
    tags_allowed: tuple[str, ...] | None = None
    cliches: tuple[str, ...] = ()
    """A workspace's own worn-out phrases, beside ours."""
    variant: int = 1
    variants: int = 1
    seed: int | None = None
    """Of the first call; None: by chance."""
    budget_s: float = BUDGET_S
    progress: Callable[[str], None] = field(default=_silent, compare=False, repr=False)
    """Told in words what happens."""
    on_text: Callable[[str], None] | None = field(default=None, compare=False, repr=False)
    """Given pieces of the caption as they come, for display only. None: no streaming."""
    on_again: Callable[[], None] | None = field(default=None, compare=False, repr=False)
    """Told that the pieces so far are void: the answer broke off or was no good, and comes anew."""
    on_stopped: Callable[[Run], None] | None = field(default=None, compare=False, repr=False)
    """Given the call that was under way when somebody stopped it, with what had come of its answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReelRequest:
    """One Reels script in one language; `caption` says everything about its post."""

    caption: CaptionRequest
    seconds: float = 30.0
    """Length of the Reel."""
    words_per_second: float | None = None
    """A speaker's own rate; None: the table's for the language."""
