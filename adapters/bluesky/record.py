"""The record of a post: text with facets in UTF-8 bytes, embed, reply; and whether a record that stands there is this one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

from adapters.bluesky.rules import LANGUAGES_MAX
from adapters.contract import MediaItem, Publication
from adapters.counting import find_hashtags, find_links, find_mentions, graphemes, utf8_bytes
from config.options import BlueskyOptions

COLLECTION = "app.bsky.feed.post"
TAG_GRAPHEMES, TAG_BYTES = 64, 640

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Blob:
    """An uploaded file, named by its own hash."""

    cid: str
    mime: str
    size: int


@dataclass(frozen=True, slots=True)
class StrongRef:
    """One version of one record."""

    uri: str
    cid: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the safe steps found out; None where they have not run."""

    created_at: int
    blobs: tuple[Blob | None, ...]
    """As the post's media."""
    dids: Mapping[str, str]
    """Handle in lower case → DID; handles that do not exist are missing."""
    root: StrongRef | None = None
    parent: StrongRef | None = None


def handles_in(text: str) -> list[str]:
    """Mentions that can be accounts here, each once, in lower case."""
    found = (mention.user.lower() for mention in find_mentions(text) if "." in mention.user and not mention.host)
    return sorted(set(found))


def facets(text: str, dids: Mapping[str, str]) -> list[Json]:
    """Links, mentions and tags with byte offsets, in order and without overlaps."""
    marks: list[tuple[int, int, Json]] = [
        (k.start, k.end, {"$type": "app.bsky.richtext.facet#link", "uri": k.url}) for k in find_links(text)
    ]
    for mention in find_mentions(text):
        did = dids.get(mention.user.lower()) if not mention.host else None
        if did:
            marks.append((mention.start, mention.end, {"$type": "app.bsky.richtext.facet#mention", "did": did}))
    marks += (
        (tag.start, tag.end, {"$type": "app.bsky.richtext.facet#tag", "tag": tag.tag})
        for tag in find_hashtags(text)
        if graphemes(tag.tag) <= TAG_GRAPHEMES and utf8_bytes(tag.tag) <= TAG_BYTES
    )
    return _with_byte_offsets(text, sorted(marks, key=lambda mark: mark[0]))


def _with_byte_offsets(text: str, marks: Sequence[tuple[int, int, Json]]) -> list[Json]:
    result: list[Json] = []
    done = offset = 0
    for start, end, feature in marks:
        if start < done:
            continue
        first = offset + utf8_bytes(text[done:start])
        done, offset = end, first + utf8_bytes(text[start:end])
        result.append({"index": {"byteStart": first, "byteEnd": offset}, "features": [feature]})
    return result


def build(publication: Publication, prepared: Prepared) -> Json:
    """The record, the same one at every try."""
    record: Json = {"$type": COLLECTION, "text": publication.text, "createdAt": iso(prepared.created_at)}
    if publication.languages:
        record["langs"] = list(publication.languages[:LANGUAGES_MAX])
    if marked := facets(publication.text, prepared.dids):
        record["facets"] = marked
    if (embed := _embed(publication, prepared)) is not None:
        record["embed"] = embed
    if prepared.root is not None and prepared.parent is not None:
        record["reply"] = {"root": _ref(prepared.root), "parent": _ref(prepared.parent)}
    if values := _labels(publication):
        record["labels"] = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": value} for value in values]}
    return record


def _embed(publication: Publication, prepared: Prepared) -> Json | None:
    if publication.media:
        pairs = zip(publication.media, prepared.blobs, strict=True)
        return {"$type": "app.bsky.embed.images", "images": [_image(item, blob) for item, blob in pairs if blob is not None]}
    link = publication.link
    if link is None:
        return None
    card = {"uri": link.url, "title": link.title or link.url, "description": link.description}
    return {"$type": "app.bsky.embed.external", "external": card}


def _image(item: MediaItem, blob: Blob) -> Json:
    image: Json = {
        "image": {"$type": "blob", "ref": {"$link": blob.cid}, "mimeType": blob.mime, "size": blob.size},
        "alt": item.alt,
    }
    if item.width > 0 and item.height > 0:
        image["aspectRatio"] = {"width": item.width, "height": item.height}
    return image


def _ref(ref: StrongRef) -> Json:
    return {"uri": ref.uri, "cid": ref.cid}


def _labels(publication: Publication) -> tuple[str, ...]:
    return publication.options.labels if isinstance(publication.options, BlueskyOptions) else ()


def iso(micros: int) -> str:
    """UTC with milliseconds and `Z`, the form records prefer."""
    moment = datetime.fromtimestamp(micros / 1_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1_000:03d}Z"


# ── what stands there ────────────────────────────────────────────────────────


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class _Cid(_Shape):
    link: str = Field(alias="$link", default="")


class _StoodBlob(_Shape):
    ref: _Cid = _Cid()


class _StoodImage(_Shape):
    image: _StoodBlob = _StoodBlob()
    alt: str = ""


class _StoodCard(_Shape):
    uri: str = ""


class _StoodEmbed(_Shape):
    images: tuple[_StoodImage, ...] = ()
    external: _StoodCard | None = None


class _StoodRef(_Shape):
    uri: str = ""


class _StoodReply(_Shape):
    parent: _StoodRef = _StoodRef()


class _StoodLabel(_Shape):
    val: str = ""


class _StoodLabels(_Shape):
    values: tuple[_StoodLabel, ...] = ()


class StoodRecord(_Shape):
    """The parts of a public record that a reader can tell apart."""

    text: str = ""
    created_at: str = Field(alias="createdAt", default="")
    embed: _StoodEmbed | None = None
    reply: _StoodReply | None = None
    labels: _StoodLabels | None = None


def difference(stood: StoodRecord, publication: Publication, prepared: Prepared) -> str:
    """What of a public record is not what was sent, in words; empty when it is the same post."""
    embed = stood.embed or _StoodEmbed()
    if stood.text != publication.text:
        return "another text stands there"
    if [image.alt for image in embed.images] != [item.alt for item in publication.media]:
        return "other pictures or alternative texts stand there"
    if any(blob is not None and blob.cid != image.image.ref.link for blob, image in zip(prepared.blobs, embed.images, strict=True)):
        return "other pictures stand there"
    link = publication.link.url if publication.link is not None and not publication.media else ""
    if (embed.external.uri if embed.external is not None else "") != link:
        return "another link card stands there"
    if (stood.reply.parent.uri if stood.reply is not None else "") != (prepared.parent.uri if prepared.parent is not None else ""):
        return "it answers another post"
    if tuple(label.val for label in (stood.labels or _StoodLabels()).values) != _labels(publication):
        return "it carries other content labels"
    return ""
