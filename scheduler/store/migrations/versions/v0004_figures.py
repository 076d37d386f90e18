"""Figures of published posts, one row a day, and where reading them stands for each account."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, PrimaryKeyConstraint, String

from scheduler.store.tables import Micros, RowId

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the tables."""
    counts = [Column(name, Integer, nullable=True) for name in ("likes", "replies", "reposts", "saves", "reach")]
    op.create_table(
        "figure",
        Column("delivery_id", RowId, nullable=False),
        Column("day", String, nullable=False),
        Column("at", Micros, nullable=False),
        *counts,
        Column("problem", String, nullable=True),
        PrimaryKeyConstraint("delivery_id", "day"),
    )
    op.create_table(
        "counting",
        Column("account_id", RowId, primary_key=True, autoincrement=False),
        Column("at", Micros, nullable=False),
        Column("next_at", Micros, nullable=False, server_default="0"),
        Column("tries", Integer, nullable=False, server_default="0"),
        Column("problem", String, nullable=True),
    )
