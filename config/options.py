"""What a post may ask of one platform (`for:` in campaign files); these values become public, so they are in the digest."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Options(BaseModel):
    """Settings of one platform for one post. Unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BlueskyOptions(Options):
    """Bluesky: self-labels of the post."""

    labels: tuple[Literal["porn", "sexual", "nudity", "graphic-media"], ...] = ()


class Poll(Options):
    """A poll of a Mastodon status."""

    options: tuple[str, ...] = Field(min_length=2)
    expires_in: int = Field(default=86_400, ge=300)
    """Seconds the poll stays open."""
    multiple: bool = False
    hide_totals: bool = False


class MastodonOptions(Options):
    """Mastodon and compatible servers."""

    visibility: Literal["public", "unlisted", "private", "direct"] = "public"
    spoiler: str = ""
    """Content warning; counts towards the text limit."""
    sensitive: bool = False
    poll: Poll | None = None


class InstagramOptions(Options):
    """Instagram: which kind of container, and its extras."""

    type: Literal["auto", "image", "carousel", "reel", "story"] = "auto"
    """`auto`: one picture → image, one video → reel, several → carousel."""
    share_to_feed: bool = True
    location_id: str | None = None
    collaborators: tuple[str, ...] = Field(default=(), max_length=3)


OPTIONS: dict[str, type[Options]] = {
    "bluesky": BlueskyOptions,
    "mastodon": MastodonOptions,
    "instagram": InstagramOptions,
}
"""Platform → its options. A platform that is not here has no adapter yet (W305)."""
