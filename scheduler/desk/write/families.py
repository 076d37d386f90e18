"""Which post a post was made from: a copy's use counts as a use of the first one, whichever way the copy was made."""

from __future__ import annotations

from sqlalchemy import Connection, Table, insert, select

from scheduler.store.library import Reuse
from scheduler.store.tables import TABLES
from scheduler.units.model import Author

REUSE: Table = TABLES.tables[Reuse.__tablename__]


def first_of(conn: Connection, post_id: int) -> int:
    """The post that all copies of it come from; itself when it is no copy."""
    found = conn.execute(select(REUSE.c.source_id).where(REUSE.c.post_id == post_id)).scalar_one_or_none()
    return post_id if found is None else int(found)


def keep_family(conn: Connection, copy: int, source: int, author: Author, why: str = "") -> None:
    """A copy was made."""
    row = {"post_id": copy, "source_id": first_of(conn, source), "by": author.actor, "at": author.at, "why": why}
    conn.execute(insert(REUSE).values(row))
