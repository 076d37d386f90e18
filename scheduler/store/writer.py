"""The one writer of a process: what waits goes into one transaction, and everyone is told after it is durable.

Order of one batch: lines of answers into the sent log · write lock · BEGIN · operations, each in a savepoint of its own · COMMIT ·
lines of sends into the sent log, synced · write lock free · futures. So a request leaves only after its intent is on disk twice,
and the id a platform gave survives a store that cannot be written.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Engine

from scheduler.failpoints import fail
from scheduler.sentlog import Line, SentLog
from scheduler.store.sqlite import FileLock, Presence, checkpoint, in_transaction, savepoint, translated

T = TypeVar("T")
Operation = Callable[[Connection], T]

BATCH_OPERATIONS = 256
LEAVE_SECONDS = 2.0
"""How long closing waits for a lock that another process holds."""
log = logging.getLogger("daypart.store")


@dataclass(slots=True, eq=False)
class Order(Generic[T]):
    """One operation that waits to be written."""

    operation: Operation[T]
    name: str
    told: asyncio.Future[T]
    """Hears of the result, in its own loop, after COMMIT."""
    before_send: Line | None = None
    """Goes into the sent log, synced, when the operation's result is true."""
    answer: Line | None = None
    """Goes into the sent log first, whatever becomes of the operation."""
    _taken: bool = False

    def take(self) -> bool:
        """The writer begins with it; False: it was withdrawn. Only under `_TAKING`."""
        taken, self._taken = self._taken, True
        return not taken

    def withdraw(self) -> bool:
        """Never begin with it; False: too late."""
        with _TAKING:
            return self.take()


_TAKING = threading.Lock()


class Writer(Protocol):
    """Writes orders, in order."""

    def submit(self, order: Order[T]) -> None:
        """Put it in the queue."""

    @property
    def waits_for_lock(self) -> bool:
        """Whether another daypart has the write lock; if not, whoever holds the store does not know of that lock."""

    def close(self) -> None:
        """Write what waits, then end."""


class Batch:
    """Writes several orders in one transaction."""

    def __init__(
        self,
        connection: Connection,
        path: Path,
        sent_log: SentLog | None,
        lock: FileLock | None,
        tell: Tell,
        presence: Presence | None = None,
    ) -> None:
        self._presence = presence
        self._connection = connection
        self._path = path
        self._sent_log = sent_log
        self._lock = lock
        self._tell = tell

    def write(self, orders: Sequence[Order[Any]]) -> None:
        """Write all, then tell everyone."""
        self._keep_answers(orders)
        with self._locked():
            with _TAKING:  # only now: who waited too long for another process may still have gone away
                orders = [order for order in orders if order.take()]
            outcomes = self._outcomes(orders) if orders else []
        self._tell([(order.told, outcome) for order, outcome in zip(orders, outcomes, strict=True)])

    def _outcomes(self, orders: Sequence[Order[Any]]) -> list[Outcome]:
        try:
            if self._presence is not None:
                self._presence.check()
            outcomes = self._transaction(orders)
        except _TransactionLostError as lost:
            if len(orders) == 1:
                return [Failed(translated(lost.cause, self._path))]
            return [outcome for order in orders for outcome in self._outcomes([order])]  # the others still fit
        except BaseException as error:  # COMMIT itself failed: nobody is told that it was written
            self._keep_answers_safe()
            return [Failed(translated(error, self._path)) for _ in orders]
        self._announce_sends(orders, outcomes)
        return outcomes

    def _locked(self) -> FileLock | _NoLock:
        return self._lock if self._lock is not None else _NoLock()

    def _transaction(self, orders: Sequence[Order[Any]]) -> list[Outcome]:
        with self._connection.begin():
            if self._presence is not None:
                self._presence.check_schema(self._connection)
            outcomes = [self._one(order) for order in orders]
            for order in orders:
                fail(f"{order.name}.before")
        for order in orders:
            fail(f"{order.name}.after")
        return outcomes

    def _one(self, order: Order[Any]) -> Outcome:
        savepoint(self._connection, "SAVEPOINT")
        try:
            value = order.operation(self._connection)
        except Exception as error:
            if not in_transaction(self._connection):  # a full disk undoes the whole transaction, not only the statement
                raise _TransactionLostError(error) from error
            savepoint(self._connection, "ROLLBACK TO")
            return Failed(translated(error, self._path))
        finally:
            if in_transaction(self._connection):
                savepoint(self._connection, "RELEASE")
        return Value(value)

    def _announce_sends(self, orders: Sequence[Order[Any]], outcomes: list[Outcome]) -> None:
        places = [i for i, order in enumerate(orders) if order.before_send is not None and outcomes[i].is_true()]
        lines = [line for i in places if (line := orders[i].before_send) is not None]
        if not lines or self._sent_log is None:
            return
        try:
            self._sent_log.append(lines, sync=True)
        except OSError as error:  # only these may not go out; the rest of the batch is written
            for place in places:
                outcomes[place] = Failed(translated(error, self._path))

    def _keep_answers(self, orders: Sequence[Order[Any]]) -> None:
        lines = [order.answer for order in orders if order.answer is not None]
        if lines and self._sent_log is not None:
            try:
                self._sent_log.append(lines, sync=False)
            except OSError:
                log.exception("the sent log cannot be written; the store is still tried")

    def _keep_answers_safe(self) -> None:
        if self._sent_log is not None:
            try:
                self._sent_log.append((), sync=True)
            except OSError:
                log.exception("the sent log cannot be written")


class WriterThread:
    """The writer of a file: a thread of its own with the only connection that may write."""

    def __init__(self, engine: Engine, path: Path, sent_log: SentLog, lock: FileLock, presence: Presence) -> None:
        self._presence = presence
        self._engine = engine
        self._path = path
        self._sent_log = sent_log
        self._lock = lock
        self._orders: queue.SimpleQueue[Sequence[Order[Any]] | None] = queue.SimpleQueue()
        self._gathering = threading.Lock()
        self._gathered: list[Order[Any]] = []
        """What was ordered in this turn of the loop; goes to the thread together."""
        self._thread = threading.Thread(target=self._run, name="daypart-writer", daemon=True)
        self._thread.start()

    def submit(self, order: Order[T]) -> None:
        with self._gathering:
            first = not self._gathered
            self._gathered.append(order)
        if first:
            asyncio.get_running_loop().call_soon(self._hand_over)

    def _hand_over(self) -> None:
        with self._gathering:
            orders, self._gathered = self._gathered, []
        if orders:
            self._orders.put(orders)

    @property
    def waits_for_lock(self) -> bool:
        return self._lock.waits_since is not None

    def close(self) -> None:
        self._hand_over()
        self._orders.put(None)
        while self._thread.is_alive():
            self._thread.join(0.1)
            since = self._lock.waits_since
            if since is not None and time.monotonic() - since > LEAVE_SECONDS:
                return  # another process holds the lock: nothing was begun, and who asked has been told
        self._sent_log.close()
        self._lock.close()

    def _run(self) -> None:
        with self._lock:
            connection = self._engine.connect()
        batch = Batch(connection, self._path, self._sent_log, self._lock, tell_loops, self._presence)
        for orders in self._batches():
            batch.write(orders)
        with self._lock:
            try:
                checkpoint(connection)
            except sqlite3.Error as error:  # all is written already: the next one to open the file moves the log into it
                log.warning("the store's log could not be moved into its file: %s", error)
            connection.close()

    def _batches(self) -> Iterator[list[Order[Any]]]:
        """What waits, as much as fits into one transaction, until the writer is closed."""
        waiting: list[Order[Any]] = []
        open_for_more = True
        while waiting or open_for_more:
            while open_for_more and (not waiting or not self._orders.empty()):
                handed_over = self._orders.get()
                open_for_more = handed_over is not None
                waiting += handed_over or ()
            if waiting:
                yield waiting[:BATCH_OPERATIONS]
            waiting = waiting[BATCH_OPERATIONS:]


class InlineWriter:
    """Writes at once in the caller's thread: for stores in memory, where histories must be repeatable."""

    def __init__(self, connection: Connection, path: Path, sent_log: SentLog | None = None) -> None:
        self._batch = Batch(connection, path, sent_log, None, tell_here)

    def submit(self, order: Order[T]) -> None:
        self._batch.write([order])

    @property
    def waits_for_lock(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing waits here."""


class _TransactionLostError(Exception):
    """One operation made the database undo all of them."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Outcome(Protocol):
    """What came of one operation."""

    def is_true(self) -> bool: ...

    def resolve(self, told: asyncio.Future[Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class Value:
    """Its result."""

    value: object

    def is_true(self) -> bool:
        return bool(self.value)

    def resolve(self, told: asyncio.Future[Any]) -> None:
        told.set_result(self.value)


@dataclass(frozen=True, slots=True)
class Failed:
    """What it raised, in our words."""

    error: BaseException

    def is_true(self) -> bool:
        return False

    def resolve(self, told: asyncio.Future[Any]) -> None:
        told.set_exception(self.error)


Told = tuple[asyncio.Future[Any], Outcome]
Tell = Callable[[Sequence[Told]], None]


def tell_loops(results: Sequence[Told]) -> None:
    """Let everyone know, from another thread: each loop is woken once for all of a batch."""
    by_loop: defaultdict[asyncio.AbstractEventLoop, list[Told]] = defaultdict(list)
    for told, outcome in results:
        by_loop[told.get_loop()].append((told, outcome))
    for loop, its in by_loop.items():
        try:
            loop.call_soon_threadsafe(tell_here, its)
        except RuntimeError:  # the loop is closed: nobody is left to hear
            log.debug("nobody waits for %d results any more", len(its))


def tell_here(results: Sequence[Told]) -> None:
    """Let everyone know, in their own loop."""
    for told, outcome in results:
        if not told.done():  # who asked may have been cut off
            outcome.resolve(told)


class _NoLock:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None
