"""Notices that are tried again, and how much may go out on an account."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, Text

from scheduler.store.tables import Micros

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; what is there is kept."""
    op.add_column("notice", Column("tries", Integer, nullable=False, server_default="0"))
    op.add_column("notice", Column("next_at", Micros, nullable=False, server_default="0"))
    op.add_column("notice", Column("problem", Text, nullable=True))
    op.add_column("account", Column("pace", Text, nullable=False, server_default="{}"))
