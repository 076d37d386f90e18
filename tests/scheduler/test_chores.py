"""What the service does once a day, end to end: its own process, a real store, a real backup, a shorter sent log, and who is told."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, text

from scheduler import sentlog
from scheduler.clock import DAY, SystemClock
from scheduler.keeping import archive
from scheduler.keeping.chores import Chores
from scheduler.keeping.daily import KEEP, files, is_due
from scheduler.sentlog import Sent
from scheduler.store.statements import ACCOUNT, POST
from scheduler.store.store import Store
from scheduler.units import writing
from scheduler.units.model import Author, NewUnit, Timing, Wanted
from scheduler.units.reading import find_unit

KEY = "autumn/post@acme"
ANNA = Author("person:anna", 1, "as a test needs it")


def settled(conn: Connection) -> None:
    """One post, and nothing of it is to be done any more."""
    account = conn.execute(insert(ACCOUNT).values(name="acme", platform="bluesky", handle="acme", server="https://x.example"))
    row = {"workspace_id": "w", "campaign": "autumn", "slug": "post", "title": "Post", "created_at": 1}
    post = conn.execute(insert(POST).values(row))
    ids = [made.inserted_primary_key[0] for made in (post, account) if made.inserted_primary_key is not None]
    writing.create(conn, NewUnit(KEY, *ids, None, Timing(None, "UTC", ""), Wanted()), ANNA)
    unit = find_unit(conn, KEY)
    assert unit is not None
    writing.cancel(conn, unit, ANNA, applied=None)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """With one post that is long settled, and a log that speaks of little else."""
    opened = Store.open(tmp_path / "state", SystemClock())
    await opened.write(settled)
    with opened.sent_log.open("ab") as log:
        for n in range(2_000):
            log.write(Sent(1, KEY, n, "commit", "h" * 100, 5 + n).line().encode() + b"\n")
        log.write(Sent(9, "autumn/other@acme", 1, "commit", "h", SystemClock().wall()).line().encode() + b"\n")
    yield opened
    await opened.close()


async def notices(store: Store) -> list[str]:
    sql = text("SELECT words FROM notice WHERE kind = 'service'")
    return list(await store.read(lambda conn: conn.execute(sql).scalars().all()))


async def test_a_backup_and_a_shorter_log_each_day(store: Store) -> None:
    lines = Counter(store.sent_log.read_bytes().splitlines())
    chores = Chores(store, SystemClock())
    assert is_due(store.folder, SystemClock().wall())
    await chores.do_daily()
    [made] = files(store.folder)
    assert made.stat().st_mode & 0o077 == 0
    with archive.opened(made) as found:
        assert found.report().breaks == ()
        assert (found.manifest.counts.posts, found.manifest.counts.deliveries) == (1, 1)
    assert store.sent_log.stat().st_size < 10_000
    kept = [*sentlog.archives(store.sent_log), store.sent_log]
    assert not lines - Counter(line for file in kept for line in file.read_bytes().splitlines()), "a line was lost"
    assert "autumn/other@acme" in {line.key for line in sentlog.read_newest(store.sent_log).sent}
    await store.write(lambda _conn: True, name="edit", before_send=Sent(10, "autumn/next@acme", 1, "commit", "h", 7))
    assert b"autumn/next@acme" in store.sent_log.read_bytes(), "the service goes on in the new log"
    await chores.do_daily()
    assert files(store.folder) == [made], "once a day"
    assert await notices(store) == []


async def test_the_oldest_backups_go_and_a_person_s_own_stay(store: Store) -> None:
    folder = store.folder / "backups"
    folder.mkdir()
    old = SystemClock().wall() - 20 * DAY
    for n in range(KEEP + 2):
        file = folder / f"daily-2026010{n}-030000Z.tar.gz"
        file.write_bytes(b"old")
        os.utime(file, ns=(old * 1_000, old * 1_000))
    (folder / "daypart-20260101-030000Z.tar.gz").write_bytes(b"a person's own")
    await Chores(store, SystemClock()).do_daily()
    assert len(files(store.folder)) == KEEP
    assert files(store.folder)[0].name == "daily-20260103-030000Z.tar.gz"
    assert (folder / "daypart-20260101-030000Z.tar.gz").exists()


async def test_a_backup_that_cannot_be_made_is_told_once_a_day_and_the_log_is_shortened_all_the_same(store: Store) -> None:
    (store.folder / "backups").write_bytes(b"no folder")
    chores = Chores(store, SystemClock())
    await chores.do_daily()
    [told] = await notices(store)
    assert told.startswith("The daily backup could not be made: ")
    assert store.sent_log.stat().st_size < 10_000
    await chores.do_daily()
    assert len(await notices(store)) == 1
    (store.folder / "backups").unlink()
    await chores.do_daily()
    assert len(files(store.folder)) == 1
