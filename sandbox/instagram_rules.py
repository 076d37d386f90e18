"""What Instagram checks before it makes a container."""

from __future__ import annotations

import re

from sandbox.graph import GraphError
from sandbox.wire import Fields

CAPTION = 2_200
HASHTAGS = 30
MENTIONS = 20
ALT = 1_000
_KINDS = frozenset({"IMAGE", "VIDEO", "CAROUSEL", "REELS", "STORIES"})
_PARENT_ONLY = ("is_ai_generated", "caption", "location_id", "collaborators")


def children_of(fields: Fields) -> tuple[str, ...]:
    """Ids of a carousel's items: a list, or names between commas."""
    named = [str(item) for item in fields.items("children")] or fields.text("children").split(",")
    return tuple(name.strip() for name in named if name.strip())


def check_kind(media_type: str, fields: Fields, *, child: bool) -> None:
    """Raises GraphError."""
    if media_type not in _KINDS or (child and media_type not in {"IMAGE", "VIDEO"}):
        raise GraphError(100, f"Unknown media type {media_type}", 2207023)
    if media_type == "VIDEO" and not child:
        raise GraphError(100, "The VIDEO value for media_type is no longer supported. Use the REELS media type.", 2207023)
    wanted = {"IMAGE": ("image_url",), "VIDEO": ("video_url",), "REELS": ("video_url",), "STORIES": ("image_url", "video_url")}
    if media_type in wanted and not any(fields.text(name) for name in wanted[media_type]):
        raise GraphError(100, f"(#100) The parameter {wanted[media_type][0]} is required")
    refused = next((name for name in _PARENT_ONLY if child and name in fields), None)
    if refused is not None:
        raise GraphError(100, f"(#100) The param {refused} is not allowed on carousel items")


def check_words(fields: Fields) -> None:
    """Raises GraphError."""
    caption = fields.text("caption")
    if len(caption) > CAPTION or len(re.findall(r"#\w", caption)) > HASHTAGS or len(re.findall(r"(?<!\w)@\w", caption)) > MENTIONS:
        raise GraphError(36004, f"The caption is too long: {CAPTION} characters, {HASHTAGS} hashtags, {MENTIONS} mentions", 2207010)
    if len(fields.text("alt_text")) > ALT:
        raise GraphError(100, f"(#100) alt_text may have {ALT} characters")
