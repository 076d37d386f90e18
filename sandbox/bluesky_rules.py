"""What the personal data server checks before it stores a post."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import regex

from sandbox.cid import sha_of
from sandbox.wire import Fields, as_fields

TEXT_GRAPHEMES = 300
TEXT_BYTES = 3_000
TAG_GRAPHEMES = 64
TAG_BYTES = 640
IMAGES = 4
GALLERY = 20
IMAGE_BYTES = 2_000_000
THUMB_BYTES = 1_000_000
VIDEO_BYTES = 300_000_000
LANGS = 3
TAGS = 8
LABELS = 10

TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
_WITH_ZONE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,20})?(Z|[+-]\d\d:\d\d)")
_FACETS = {"app.bsky.richtext.facet#link": "uri", "app.bsky.richtext.facet#mention": "did", "app.bsky.richtext.facet#tag": "tag"}

BlobSize = Callable[[str], int | None]
"""Bytes of a blob by its SHA-256; None: not here."""


class BadRecord(ValueError):
    """The record breaks the lexicon; `str()` is the server's message."""


class NoBlob(ValueError):
    """The record names a blob that is not here."""


def check_post(record: Fields, blob_size: BlobSize) -> None:
    """Everything the lexicon demands of `app.bsky.feed.post`. Raises BadRecord, NoBlob."""
    if not isinstance(record.raw("text"), str):
        raise BadRecord('Missing required key "text" at $.text')
    _check_length(record.text("text"), TEXT_GRAPHEMES, TEXT_BYTES, "$.text")
    _check_created(record.raw("createdAt"))
    _check_count(record, "langs", LANGS)
    _check_count(record, "tags", TAGS)
    for index, tag in enumerate(record.items("tags")):
        _check_length(str(tag), TAG_GRAPHEMES, TAG_BYTES, f"$.tags[{index}]")
    for index, facet in enumerate(record.items("facets")):
        _check_facet(as_fields(facet), f"$.facets[{index}]")
    _check_reply(record)
    _check_labels(record.inner("labels"))
    if "embed" in record:
        _check_embed(record.inner("embed"), blob_size, "$.embed")


def blobs_of(record: Fields) -> list[tuple[str, str]]:
    """SHA-256 and alt text of every file in the embed, in order."""
    embed = record.inner("embed")
    embed = embed.inner("media") if "media" in embed else embed
    if embed.text("$type") == "app.bsky.embed.video":
        return [(_sha(embed.inner("video")), embed.text("alt"))]
    items = [as_fields(item) for item in [*embed.items("images"), *embed.items("items")]]
    return [(_sha(item.inner("image")), item.text("alt")) for item in items]


def _sha(blob: Fields) -> str:
    return sha_of(blob.inner("ref").text("$link"))


def _check_length(text: str, graphemes: int, size: int, where: str) -> None:
    if len(text.encode()) > size:
        raise BadRecord(f"string too big (maximum {size}, got {len(text.encode())}) at {where}")
    count = len(regex.findall(r"\X", text)) if len(text) > graphemes else 0
    if count > graphemes:
        raise BadRecord(f"grapheme too big (maximum {graphemes}, got {count}) at {where}")


def _check_created(value: object) -> None:
    valid = isinstance(value, str) and _WITH_ZONE.fullmatch(value) is not None
    try:
        datetime.fromisoformat(str(value)[:19])
    except ValueError:
        valid = False
    if not valid:
        raise BadRecord(f"Invalid datetime (got {value!r}) at $.createdAt")


def _check_count(record: Fields, name: str, most: int) -> None:
    count = len(record.items(name))
    if count > most:
        raise BadRecord(f"array too big (maximum {most}, got {count}) at $.{name}")


def _check_facet(facet: Fields, where: str) -> None:
    """Bounds inside the text are not checked: the real server does not either."""
    index = facet.inner("index")
    for name in ("byteStart", "byteEnd"):
        value = index.raw(name)
        if not isinstance(value, int) or value < 0:
            raise BadRecord(f"Expected a number of bytes (got {value!r}) at {where}.index.{name}")
    if not facet.items("features"):
        raise BadRecord(f'Missing required key "features" at {where}.features')
    for feature in map(as_fields, facet.items("features")):
        wanted = _FACETS.get(feature.text("$type"))
        if wanted is not None and not feature.text(wanted):
            raise BadRecord(f'Missing required key "{wanted}" at {where}.features')
        if wanted == "did" and not feature.text("did").startswith("did:"):
            raise BadRecord(f"Invalid DID (got {feature.text('did')!r}) at {where}.features")
        if wanted == "tag":
            _check_length(feature.text("tag"), TAG_GRAPHEMES, TAG_BYTES, f"{where}.features")


def _check_reply(record: Fields) -> None:
    if "reply" not in record:
        return
    for name in ("root", "parent"):
        reference = record.inner("reply").inner(name)
        if not reference.text("uri").startswith("at://") or not reference.text("cid").startswith("b"):
            raise BadRecord(f"Invalid strong reference at $.reply.{name}")


def _check_labels(labels: Fields) -> None:
    values = labels.items("values")
    if len(values) > LABELS:
        raise BadRecord(f"array too big (maximum {LABELS}, got {len(values)}) at $.labels.values")
    if any(not as_fields(value).text("val") for value in values):
        raise BadRecord('Missing required key "val" at $.labels.values')


def _check_embed(embed: Fields, blob_size: BlobSize, where: str) -> None:
    match embed.text("$type"):
        case "app.bsky.embed.images":
            _check_pictures(embed.items("images"), IMAGES, blob_size, f"{where}.images")
        case "app.bsky.embed.gallery":
            _check_pictures(embed.items("items"), GALLERY, blob_size, f"{where}.items")
        case "app.bsky.embed.video":
            _check_blob(embed.inner("video"), VIDEO_BYTES, "video/mp4", blob_size, f"{where}.video")
        case "app.bsky.embed.external":
            _check_card(embed.inner("external"), blob_size, f"{where}.external")
        case "app.bsky.embed.recordWithMedia":
            _check_embed(embed.inner("media"), blob_size, f"{where}.media")
        case "app.bsky.embed.record":
            if not embed.inner("record").text("cid"):
                raise BadRecord(f"Invalid strong reference at {where}.record")
        case "":
            raise BadRecord(f'Missing required key "$type" at {where}')


def _check_pictures(items: list[object], most: int, blob_size: BlobSize, where: str) -> None:
    if len(items) > most:
        raise BadRecord(f"array too big (maximum {most}, got {len(items)}) at {where}")
    for index, item in enumerate(map(as_fields, items)):
        if not isinstance(item.raw("alt"), str):
            raise BadRecord(f'Missing required key "alt" at {where}[{index}].alt')
        _check_ratio(item, f"{where}[{index}].aspectRatio")
        _check_blob(item.inner("image"), IMAGE_BYTES, "image/", blob_size, f"{where}[{index}].image")


def _check_ratio(item: Fields, where: str) -> None:
    if "aspectRatio" not in item:
        return
    ratio = item.inner("aspectRatio")
    if ratio.number("width") < 1 or ratio.number("height") < 1:
        raise BadRecord(f"Expected positive numbers at {where}")


def _check_card(card: Fields, blob_size: BlobSize, where: str) -> None:
    for name in ("uri", "title", "description"):
        if not isinstance(card.raw(name), str):
            raise BadRecord(f'Missing required key "{name}" at {where}.{name}')
    if "thumb" in card:
        _check_blob(card.inner("thumb"), THUMB_BYTES, "image/", blob_size, f"{where}.thumb")


def _check_blob(blob: Fields, most: int, mime: str, blob_size: BlobSize, where: str) -> None:
    link = blob.inner("ref").text("$link")
    if blob.text("$type") != "blob" or not link:
        raise BadRecord(f"Expected a blob at {where}")
    if not blob.text("mimeType").startswith(mime):
        raise BadRecord(f"Wrong mime type (got {blob.text('mimeType')!r}) at {where}")
    size = blob_size(sha_of(link))
    if size is None:
        raise NoBlob(f"Could not find blob: {link}")
    if size > most:
        raise BadRecord(f"blob too big (maximum {most}, got {size}) at {where}")
