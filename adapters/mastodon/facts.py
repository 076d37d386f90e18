"""What a server says about itself: its software, its version and its limits, kept with the account."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from pydantic import BaseModel, ConfigDict, ValidationError

from adapters.contract import CommitClass
from adapters.limits import LIMITS, ImageLimit, Limits, TextLimit, VideoLimit

LABELS = {"mastodon": "Mastodon", "gotosocial": "GoToSocial", "pixelfed": "Pixelfed", "pleroma": "Pleroma", "akkoma": "Akkoma"}
KEY_SINCE = 4
"""Major version from which an idempotency key returns the first status."""


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Statuses(_Shape):
    max_characters: int | None = None
    max_media_attachments: int | None = None
    characters_reserved_per_url: int | None = None


class _Media(_Shape):
    supported_mime_types: tuple[str, ...] = ()
    image_size_limit: int | None = None
    video_size_limit: int | None = None
    description_limit: int | None = None


class PollLimits(_Shape):
    """Bounds of a poll."""

    max_options: int = 4
    max_characters_per_option: int = 50
    min_expiration: int = 300
    max_expiration: int = 2_629_746


class Configuration(_Shape):
    """`configuration` of `/api/v2/instance`."""

    statuses: _Statuses = _Statuses()
    media_attachments: _Media = _Media()
    polls: PollLimits = PollLimits()


class Facts(_Shape):
    """Kept with the account. Anything a server does not say has Mastodon's default."""

    software: str = "unknown"
    version: str = ""
    configuration: Configuration = Configuration()

    @property
    def label(self) -> str:
        """The name people know."""
        return LABELS.get(self.software, "Mastodon" if self.software == "unknown" else self.software)

    @property
    def commit_class(self) -> CommitClass:
        """KEY only where the first status is known to come back for the same key."""
        major = re.match(r"\d+", self.version)
        real = self.software == "mastodon" and major is not None and int(major.group()) >= KEY_SINCE
        return CommitClass.KEY if real else CommitClass.LIST


def facts_of(kept: Mapping[str, object]) -> Facts:
    """Kept facts; the defaults where there are none or they cannot be read."""
    try:
        return Facts.model_validate(dict(kept))
    except ValidationError:
        return Facts()


def limits_of(facts: Facts) -> Limits:
    """The server's numbers over Mastodon's defaults."""
    base = LIMITS["mastodon"]
    statuses, media = facts.configuration.statuses, facts.configuration.media_attachments
    return replace(
        base,
        label=facts.label,
        text=_text(base.text, statuses),
        alt_max=media.description_limit or base.alt_max,
        media_min=1 if facts.software == "pixelfed" else 0,
        media_max=statuses.max_media_attachments or base.media_max,
        image=_image(base.image, media),
        video=_video(base.video, media),
    )


def _text(base: TextLimit, statuses: _Statuses) -> TextLimit:
    weight = statuses.characters_reserved_per_url
    return replace(base, maximum=statuses.max_characters or base.maximum, link_weight=weight if weight is not None else base.link_weight)


def _image(base: ImageLimit, media: _Media) -> ImageLimit:
    mimes = tuple(mime for mime in media.supported_mime_types if mime.startswith("image/"))
    return replace(base, mimes=mimes or base.mimes, max_bytes=media.image_size_limit or base.max_bytes)


def _video(base: VideoLimit | None, media: _Media) -> VideoLimit | None:
    mimes = tuple(mime for mime in media.supported_mime_types if mime.startswith("video/"))
    if base is None or (media.supported_mime_types and not mimes):
        return None
    return replace(base, mimes=mimes or base.mimes, max_bytes=media.video_size_limit or base.max_bytes)
