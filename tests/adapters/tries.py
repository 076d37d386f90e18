"""One delivery in several tries, with a post that may be edited between them; and files in the store."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapters.contract import Adapter, Journal, JournalEntry, Limited, Look, MediaItem, Outcome, Publication, Refused, StepResult, TokenDead
from tests.adapters.delivery import Delivery

START = 1_795_600_000_000_000
"""When posts are due, UTC microseconds."""


@dataclass(slots=True)
class Tries:
    """Everything that was tried for one key."""

    adapter: Adapter
    entries: list[JournalEntry] = field(default_factory=list)

    @property
    def journal(self) -> Journal:
        """What the adapter may know."""
        return Journal(tuple(self.entries))

    async def prepare(self, publication: Publication) -> StepResult | None:
        """The safe steps of one try; the result of the one that was not done, or None."""
        return await self._delivery(publication).round()

    async def commit(self, publication: Publication) -> Outcome:
        """The commit alone."""
        return await self._delivery(publication).commit()

    async def send(self, publication: Publication, tries: int = 12) -> Outcome | StepResult:
        """As many tries as it takes until every step is done, then the commit."""
        for _ in range(tries):
            result = await self.prepare(publication)
            if result is None:
                return await self.commit(publication)
            if isinstance(result, Limited | TokenDead | Refused):
                return result
        raise AssertionError(result)

    async def look(self, publication: Publication) -> Look:
        """Whether it is public."""
        return await self._delivery(publication).look()

    def _delivery(self, publication: Publication) -> Delivery:
        return Delivery(self.adapter, publication, self.entries)


def picture(folder: Path, mark: str = "a", *, alt: str = "a cup", width: int = 1080, height: int = 1350) -> MediaItem:
    """A file in the store that says it is a JPEG."""
    raw = f"\xff\xd8 picture {mark}".encode("latin-1")
    return _stored(folder, raw, MediaItem("", "image/jpeg", len(raw), width, height, None, alt, folder, name=f"{mark}.jpg"))


def video(folder: Path, mark: str = "v", *, cover_at_ms: int | None = None, duration_ms: int = 12_000) -> MediaItem:
    """A file in the store that says it is an MP4."""
    raw = f"ftyp video {mark}".encode()
    item = MediaItem("", "video/mp4", len(raw), 1080, 1920, duration_ms, "", folder, cover_at_ms=cover_at_ms, name=f"{mark}.mp4")
    return _stored(folder, raw, item)


def _stored(folder: Path, raw: bytes, item: MediaItem) -> MediaItem:
    sha256 = hashlib.sha256(raw).hexdigest()
    path = folder / sha256
    path.write_bytes(raw)
    return replace(item, sha256=sha256, path=path)
