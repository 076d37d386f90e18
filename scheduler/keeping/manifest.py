"""What a backup says about itself: versions, counts, the ledger's heads, and the hash of every file in it. First in the archive."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, func, select

from scheduler.keeping import sealing
from scheduler.store.statements import DELIVERY, EVENT, POST, get_meta

NAME = "manifest.json"
FORMAT: Literal[1] = 1


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Counts(_Part):
    """How much is in it."""

    posts: int
    deliveries: int
    published: int
    events: int
    media: int


class Heads(_Part):
    """Where the ledger stood: what `verify` and `restore` compare."""

    last_event: int
    seal: str
    chains: str
    """SHA-256 over the newest hash of every delivery's chain."""


class Kept(_Part):
    """One file of the archive."""

    name: str
    size: int
    sha256: str


class Manifest(_Part):
    """The whole of it."""

    daypart_backup: Literal[1]
    made_at: str
    """RFC 3339."""
    made_at_micros: int
    daypart: str
    sqlite: str
    db_schema: str
    workspace_id: str
    epoch: int
    counts: Counts
    heads: Heads
    files: tuple[Kept, ...]
    media_left_out: tuple[str, ...] = ()
    """Hashes of media that posts refer to and that are not in the archive."""
    left_out: str
    """In words: what is not in it and how to keep that."""


def counts_of(conn: Connection, media: int) -> Counts:
    """Counted in the copy itself."""

    def count(table: str) -> int:
        return int(conn.execute(select(func.count()).select_from({"post": POST, "delivery": DELIVERY, "event": EVENT}[table])).scalar_one())

    published = conn.execute(select(func.count()).where(DELIVERY.c.state == "published")).scalar_one()
    return Counts(posts=count("post"), deliveries=count("delivery"), published=published, events=count("event"), media=media)


def heads_of(conn: Connection) -> Heads:
    """The newest hash of every chain, as one."""
    newest = select(func.max(EVENT.c.seq)).group_by(EVENT.c.delivery_id)
    rows = conn.execute(select(EVENT.c.delivery_id, EVENT.c.hash).where(EVENT.c.seq.in_(newest)).order_by(EVENT.c.delivery_id))
    chains = sha256()
    for row in rows:
        chains.update(f"{row.delivery_id}:{row.hash}\n".encode())
    last = conn.execute(select(func.max(EVENT.c.seq))).scalar_one_or_none() or 0
    return Heads(last_event=last, seal=sealing.newest(conn).hash, chains=chains.hexdigest())


def epoch_of(conn: Connection) -> int:
    """How often the store had been taken into service."""
    return int(get_meta(conn, "db_epoch") or "0")
