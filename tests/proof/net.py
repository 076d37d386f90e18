"""Hears every COMMIT that wrote and every HTTP call of this process at the lowest level, and every failpoint passed around them."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from importlib import import_module
from itertools import takewhile
from typing import Any, Literal

import pytest

from scheduler import failpoints

Kind = Literal["point", "wrote", "commit", "call", "answered"]
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|ALTER|DROP|WITH)\b", re.IGNORECASE)
_ENDS = re.compile(r"\s*(COMMIT|END|ROLLBACK)\b(?! TO)", re.IGNORECASE)
_TRANSPORTS = (("httpx", "AsyncHTTPTransport"), ("httpx2", "AsyncHTTPTransport"))
"""The second is what the model's client brings along."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    kind: Kind
    what: str


@dataclass(slots=True)
class Line:
    """What happened in one task or thread, in order; it began where its parent had got to."""

    parent: Line | None = None
    forked: int = 0
    events: list[Event] = field(default_factory=list)

    def before(self, n: int) -> Event | None:
        """What came before event `n`, in whoever began this line where it was the first."""
        if n:
            return self.events[n - 1]
        return self.parent.before(self.forked) if self.parent is not None else None

    def after(self, n: int) -> Event | None:
        """What came after event `n`."""
        if n + 1 < len(self.events):
            return self.events[n + 1]
        return self.parent.after(self.forked - 1) if self.parent is not None else None


@dataclass(slots=True)
class Net:
    """Everything heard."""

    lines: list[Line] = field(default_factory=list)
    calls: int = 0
    commits: Counter[str] = field(default_factory=Counter)
    """Transactions that wrote, by the names of what they wrote."""
    strays: list[str] = field(default_factory=list)
    """Writes outside a transaction, and failpoints with a name nobody knows."""

    def holes(self) -> list[str]:
        """Every commit and call that has no failpoint on both sides, in words."""
        return sorted({*self.strays, *(hole for line in self.lines for hole in _holes(line))})


_here: ContextVar[tuple[object, Line] | None] = ContextVar("line of events", default=None)


def _holes(line: Line) -> Iterator[str]:
    for n, event in enumerate(line.events):
        if event.kind == "call" and not _is_point(line.before(n)):
            yield f"no failpoint before the call {event.what}"
        if event.kind == "answered" and not _is_point(line.after(n)):
            yield f"no failpoint after the call {event.what}"
        if event.kind == "commit" and not _is_point(line.before(n), ".before"):
            yield f"no failpoint inside the transaction of {event.what}"
        if event.kind == "commit" and not _is_point(line.after(n), ".after"):
            yield f"no failpoint after the transaction of {event.what}"


def _is_point(event: Event | None, side: str = "") -> bool:
    return event is not None and event.kind == "point" and event.what.endswith(side)


@contextmanager
def listening(patch: pytest.MonkeyPatch) -> Iterator[Net]:
    """Hear everything until the block ends."""
    net = Net()
    _hear_store(net, patch)
    for module, name in _TRANSPORTS:
        _hear_calls(net, getattr(import_module(module), name), patch)
    _hear_files(net, patch)
    failpoints.install(lambda name, _times: _pass(net, name))
    try:
        yield net
    finally:
        failpoints.install(None)


def _line(net: Net) -> Line:
    """Of this task, or of this thread where no task runs."""
    try:
        me: object = asyncio.current_task() or threading.get_ident()
    except RuntimeError:
        me = threading.get_ident()
    known = _here.get()
    if known is not None and known[0] == me:
        return known[1]
    line = Line() if known is None else Line(known[1], len(known[1].events))
    net.lines.append(line)
    _here.set((me, line))
    return line


def _tell(net: Net, kind: Kind, what: str) -> None:
    _line(net).events.append(Event(kind, what))


def _pass(net: Net, name: str) -> None:
    if name not in failpoints.NAMES:
        net.strays.append(f"the failpoint {name} is in no list of scheduler.failpoints")
    _tell(net, "point", name)


# ── the store ────────────────────────────────────────────────────────────────


def _hear_store(net: Net, patch: pytest.MonkeyPatch) -> None:
    real = sqlite3.connect

    def connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = real(*args, **kwargs)
        connection.set_trace_callback(_Statements(net, connection).hear)
        return connection

    patch.setattr(sqlite3, "connect", connect)


@dataclass(slots=True)
class _Statements:
    """What one connection executes."""

    net: Net
    connection: sqlite3.Connection
    wrote: str = ""
    """The first statement of this transaction that writes."""

    def hear(self, statement: str) -> None:
        if _ENDS.match(statement):
            if self.wrote and not statement.lstrip().upper().startswith("ROLLBACK"):
                self._commit()
            self.wrote = ""
        elif _WRITES.match(statement):
            if not self.connection.in_transaction:
                self.net.strays.append(f"a write of its own, in no transaction: {_short(statement)}")
            self.wrote = self.wrote or statement

    def _commit(self) -> None:
        line = _line(self.net)
        batch = list(takewhile(lambda event: _is_point(event, ".before"), reversed(line.events)))
        self.net.commits.update({event.what.removesuffix(".before") for event in batch} or {""})
        line.events.append(Event("commit", _short(self.wrote)))


def _short(statement: str) -> str:
    return " ".join(statement.split())[:60]


# ── HTTP, out and in ─────────────────────────────────────────────────────────


def _hear_calls(net: Net, transport: Any, patch: pytest.MonkeyPatch) -> None:
    real = transport.handle_async_request

    @wraps(real)
    async def handle(self: object, request: Any) -> Any:
        what = f"{request.method} {request.url.path}"
        net.calls += 1
        _tell(net, "call", what)
        try:
            return await real(self, request)
        finally:
            _tell(net, "answered", what)

    patch.setattr(transport, "handle_async_request", handle)


def _hear_files(net: Net, patch: pytest.MonkeyPatch) -> None:
    """Files that are fetched from us."""
    from starlette.responses import FileResponse

    real: Callable[..., Awaitable[None]] = FileResponse.__call__

    async def served(self: FileResponse, scope: Any, receive: Any, send: Any) -> None:
        _tell(net, "call", "a file of ours")
        await real(self, scope, receive, send)
        _tell(net, "answered", "a file of ours")

    patch.setattr(FileResponse, "__call__", served)
