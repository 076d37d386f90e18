"""What every platform has in common before sending: lengths, tags, media, alternative texts, from the numbers in `Limits`.

| code | says |
|---|---|
| E501 | the text is too long, in the platform's own counting or in bytes |
| W502 | the platform takes it and advises against it |
| E503 | neither text nor media, or a text is required |
| E504 | the platform does not know this at all |
| E505 | too many hashtags |
| E609 | too many or too few files, or kinds that do not go together |
| E610 | a file of a type that is not taken |
| E611 | a file that is too large |
| E612 | a picture or video of a shape that is not taken |
| E613 | a video that is too short or too long |
| E614 | an alternative text that is too long |
| W606 | no alternative text |
"""

from __future__ import annotations

from collections.abc import Iterator

from adapters.contract import MediaItem, Problem, Publication
from adapters.counting import count, find_hashtags, fits_until, graphemes, utf8_bytes
from adapters.limits import ImageLimit, Limits, VideoLimit

TAIL = 24
"""Code points of the last text that still fits, shown in the hint."""


def check_common(publication: Publication, limits: Limits, prefix: str = "") -> list[Problem]:
    """All shared checks of one publication. `prefix`: text that counts towards the same limit (a content warning)."""
    return [
        *check_text(publication.text, limits, prefix=prefix),
        *check_presence(publication, limits),
        *check_hashtags(publication.text, limits),
        *check_media(publication.media, limits),
    ]


def check_text(text: str, limits: Limits, *, prefix: str = "", field: str = "text") -> Iterator[Problem]:
    """Its length in the platform's counting and in bytes, with what is too much."""
    limit, taken = limits.text, count(prefix, limits.text)
    measured = count(text, limit) + taken
    if measured > limit.maximum:
        over = measured - limit.maximum
        where = f"fits until {_tail(text[: fits_until(text, limit)])}" if not prefix else f"the content warning takes {taken} of them"
        words = f"{_subject(field)} has {measured:,} characters, {limits.label} takes {limit.maximum:,} ({over:,} too many)"
        yield Problem("E501", words, (where,), field)
    size = utf8_bytes(text)
    if limit.max_bytes is not None and size > limit.max_bytes:
        words = f"{_subject(field)} has {size:,} bytes, {limits.label} takes {limit.max_bytes:,} ({size - limit.max_bytes:,} too many)"
        yield Problem("E501", words, ("some signs, above all emoji, take many bytes",), field)


def check_presence(publication: Publication, limits: Limits) -> Iterator[Problem]:
    """Something has to be there to publish."""
    blank = not publication.text.strip()
    if blank and (limits.text_required or not publication.media or publication.kind == "comment"):
        label = limits.label
        bare = limits.text_required
        yield Problem(
            "E503", f"there is no text, and {label} needs one" if bare else f"there is no text, and {label} needs one or a picture"
        )
    if publication.kind == "part" and publication.parts > 1 and not limits.threads:
        yield Problem("E504", f"{limits.label} has no threads", ("write one text for it",))
    if publication.kind == "comment" and not limits.first_comment:
        yield Problem("E504", f"{limits.label} has no first comment", ("write a thread there",), "first_comment")


def check_hashtags(text: str, limits: Limits, *, field: str = "text") -> Iterator[Problem]:
    """Counted in one text; a first comment shares the number where the platform says so."""
    tags = len(find_hashtags(text)) if "#" in text or "＃" in text else 0
    if limits.hashtags_max is not None and tags > limits.hashtags_max:
        yield Problem("E505", f"{tags} hashtags, {limits.label} takes {limits.hashtags_max}", (), field)
    elif limits.hashtags_advised is not None and tags > limits.hashtags_advised:
        yield Problem("W502", f"{tags} hashtags, {limits.label} advises at most {limits.hashtags_advised}", (), field)


def check_media(media: tuple[MediaItem, ...], limits: Limits) -> Iterator[Problem]:
    """Their number, and each file on its own."""
    many = len(media)
    if many > limits.media_max:
        yield Problem("E609", f"{many} media files, {limits.label} takes {limits.media_max}", (), f"media[{limits.media_max}]")
    if many < limits.media_min:
        what = "a picture or video" if limits.video is not None else "a picture"
        yield Problem("E609", f"{limits.label} needs {what}", (f"add one under media:, or leave {limits.label} out",), "media")
    for index, item in enumerate(media):
        yield from check_file(item, limits, f"media[{index}]")


def check_file(item: MediaItem, limits: Limits, field: str) -> Iterator[Problem]:
    """Type, size, shape, length and alternative text of one file."""
    name = f"'{item.name}'" if item.name else "the file"
    bounds = limits.video if is_video(item) else limits.image
    if bounds is None:
        yield Problem("E610", f"{name} is a video, and videos are not sent to {limits.label} yet", ("use a picture there",), field)
    elif item.mime not in bounds.mimes:
        yield Problem("E610", f"{name} is {item.mime}, {limits.label} takes {', '.join(bounds.mimes)}", ("convert it",), field)
    else:
        yield from _check_size(item, bounds, limits.label, name, field)
    yield from check_alt(item.alt, limits, name, field)


def check_alt(alt: str, limits: Limits, name: str, field: str) -> Iterator[Problem]:
    """The alternative text; a missing one is a warning."""
    if not alt.strip():
        yield Problem("W606", f"{name} has no alternative text", ("say what is seen, in a sentence",), f"{field}.alt")
    elif (measured := graphemes(alt)) > limits.alt_max:
        over = measured - limits.alt_max
        words = f"the alternative text of {name} has {measured:,} characters, {limits.label} takes {limits.alt_max:,} ({over:,} too many)"
        yield Problem("E614", words, (), f"{field}.alt")


def check_no_mixing(media: tuple[MediaItem, ...], limits: Limits) -> Iterator[Problem]:
    """For platforms that take pictures or one video, never both."""
    videos = [index for index, item in enumerate(media) if is_video(item)]
    if videos and len(media) > 1:
        yield Problem("E609", f"{limits.label} takes pictures or one video, not both", ("make two posts of it",), f"media[{videos[0]}]")


def is_video(item: MediaItem) -> bool:
    """By its type."""
    return item.mime.startswith("video/")


def _check_size(item: MediaItem, bounds: ImageLimit | VideoLimit, label: str, name: str, field: str) -> Iterator[Problem]:
    if item.size > bounds.max_bytes:
        yield Problem("E611", f"{name} has {_size(item.size)}, {label} takes {_size(bounds.max_bytes)}", ("export it smaller",), field)
    if bounds.ratio is not None and item.height > 0:
        ratio, (low, high) = item.width / item.height, bounds.ratio
        if not low - 0.005 <= ratio <= high + 0.005:
            words = f"{name} is {item.width}×{item.height} (ratio {ratio:.2f}), {label} takes {low:g} to {high:g}"
            yield Problem("E612", words, ("crop it",), field)
    if isinstance(bounds, ImageLimit):
        if bounds.min_width is not None and item.width < bounds.min_width:
            yield Problem("E612", f"{name} is {item.width} pixels wide, {label} takes {bounds.min_width} or more", (), field)
    elif bounds.seconds is not None and item.duration_ms is not None:
        yield from _check_length(item.duration_ms / 1_000, bounds.seconds, label, name, field)


def _check_length(seconds: float, bounds: tuple[float, float], label: str, name: str, field: str) -> Iterator[Problem]:
    if not bounds[0] <= seconds <= bounds[1]:
        yield Problem("E613", f"{name} lasts {seconds:.1f} s, {label} takes {bounds[0]:g} to {bounds[1]:g} s", ("cut it",), field)


def _subject(field: str) -> str:
    return {"text": "the text", "first_comment": "the first comment"}.get(field, field)


def _tail(text: str) -> str:
    return f"“…{text[-TAIL:].strip()}”" if len(text) > TAIL else f"“{text.strip()}”"


def _size(size: int) -> str:
    if size < 100_000:
        return f"{size:,} bytes"
    return f"{size / 1_000_000:.2f} MB"
