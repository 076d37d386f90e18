"""What the files say, after defaults, languages and variables: one value per delivery that should exist."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from datetime import date
from pathlib import Path
from typing import Literal
from unicodedata import normalize

from config.options import Options

MediaOrigin = Literal["none", "edited", "generated"]
"""How far a model made a picture or video: not at all, changed by one, made by one."""
TextOrigin = Literal["none", "assisted", "generated"]
"""What a file declares about texts made elsewhere (`text_ai`)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file; 1-based code points."""

    file: Path
    line: int
    column: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Fixed:
    """A time a person chose: wall time and zone are kept beside the instant."""

    instant: int
    """UTC microseconds."""
    wall: str
    """Local time as `2026-11-30T12:15`."""
    tz: str


@dataclass(frozen=True, slots=True)
class InSlot:
    """The next free occurrence of one of these slots, dealt by the scheduler and then kept."""

    slots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResolvedMedia:
    """One file of a post, in order."""

    path: Path
    alt: str
    ai: MediaOrigin
    cover_at_ms: int | None
    place: Place


@dataclass(frozen=True, slots=True)
class ResolvedPart:
    """One part of a thread; most posts have one."""

    text: str
    media: tuple[ResolvedMedia, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """The post's link, utm included; a card where the platform draws one."""

    url: str
    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class ResolvedBrief:
    """What the model is asked for; also kept when a text exists, to notice that it changed (W710)."""

    goal: str
    points: tuple[str, ...] = ()
    call_to_action: str = ""
    audience: str = ""
    tone: str = ""
    must: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    length: int | None = None
    """Wanted length in characters of the text, or None."""
    variants: int = 1
    kind: Literal["caption", "reel"] = "caption"
    seconds: int | None = None
    """Wanted length of a Reel in seconds."""
    languages: tuple[str, ...] = ()
    """Asked for last at the desk; empty: those of the accounts."""

    @property
    def hash(self) -> str:
        """SHA-256 (hex) of the brief's canonical JSON; written to `brief_hash:` when a proposal is accepted."""
        # defaults are left out, so that a field of a later version changes no hash of today
        fields = {f.name: getattr(self, f.name) for f in dataclass_fields(self) if getattr(self, f.name) != f.default}
        canonical = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(normalize("NFC", canonical).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ResolvedPost:
    """One post on one account at one occurrence: the unit with a key."""

    key: str
    """`campaign/post@account[#occurrence]`."""
    campaign: str
    post: str
    account: str
    platform: str
    client: str | None
    occurrence: date | None
    title: str
    when: Fixed | InSlot | None
    """None: backlog, never sent."""
    parts: tuple[ResolvedPart, ...]
    """Empty while only a brief exists."""
    first_comment: str | None
    languages: tuple[str, ...]
    link: Link | None
    options: Options
    brief: ResolvedBrief | None
    text_ai: TextOrigin
    drafted_by: str | None
    """Id of the generation run, from the front matter of an accepted draft; of the first language that has one."""
    late: int
    """Microseconds after `due` in which it may still go out."""
    not_after: int | None
    """UTC microseconds."""
    repeat: bool
    place: Place
    """The post's own line."""
    text_place: Place | None
    places: Mapping[str, Place] = field(default_factory=dict)
    """Other fields by path (`first_comment`, `options.type`), for errors of a platform."""
    drafted: Mapping[str, str] = field(default_factory=dict)
    """Language → id of the generation run its text was accepted from."""
