"""From a resolved post to exactly what goes out: one publication per part, then the first comment. Pure.

The link: on Bluesky a card under a part without media, and the text stays as written; where links can be clicked otherwise it is the
text's last line; on Instagram it is not in the caption. The line about AI stands before the tags at the end of the first part.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from adapters.contract import Disclosure, Kind, MediaItem, Publication, Target
from adapters.counting import find_links
from adapters.limits import LIMITS
from config.media import Probe
from config.options import OPTIONS, Options
from config.resolved import Link, ResolvedMedia, ResolvedPost
from scheduler.content.kept import child_key

CARDS = frozenset({"bluesky"})
"""Platforms that draw a card for a link that is not in the text."""
_TAGS = re.compile(r"(?:[#＃]\S+\s*)+\Z")


@dataclass(frozen=True, slots=True)
class Piece:
    """One part as written, with its files as found."""

    text: str
    media: tuple[MediaItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """Everything of one key that does not depend on where it was written."""

    key: str
    platform: str
    pieces: tuple[Piece, ...]
    first_comment: str | None
    languages: tuple[str, ...]
    link: Link | None
    options: Options


def item_of(media: ResolvedMedia, probe: Probe) -> MediaItem:
    """A file of a post as adapters see it; its path is still where the person keeps it."""
    return MediaItem(
        sha256=probe.sha256,
        mime=probe.mime,
        size=probe.size,
        width=probe.width,
        height=probe.height,
        duration_ms=probe.duration_ms,
        alt=media.alt,
        path=media.path,
        ai=media.ai,
        cover_at_ms=media.cover_at_ms,
        name=media.path.name,
    )


def script_of(post: ResolvedPost, media: Sequence[tuple[MediaItem, ...]]) -> Script:
    """The script of a post from files; `media` holds the files of each part."""
    pieces = tuple(Piece(part.text, files) for part, files in zip(post.parts, media, strict=True))
    return Script(post.key, post.platform, pieces, post.first_comment, post.languages, post.link, post.options)


def compose(script: Script, target: Target, told: Disclosure, due: int) -> tuple[Publication, ...]:
    """The publications of one key, in the order they go out. Empty while there is no text and no file."""
    if not script.pieces:
        return ()
    total = len(script.pieces)
    made = [_part(script, number, target, told, due) for number in range(1, total + 1)]
    if script.first_comment:
        made.append(_comment(script, target, told, due))
    return tuple(made)


def _part(script: Script, number: int, target: Target, told: Disclosure, due: int) -> Publication:
    piece, total = script.pieces[number - 1], len(script.pieces)
    kind: Kind = "post" if number == 1 else "part"
    text = with_line(piece.text, told.line) if number == 1 else piece.text
    text, card = _linked(text, script, piece) if number == total else (text, None)
    return Publication(
        key=child_key(script.key, kind, number),
        kind=kind,
        part=number,
        parts=total,
        text=text,
        media=piece.media,
        languages=script.languages,
        link=card,
        options=script.options,
        disclosure=_own(told, piece, number),
        target=target,
        due=due,
    )


def _comment(script: Script, target: Target, told: Disclosure, due: int) -> Publication:
    return Publication(
        key=child_key(script.key, "comment", 1),
        kind="comment",
        part=1,
        parts=1,
        text=script.first_comment or "",
        media=(),
        languages=script.languages,
        link=None,
        options=OPTIONS.get(script.platform, Options)(),
        disclosure=Disclosure(label=told.label),
        target=target,
        due=due,
    )


def _own(told: Disclosure, piece: Piece, number: int) -> Disclosure:
    """What is told with one part: the line stands in the first, flags where they are about something."""
    if number == 1:
        return told
    return replace(told, line=None, flags=told.flags if piece.media else ())


def _linked(text: str, script: Script, piece: Piece) -> tuple[str, Link | None]:
    link, limits = script.link, LIMITS.get(script.platform)
    if link is None or any(found.url == link.url for found in find_links(text)):
        return text, None
    if script.platform in CARDS and not piece.media:
        return text, link
    if limits is not None and not limits.clickable_links:
        return text, None
    return (f"{text.rstrip()}\n{link.url}" if text.strip() else link.url), None


def with_line(text: str, line: str | None) -> str:
    """The text with the line about AI: a paragraph of its own, before the tags at the end. Not twice."""
    if not line or line in text.splitlines():
        return text
    tags = _TAGS.search(text)
    if tags is None or (tags.start() > 0 and text[tags.start() - 1] not in " \n"):
        return f"{text.rstrip()}\n\n{line}".lstrip("\n")
    before, after = text[: tags.start()].rstrip(), text[tags.start() :].strip()
    return "\n\n".join(part for part in (before, line, after) if part)


def split_parts(text: str) -> tuple[str, ...]:
    """A text typed at the desk: a line `---` begins the next part of a thread, as in files."""
    return tuple(part.strip("\n") for part in re.split(r"(?m)^---[ \t]*$", text))
