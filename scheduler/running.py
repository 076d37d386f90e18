"""Whether a publishing service has a store: it keeps a lock beside the database for as long as it runs, and who restores takes it too."""

from __future__ import annotations

from pathlib import Path

from scheduler.store import sqlite
from scheduler.store.store import DATABASE


def lock_file(state: Path) -> Path:
    """Where the lock of the service is, in this state folder."""
    return state / f"{DATABASE}.lock"


def is_running(state: Path) -> bool:
    """Whether a publishing service has this store now, in whichever process."""
    return sqlite.is_locked(lock_file(state))


def who_runs(state: Path) -> sqlite.Holder | None:
    """Who took the lock last: the service that runs, if one does."""
    return sqlite.read_holder(lock_file(state))
