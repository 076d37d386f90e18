"""The digest a person approves: everything that becomes public or is told to a platform, and nothing else.

One definition for all rooms. The time is not in it (the approval has a window beside it), nor is any version of the program
or of a policy, nor a file's path. Options at their default are left out, so that a new option does not void old approvals.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from adapters.contract import Disclosure, MediaItem, Publication
from config.resolved import Link
from scheduler.canonical import Json, sha256_of

FORMAT = 1
"""Changes only when the meaning of the digest changes; every approval would be void."""


def digest(publications: Sequence[Publication]) -> str:
    """SHA-256 (hex) over all publications of one key: its parts in order, then its first comment."""
    return sha256_of({"v": FORMAT, "acts": [_act(p) for p in publications]})


def twin(publications: Sequence[Publication]) -> str:
    """SHA-256 (hex) over account, text and media only: equal for “the same post again”."""
    posts = [p for p in publications if p.kind != "comment"]
    return sha256_of([[p.target.platform, p.target.account_id, _nfc(p.text), [m.sha256 for m in p.media]] for p in posts])


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
