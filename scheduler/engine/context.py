"""What the engine works with, handed in: store, clock, tokens, adapters, chance. It knows no file, no network, no machine."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from sqlalchemy import Connection, bindparam, select

from adapters.contract import Account, Adapter, Journal, JournalEntry, Publication, Receipt, Target
from scheduler.accounts.tokens import Keys, Tokens
from scheduler.clock import Clock
from scheduler.content import kept as content
from scheduler.errors import DeskError
from scheduler.sentlog import Line, SentHistory
from scheduler.store import journal
from scheduler.store.journal import Attempt, Moment
from scheduler.store.queue import Lease
from scheduler.store.ready import Ready
from scheduler.store.statements import CONTENT
from scheduler.store.store import Store

T = TypeVar("T")
HASH_INLINE_BYTES = 1 << 20
"""More than this is hashed in a thread, so that the loop stays free."""
GLANCE_SECONDS = 1.0
"""While a delivery waits for its time, a hold, a move or a cancellation is seen after so long."""
PERSIST_FIRST_SECONDS = 0.5
PERSIST_MOST_SECONDS = 2.0
"""A post whose time has come waits for no more than this after its store is back."""
FIRST_LOOKS = 10_000
"""So many are remembered; forgetting one only makes its look wait longer."""
log = logging.getLogger("daypart.engine")


class Chance(Protocol):
    """Where jitter comes from."""

    def random(self) -> float:
        """A number in 0 … 1."""


@dataclass(frozen=True, slots=True)
class Identity:
    """This process as the store knows it."""

    node: str
    boot_id: str
    started_wall: int
    started_boot: int


@dataclass(slots=True)
class Context:
    """Everything a worker needs."""

    store: Store
    clock: Clock
    tokens: Tokens
    build: Callable[[Account], Adapter]
    chance: Chance
    me: Identity
    clock_trusted: Callable[[], bool] = lambda: True
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    glance: float = GLANCE_SECONDS
    """Longer in rehearsals, where nobody else changes the store."""
    measure: Callable[[Work], Awaitable[str]] | None = None
    """How the digest of what would leave is made; None: from the files' bytes, read again."""
    doubted_to: int = 0
    """Deliveries up to this id stood in a copy that was taken into service: another copy may have sent them."""
    strangers: dict[str, SentHistory] = field(default_factory=dict)
    """What the sent log says of keys that the store does not know, or not yet."""

    _first_looks: dict[tuple[int, Attempt], int] = field(default_factory=dict)

    def first_look(self, delivery: int, attempt: Attempt) -> int:
        """When this process first looked for an attempt of another boot, by our boot clock."""
        if len(self._first_looks) > FIRST_LOOKS:
            del self._first_looks[next(iter(self._first_looks))]
        return self._first_looks.setdefault((delivery, attempt), self.clock.boot())

    @property
    def actor(self) -> str:
        """Who changes states here."""
        return f"engine:{self.me.node}"

    def moment(self) -> Moment:
        """Now, by both clocks."""
        return Moment(self.clock.wall(), self.clock.boot(), self.me.boot_id)

    async def within(self, seconds: float, work: Awaitable[T]) -> T:
        """The result, or TimeoutError after so many of our seconds."""
        async with asyncio.timeout(seconds / self.clock.speed):
            return await work

    async def persist(self, operation: Callable[[Connection], T], name: str, *, answer: Line | None = None) -> T:
        """Write what must not be lost: while disk or lock stand in the way, again and again. What the operation may still change is
        for its fence and states to say: meanwhile the delivery may be another's."""
        pause = PERSIST_FIRST_SECONDS
        while True:
            try:
                return await self.store.write(operation, name=name, answer=answer)
            except DeskError as error:
                if self.stopping.is_set():
                    raise
                if pause == PERSIST_FIRST_SECONDS:  # once is enough: the disk may be full for hours
                    log.warning("what happened cannot be saved yet (%s): %s", name, error)
            await self.clock.sleep(pause)
            pause, answer = min(pause * 2, PERSIST_MOST_SECONDS), None


@dataclass(frozen=True, slots=True)
class Work:
    """A lease with everything its adapter needs."""

    lease: Lease
    keys: Keys
    adapter: Adapter
    publication: Publication
    all_of_key: tuple[Publication, ...]
    journal: Journal

    @property
    def remote(self) -> str:
        """The platform's own id of the account."""
        return str(self.keys.row["remote_account_id"] or "")

    def with_entry(self, entry: JournalEntry) -> Work:
        """The same with one more line in its journal, or a newer state of one."""
        others = tuple(e for e in self.journal.entries if e.seq != entry.seq)
        return replace(self, journal=Journal((*others, entry)))


async def gather(ctx: Context, lease: Lease, keys: Keys) -> Work:
    """Read what is to be sent and what was done before. Raises LookupError when the content is gone."""
    body, root, parent, entries = await ctx.store.read(lambda conn: _read(conn, lease))
    if body is None:
        raise LookupError(f"{lease.key} has no content")
    everything = content.load(body, ctx.store.assets, key=lease.root_key, due=lease.first_due, root=root, parent=parent)
    mine = next((p for p in everything if p.key == lease.key), None)
    if mine is None:
        raise LookupError(f"{lease.key} is not in its content")
    return Work(lease, keys, ctx.build(keys.account), mine, everything, Journal(entries))


def _read(conn: Connection, lease: Lease) -> tuple[str | None, Receipt | None, Receipt | None, tuple[JournalEntry, ...]]:
    body: str | None = _BODY.value(conn, b_id=lease.content_id)
    root = None if lease.parent_id is None else journal.receipt_of(conn, key=lease.root_key)
    parent = None if lease.parent_id is None else journal.receipt_of(conn, delivery_id=lease.parent_id)
    return body, root, parent, journal.entries(conn, lease.id)


_BODY = Ready(select(CONTENT.c.body).where(CONTENT.c.id == bindparam("b_id")))


async def digest_of_bytes(work: Work) -> str:
    """The digest of what would really leave: files read again, the account as it is now. Raises OSError."""
    target = Target(work.keys.row["platform"], work.remote)
    if content.bytes_of(work.all_of_key) <= HASH_INLINE_BYTES:
        return content.digest(content.as_found(work.all_of_key, target))
    return content.digest(await asyncio.to_thread(content.as_found, work.all_of_key, target))
