"""Killed while a store is made or brought up to date: it opens afterwards, with the old schema or the new one, and nothing is lost."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scheduler import failpoints
from scheduler.clock import SystemClock
from scheduler.store import schema
from scheduler.store.store import DATABASE, Store
from tests.proof.world import run_forked

FIRST_SCHEMA = Path(__file__).parents[1] / "scheduler" / "schema_0001.sql"
REVISIONS = len(schema.KNOWN) - 1
"""How many steps lead from the first schema to the newest."""


def open_and_die(folder: str, failpoint: str) -> None:
    """Open the store as the service does, killed at the failpoint."""
    name, _, count = failpoint.partition(":")
    failpoints.install(failpoints._killer(name, int(count)))
    Store.open(Path(folder), SystemClock(), migrate=True)


def first_store(folder: Path) -> Path:
    """A store as the first daypart left it, with something in it."""
    with closing(sqlite3.connect(folder / DATABASE)) as raw, raw:
        raw.executescript(FIRST_SCHEMA.read_text("utf-8"))
        raw.execute("INSERT INTO meta VALUES ('kept', 'yes')")
        raw.execute("INSERT INTO notice (event_seq, kind, words, at) VALUES (7, 'ask', 'kept too', 1)")
    return folder


def revision(folder: Path) -> str | None:
    with closing(sqlite3.connect(folder / DATABASE)) as raw:
        made = raw.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'").fetchone()[0]
        return str(raw.execute("SELECT version_num FROM alembic_version").fetchone()[0]) if made else None


@pytest.mark.parametrize("failpoint", [*(f"migrate.step.before:{n + 1}" for n in range(REVISIONS)), "migrate.step.after:1"])
async def test_killed_while_it_is_migrated(failpoint: str, tmp_path: Path) -> None:
    folder = first_store(tmp_path)
    assert run_forked(open_and_die, str(folder), failpoint) == -signal.SIGKILL
    assert revision(folder) == (schema.HEAD if ".after" in failpoint else schema.KNOWN[0])
    store = Store.open(folder, SystemClock(), migrate=True)
    await store.close()
    assert revision(folder) == schema.HEAD
    with closing(sqlite3.connect(folder / DATABASE)) as raw:
        assert raw.execute("SELECT value FROM meta WHERE name = 'kept'").fetchone() == ("yes",)
        assert raw.execute("SELECT words FROM notice").fetchall() == [("kept too",)]
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("side", ["before", "after"])
async def test_killed_while_it_is_made(side: str, tmp_path: Path) -> None:
    assert run_forked(open_and_die, str(tmp_path), f"store.make.{side}:1") == -signal.SIGKILL
    assert revision(tmp_path) == (schema.HEAD if side == "after" else None)
    store = Store.open(tmp_path, SystemClock())
    await store.close()
    assert revision(tmp_path) == schema.HEAD
