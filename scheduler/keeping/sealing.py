"""Seals over the ledger: each covers all events since the one before and that seal itself, so that a chain that was removed, or
rewritten with hashes that fit, no longer matches. Made once a minute, only when something happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, Table, func, insert, select

from scheduler.canonical import sha256_of
from scheduler.store.statements import EVENT, FIRST_HASH
from scheduler.store.store import Store
from scheduler.store.tables import TABLES

SEAL: Table = TABLES.tables["seal"]
ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Seal:
    """What is sealed up to an event."""

    last_seq: int
    hash: str
    at: int = 0


def newest(conn: Connection) -> Seal:
    """The last seal; before the first one: nothing is sealed."""
    row = conn.execute(select(SEAL.c.last_seq, SEAL.c.hash, SEAL.c.at).order_by(SEAL.c.id.desc()).limit(1)).one_or_none()
    return Seal(0, FIRST_HASH) if row is None else Seal(row.last_seq, row.hash, row.at)


async def seal(store: Store, now: int) -> bool:
    """Seal what happened since the last seal. False: nothing did."""
    before = await store.read(newest)
    made = await store.read(lambda conn: _next(conn, before, now))
    if made is None:
        return False
    return await store.write(lambda conn: _keep(conn, before, made), name="seal")


def _next(conn: Connection, before: Seal, now: int) -> Seal | None:
    last = conn.execute(select(func.max(EVENT.c.seq))).scalar_one_or_none() or 0
    if last <= before.last_seq:
        return None
    hashes = (found for _, found in hashes_between(conn, before.last_seq, last))
    return Seal(last, seal_hash(before.hash, now, last, hashes), now)


def _keep(conn: Connection, before: Seal, made: Seal) -> bool:
    if newest(conn).hash != before.hash:
        return False
    conn.execute(insert(SEAL).values(at=made.at, last_seq=made.last_seq, hash=made.hash))
    return True


def hashes_between(conn: Connection, after: int, last: int) -> Iterator[tuple[int, str]]:
    """Number and hash of the events after one, up to another, in order."""
    while after < last:
        page = select(EVENT.c.seq, EVENT.c.hash).where(EVENT.c.seq > after, EVENT.c.seq <= last).order_by(EVENT.c.seq)
        rows = conn.execute(page.limit(ROWS_AT_ONCE)).all()
        if not rows:
            return
        yield from ((row.seq, row.hash) for row in rows)
        after = rows[-1].seq


def seal_hash(before: str, at: int, last_seq: int, hashes: Iterable[str]) -> str:
    """What chains a seal to the one before and to the events since."""
    inside = sha256()
    for found in hashes:
        inside.update(found.encode())
    return sha256_of([before, at, last_seq, inside.hexdigest()])
