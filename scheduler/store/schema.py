"""The schema's version: fresh stores are made directly, older ones are migrated, newer ones are left alone."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

from sqlalchemy import Connection, text

from scheduler.errors import BusyError, SettingsError
from scheduler.failpoints import fail
from scheduler.store import library as library  # its tables are part of the schema
from scheduler.store import sqlite
from scheduler.store.statements import get_meta, set_meta
from scheduler.store.tables import TABLES

HEAD = "0006"
"""The newest revision in `migrations/versions`."""
KNOWN: tuple[str, ...] = ("0001", "0002", "0003", "0004", "0005", HEAD)
"""Every revision this program can start from, oldest first."""


def make_ready(path: Path, now: int, *, migrate: bool, head: str = HEAD, known: tuple[str, ...] = KNOWN) -> None:
    """Make or check the file. Called under the write lock.

    Raises BusyError when it is older and `migrate` is not allowed here, SettingsError when it is newer than this program."""
    engine = sqlite.writing_engine(path)
    with engine.connect() as connection:
        found = _revision(connection)
        if found is None:
            _create(connection, path, head)
            os.chmod(path, 0o600)
            return
    if found == head:
        return
    _refuse_newer(found, known)
    if not migrate:
        raise _older()
    from scheduler.store.migrations import run  # deferred: alembic costs 200 ms and is needed once per update

    run.upgrade(path, found, head, now)


def refuse_others(connection: Connection) -> None:
    """For who may not migrate. Raises BusyError when the store is older than this program, SettingsError when it is newer."""
    found = _revision(connection)
    if found != HEAD:
        _refuse_newer(found, KNOWN)
        raise _older()


def _refuse_newer(found: str | None, known: tuple[str, ...]) -> None:
    if found not in known:
        raise SettingsError(f"The store was written by a newer daypart (schema {found}).", "Update daypart on this computer.")


def _older() -> BusyError:
    return BusyError(
        "The store is older than this daypart.", "Restart the publishing service: it makes a backup and brings the store up to date."
    )


def _revision(connection: Connection) -> str | None:
    with connection.begin():
        made = connection.execute(text("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'")).scalar_one()
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() if made else None


def _create(connection: Connection, path: Path, head: str) -> None:
    with connection.begin():
        TABLES.create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
        set_meta(connection, "workspace_id", uuid.uuid4().hex)
        remember(connection, path, 0)
        fail("store.make.before")
    fail("store.make.after")


def remember(connection: Connection, path: Path, epoch: int) -> None:
    """Note how often the store was taken into service and where it is, so that an older copy of it is recognised."""
    set_meta(connection, "db_epoch", str(epoch))
    for name, value in sqlite.place_of(path).items():
        set_meta(connection, f"place.{name}", value)


def moved_from(connection: Connection, path: Path) -> str | None:
    """In words, what is different from where this store was last used; None when nothing is. Another name of the same computer
    (containers have a new one at every start) is no doubt by itself."""
    now = sqlite.place_of(path)
    different = [name for name in ("path", "inode") if get_meta(connection, f"place.{name}") not in (None, now[name])]
    return ", ".join(different) or None
