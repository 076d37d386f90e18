"""Alembic's entry: runs the revisions on the connection it is given."""

from __future__ import annotations

from alembic import context

from scheduler.failpoints import fail
from scheduler.store.tables import TABLES


def _step_done(*_: object, **_facts: object) -> None:
    """One revision is done, and nothing of it is durable yet."""
    fail("migrate.step.before")


connection = context.config.attributes["connection"]
with connection.begin():  # before `configure`: alembic then leaves the transaction alone, and all revisions are one
    context.configure(
        connection=connection, target_metadata=TABLES, render_as_batch=True, transaction_per_migration=False, on_version_apply=_step_done
    )
    context.run_migrations()
fail("migrate.step.after")
