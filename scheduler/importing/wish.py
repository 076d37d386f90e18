"""What one row of a sheet wants, and the key by which it is known again next time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from config.resolved import Fixed

EVERY = "text"
"""Field of a text that serves every language."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One row without a mistake."""

    row: int
    name: str
    """What its column Id says; empty without one."""
    client: str | None
    accounts: tuple[str, ...]
    day: date | None
    """A day without a time of day."""
    at: Fixed | None
    title: str
    texts: Mapping[str, str]
    """By field: `text`, `en`, `first_comment`."""
    media: tuple[Path, ...]
    alts: tuple[str, ...]
    link: str
    campaign: str
    brief: str
    by_model: bool = False
    """The sheet says that a model wrote the texts."""
    key: str = ""
    slots: Mapping[str, Fixed] = field(default_factory=dict)
    """Account → the free slot it takes."""

    def with_key(self, key: str) -> Wish:
        """The same row, known by a key."""
        return replace(self, key=key)

    def said(self, root: Path) -> dict[str, object]:
        """What the row says, as it is remembered: what of this is another next time was changed in the sheet."""
        return {
            "accounts": list(self.accounts),
            "when": self.at.wall if self.at else str(self.day or ""),
            "tz": self.at.tz if self.at else "",
            "title": self.title,
            "texts": dict(self.texts),
            "media": [shown(path, root) for path in self.media],
            "alts": list(self.alts),
            "link": self.link,
            "brief": self.brief,
            "by_model": self.by_model,
        }


def key_of(wish: Wish) -> str:
    """By its id where it has one; else by client, accounts and time; without a time by client, accounts and words.

    Ids belong to a client: two agencies may number alike.
    """
    if wish.name:
        return digest(["id", wish.client or "", wish.name.casefold()])
    whose = [wish.client or "", *sorted(wish.accounts)]
    if wish.at is not None:
        return digest(["at", wish.at.wall, wish.at.tz, *whose])
    return digest(["what", str(wish.day or ""), *whose, content_of(wish)])


def content_of(wish: Wish) -> str:
    """A digest of what the row says, its time left out."""
    texts = dict(sorted(wish.texts.items()))
    return digest([texts or wish.brief or wish.title, [path.name for path in wish.media]])


def digest(value: object) -> str:
    """Short digest of a plain value."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]


def shown(path: Path, root: Path) -> str:
    """A path as people see it."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
