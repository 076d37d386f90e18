"""The calendar's posts with their texts, for files: one per post and account, soonest first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, text

from adapters.limits import platform_name
from scheduler.clean import clean, clean_line, shorten
from scheduler.scene import Scene
from scheduler.units.model import RETIRED

_PLANNED = text(
    "SELECT d.id, d.key, d.client, d.state, d.due, d.published_at, d.remote_url, d.ai, d.digest, d.tz, d.parts, a.name AS account,"
    " a.platform, p.title, p.campaign, c.body, y.person_id, y.at AS yes_at,"
    " (SELECT count(*) FROM event e WHERE e.delivery_id = d.id) AS changes,"
    " (SELECT max(e.at) FROM event e WHERE e.delivery_id = d.id) AS at"
    " FROM delivery d JOIN account a ON a.id = d.account_id JOIN post p ON p.id = d.post_id LEFT JOIN content c ON c.id = d.content_id"
    " LEFT JOIN approval y ON y.delivery_id = d.id AND y.voided_at IS NULL"
    " WHERE d.kind = 'post' AND d.due IS NOT NULL AND (:client IS NULL OR d.client = :client) ORDER BY d.due, d.id"
)
STATES = {
    "draft": "draft", "queued": "approved", "claimed": "going out", "sending": "going out", "processing": "going out",
    "unknown": "being checked", "checking": "being checked", "ask": "needs a person", "published": "published", "refused": "refused",
    "missed": "missed", "cancelled": "cancelled",
}  # fmt: skip
"""Where a post stands, in words for other programs."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One post of one account in the calendar."""

    key: str
    client: str | None
    client_name: str
    account: str
    platform: str
    platform_name: str
    campaign: str
    title: str
    text: str
    parts: int
    state: str
    at: int
    """When it went out, else when it is due; UTC microseconds."""
    tz: str
    url: str | None
    ai: str
    digest: str
    approved_by: str
    approved_at: int | None
    changes: int
    """How often anything about it changed."""
    changed_at: int

    @property
    def state_words(self) -> str:
        """Where it stands."""
        return STATES.get(self.state, self.state)


def read_planned(conn: Connection, client: str | None, scene: Scene) -> list[Planned]:
    """Everything that has a time."""
    rows = conn.execute(_PLANNED, {"client": client})
    return [_planned(row, scene) for row in rows if RETIRED not in row.key]


def texts_of(body: str | None) -> str:
    """Everything that a key makes public, its parts and first comment one after the other."""
    acts: Sequence[dict[str, object]] = json.loads(body) if body else []
    return clean("\n\n".join(str(act["text"]) for act in acts))


def _planned(row: Row[tuple[object, ...]], scene: Scene) -> Planned:
    words = texts_of(row.body)
    return Planned(
        key=row.key,
        client=row.client,
        client_name=scene.client_of(row.client)[0],
        account=row.account,
        platform=row.platform,
        platform_name=platform_name(row.platform),
        campaign=row.campaign,
        title=shorten(words, 120) or clean_line(row.title),
        text=words,
        parts=row.parts,
        state=row.state,
        at=row.published_at or row.due,
        tz=row.tz,
        url=row.remote_url,
        ai=row.ai,
        digest=row.digest or "",
        approved_by=clean_line(row.person_id or ""),
        approved_at=row.yes_at,
        changes=row.changes or 0,
        changed_at=row.at or row.due,
    )
