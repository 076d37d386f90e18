"""What can be said before sending: limits of each kind of post, and what a reader will see.

| code | says |
|---|---|
| E507 | too many @tags |
| E504 | the kind of post does not carry this |
| W508 | it is not sent, because the kind of post has no place for it |
| E608 | a cover after the end of its video |
| E615 | the files have no public address, and Instagram fetches them from one |

Shared codes are in `adapters.checks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from adapters.checks import check_hashtags, check_media, check_presence, check_text, is_video
from adapters.contract import Account, MediaItem, Preview, Problem, Publication
from adapters.counting import find_links, find_mentions, fold_index
from adapters.instagram.shapes import AI_FLAG, Shape, options_of, shape_of
from adapters.limits import Limits, VideoLimit

MENTIONS_MAX = 20
_ONE = {Shape.IMAGE, Shape.REEL, Shape.STORY}
_SHORT_VIDEO_BYTES = 100_000_000


def check(publication: Publication, limits: Limits, *, hosted: bool) -> list[Problem]:
    """Everything known without the network. `hosted`: files get public addresses."""
    if publication.kind == "comment":
        return list(_comment(publication, limits))
    shape = shape_of(publication)
    bounds = limits_of(shape, limits)
    return [
        *check_text(publication.text, bounds),
        *check_presence(publication, bounds),
        *check_hashtags(publication.text, bounds),
        *_mentions(publication.text, "text"),
        *_media(publication, shape, bounds),
        *_extras(publication, shape),
        *_address(publication, hosted),
    ]


def limits_of(shape: Shape, limits: Limits) -> Limits:
    """The account's limits as they are for this kind of post."""
    video = limits.video
    if shape is Shape.STORY:
        # A story of another shape than 9:16 is letterboxed, not refused.
        return replace(limits, image=replace(limits.image, ratio=None, min_width=None), video=_short(video, (0.1, 10.0)))
    return replace(limits, video=_short(video, video.ratio)) if shape is Shape.CAROUSEL and video is not None else limits


def _short(video: VideoLimit | None, ratio: tuple[float, float] | None) -> VideoLimit | None:
    return replace(video, max_bytes=_SHORT_VIDEO_BYTES, seconds=(3.0, 60.0), ratio=ratio) if video is not None else None


def _comment(publication: Publication, limits: Limits) -> Iterator[Problem]:
    yield from check_text(publication.text, limits, field="first_comment")
    yield from (replace(problem, field="first_comment") for problem in check_presence(publication, limits))
    yield from check_hashtags(publication.text, limits, field="first_comment")
    yield from _mentions(publication.text, "first_comment")


def _mentions(text: str, field: str) -> Iterator[Problem]:
    found = len(find_mentions(text))
    if found > MENTIONS_MAX:
        yield Problem("E507", f"{found} @tags, Instagram takes {MENTIONS_MAX}", (), field)


def _media(publication: Publication, shape: Shape, limits: Limits) -> Iterator[Problem]:
    media = publication.media
    for problem in check_media(media, limits):
        # Only pictures of posts have a place for alternative texts.
        if problem.code not in {"W606", "E614"} or _takes_alt(shape, media, problem.field):
            yield problem
    if media:
        yield from _number_and_kind(media, shape)


def _takes_alt(shape: Shape, media: tuple[MediaItem, ...], field: str) -> bool:
    index = int(field.removeprefix("media[").partition("]")[0])
    return shape is not Shape.STORY and not is_video(media[index])


def _number_and_kind(media: tuple[MediaItem, ...], shape: Shape) -> Iterator[Problem]:
    if shape in _ONE and len(media) > 1:
        yield Problem("E609", f"{len(media)} media files, an Instagram {shape} has one", ("type: carousel takes 2 to 10",), "media[1]")
    if shape is Shape.CAROUSEL and len(media) < 2:
        yield Problem("E609", "an Instagram carousel has 2 to 10 items, this one has 1", ("add one, or leave type: out",), "media[0]")
    if shape is Shape.REEL and not is_video(media[0]):
        yield Problem("E610", "an Instagram reel needs a video", ("type: image is for pictures",), "media[0]")
    if shape is Shape.IMAGE and is_video(media[0]):
        yield Problem("E610", "an Instagram image post needs a picture", ("every single video is a reel: type: reel",), "media[0]")


def _extras(publication: Publication, shape: Shape) -> Iterator[Problem]:
    options = options_of(publication)
    if shape is Shape.STORY:
        if publication.text.strip():
            yield Problem("E504", "an Instagram story has no caption", ("write the words into the picture, and leave the text empty",))
        if options.collaborators:
            yield Problem("E504", "an Instagram story has no collaborators", (), "options.collaborators")
        if options.location_id:
            yield Problem("E504", "an Instagram story has no location", (), "options.location_id")
    for index, item in enumerate(publication.media):
        if item.alt.strip() and not _takes_alt(shape, publication.media, f"media[{index}]"):
            what = "stories" if shape is Shape.STORY else "videos"
            yield Problem(
                "W508", f"Instagram keeps no alternative text for {what}", ("it stays here and is not sent",), f"media[{index}].alt"
            )
    if not options.share_to_feed and shape is not Shape.REEL:
        yield Problem("W508", f"share_to_feed is for reels, this is an {shape}", (), "options.share_to_feed")
    if shape is Shape.REEL and publication.media:
        yield from _cover(publication.media[0])


def _cover(item: MediaItem) -> Iterator[Problem]:
    if item.duration_ms is not None and (item.cover_at_ms or 0) > item.duration_ms:
        yield Problem("E608", f"the cover is at {item.cover_at_ms} ms, the video ends at {item.duration_ms} ms", (), "media[0].cover")


def _address(publication: Publication, hosted: bool) -> Iterator[Problem]:
    if publication.media and not hosted:
        ways = (
            "media: { host: serve, public_url: https://… } serves them from this computer",
            "media: { host: s3, endpoint: https://…, bucket: … } puts them into a bucket",
            "media: { host: command, command: [program] } lets a program of yours do it",
        )
        yield Problem("E615", "Instagram fetches media from a public address, and media.host is none", ways, "media")


# ── what a reader sees ───────────────────────────────────────────────────────


def preview(publication: Publication, account: Account, limits: Limits) -> Preview:
    """The caption with its fold, the media with their alternative texts, and what is told to Instagram."""
    handle = account.handle.removeprefix("@")
    if publication.kind == "comment":
        return Preview(f"{handle} · Instagram, first comment", publication.text, None, ())
    shape = shape_of(publication)
    text = "" if shape is Shape.STORY else publication.text
    media = tuple(_line(item, shape) for item in publication.media)
    return Preview(f"{handle} · Instagram {shape}", text, fold_index(text, limits.text), media, tuple(_notes(publication, shape)))


def _line(item: MediaItem, shape: Shape) -> str:
    if is_video(item):
        length = f" {item.duration_ms / 1_000:.0f} s" if item.duration_ms is not None else ""
        cover = f", cover at {item.cover_at_ms / 1_000:.1f} s" if item.cover_at_ms is not None and shape is Shape.REEL else ""
        return f"video{length}{cover}"
    return "picture" if shape is Shape.STORY else f"picture: {item.alt or 'no alternative text'}"


def _notes(publication: Publication, shape: Shape) -> Iterator[str]:
    options = options_of(publication)
    if AI_FLAG in publication.disclosure.flags:
        yield "Instagram shows its “AI info” label"
    if shape is not Shape.STORY and find_links(publication.text):
        yield "links in captions cannot be tapped"
    if options.collaborators:
        yield "invited as collaborators: " + ", ".join(f"@{name.removeprefix('@')}" for name in options.collaborators)
    if shape is Shape.REEL and not options.share_to_feed:
        yield "in the Reels tab only"
    if shape is Shape.STORY:
        yield "gone after 24 hours"
