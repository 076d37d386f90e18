"""The digest a person approves: everything that becomes public or is told to a platform, and nothing else.

One definition for all rooms. The time is not in it (the approval has a window beside it), nor is any version of the program
or of a policy, nor a file's path. Options at their default are left out, so that a new option does not void old approvals.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from adapters.contract import Disclosure, MediaItem, Publication
from config.resolved import Link

FORMAT = 1
"""Changes only when the meaning of the digest changes; every approval would be void."""

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]


def digest(publications: Sequence[Publication]) -> str:
    """SHA-256 (hex) over all publications of one key: its parts in order, then its first comment."""
    return sha256_of({"v": FORMAT, "acts": [_act(p) for p in publications]})


def twin(publications: Sequence[Publication]) -> str:
    """SHA-256 (hex) over account, text and media only: equal for “the same post again”."""
    posts = [p for p in publications if p.kind != "comment"]
    return sha256_of([[p.target.platform, p.target.account_id, _nfc(p.text), [m.sha256 for m in p.media]] for p in posts])


def sha256_of_file(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes. Raises OSError."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def canonical(value: Json) -> str:
    """JSON with sorted keys and no spaces, the same on every computer."""
    return _ENCODER.encode(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
"""Made once: `json.dumps` with settings makes one at every call."""


def sha256_of(value: Json) -> str:
    """SHA-256 (hex) of the canonical JSON in UTF-8. Raises TypeError for floats: their text is not the same everywhere."""
    _refuse_floats(value)
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


def _act(publication: Publication) -> Json:
    options: Json = publication.options.model_dump(mode="json", exclude_defaults=True)
    return {
        "kind": publication.kind,
        "part": publication.part,
        "text": _nfc(publication.text),
        "media": [_media(item) for item in publication.media],
        "languages": list(publication.languages),
        "link": _link(publication.link),
        "target": {"platform": publication.target.platform, "account_id": publication.target.account_id},
        "options": options,
        "disclosure": _disclosure(publication.disclosure),
    }


def _media(item: MediaItem) -> Json:
    return {"sha256": item.sha256, "alt": _nfc(item.alt), "cover": item.cover_at_ms}


def _link(link: Link | None) -> Json:
    if link is None:
        return None
    return {"url": link.url, "title": _nfc(link.title), "description": _nfc(link.description)}


def _disclosure(disclosure: Disclosure) -> Json:
    return {
        "label": disclosure.label,
        "line": None if disclosure.line is None else _nfc(disclosure.line),
        "flags": list(disclosure.flags),
        "burned_in": disclosure.burned_in,
    }


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _refuse_floats(value: Json) -> None:
    if isinstance(value, float):
        raise TypeError("a digest holds no floats")
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for inner in inside:
        if not isinstance(inner, str):
            _refuse_floats(inner)
