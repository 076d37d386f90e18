"""Everything that is SQLite's: connections, pragmas, the locks beside the file, and its errors in our words.

Every write transaction and every checkpoint happens under `<db>.wlock`; readers open the file read-only, because a reader that
may write checkpoints when it closes. One daemon per file holds `<db>.lock` for its whole life.
"""

from __future__ import annotations

import fcntl
import os
import socket
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, StaticPool

from scheduler.errors import BusyError, DeskError, DiskError

PRAGMAS: tuple[str, ...] = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=5000",
    "foreign_keys=ON",
    "fullfsync=1",
    "temp_store=MEMORY",
)
"""The last one is about savepoints: what one of them may have to undo is kept in memory, else as a file written anew for each order."""
READER_KB = 500
"""What each reader keeps of the file. The system keeps all of it anyway: with SQLite's own 2 MB no list of 100,000 posts is read faster."""
STATEMENTS, READER_STATEMENTS = 512, 32
"""So many statements stay prepared on a connection, 10 kB each; to prepare one again takes 30 to 100 µs. The writer uses many at once."""
TRY_SECONDS = 0.02
"""Between two tries at a lock that another process holds."""

_FULL = {sqlite3.SQLITE_FULL}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_DISK = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}


def writing_engine(path: Path) -> Engine:
    """One connection that may write; used by the writer thread alone."""
    return _engine(f"file:{_quoted(path)}?mode=rwc", begin="BEGIN IMMEDIATE", pragmas=PRAGMAS)


def reading_engine(path: Path) -> Engine:
    """Read-only connections."""
    pragmas = ("busy_timeout=5000", "query_only=1", f"cache_size=-{READER_KB}")
    return _engine(f"file:{_quoted(path)}?mode=ro", begin="BEGIN", pragmas=pragmas, statements=READER_STATEMENTS)


def memory_engine() -> Engine:
    """A store that is gone afterwards, for simulations and previews: one connection for everything."""
    return _engine("file::memory:", begin="BEGIN IMMEDIATE", pragmas=("foreign_keys=ON",), shared=True)


def _engine(uri: str, *, begin: str, pragmas: tuple[str, ...], shared: bool = False, statements: int = STATEMENTS) -> Engine:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, cached_statements=statements)
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool if shared else NullPool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        raw = connection.connection.dbapi_connection  # SQLAlchemy's own way takes 25 µs, and every read begins so
        assert raw is not None
        raw.cursor().execute(begin)

    return engine


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def data_version(connection: Connection) -> int:
    """A number that changes when another connection or process changed the file. No transaction, no page is read."""
    raw = connection.connection.dbapi_connection
    assert raw is not None
    cursor = raw.cursor()
    cursor.execute("PRAGMA data_version")
    return int(cursor.fetchone()[0])  # type: ignore[index]


def checkpoint(connection: Connection) -> None:
    """Move the log into the file. Only under the write lock, outside a transaction."""
    raw = connection.connection.dbapi_connection
    assert raw is not None
    raw.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")


def savepoint(connection: Connection, verb: Literal["SAVEPOINT", "RELEASE", "ROLLBACK TO"]) -> None:
    """Begin, keep or undo one order's share of a transaction. SQLAlchemy's own takes 50 µs."""
    raw = connection.connection.dbapi_connection
    assert raw is not None
    raw.cursor().execute(f"{verb} one_order")


def in_transaction(connection: Connection) -> bool:
    """Whether the database still has a transaction open: a full disk ends it without being asked."""
    raw = connection.connection.dbapi_connection
    return bool(getattr(raw, "in_transaction", False))


def backup(source: Path, target: Path) -> None:
    """A consistent copy, also while others write."""
    old, new = sqlite3.connect(f"file:{_quoted(source)}?mode=ro", uri=True), sqlite3.connect(target)
    with closing(old), closing(new):
        old.backup(new)
    os.chmod(target, 0o600)


def to_one_file(path: Path) -> bool:
    """Take the log into the file and leave nothing beside it. False: another process has it open."""
    with closing(sqlite3.connect(path, timeout=1.0, isolation_level=None)) as connection:
        try:
            return str(connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]) == "delete"
        except sqlite3.OperationalError as error:
            if (error.sqlite_errorcode & 0xFF) in _BUSY:
                return False
            raise


def copy_into(path: Path, memory: Connection) -> None:
    """A consistent copy in an empty database in memory, also while others write. Nothing beside the file is made or changed."""
    target: Any = memory.connection.dbapi_connection
    with in_our_words(path):
        while True:
            before, alone = path.stat(), not path.with_name(f"{path.name}-wal").exists()
            uri = f"file:{_quoted(path)}?mode=ro" + ("&immutable=1" if alone else "")  # else a reader makes the log's files
            with closing(sqlite3.connect(uri, uri=True)) as source:
                source.execute("PRAGMA busy_timeout=5000")
                source.backup(target)
            after = path.stat()
            if not alone or (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
                return


class Presence:
    """Whether the file is still where it was opened. SQLite goes on in a file that was moved away or deleted, and says nothing:
    what is written there is lost, and what is sent is remembered by nobody."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened = self._identity()
        self._schema: tuple[int, str] | None = None
        """SQLite's own count of changes to the tables, and our revision of them."""

    def _identity(self) -> tuple[int, int] | None:
        try:
            facts = os.stat(self._path)
        except FileNotFoundError:
            return None
        return facts.st_dev, facts.st_ino

    def check(self) -> None:
        """Raises DiskError when it is not. A file that is put back is there again."""
        found = self._identity()
        if found is None:
            raise DiskError("The store is gone: nothing is saved.", f"Put {self._path.parent} back where it was, or restore a backup.")
        if found != self._opened:
            raise DiskError("Another store is in its place: nothing is saved.", f"Start daypart again, to work with {self._path}.")

    def check_schema(self, connection: Connection) -> None:
        """Raises DiskError when another daypart changed the tables meanwhile: this one does not know them. Within a transaction."""
        raw = connection.connection.dbapi_connection
        assert raw is not None
        cursor = raw.cursor()
        cursor.execute("PRAGMA schema_version")
        count = int(cursor.fetchone()[0])  # type: ignore[index]
        if self._schema is not None and self._schema[0] == count:
            return
        cursor.execute("SELECT version_num FROM alembic_version")
        revision = str(cursor.fetchone()[0])  # type: ignore[index]
        if self._schema is not None and self._schema[1] != revision:
            raise DiskError("Another daypart brought the store to its own version: nothing is saved.", "Start daypart again.")
        self._schema = count, revision


# ── locks ────────────────────────────────────────────────────────────────────


A_STRANGER = "another program on this computer"
"""Who holds the store without our lock: something that copies or shows databases."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock, as they wrote it into the lock file."""

    pid: int
    command: str

    def __str__(self) -> str:
        return f"process {self.pid} ({self.command})"


class FileLock:
    """An advisory lock on a file of its own; the kernel frees it when its process dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.waits_since: float | None = None
        """On the monotonic clock: since when somebody waits for another process here."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def acquire(self) -> None:
        """Wait for it, however long that takes. Call it from a thread that may wait."""
        self.waits_since = time.monotonic()
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        self.waits_since = None
        self._sign()

    def acquire_within(self, seconds: float) -> None:
        """Wait for it so long at most. Raises BusyError, which names the holder."""
        end = time.monotonic() + seconds
        while not self.try_acquire():
            if time.monotonic() > end:
                raise BusyError(
                    f"The store has been locked for {seconds:.0f} s by {self.holder() or 'another process'}.",
                    "Wait for it or end it, then try again.",
                )
            time.sleep(TRY_SECONDS)

    def try_acquire(self) -> bool:
        """Take it if nobody has it. Whoever only looks (`is_locked`) has it for microseconds, so a second time tells."""
        if not self._take():
            time.sleep(TRY_SECONDS)
            if not self._take():
                return False
        self._sign()
        return True

    def _take(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Free it and forget the file."""
        os.close(self._descriptor)

    def holder(self) -> Holder | None:
        """Who wrote into it last: the one who holds it, if anybody does."""
        return read_holder(self.path)

    def _sign(self) -> None:
        """For people who wait; a full disk must not keep who holds it from letting go."""
        with suppress(OSError):
            os.pwrite(self._descriptor, f"{os.getpid()} {_command()}".encode()[:199].ljust(200), 0)

    def __enter__(self) -> FileLock:
        self.acquire()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()


def read_holder(path: Path) -> Holder | None:
    """Who wrote into a lock file last; None when nobody ever did."""
    try:
        pid, _, command = path.read_text("utf-8", "replace").strip().partition(" ")
        return Holder(int(pid), command)
    except (OSError, ValueError):
        return None


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock now. Any number may look at once, and do not take each other for a holder."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _command() -> str:
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:3]])[:150].replace("\n", " ")


# ── errors and places ────────────────────────────────────────────────────────


@contextmanager
def in_our_words(path: Path) -> Iterator[None]:
    """Turn SQLite's and the system's errors into ours; the cause is kept."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, OSError) as error:
        ours = _ours(error, path)
        if ours is None:
            raise
        raise ours from error


def translated(error: BaseException, path: Path) -> BaseException:
    """The same error in our words, or itself when it is not about the disk or a lock."""
    ours = _ours(error, path)
    if ours is None:
        return error
    ours.__cause__ = error
    return ours


def _ours(error: BaseException, path: Path) -> DeskError | None:
    if isinstance(error, DBAPIError):
        error = error.orig or error
    if isinstance(error, OSError):
        return DiskError(
            f"{path.parent} cannot be written: {error.strerror}.", "Free some space or check the folder's rights, then try again."
        )
    if not isinstance(error, sqlite3.Error):
        return None
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in _FULL:
        return DiskError("The disk is full: nothing was saved.", f"Free some space on the disk of {path.parent}, then try again.")
    if code in _BUSY:
        lock = path.with_name(path.name + ".wlock")
        holder = read_holder(lock) if is_locked(lock) else None
        ours = holder is None or holder.pid == os.getpid()  # then it is a program that does not know of our lock
        return BusyError(f"The store is locked by {A_STRANGER if ours else holder}.", "Wait a moment, then try again.")
    if code in _BROKEN:
        return DiskError(f"{path} is damaged.", "Stop the publishing service and restore the newest backup with `daypart restore`.")
    if code in _DISK:
        return DiskError(f"{path} cannot be read or written.", "Check the disk and the folder's rights, then try again.")
    return None


def place_of(path: Path) -> dict[str, str]:
    """Where a store is, to notice that it was copied or restored."""
    return {"host": socket.gethostname(), "path": str(path.resolve()), "inode": str(path.stat().st_ino)}


def settings(connection: Connection) -> dict[str, str]:
    """The pragmas as they are in force, for `doctor`."""
    names = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys", "fullfsync")
    found: dict[str, Any] = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names}
    return {name: str(value) for name, value in found.items()}


VERSION = sqlite3.sqlite_version
