"""Bring an older store up to date: a backup first, then every revision in one go."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from scheduler.store import sqlite

SCRIPTS = Path(__file__).parent


def upgrade(path: Path, found: str, head: str, now: int, *, versions: Path | None = None) -> Path:
    """Migrate the file at `path` from `found` to `head`; returns where the backup is. Called under both locks."""
    copy = path.with_name(f"{path.name}.before-{head}-from-{found}-{now // 1_000_000}")
    sqlite.backup(path, copy)
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(versions or SCRIPTS / "versions"))
    with sqlite.writing_engine(path).connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, head)
    return copy
