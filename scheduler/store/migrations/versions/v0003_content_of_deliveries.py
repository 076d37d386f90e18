"""Which deliveries carry a content: asked before every send, whatever the account has planned."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the index."""
    op.create_index("delivery_content", "delivery", ["content_id"])
