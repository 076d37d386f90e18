"""Which post a post was made from: a copy's use counts as a use of the first one, whichever way the copy was made, and what models
proposed for the first is known of the copy."""

from __future__ import annotations

from sqlalchemy import Connection, Table, insert, select

from scheduler.store.library import Reuse
from scheduler.store.tables import TABLES
from scheduler.units.model import Author

PROPOSAL: Table = TABLES.tables["proposal"]
REUSE: Table = TABLES.tables[Reuse.__tablename__]


def first_of(conn: Connection, post_id: int) -> int:
    """The post that all copies of it come from; itself when it is no copy."""
    found = conn.execute(select(REUSE.c.source_id).where(REUSE.c.post_id == post_id)).scalar_one_or_none()
    return post_id if found is None else int(found)


def keep_family(conn: Connection, copy: int, source: int, author: Author, why: str = "") -> None:
    """A copy was made."""
    _keep_origins(conn, source, copy)
    row = {"post_id": copy, "source_id": first_of(conn, source), "by": author.actor, "at": author.at, "why": why}
    conn.execute(insert(REUSE).values(row))


def _keep_origins(conn: Connection, source: int, made: int) -> None:
    """What models proposed for the first is known of the copy too: a word of theirs stays one, however the copy is edited."""
    rows = conn.execute(select(PROPOSAL).where(PROPOSAL.c.post_id == source)).mappings().all()
    for row in rows:
        status = "accepted" if row["status"] == "accepted" else "discarded"
        values = {name: value for name, value in row.items() if name != "id"}
        conn.execute(insert(PROPOSAL).values(**(values | {"post_id": made, "status": status})))
