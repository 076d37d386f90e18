"""Tags: words by which people sort posts in the library. A campaign's hold by its file gets a scope of its own, beside a person's."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKey, PrimaryKeyConstraint, String

from scheduler.store.tables import RowId

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table; until now only files put a campaign on hold."""
    op.execute("UPDATE hold SET scope = 'file' WHERE scope = 'campaign'")
    op.create_table(
        "tag",
        Column("post_id", RowId, ForeignKey("post.id"), nullable=False),
        Column("name", String, nullable=False),
        PrimaryKeyConstraint("post_id", "name"),
    )
    op.create_index("tag_name", "tag", ["name"])
