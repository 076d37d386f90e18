"""Everything that was published, as the archive keeps it: each post with its parts, files, receipts and approval."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, text

from adapters.limits import platform_name
from scheduler.clean import clean, clean_line
from scheduler.scene import Scene

_PUBLISHED = text(
    "SELECT d.id, d.key, d.kind, d.part, d.client, d.digest, d.remote_id, d.remote_url, d.remote_extra, d.published_at, d.ai, d.tz,"
    " a.name AS account, a.platform, c.body, y.person_id, y.at AS yes_at, y.review"
    " FROM delivery d JOIN account a ON a.id = d.account_id LEFT JOIN content c ON c.id = d.content_id"
    " LEFT JOIN approval y ON y.delivery_id = d.id AND y.voided_at IS NULL"
    " WHERE d.state = 'published' AND (:client IS NULL OR d.client = :client) ORDER BY d.published_at, d.id"
)
ENDINGS = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "video/mp4": "mp4", "video/quicktime": "mov",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    """A picture or film of a post."""

    sha256: str
    mime: str
    alt: str
    name: str

    @property
    def path(self) -> str:
        """Inside the archive."""
        return f"media/{self.sha256}.{ENDINGS.get(self.mime, 'bin')}"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that is public: a post, a part of a thread, a comment."""

    key: str
    kind: str
    text: str
    files: tuple[File, ...]
    remote_id: str
    url: str | None
    extra: Mapping[str, str]
    at: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One post with everything that hangs on it, and its proof."""

    acts: tuple[Act, ...]
    client: str | None
    client_name: str
    account: str
    platform: str
    platform_name: str
    digest: str
    ai: str
    told: str
    approved_by: str
    approved_at: int | None
    on_behalf: str

    @property
    def at(self) -> int:
        """When it went out."""
        return self.acts[0].at


# ── reading ──────────────────────────────────────────────────────────────────


def read_entries(conn: Connection, client: str | None, scene: Scene) -> list[Entry]:
    """Everything published, oldest first."""
    groups: dict[str, list[Row[tuple[object, ...]]]] = defaultdict(list)
    for row in conn.execute(_PUBLISHED, {"client": client}):
        post, _, rest = row.key.partition("@")
        groups[f"{post}@{rest.partition('/')[0]}"].append(row)
    return [_entry(sorted(rows, key=lambda row: (row.kind == "comment", row.part)), scene) for rows in groups.values()]


def _entry(rows: Sequence[Row[tuple[object, ...]]], scene: Scene) -> Entry:
    head = rows[0]
    bodies = json.loads(head.body) if head.body else []
    disclosure = bodies[0]["disclosure"] if bodies else {"line": None, "flags": []}
    review = json.loads(head.review) if head.review else {}
    return Entry(
        acts=tuple(_act(row, bodies) for row in rows),
        client=head.client,
        client_name=scene.client_of(head.client)[0],
        account=head.account,
        platform=head.platform,
        platform_name=platform_name(head.platform),
        digest=head.digest or "",
        ai=head.ai,
        told="; ".join(filter(None, [clean_line(disclosure["line"] or ""), ", ".join(disclosure["flags"])])),
        approved_by=clean_line(head.person_id or ""),
        approved_at=head.yes_at,
        on_behalf=clean_line(str(review.get("on_behalf", ""))),
    )


def _act(row: Row[tuple[object, ...]], bodies: Sequence[Mapping[str, object]]) -> Act:
    found = next((body for body in bodies if (body["kind"] == "comment") == (row.kind == "comment") and body["part"] == row.part), None)
    media = found["media"] if found is not None else []
    assert isinstance(media, list)
    files = tuple(File(m["sha256"], m["mime"], clean(m["alt"]), clean_line(m["name"])) for m in media)
    words = clean(str(found["text"])) if found is not None else ""
    return Act(row.key, row.kind, words, files, row.remote_id or "", row.remote_url, json.loads(row.remote_extra), row.published_at or 0)
