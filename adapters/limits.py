"""What each platform allows, as data: text, tags, media. Values a server gives override these."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextLimit:
    """How long a text may be and how it is counted."""

    maximum: int
    """In the platform's own units: graphemes with links weighed."""
    max_bytes: int | None = None
    """UTF-8 bytes."""
    link_weight: int | None = None
    """What any http(s) link counts; None: in full."""
    short_mentions: bool = False
    """`@user@host` counts as `@user`."""
    fold_at: int | None = None
    """Graphemes shown before “more”."""


@dataclass(frozen=True, slots=True)
class ImageLimit:
    """Bounds of one picture."""

    mimes: tuple[str, ...]
    max_bytes: int
    ratio: tuple[float, float] | None = None
    """Lowest and highest width / height."""
    min_width: int | None = None


@dataclass(frozen=True, slots=True)
class VideoLimit:
    """Bounds of one video."""

    mimes: tuple[str, ...]
    max_bytes: int
    seconds: tuple[float, float] | None = None
    ratio: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Everything about one account's platform that can be checked before sending."""

    platform: str
    label: str
    """The name people know: “Instagram”."""
    text: TextLimit
    text_required: bool
    alt_max: int
    """Graphemes."""
    media_min: int
    media_max: int
    hashtags_max: int | None
    hashtags_advised: int | None
    image: ImageLimit
    video: VideoLimit | None
    first_comment: bool
    threads: bool
    clickable_links: bool


LIMITS: dict[str, Limits] = {
    "bluesky": Limits(
        platform="bluesky",
        label="Bluesky",
        text=TextLimit(maximum=300, max_bytes=3_000),
        text_required=False,
        alt_max=2_000,
        media_min=0,
        media_max=4,
        hashtags_max=None,
        hashtags_advised=None,
        image=ImageLimit(mimes=("image/jpeg", "image/png", "image/webp"), max_bytes=2_000_000),
        video=None,
        first_comment=False,
        threads=True,
        clickable_links=True,
    ),
    "mastodon": Limits(
        platform="mastodon",
        label="Mastodon",
        text=TextLimit(maximum=500, link_weight=23, short_mentions=True),
        text_required=False,
        alt_max=1_500,
        media_min=0,
        media_max=4,
        hashtags_max=None,
        hashtags_advised=None,
        image=ImageLimit(mimes=("image/jpeg", "image/png", "image/webp", "image/gif"), max_bytes=16_777_216),
        video=VideoLimit(mimes=("video/mp4", "video/quicktime", "video/webm"), max_bytes=103_809_024),
        first_comment=False,
        threads=True,
        clickable_links=True,
    ),
    "instagram": Limits(
        platform="instagram",
        label="Instagram",
        text=TextLimit(maximum=2_200, fold_at=125),
        text_required=False,
        alt_max=1_000,
        media_min=1,
        media_max=10,
        hashtags_max=30,
        hashtags_advised=5,
        image=ImageLimit(mimes=("image/jpeg",), max_bytes=8_388_608, ratio=(0.8, 1.91), min_width=320),
        video=VideoLimit(mimes=("video/mp4", "video/quicktime"), max_bytes=314_572_800, seconds=(3.0, 900.0), ratio=(0.01, 10.0)),
        first_comment=True,
        threads=False,
        clickable_links=False,
    ),
}


def platform_name(platform: str) -> str:
    """The name people know."""
    return LIMITS[platform].label if platform in LIMITS else platform.capitalize()
