"""One store in memory for all histories of this process: emptied between them, so that statements stay prepared."""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path

from sqlalchemy import Connection

from scheduler.clock import Clock
from scheduler.store import sqlite
from scheduler.store.store import Store
from scheduler.store.tables import TABLES


@cache
def _connection() -> Connection:
    connection = sqlite.memory_engine().connect()
    TABLES.create_all(connection)
    connection.commit()
    return connection


def raw() -> sqlite3.Connection:
    """The driver's own connection, for the oracle: nothing of the program under test stands between."""
    found = _connection().connection.dbapi_connection
    assert isinstance(found, sqlite3.Connection)
    return found


def empty_store(clock: Clock) -> Store:
    """The store as it was made."""
    driver = raw()
    if driver.in_transaction:
        driver.rollback()
    driver.execute("PRAGMA foreign_keys=OFF")
    for table in TABLES.tables:
        driver.execute(f"DELETE FROM {table}")
    driver.execute("PRAGMA foreign_keys=ON")
    return Store.on_connection(_connection(), clock, Path("."))
