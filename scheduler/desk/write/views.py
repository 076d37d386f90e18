"""What the Desk answers while a post is being written: earlier texts, words of a model as they come."""

from __future__ import annotations

from dataclasses import dataclass

from config.resolved import MediaOrigin
from scheduler.desk.views import BeatView, Span

TOPIC_MOST = 4_000
"""Characters of what a model is asked to write about."""
FACTS_MOST = 40
FACT_MOST = 500
"""Characters of each."""
MODEL_LINES = """llm:
  base_url: http://127.0.0.1:11434/v1
  model: qwen3:8b
"""
"""What a model on this computer needs in daypart.yaml."""


@dataclass(frozen=True, slots=True)
class FormerText:
    """A text of a post as it was saved once."""

    id: int
    field: str
    text: str
    spans: tuple[Span, ...]
    by: str
    """`anna`, `the model`."""
    at: int
    current: bool
    """It is the text of now."""
    aside: bool = False
    """It was typed over a text that somebody else had changed, and kept aside."""


@dataclass(frozen=True, slots=True)
class Streamed:
    """A piece of what a model writes now; never saved as it is."""

    language: str
    variant: int
    """1, 2, 3: which of those that are being written."""
    piece: str
    again: bool = False
    """What came before is void: the model was asked anew."""
    trouble: str = ""
    """Why this one does not come; empty while it may."""


@dataclass(frozen=True, slots=True)
class ModelPlace:
    """Where texts go when a model is asked."""

    model: str
    host: str
    here: bool
    """On this computer: nothing leaves it."""

    @property
    def words(self) -> str:
        """`sandbox-writer on this computer`, `gpt-5 at api.openai.com`."""
        return f"{self.model} on this computer" if self.here else f"{self.model} at {self.host}"


@dataclass(frozen=True, slots=True)
class RequestView:
    """What a model is asked for a post: topic, facts, tone, languages."""

    topic: str
    """Empty: what is written so far says it."""
    facts: tuple[str, ...]
    """True things the text may say; approvals ask for no tick where its numbers and names stand among them."""
    tone: str
    languages: tuple[str, ...]
    """Asked for last time; empty: nobody said."""
    known: tuple[str, ...]
    """Those of the post's accounts."""
    written: bool
    """There are words already that can say what it is about."""
    fixed: str
    """Why it cannot be changed here: `the brief of this post stands in …`; empty: it can."""


@dataclass(frozen=True, slots=True)
class ScriptView:
    """The Reels script of a post in one language; without beats: none is written yet."""

    language: str
    target: float
    """Seconds wanted."""
    planned: float
    """All beats together."""
    spoken: float
    """Read aloud, by our own rate for the language."""
    beats: tuple[BeatView, ...]
    fault: str
    """What is wrong with the whole; empty: nothing."""
    text: str
    """As lines, as `daypart post script` shows and takes it."""

    @property
    def words(self) -> str:
        """`31 s of 30 read aloud`."""
        return f"{self.spoken:g} s of {self.target:g} read aloud"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one account does with a file."""

    account: str
    platform_name: str
    taken: bool
    words: str
    """Why not, or what to know; empty: it is taken as it is."""
    mend: str
    """What helps: `crop it`; empty: nothing is needed."""


@dataclass(frozen=True, slots=True)
class AltText:
    """An alternative text, in one language or for all."""

    field: str
    """`alt:0`, `alt:0:pl`."""
    language: str
    """Empty: one for all."""
    text: str


@dataclass(frozen=True, slots=True)
class MediaView:
    """One picture or video of a post."""

    number: int
    """From 0, over all parts."""
    name: str
    is_video: bool
    size: int
    width: int
    height: int
    seconds: float | None
    made: str
    """`made by AI`, `changed by AI`, or empty."""
    there: bool
    """Its bytes are still in daypart's own folder."""
    alts: tuple[AltText, ...]
    verdicts: tuple[Verdict, ...]
    ai: MediaOrigin = "none"

    @property
    def facts(self) -> str:
        """`1080×1350 · 4:5 · 412 kB`, with the length of a video."""
        parts = [f"{self.width}×{self.height}", ratio_words(self.width, self.height), size_words(self.size)]
        parts += [f"{self.seconds:g} s"] if self.seconds is not None else []
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class MediaPage:
    """All pictures and videos of a post, and what is wrong beside single files."""

    items: tuple[MediaView, ...]
    problems: tuple[str, ...]
    """`Instagram ig-kawa: Instagram needs a picture or video`."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture in so few points that a terminal can show it: rows of red, green, blue."""

    rows: tuple[tuple[tuple[int, int, int], ...], ...]


def ratio_words(width: int, height: int) -> str:
    """`4:5`, `16:9`, else `1.91:1`."""
    if not width or not height:
        return ""
    for across, down in ((1, 1), (4, 5), (5, 4), (9, 16), (16, 9), (2, 3), (3, 2), (3, 4), (4, 3)):
        if abs(width / height - across / down) < 0.01:
            return f"{across}:{down}"
    return f"{width / height:.2f}:1"


def size_words(size: int) -> str:
    """`412 kB`, `3.1 MB`."""
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, size // 1_000)} kB"
