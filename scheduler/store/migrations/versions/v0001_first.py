"""The first schema. Fresh stores are made from the tables directly and stamped, so there is nothing to do here."""

from __future__ import annotations

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Stores begin here."""
