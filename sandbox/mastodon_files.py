"""Files uploaded to a Mastodon-like server: processing, alt texts, and what may be attached."""

from __future__ import annotations

import io
from dataclasses import dataclass

from sandbox.clock import SECOND, Clock
from sandbox.wire import FilePart

PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")
FILMS = ("video/mp4", "video/quicktime", "video/webm")
PICTURE_BYTES = 16_777_216
FILM_BYTES = 103_809_024
ALT_CHARACTERS = 1_500


class BadFile(ValueError):
    """The server refuses the file; `str()` is its message."""


@dataclass(slots=True)
class Attachment:
    """One uploaded file."""

    id: str
    owner: str
    sha: str
    mime: str
    alt: str
    width: int
    height: int
    ready_at: int
    """UTC microseconds."""
    status_id: str | None = None
    failed: bool = False

    @property
    def film(self) -> bool:
        """Anything that moves."""
        return self.mime in FILMS or self.mime == "image/gif"

    def ready(self, clock: Clock) -> bool:
        """Processing is over."""
        return clock.now() >= self.ready_at

    def as_json(self, base: str, clock: Clock) -> dict[str, object]:
        """As the API shows it; `url` is null while processing."""
        address = f"{base.rpartition('/')[0]}/_media/{self.sha}" if self.ready(clock) else None
        ratio = self.width / self.height if self.height else 0
        size = {"width": self.width, "height": self.height, "size": f"{self.width}x{self.height}", "aspect": ratio}
        return {
            "id": self.id, "type": "video" if self.mime in FILMS else "gifv" if self.mime == "image/gif" else "image",
            "url": address, "preview_url": address, "remote_url": None, "text_url": None, "preview_remote_url": None,
            "meta": {"original": size, "small": size}, "description": self.alt or None, "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
        }  # fmt: skip


def measured(part: FilePart) -> tuple[int, int]:
    """Width and height. Raises BadFile for what the server would not take."""
    if part.mime in FILMS:
        if len(part.content) > FILM_BYTES:
            raise BadFile(f"Validation failed: File file size must be less than {FILM_BYTES // 1_048_576} MB")
        return 0, 0
    if part.mime not in PICTURES:
        raise BadFile("Validation failed: File content type is invalid, File is invalid")
    if len(part.content) > PICTURE_BYTES:
        raise BadFile(f"Validation failed: File file size must be less than {PICTURE_BYTES // 1_048_576} MB")
    return _picture_size(part.content)


def _picture_size(content: bytes) -> tuple[int, int]:
    from PIL import Image, UnidentifiedImageError  # deferred: 60 ms that a sandbox without pictures need not pay

    try:
        with Image.open(io.BytesIO(content)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise BadFile("Validation failed: File could not be read") from error


def check_together(attachments: list[Attachment], most: int) -> None:
    """What one post may carry. Raises BadFile."""
    if len(attachments) > most:
        raise BadFile(f"Cannot attach more than {most} files")
    if len(attachments) > 1 and any(attachment.film for attachment in attachments):
        raise BadFile("Cannot attach a video to a post that already contains images")


def seconds_after(clock: Clock, seconds: float) -> int:
    """An instant this far ahead."""
    return clock.now() + int(seconds * SECOND)
