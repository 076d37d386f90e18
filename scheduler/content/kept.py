"""Content as it is kept: all publications of one key as canonical JSON, and back. No key, time, receipt or path is in it."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypedDict, cast

from adapters.contract import Disclosure, Kind, MediaItem, Publication, Receipt, Target
from config.options import OPTIONS, Options
from config.resolved import Link, MediaOrigin
from scheduler.canonical import Json, canonical, sha256_of_file
from scheduler.content.digest import digest, twin

__all__ = ["as_found", "child_key", "digest", "dump", "load", "twin"]


class _Media(TypedDict):
    sha256: str
    mime: str
    size: int
    width: int
    height: int
    duration_ms: int | None
    alt: str
    ai: MediaOrigin
    cover_at_ms: int | None
    name: str


class _Link(TypedDict):
    url: str
    title: str
    description: str


class _Disclosure(TypedDict):
    label: str
    line: str | None
    flags: list[str]
    burned_in: str | None


class _Act(TypedDict):
    kind: Kind
    part: int
    parts: int
    text: str
    media: list[_Media]
    languages: list[str]
    link: _Link | None
    options: dict[str, Json]
    disclosure: _Disclosure
    target: dict[Literal["platform", "account_id"], str]


def dump(publications: Sequence[Publication]) -> str:
    """Canonical JSON of all publications of one key, texts in NFC. Equal content gives equal text."""
    return canonical([_dump_act(p) for p in publications])


def load(
    body: str, assets: Path, *, key: str, due: int, root: Receipt | None = None, parent: Receipt | None = None
) -> tuple[Publication, ...]:
    """All publications of a stored body. `key` is the key of the post itself; parts and comment get theirs from it.

    `root` and `parent` are given to everything but the first part."""
    acts = cast("list[_Act]", json.loads(body))
    return tuple(_load_act(act, assets, key, due, root, parent) for act in acts)


def child_key(key: str, kind: Kind, part: int) -> str:
    """The delivery key of a part or comment of the post `key`."""
    if kind == "comment":
        return f"{key}/comment"
    return key if part == 1 else f"{key}/{part}"


def as_found(publications: Sequence[Publication], target: Target) -> tuple[Publication, ...]:
    """The same publications with the hashes of the files as they are now and the account as it is now.

    The digest of the result is the digest of what would really be sent. Raises OSError when a file cannot be read."""
    return tuple(_as_found(p, target) for p in publications)


def _as_found(p: Publication, target: Target) -> Publication:
    if p.target == target and not p.media:
        return p
    return replace(p, target=target, media=tuple(replace(m, sha256=sha256_of_file(m.path)) for m in p.media))


def bytes_of(publications: Sequence[Publication]) -> int:
    """How much `as_found` has to read."""
    return sum(item.size for p in publications for item in p.media)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _dump_act(p: Publication) -> Json:
    options: Json = p.options.model_dump(mode="json")
    link: Json = None
    if p.link is not None:
        link = {"url": p.link.url, "title": p.link.title, "description": p.link.description}
    return {
        "kind": p.kind,
        "part": p.part,
        "parts": p.parts,
        "text": _nfc(p.text),
        "media": [_dump_media(m) for m in p.media],
        "languages": list(p.languages),
        "link": link,
        "options": options,
        "disclosure": {
            "label": p.disclosure.label,
            "line": p.disclosure.line,
            "flags": list(p.disclosure.flags),
            "burned_in": p.disclosure.burned_in,
        },
        "target": {"platform": p.target.platform, "account_id": p.target.account_id},
    }


def _dump_media(m: MediaItem) -> Json:
    return {
        "sha256": m.sha256,
        "mime": m.mime,
        "size": m.size,
        "width": m.width,
        "height": m.height,
        "duration_ms": m.duration_ms,
        "alt": _nfc(m.alt),
        "ai": m.ai,
        "cover_at_ms": m.cover_at_ms,
        "name": m.name,
    }


def _load_act(act: _Act, assets: Path, key: str, due: int, root: Receipt | None, parent: Receipt | None) -> Publication:
    first = act["kind"] != "comment" and act["part"] == 1
    target = Target(platform=act["target"]["platform"], account_id=act["target"]["account_id"])
    link, disclosure = act["link"], act["disclosure"]
    return Publication(
        key=child_key(key, act["kind"], act["part"]),
        kind=act["kind"],
        part=act["part"],
        parts=act["parts"],
        text=act["text"],
        media=tuple(_load_media(m, assets) for m in act["media"]),
        languages=tuple(act["languages"]),
        link=None if link is None else Link(**link),
        options=OPTIONS.get(target.platform, Options).model_validate(act["options"]),
        disclosure=Disclosure(disclosure["label"], disclosure["line"], tuple(disclosure["flags"]), disclosure["burned_in"]),
        target=target,
        due=due,
        root=None if first else root,
        parent=None if first else parent,
    )


def _load_media(m: _Media, assets: Path) -> MediaItem:
    return MediaItem(path=assets / m["sha256"], **m)
