"""The library: ideas, evergreen posts, which post was made from which, and an index of every word."""

from __future__ import annotations

from alembic import op

from scheduler.store.library import LIBRARY_TABLES, make_search

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the tables; the index is filled with what is there."""
    connection = op.get_bind()
    for table in LIBRARY_TABLES:
        table.create(connection)
    make_search(connection)
