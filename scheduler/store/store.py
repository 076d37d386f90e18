"""The store, opened: one writer, read-only readers, a version that tells when somebody else wrote."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

from config.state_folder import StateFolderError, open_state_folder
from scheduler.clock import Clock
from scheduler.errors import BusyError, DeskError, DiskError, NotFoundError, SettingsError
from scheduler.sentlog import Line, SentLog
from scheduler.store import schema, sqlite
from scheduler.store.sqlite import translated
from scheduler.store.statements import set_meta
from scheduler.store.tables import TABLES
from scheduler.store.writer import Failed, InlineWriter, Order, Outcome, Value, Writer, WriterThread, tell_here, tell_loops

T = TypeVar("T")

DATABASE = "daypart.db"
SENT_LOG = "sent.log"
ASSETS = "assets"
BUSY_SECONDS = 30.0
"""How long a write waits for the write lock of another process before the person is told."""
NAME_HOLDER_SECONDS = 2.0
"""After so long the holder is named in the log."""
log = logging.getLogger("daypart.store")


class Store:
    """One workspace's store. Build it with `Store.open` or, for simulations, `Store.in_memory`."""

    def __init__(self, folder: Path, clock: Clock, writer: Writer, readers: _Readers, sent_log: SentLog | None = None) -> None:
        self._log = sent_log
        self.folder = folder
        self.clock = clock
        self._writer = writer
        self._readers = readers
        self.refused: DeskError | None = None
        """Why nothing can be written, by the last try; None: it could, or nobody tried."""

    @classmethod
    def open(cls, state_dir: Path, clock: Clock, *, create: bool = True, migrate: bool = False) -> Store:
        """Open the store in `state_dir`, made when missing.

        `migrate`: only for the holder of the service lock. Raises NotFoundError when it is missing and may not be made,
        BusyError when it has to be migrated, SettingsError for a place where locks do not hold, DiskError."""
        path = state_dir / DATABASE
        if not path.exists() and not create:
            raise NotFoundError(f"There is no store in {state_dir}.", "Run `daypart apply` or `daypart` in the workspace first.")
        with sqlite.in_our_words(path):
            prepare_folder(state_dir)
            lock = sqlite.FileLock(state_dir / f"{DATABASE}.wlock")
            lock.acquire_within(BUSY_SECONDS)
            try:
                schema.make_ready(path, clock.wall(), migrate=migrate)
            finally:
                lock.release()
            sent_log = SentLog(state_dir / SENT_LOG)
            presence = sqlite.Presence(path)
            writer = WriterThread(sqlite.writing_engine(path), path, sent_log, lock, presence)
            return cls(state_dir, clock, writer, _FileReaders(path, presence), sent_log)

    @classmethod
    def in_memory(cls, clock: Clock, folder: Path, *, sent_log: SentLog | None = None) -> Store:
        """A store without a file, written in the caller's thread. `folder` holds the assets only."""
        connection = sqlite.memory_engine().connect()
        TABLES.create_all(connection)
        set_meta(connection, "workspace_id", uuid.uuid4().hex)
        connection.commit()
        return cls.on_connection(connection, clock, folder, sent_log=sent_log)

    @classmethod
    def on_connection(cls, connection: Connection, clock: Clock, folder: Path, *, sent_log: SentLog | None = None) -> Store:
        """A store on one connection that has the tables already."""
        return cls(folder, clock, InlineWriter(connection, folder / DATABASE, sent_log), _SharedReaders(connection))

    @classmethod
    def copied(cls, state_dir: Path, clock: Clock) -> Store:
        """A copy in memory of the store in `state_dir`, to play with: nothing in that folder is changed, whoever works there now.

        Raises NotFoundError when there is none, BusyError or SettingsError when it is of another version, DiskError."""
        path = state_dir / DATABASE
        if not path.exists():
            raise NotFoundError(f"There is no store in {state_dir}.", "Run `daypart apply` or `daypart` in the workspace first.")
        connection = sqlite.memory_engine().connect()
        sqlite.copy_into(path, connection)
        schema.refuse_others(connection)
        return cls(state_dir, clock, InlineWriter(connection, path), _SharedReaders(connection))

    @property
    def path(self) -> Path:
        """The database file."""
        return self.folder / DATABASE

    @property
    def assets(self) -> Path:
        """Media files under their hashes."""
        return self.folder / ASSETS

    @property
    def sent_log(self) -> Path:
        """The log of what may have left this computer."""
        return self.folder / SENT_LOG

    async def write(
        self, operation: Callable[[Connection], T], *, name: str = "write", before_send: Line | None = None, answer: Line | None = None
    ) -> T:
        """Run `operation` in the writer's next transaction; returns after it is durable.

        An operation must not wait for another one. When it raises, only its own changes are undone and the error comes back
        here. Raises BusyError and DiskError: then nothing of it was saved."""
        loop = asyncio.get_running_loop()
        told: asyncio.Future[T] = loop.create_future()
        order = Order(operation, name, told, before_send, answer)
        self._writer.submit(order)
        if told.done():
            return told.result()
        patience = loop.call_later(NAME_HOLDER_SECONDS, self._name_holder, order)
        try:
            written = await told
        except (DiskError, BusyError) as error:
            self.refused = error
            raise
        finally:
            patience.cancel()
        self.refused = None
        return written

    def _name_holder(self, order: Order[T]) -> None:
        if order.told.done():
            return
        holder = self.lock_holder()
        log.warning("the store has been locked for %.0f s and more by %s", NAME_HOLDER_SECONDS, holder)
        self.refused = BusyError(f"The store is locked by {holder}.", "What you typed waits for it.")
        asyncio.get_running_loop().call_later(BUSY_SECONDS - NAME_HOLDER_SECONDS, self._give_up, order)

    def _give_up(self, order: Order[T]) -> None:
        if order.told.done() or not order.withdraw():  # it has the lock by now
            return
        words = f"The store has been locked for {BUSY_SECONDS:.0f} s by {self.lock_holder()}."
        order.told.set_exception(BusyError(words, "Wait for it or end it, then try again."))

    async def shorten_sent_log(self, shorter: Path, seen: int) -> None:
        """Put a shorter sent log in place, made of the first `seen` bytes of the present one. Only for the service: nobody else
        appends to it, and the writer does not while this happens."""
        log = self._log
        if log is not None:
            await self.write(lambda _conn: log.swap(shorter, seen), name="rotate")

    async def read(self, operation: Callable[[Connection], T]) -> T:
        """Run a reading operation on a consistent view of the store."""
        return await self._readers.run(operation)

    async def data_version(self) -> int:
        """A number that is another one after any connection or process changed the store."""
        return await self._readers.data_version()

    def lock_holder(self) -> str:
        """Who holds the write lock, in words."""
        holder = sqlite.read_holder(self.folder / f"{DATABASE}.wlock") if self._writer.waits_for_lock else None
        return str(holder or sqlite.A_STRANGER)

    async def close(self) -> None:
        """Write what waits, then let go of the file."""
        await asyncio.to_thread(self._writer.close)
        await self._readers.close()


def prepare_folder(folder: Path) -> None:
    """Make the state folder: for its owner alone, never in a repository, on a disk that keeps its word.

    Raises SettingsError for a place where it must not be, DiskError where it cannot be made."""
    try:
        open_state_folder(folder)
    except StateFolderError as error:
        kind = DiskError if isinstance(error.__cause__, OSError) else SettingsError
        raise kind(str(error), error.hint) from error
    (folder / ASSETS).mkdir(mode=0o700, exist_ok=True)


_Question = tuple[Callable[[Connection], Any], "asyncio.Future[Any]"]
"""What somebody wants to read, and who hears of it."""


class _Readers(Protocol):
    """Runs reading operations."""

    async def run(self, operation: Callable[[Connection], T]) -> T: ...

    async def data_version(self) -> int: ...

    async def close(self) -> None: ...


class _FileReaders(_Readers):
    """Two threads with a read-only connection each, and one connection that only watches the version.

    What one turn of the loop wants to read goes to a thread together and is read in one transaction."""

    def __init__(self, path: Path, presence: sqlite.Presence) -> None:
        self._path = path
        self._presence = presence
        self._engine = sqlite.reading_engine(path)
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="daypart-reader")
        self._gathering = threading.Lock()
        self._gathered: list[_Question] = []
        self._local = threading.local()
        self._open: list[Connection] = []
        self._watcher: Connection | None = None

    async def run(self, operation: Callable[[Connection], T]) -> T:
        loop = asyncio.get_running_loop()
        told: asyncio.Future[T] = loop.create_future()
        with self._gathering:
            first = not self._gathered
            self._gathered.append((operation, told))
        if first:
            loop.call_soon(self._hand_over)
        return await told

    def _hand_over(self) -> None:
        with self._gathering:
            questions, self._gathered = self._gathered, []
        try:
            self._threads.submit(self._answer, questions)
        except RuntimeError as closed:
            tell_here([(told, Failed(closed)) for _, told in questions])

    def _answer(self, questions: Sequence[_Question]) -> None:
        try:
            self._presence.check()
            connection = self._connection()
            with connection.begin():
                self._presence.check_schema(connection)
                results = [(told, self._outcome(connection, operation)) for operation, told in questions]
        except Exception as error:
            failed = Failed(translated(error, self._path))
            results = [(told, failed) for _, told in questions]
        tell_loops(results)

    def _outcome(self, connection: Connection, operation: Callable[[Connection], object]) -> Outcome:
        try:
            return Value(operation(connection))
        except Exception as error:
            return Failed(translated(error, self._path))

    async def data_version(self) -> int:
        """Asked four times a second for as long as the service lives: 5 µs here, 200 µs by way of a thread. It reads no page."""
        self._presence.check()
        with sqlite.in_our_words(self._path):
            if self._watcher is None:
                self._watcher = self._engine.connect()
                self._open.append(self._watcher)
            return sqlite.data_version(self._watcher)

    def _connection(self) -> Connection:
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._engine.connect()
            self._open.append(connection)
        return connection

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)
        for connection in self._open:
            connection.close()


class _SharedReaders(_Readers):
    """Reads on the one connection of a store in memory: one thread, so nothing is written meanwhile and a view needs no transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def run(self, operation: Callable[[Connection], T]) -> T:
        try:
            return operation(self._connection)
        finally:
            if self._connection.in_transaction():  # plain Core begins one by itself
                self._connection.rollback()

    async def data_version(self) -> int:
        return int(self._connection.exec_driver_sql("SELECT total_changes()").scalar_one())

    async def close(self) -> None:
        self._connection.close()


def readable_by_others(folder: Path) -> list[Path]:
    """Files of the state folder that other users of this computer could read, for `doctor`."""
    return [path for path in sorted(folder.iterdir()) if path.name != ".gitignore" and os.stat(path).st_mode & 0o077]
