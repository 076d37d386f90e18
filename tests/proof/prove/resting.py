"""Whether everything approved in a state folder has ended, seen from outside."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from scheduler.store.store import DATABASE


def in_order(root: Path) -> bool:
    """Nothing is on its way any more."""
    with closing(sqlite3.connect(f"file:{root / '.daypart' / DATABASE}?mode=ro", uri=True, timeout=10)) as store:
        on_the_way = "('queued', 'claimed', 'sending', 'processing', 'unknown', 'checking')"
        (left,) = store.execute(f"SELECT count(*) FROM delivery WHERE state IN {on_the_way}").fetchone()
    return not left
