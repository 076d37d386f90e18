"""The store on a real file: pragmas, the one writer, several processes, kill -9, locks and errors in our words."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_mock_engine, select, text

from scheduler import failpoints, sentlog
from scheduler.clock import SystemClock
from scheduler.errors import BusyError, DiskError, NotFoundError, SettingsError
from scheduler.sentlog import Answered, Sent
from scheduler.store import schema, sqlite, writer
from scheduler.store.statements import META, get_meta, set_meta
from scheduler.store.store import Store
from scheduler.store.tables import Delivery

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = Store.open(tmp_path / "state", SystemClock())
    yield opened
    await opened.close()


def put(name: str, value: str = "x") -> Callable[[Connection], int]:
    def operation(conn: Connection) -> int:
        set_meta(conn, name, value)
        return 1

    return operation


def child(folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.scheduler.store_child", str(folder), name, str(count)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def names(folder: Path) -> set[str]:
    with sqlite3.connect(folder / "daypart.db") as raw:
        found = {row[0] for row in raw.execute("SELECT name FROM meta")}
    raw.close()
    return found


async def until(condition: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        await asyncio.sleep(0.01)


# ── opening ──────────────────────────────────────────────────────────────────


async def test_a_fresh_store_is_private_stamped_and_set_up(store: Store) -> None:
    found = await store.write(sqlite.settings)
    assert found == {"journal_mode": "wal", "synchronous": "2", "busy_timeout": "5000", "foreign_keys": "1", "fullfsync": "1"}
    assert await store.read(lambda conn: conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one()) == schema.HEAD
    assert store.folder.stat().st_mode & 0o777 == 0o700
    assert {p.name for p in store.folder.iterdir() if p.is_file() and p.name != ".gitignore" and p.stat().st_mode & 0o077} == set()
    assert (store.folder / ".gitignore").read_text("utf-8") == "*\n"


async def test_a_missing_store_is_not_made_where_it_must_exist(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        Store.open(tmp_path / "none", SystemClock(), create=False)
    assert not (tmp_path / "none").exists()


async def test_readers_cannot_write(store: Store) -> None:
    with pytest.raises(Exception, match=r"readonly|cannot be read or written"):
        await store.read(put("x"))


async def test_an_older_store_asks_for_the_service_and_a_newer_one_for_an_update(tmp_path: Path) -> None:
    store = Store.open(tmp_path, SystemClock())
    await store.close()
    with pytest.raises(BusyError, match="older"):
        schema.make_ready(tmp_path / "daypart.db", 1, migrate=False, head="9000", known=(schema.HEAD, "9000"))
    with sqlite3.connect(tmp_path / "daypart.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(SettingsError, match="newer"):
        Store.open(tmp_path, SystemClock())


async def test_a_store_of_the_first_schema_is_brought_up_to_date_after_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "daypart.db"
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.executescript((Path(__file__).parent / "schema_0001.sql").read_text("utf-8"))
        raw.execute("INSERT INTO meta VALUES ('kept', 'yes')")
        raw.execute("INSERT INTO notice (event_seq, kind, words, at) VALUES (7, 'ask', 'kept too', 1)")
        raw.execute("INSERT INTO hold (scope, subject, reason, by, at) VALUES ('campaign', 'autumn', 'paused', 'anna', 1)")
    store = Store.open(tmp_path, SystemClock(), migrate=True)
    await store.close()
    fresh = Store.open(tmp_path / "fresh", SystemClock())
    await fresh.close()
    assert _columns(path) == _columns(fresh.path)
    assert _made(path) == _made(fresh.path)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == (schema.HEAD,)
        assert raw.execute("SELECT words, tries FROM notice").fetchone() == ("kept too", 0)
        assert raw.execute("SELECT scope, subject FROM hold").fetchall() == [("file", "autumn")], "what its file paused, its file releases"
    [copy] = _backups(tmp_path)
    assert "tries" not in _columns(copy)["notice"]
    with closing(sqlite3.connect(copy)) as raw:
        assert raw.execute("SELECT value FROM meta WHERE name = 'kept'").fetchone() == ("yes",)


def _backups(folder: Path) -> list[Path]:
    return list(folder.glob("daypart.db.before-*"))


def _columns(path: Path) -> dict[str, set[str]]:
    with closing(sqlite3.connect(path)) as raw:
        tables = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        return {table: {row[1] for row in raw.execute(f"PRAGMA table_info({table})")} for table in tables}


def _made(path: Path) -> set[tuple[str, str]]:
    """Every table, index, view and trigger."""
    with closing(sqlite3.connect(path)) as raw:
        return set(raw.execute("SELECT type, name FROM sqlite_master"))


def test_an_index_over_some_rows_is_one_in_every_database() -> None:
    said = _conditions("postgresql://")
    assert said == _conditions("sqlite://")
    assert said["one_sender"] == "state = 'sending'"


def _conditions(database: str) -> dict[str, str]:
    """Which rows each index holds, as the tables are made there; nothing is connected to."""
    statements: list[str] = []
    engine = create_mock_engine(database, lambda statement, *_: statements.append(str(statement.compile(dialect=engine.dialect))))
    Delivery.metadata.tables["delivery"].create(engine, checkfirst=False)
    indexes = [statement.split("INDEX ")[1] for statement in statements if "INDEX " in statement]
    return {index.split()[0]: index.partition(" WHERE ")[2] for index in indexes}


def test_alembic_is_not_loaded_without_need() -> None:
    code = "import sys; from scheduler.store.store import Store; import scheduler.engine.engine; assert 'alembic' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


@pytest.mark.parametrize("name", ["Dropbox", "OneDrive"])
def test_synchronised_folders_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Store.open(tmp_path / name / "state", SystemClock())


# ── writing ──────────────────────────────────────────────────────────────────


async def test_what_waits_together_is_written_together(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    real = writer.Batch.write

    def counted(self: writer.Batch, orders: list[writer.Order[object]]) -> None:
        sizes.append(len(orders))
        real(self, orders)

    monkeypatch.setattr(writer.Batch, "write", counted)
    await asyncio.gather(*(store.write(put(f"n{n}")) for n in range(1_000)))
    assert sum(sizes) == 1_000
    assert max(sizes) <= writer.BATCH_OPERATIONS
    assert len(sizes) < 100


async def test_one_bad_operation_spoils_only_itself(store: Store) -> None:
    def bad(conn: Connection) -> None:
        set_meta(conn, "half", "x")
        raise ValueError("no")

    results = await asyncio.gather(store.write(put("before")), store.write(bad), store.write(put("after")), return_exceptions=True)
    assert [type(result) for result in results] == [int, ValueError, int]
    assert {"before", "after"} <= names(store.folder)
    assert "half" not in names(store.folder)


async def test_a_failing_statement_spoils_only_its_operation(store: Store) -> None:
    def bad(conn: Connection) -> None:
        set_meta(conn, "half", "x")
        conn.execute(text("INSERT INTO meta VALUES ('half', 'again')"))

    results = await asyncio.gather(store.write(put("a")), store.write(bad), store.write(put("b")), return_exceptions=True)
    assert [isinstance(result, Exception) for result in results] == [False, True, False]
    assert "half" not in names(store.folder)


async def test_what_is_acknowledged_is_durable(store: Store) -> None:
    await store.write(put("mine"))
    assert "mine" in names(store.folder)


async def test_the_version_changes_for_every_writer(store: Store, tmp_path: Path) -> None:
    first = await store.data_version()
    await store.write(put("own"))
    second = await store.data_version()
    assert second != first
    process = child(store.folder, "c", 1)
    assert process.wait(30) == 0
    assert process.stdout is not None
    process.stdout.close()
    assert await store.data_version() != second


async def test_sends_are_logged_after_the_commit_and_only_when_they_happen(store: Store) -> None:
    def line(key: str) -> Sent:
        return Sent(1, key, 1, "commit", "h", 5)

    await store.write(put("went"), before_send=line("went"))
    await store.write(lambda conn: False, before_send=line("stopped"))
    with pytest.raises(ValueError, match="no"):
        await store.write(_raises, before_send=line("failed"))
    assert [sent.key for sent in sentlog.read(store.sent_log).sent] == ["went"]


def _raises(conn: Connection) -> None:
    raise ValueError("no")


async def test_an_answer_is_kept_even_when_its_operation_fails(store: Store) -> None:
    with pytest.raises(ValueError, match="no"):
        await store.write(_raises, answer=Answered(1, "k", 1, "r1", None, {}, 5))
    assert [line.remote_id for line in sentlog.read(store.sent_log).answered] == ["r1"]


async def test_a_send_that_cannot_be_logged_is_not_acknowledged(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: object, lines: object, *, sync: bool) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sentlog.SentLog, "append", full)
    results = await asyncio.gather(
        store.write(put("a")), store.write(put("b"), before_send=Sent(1, "k", 1, "commit", "h", 5)), return_exceptions=True
    )
    assert isinstance(results[1], DiskError)
    assert results[0] == 1


# ── a full disk ──────────────────────────────────────────────────────────────


async def test_a_full_store_says_so_loses_nothing_and_goes_on_when_there_is_room(store: Store) -> None:
    await store.write(put("before"))
    pages = await store.write(lambda conn: int(conn.exec_driver_sql("PRAGMA page_count").scalar_one()))
    writing = store._writer._engine  # type: ignore[attr-defined]
    assert writing is not None
    await store.write(lambda conn: conn.exec_driver_sql(f"PRAGMA max_page_count={pages}").scalar_one())
    with pytest.raises(DiskError, match="full"):
        await store.write(put("large", "x" * 200_000))
    await store.write(lambda conn: conn.exec_driver_sql("PRAGMA max_page_count=1000000").scalar_one())
    await store.write(put("after"))
    found = names(store.folder)
    assert {"before", "after"} <= found
    assert "large" not in found


async def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "daypart.db").write_bytes(b"this is no database" * 500)
    with pytest.raises(DiskError, match="damaged"):
        Store.open(tmp_path, SystemClock())


# ── several processes ────────────────────────────────────────────────────────


async def test_two_processes_write_side_by_side(store: Store) -> None:
    process = child(store.folder, "other", 200)
    await asyncio.gather(*(store.write(put(f"mine{n}")) for n in range(200)))
    await asyncio.to_thread(process.communicate)
    assert process.returncode == 0
    found = names(store.folder)
    assert {f"mine{n}" for n in range(200)} | {f"other{n}" for n in range(200)} <= found


@pytest.mark.parametrize("round_", range(5))
async def test_kill_9_loses_nothing_acknowledged_and_blocks_nobody(store: Store, round_: int) -> None:
    process = child(store.folder, "c", 100_000)
    assert process.stdout is not None
    for _ in range(5 + round_ * 7):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    told = [line.strip() for line in process.stdout.read().splitlines()]
    process.stdout.close()
    process.wait()
    acknowledged = {f"c{line}" for line in told if line.isdecimal()}
    await store.write(put("alive"))
    assert acknowledged <= names(store.folder)
    assert await store.read(lambda conn: conn.exec_driver_sql("PRAGMA integrity_check").scalar_one()) == "ok"


async def test_a_writer_waits_for_the_lock_and_names_its_holder(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from scheduler.store import store as store_module

    monkeypatch.setattr(store_module, "NAME_HOLDER_SECONDS", 0.1)
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.3)
    other = sqlite.FileLock(store.folder / "daypart.db.wlock")
    other.acquire()
    with pytest.raises(BusyError, match=f"process {os.getpid()}"):
        await asyncio.gather(store.write(put("gone1")), store.write(put("gone2")))
    other.release()
    other.close()
    await store.write(put("later"))
    assert "later" in names(store.folder)
    assert not {"gone1", "gone2"} & names(store.folder)


async def test_who_holds_the_store_without_our_lock_is_not_called_by_our_own_name(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from scheduler.store import store as store_module

    monkeypatch.setattr(store_module, "NAME_HOLDER_SECONDS", 0.01)
    await store.write(put("before"))  # this process signs the lock
    with closing(sqlite3.connect(store.folder / "daypart.db", isolation_level=None)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(store.write(put("kept")))
        await until(lambda: store.refused is not None, "who holds it is named")
        said = str(store.refused)
        stranger.execute("ROLLBACK")
    await waiting
    assert "another program on this computer" in said
    assert str(os.getpid()) not in said
    assert "kept" in names(store.folder)


def test_a_refusal_of_the_store_does_not_name_who_wrote_last_but_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "daypart.db"
    path.with_name("daypart.db.wlock").write_text("1 somebody else")
    busy = sqlite3.OperationalError("database is locked")
    busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
    assert str(sqlite.translated(busy, path)) == "The store is locked by another program on this computer."


async def test_only_one_holds_the_service_lock(tmp_path: Path) -> None:
    first, second = sqlite.FileLock(tmp_path / "l"), sqlite.FileLock(tmp_path / "l")
    assert first.try_acquire()
    assert not second.try_acquire()
    assert sqlite.is_locked(tmp_path / "l")
    holder = second.holder()
    assert holder is not None
    assert holder.pid == os.getpid()
    first.close()
    assert not sqlite.is_locked(tmp_path / "l")
    assert second.try_acquire()
    second.close()


# ── failpoints ───────────────────────────────────────────────────────────────


async def test_every_write_passes_a_failpoint_on_both_sides(store: Store) -> None:
    failpoints.install(lambda name, times: None)
    try:
        await store.write(put("x"), name="claim")
        assert {"claim.before", "claim.after"} <= set(failpoints.reached())
    finally:
        failpoints.install(None)


async def test_the_second_batch_waits_while_the_first_is_read(store: Store) -> None:
    await store.write(put("x", "1"))
    before = await store.read(lambda conn: get_meta(conn, "x"))
    await store.write(put("x", "2"))
    assert (before, await store.read(lambda conn: get_meta(conn, "x"))) == ("1", "2")
    assert await store.read(lambda conn: len(conn.execute(select(META)).all())) > 3


async def test_a_file_that_is_moved_away_or_replaced_is_never_written(store: Store) -> None:
    await store.write(put("before"))
    aside = store.folder.with_name("aside")
    store.folder.rename(aside)
    for job in (store.write(put("lost")), store.read(lambda conn: get_meta(conn, "before")), store.data_version()):
        with pytest.raises(DiskError, match="The store is gone"):
            await job
    store.folder.mkdir()
    (store.folder / "daypart.db").write_bytes((aside / "daypart.db").read_bytes())
    with pytest.raises(DiskError, match="Another store is in its place"):
        await store.write(put("elsewhere"))
    (store.folder / "daypart.db").unlink()
    store.folder.rmdir()
    aside.rename(store.folder)
    await store.write(put("after"))
    assert {"before", "after"} <= names(store.folder)
    assert not {"lost", "elsewhere"} & names(store.folder)


async def test_whoever_cannot_sign_a_lock_lets_go_of_it_all_the_same(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk; else one such moment would lock everybody out for as long as this process lives."""

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as during:
        during.setattr(sqlite.os, "pwrite", full)
        await store.write(put("first"))
    process = child(store.folder, "c", 1)
    assert process.wait(30) == 0
    assert process.stdout is not None
    process.stdout.close()
    await store.write(put("second"))


async def test_a_store_that_another_daypart_brought_to_its_version_is_left_alone(store: Store) -> None:
    await store.write(put("before"))
    await store.read(lambda conn: get_meta(conn, "before"))
    with closing(sqlite3.connect(store.path)) as other:
        other.execute("CREATE INDEX of_ours ON meta (value)")
        await store.write(put("same revision"))
        other.execute("ALTER TABLE meta ADD COLUMN newer TEXT")
        other.execute("UPDATE alembic_version SET version_num = '9999'")
        other.commit()
        for attempt in (store.write(put("after")), store.read(lambda conn: get_meta(conn, "before"))):
            with pytest.raises(DiskError, match="Another daypart brought the store to its own version"):
                await attempt
        assert {"before", "same revision"} <= names(store.folder)
        assert "after" not in names(store.folder)


async def test_why_nothing_can_be_written_is_known_until_it_can(store: Store) -> None:
    await store.write(put("before"))
    away = store.folder.rename(store.folder.with_name("away"))
    with pytest.raises(DiskError):
        await store.write(put("lost"))
    assert "The store is gone" in str(store.refused)
    away.rename(store.folder)
    await store.write(put("kept"))
    assert store.refused is None
