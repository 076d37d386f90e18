"""A store at work, copied after each durable batch: what the disk holds, what was acknowledged, and where the unsynced rest begins."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from adapters.contract import Unknown
from scheduler.clock import SystemClock
from scheduler.sentlog import SentLog
from scheduler.store import sqlite, writer
from scheduler.store.store import DATABASE, SENT_LOG, Store
from scheduler.store.writer import Batch, Order
from tests.scheduler.scripted import Act, Platform, lost, says, works
from tests.scheduler.stage import Stage, make_engine, publication

WAL = f"{DATABASE}-wal"
HEADER, FRAME = 32, 24
"""Bytes before the first frame of a write-ahead log, and before each page in it."""
SMALL_LOG = 60
"""Pages after which the log is moved into the file: often enough to meet every state of both."""


@dataclass(frozen=True, slots=True)
class Copy:
    """All bytes of a store at one instant."""

    database: bytes
    wal: bytes
    sent: bytes

    def write(self, folder: Path) -> None:
        """A state folder that holds exactly this."""
        folder.mkdir(mode=0o700, exist_ok=True)
        for name, data in ((DATABASE, self.database), (WAL, self.wal), (SENT_LOG, self.sent)):
            (folder / name).write_bytes(data)

    @property
    def page(self) -> int:
        """Bytes of a page."""
        return int.from_bytes(self.wal[8:12], "big")

    @property
    def salt(self) -> bytes:
        """Which life of the write-ahead log this is."""
        return self.wal[16:24]

    def end(self) -> int:
        """Where the frames of this life end."""
        size, at = FRAME + self.page, HEADER
        while self.wal[at + 8 : at + 16] == self.salt and len(self.wal) >= at + size:
            at += size
        return at

    def pages(self) -> set[int]:
        """Numbers of the pages that are in the log."""
        size = FRAME + self.page
        return {int.from_bytes(self.wal[at : at + 4], "big") for at in range(HEADER, self.end(), size)}


@dataclass
class Moment:
    """One batch: the store when the one before it was acknowledged, and when it was itself."""

    before: Copy
    after: Copy
    folder: Path

    @property
    def unsynced(self) -> int:
        """From this byte of the log on, nothing was acknowledged before. When the log begins a new life, its header is synced before the
        first frame is written (`walFrames` of SQLite does so unless told not to sync)."""
        return HEADER if self.is_new_life else self.before.end()

    @property
    def is_new_life(self) -> bool:
        """Whether the log was moved into the file, and began anew with this batch."""
        return self.before.salt != self.after.salt

    @cached_property
    def states(self) -> tuple[str, str]:
        """What the undamaged store says before and after the batch."""
        return tuple(self._said(name, copy) for name, copy in (("before", self.before), ("after", self.after)))  # type: ignore[return-value]

    def _said(self, name: str, copy: Copy) -> str:
        folder = self.folder / name
        copy.write(folder)
        with closing(sqlite3.connect(folder / DATABASE)) as store:
            return fingerprint(store)


def fingerprint(store: sqlite3.Connection) -> str:
    """Of everything every table says."""
    return sha256("\n".join(store.iterdump()).encode()).hexdigest()


# ── the work ─────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Recorder:
    """Copies the files in the writer's own thread, before anyone is told that a batch is durable."""

    folder: Path
    chosen: Callable[[int], bool]
    last: Copy | None = None
    number: int = 0
    moments: list[tuple[Copy, Copy]] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)

    def note(self, connection: Any) -> None:
        """One more batch is on disk."""
        if not self.settings:
            with connection.begin():
                self.settings = sqlite.settings(connection)
        wanted = self.chosen(self.number)
        now = self._copy() if wanted or self.chosen(self.number + 1) else None
        if wanted and self.last is not None and now is not None and len(now.wal) > HEADER:
            self.moments.append((self.last, now))
        self.last, self.number = now, self.number + 1

    def _copy(self) -> Copy:
        found = [self.folder / name for name in (DATABASE, WAL, SENT_LOG)]
        return Copy(*(path.read_bytes() if path.exists() else b"" for path in found))


def record(folder: Path, seed: int, moments: int) -> tuple[list[Moment], dict[str, str]]:
    """Let an engine publish, and keep about so many moments of it; with them the settings in force on the writing connection."""
    chance = random.Random(f"torn {seed}")
    posts = max(moments * 2, 12)
    recorder = Recorder(folder / "state", lambda number: number > 2 and (number * 2_654_435_761 + seed) % 5 < 2)
    original = Batch._outcomes

    def watched(batch: Batch, orders: Sequence[Order[Any]]) -> Any:
        outcomes = original(batch, orders)
        recorder.note(batch._connection)
        return outcomes

    writer.Batch._outcomes = watched  # type: ignore[method-assign,assignment]
    try:
        asyncio.run(_publish(folder / "state", chance, posts))
    finally:
        writer.Batch._outcomes = original  # type: ignore[method-assign]
    kept = sorted(recorder.moments, key=lambda pair: (pair[0].salt == pair[1].salt, chance.random()))[:moments]
    for n in range(len(kept)):
        (folder / f"moment{n}").mkdir()
    return [Moment(*pair, folder / f"moment{n}") for n, pair in enumerate(kept)], recorder.settings


async def _publish(state: Path, chance: random.Random, posts: int) -> None:
    clock = SystemClock()
    store = Store.open(state, clock)
    await store.write(lambda conn: conn.exec_driver_sql(f"PRAGMA wal_autocheckpoint={SMALL_LOG}").fetchall())
    acts: list[Act] = [works, works, works, lost, says(Unknown("503", "503", http_status=503))]
    platform = Platform(seconds=0.0, step_names=("upload",), commits=[chance.choice(acts) for _ in range(posts)])
    stage = Stage(clock, platform, store, make_engine(store, clock, platform), state)  # type: ignore[arg-type]
    for account in range(3):
        await stage.add_account(f"account{account}")
    for n in range(posts):
        await stage.add(publication(f"Post {n} " + "x" * chance.randrange(3_000)), due=clock.wall(), account=f"account{n % 3}")
        if chance.random() < 0.5:
            await stage.engine.fire()
            await asyncio.sleep(0)
    await stage.engine.run_due()
    await store.close()


__all__ = ["Copy", "Moment", "Recorder", "SentLog", "fingerprint", "record"]
