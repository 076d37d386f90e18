"""What a publication becomes on Instagram: image, carousel, reel or story, and the form that makes its container."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from adapters.checks import is_video
from adapters.contract import MediaItem, Publication
from adapters.texts import plain
from config.options import InstagramOptions

AI_FLAG = "is_ai_generated"


class Shape(StrEnum):
    """Kinds of posts."""

    IMAGE = "image"
    CAROUSEL = "carousel"
    REEL = "reel"
    STORY = "story"

    @property
    def product(self) -> str:
        """`media_product_type` of what gets published."""
        return {Shape.REEL: "REELS", Shape.STORY: "STORY"}.get(self, "FEED")


@dataclass(frozen=True, slots=True)
class Child:
    """One item of a carousel and the names of its steps."""

    item: MediaItem
    form: Mapping[str, str]
    """Without the file's address."""
    container: str
    ready: str


def options_of(publication: Publication) -> InstagramOptions:
    """The post's Instagram options, or the defaults."""
    return publication.options if isinstance(publication.options, InstagramOptions) else InstagramOptions()


def shape_of(publication: Publication) -> Shape:
    """As asked, or by its media."""
    asked = options_of(publication).type
    if asked != "auto":
        return Shape(asked)
    if len(publication.media) > 1:
        return Shape.CAROUSEL
    return Shape.REEL if publication.media and is_video(publication.media[0]) else Shape.IMAGE


def fingerprint(text: str) -> str:
    """Hash of a text as it may come back: lets a later look tell it apart without keeping its words."""
    return hashlib.sha256(plain(text).encode()).hexdigest()


def caption_of(publication: Publication) -> str:
    """Stories have none."""
    return "" if shape_of(publication) is Shape.STORY else publication.text


def address_field(item: MediaItem) -> str:
    """Which field carries the file's address."""
    return "video_url" if is_video(item) else "image_url"


def form_of(publication: Publication) -> dict[str, str]:
    """The container's form, without addresses and children."""
    shape, options = shape_of(publication), options_of(publication)
    form: dict[str, str] = {}
    if shape is not Shape.IMAGE:
        form["media_type"] = {Shape.CAROUSEL: "CAROUSEL", Shape.REEL: "REELS", Shape.STORY: "STORIES"}[shape]
    if shape is not Shape.STORY:
        form |= _feed_fields(publication, options)
    if shape is Shape.IMAGE and publication.media[0].alt.strip():
        form["alt_text"] = publication.media[0].alt
    if shape is Shape.REEL:
        form |= _reel_fields(publication.media[0], options)
    if AI_FLAG in publication.disclosure.flags:
        form[AI_FLAG] = "true"
    return form


def children_of(publication: Publication) -> tuple[Child, ...]:
    """Items of a carousel; other shapes have none."""
    if shape_of(publication) is not Shape.CAROUSEL:
        return ()
    return tuple(_child(number, item, publication.target.account_id) for number, item in enumerate(publication.media, 1))


def container_name(publication: Publication) -> str:
    """Step name of the container that gets published: everything it depends on is in its digest."""
    parts = [child.container for child in children_of(publication)] or [item.sha256 for item in publication.media]
    return f"container:{_digest([publication.target.account_id, form_of(publication), parts])}"


def ready_name(publication: Publication) -> str:
    """Step name of waiting for it."""
    return container_name(publication).replace("container:", "ready:", 1)


def host_name(item: MediaItem) -> str:
    """Step name of giving the file a public address."""
    return f"host:{item.sha256[:12]}"


def _feed_fields(publication: Publication, options: InstagramOptions) -> dict[str, str]:
    fields: dict[str, str] = {}
    if publication.text:
        fields["caption"] = publication.text
    if options.location_id:
        fields["location_id"] = options.location_id
    if options.collaborators:
        fields["collaborators"] = json.dumps([name.removeprefix("@") for name in options.collaborators])
    return fields


def _reel_fields(item: MediaItem, options: InstagramOptions) -> dict[str, str]:
    fields = {"share_to_feed": "true" if options.share_to_feed else "false"}
    if item.cover_at_ms is not None:
        fields["thumb_offset"] = str(item.cover_at_ms)
    return fields


def _child(number: int, item: MediaItem, account_id: str) -> Child:
    form = {"is_carousel_item": "true"}
    if is_video(item):
        form["media_type"] = "VIDEO"
    elif item.alt.strip():
        form["alt_text"] = item.alt
    digest = _digest([account_id, form, [item.sha256]])
    return Child(item, form, f"container:{number}:{digest}", f"ready:{number}:{digest}")


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]
