"""What is remembered of a store that was taken into service as a copy: since when it may be old, and whether all was looked for."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

from sqlalchemy import Connection

from scheduler.store.statements import get_meta, set_meta

NAME = "doubt"
"""In `meta`."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """The newest time this store was found to be a copy."""

    why: str
    since: int
    """When its newest event happened: what came after that, it does not know. UTC microseconds."""
    entered: int
    """When it was taken into service."""
    last_id: int
    """Deliveries up to this id were in it then."""
    looked: bool = False
    """Everything in doubt is being looked for or was."""
    confirmed: int | None = None
    """When a person said that it may go on."""
    by: str = ""


def recall(conn: Connection) -> Doubt | None:
    """The newest doubt, settled or not; None: this store never was a copy."""
    kept = get_meta(conn, NAME)
    return Doubt(**json.loads(kept)) if kept else None


def remember(conn: Connection, doubt: Doubt) -> None:
    """Keep it; the one before is forgotten."""
    set_meta(conn, NAME, json.dumps(asdict(doubt)))


def newer(before: Doubt | None, now: Doubt) -> Doubt:
    """The doubt of now. One of which nobody has looked for anything yet goes on: what it said is still true."""
    if before is None or before.looked:
        return now
    return replace(now, why=before.why, since=before.since)
