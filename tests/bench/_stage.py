"""What the benchmarks of the service share: a store filled by SQL, adapters that do next to nothing, the service around them, figures."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from adapters.contract import (
    Absent,
    Account,
    Adapter,
    CannotTell,
    CommitClass,
    Connection,
    Counted,
    Credentials,
    Disclosure,
    Journal,
    Look,
    NoFigures,
    Outcome,
    Preview,
    Problem,
    Publication,
    Published,
    Receipt,
    RemotePost,
    Standing,
    Step,
    Target,
)
from adapters.errors import ConnectError
from adapters.limits import LIMITS, Limits
from config.options import BlueskyOptions
from daypart.heap import give_back_at_once, seldom_look_for_rubbish
from scheduler.accounts.vault import Vault
from scheduler.clock import DAY, HOUR, SECOND, SystemClock
from scheduler.content import kept as content
from scheduler.service.outside import Wiring
from scheduler.service.service import run_service
from scheduler.store.store import DATABASE, Store

FIRST_OTHER = 10_000_000
"""Row ids of posts that only stand in the queue begin here."""


class Nothing:
    """An adapter whose platform says yes at once."""

    platform: ClassVar[str] = "bluesky"
    settle: ClassVar[float] = 0.0
    derives_keys: ClassVar[bool] = True
    lead: ClassVar[float] = 0.0

    def limits(self) -> Limits:
        return LIMITS["bluesky"]

    def commit_class(self, publication: Publication) -> CommitClass:
        return CommitClass.HANDLE

    def lead_for(self, publication: Publication) -> float:
        return 0.0

    def check(self, publication: Publication) -> list[Problem]:
        return []

    def preview(self, publication: Publication) -> Preview:
        return Preview("", publication.text, None, ())

    def safe_steps(self, publication: Publication, journal: Journal) -> Sequence[Step]:
        return ()

    def commit_handle(self, publication: Publication, journal: Journal) -> str:
        return publication.key

    async def commit(self, publication: Publication, journal: Journal) -> Outcome:
        return Published(Receipt(publication.key, None))

    async def look_up(self, publication: Publication, journal: Journal) -> Look:
        return CannotTell("not in this benchmark")

    async def recent(self) -> list[RemotePost] | None:
        return None

    async def read(self, remote_id: str) -> Standing | Absent | CannotTell:
        return CannotTell("not in this benchmark")

    async def metrics(self, receipt: Receipt) -> Counted:
        return NoFigures("nobody counts here")

    async def connect(self, secret: str) -> Connection:
        raise ConnectError("a benchmark begins with its accounts connected")

    async def refresh(self) -> Credentials | None:
        return None


class PlainCipher:
    """The benchmarks are about sending, not about sealing."""

    def seal(self, plain: bytes, *, aad: str) -> bytes:
        return plain

    def unseal(self, sealed: bytes, *, aad: str) -> bytes:
        return sealed


# ── the store ────────────────────────────────────────────────────────────────

_DUE_COLUMNS = "id, post_id, account_id, key, kind, state, digest, content_id, due, prepare_at, send_until, late, cls, created_at"
_PLAIN_COLUMNS = "part, parts, tz, wall, next_at, fence, beat, look_n, remote_extra, tries, ai, repeat_ok"
_OTHERS = (
    f"INSERT INTO delivery ({_DUE_COLUMNS}, {_PLAIN_COLUMNS})"
    " WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :rows - 1)"
    " SELECT :first + i, 1, i % :accounts + 1, 'o/p' || i || '@a' || (i % :accounts + 1), 'post', 'queued', 'other', NULL,"
    " :from + i * :step, :from + i * :step, :from + i * :step + :late, :late, 'handle', 0,"
    " 1, 1, 'UTC', '', 0, 0, 0, 0, '{}', 0, 'human', 0 FROM n"
)
_OTHERS_APPROVED = (
    "INSERT INTO approval (delivery_id, digest, person_id, actor_kind, at, window_from, window_to, review)"
    " SELECT id, 'other', 'p', 'person', 0, due - 86400000000, due + 86400000000, '{}' FROM delivery WHERE id >= :first"
)


async def make_store(folder: Path, *, accounts: int) -> None:
    """An empty store with signed-in accounts."""
    await (store := Store.open(folder, SystemClock())).close()
    sealed = Vault(PlainCipher()).seal(1, Credentials(access="a"))
    rows = [(n, f"a{n}", "bluesky", f"a{n}", "http://127.0.0.1", f"did:{n}", "ok", sealed, 1) for n in range(1, accounts + 1)]
    with filling(store.folder) as db:
        db.executemany(
            "INSERT INTO account (id, name, platform, handle, server, remote_account_id, state, token_enc, first_sent_at, token_gen,"
            " refresh_fence, auto_resend_after_absence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0)",
            rows,
        )
        db.execute("INSERT INTO post (id, workspace_id, campaign, slug, title, managed_by, created_by, created_at)"
                   " VALUES (1, 'w', 'o', 'p', 't', 'tui', '', 0)")  # fmt: skip


def add_others(folder: Path, rows: int, *, accounts: int) -> None:
    """Approved posts of the coming month, none of them due today."""
    start, step = SystemClock().wall() + DAY, 30 * DAY // max(rows, 1)
    values = {"rows": rows, "first": FIRST_OTHER, "accounts": accounts, "from": start, "step": step, "late": 2 * HOUR}
    with filling(folder) as db:
        db.execute(_OTHERS, values)
        db.execute(_OTHERS_APPROVED, {"first": FIRST_OTHER})


def add_due(folder: Path, dues: Sequence[int], *, accounts: int) -> None:
    """One approved post for each due instant, on all accounts in turn."""
    posts, contents, deliveries, approvals = [], [], [], []
    for n, due in enumerate(dues, 2):
        account = n % accounts + 1
        acts = (_act(f"Good morning {n}", f"did:{account}"),)
        digest = content.digest(acts)
        posts.append((n, f"p{n}"))
        contents.append((n, n, digest, content.dump(acts), content.twin(acts)))
        deliveries.append((n, n, account, f"c/p{n}@a{account}", digest, n, due, due, due + 2 * HOUR))
        approvals.append((n, digest, due - DAY, due + DAY))
    with filling(folder) as db:
        db.executemany("INSERT INTO post (id, workspace_id, campaign, slug, title, managed_by, created_by, created_at)"
                       " VALUES (?, 'w', 'c', ?, 't', 'tui', '', 0)", posts)  # fmt: skip
        db.executemany("INSERT INTO content (id, post_id, digest, body, twin, created_by_kind, created_at)"
                       " VALUES (?, ?, ?, ?, ?, 'person', 0)", contents)  # fmt: skip
        db.executemany(
            f"INSERT INTO delivery ({_DUE_COLUMNS}, {_PLAIN_COLUMNS})"
            " VALUES (?, ?, ?, ?, 'post', 'queued', ?, ?, ?, ?, ?, 7200000000, 'handle', 0,"
            " 1, 1, 'UTC', '', 0, 0, 0, 0, '{}', 0, 'human', 0)",
            deliveries,
        )
        db.executemany("INSERT INTO approval (delivery_id, digest, person_id, actor_kind, at, window_from, window_to, review)"
                       " VALUES (?, ?, 'p', 'person', 0, ?, ?, '{}')", approvals)  # fmt: skip


@contextmanager
def filling(folder: Path) -> Iterator[sqlite3.Connection]:
    """One transaction on the file, as fast as may be: nobody minds if a benchmark's store is lost."""
    with closing(sqlite3.connect(folder / DATABASE)) as db:
        db.execute("PRAGMA synchronous=OFF")
        db.execute("PRAGMA cache_size=-500000")
        with db:
            yield db
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _act(text: str, account: str) -> Publication:
    return Publication("", "post", 1, 1, text, (), ("en",), None, BlueskyOptions(), Disclosure(), Target("bluesky", account), 0)


# ── the service ──────────────────────────────────────────────────────────────


def as_the_daemon() -> None:
    """What `daypart daemon` sets before it begins."""
    give_back_at_once()
    seldom_look_for_rubbish()


@dataclass(frozen=True, slots=True)
class Used:
    """CPU seconds from shortly before the due instant to the last receipt."""

    cpu: float
    by_thread: dict[str, float]


async def serve_until_published(folder: Path, build: Callable[[Account], Adapter], *, due: int, posts: int) -> Used:
    """Run the real service until so many posts are public."""
    stop, clock = asyncio.Event(), SystemClock()

    async def no_clock(_server: str) -> int | None:
        return None

    service = asyncio.create_task(run_service(folder, stop=stop, wiring=Wiring(folder, PlainCipher(), build, no_clock)))
    await asyncio.sleep(max(0.0, (due - clock.wall()) / SECOND - 0.5))
    cpu, threads = cpu_seconds(), cpu_by_thread()
    await asyncio.to_thread(_wait_until_published, folder, posts)
    used = Used(cpu_seconds() - cpu, {name: spent - threads.get(name, 0.0) for name, spent in cpu_by_thread().items()})
    stop.set()
    await service
    return used


def _wait_until_published(folder: Path, posts: int) -> None:
    with closing(sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True, timeout=30)) as store:
        while store.execute("SELECT count(*) FROM delivery WHERE state = 'published'").fetchone()[0] < posts:
            time.sleep(0.2)


def lags_of(folder: Path, state: str) -> list[float]:
    """Seconds from each post's due instant to its change into `state`, as the ledger says."""
    asked = 'SELECT e.at - d.due FROM event e JOIN delivery d ON d.id = e.delivery_id WHERE e."to" = ?'
    with closing(sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True)) as store:
        return [lag / SECOND for (lag,) in store.execute(asked, (state,))]


# ── figures ──────────────────────────────────────────────────────────────────


def percentile(values: Sequence[float], which: int) -> float:
    """The value below which so many per cent lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * which // 100)] if ordered else float("nan")


def cpu_seconds() -> float:
    """What this process has used, system calls included."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def most_memory_mb() -> float:
    """The most this process ever held. Not `ru_maxrss`: that begins with what the parent held."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def cpu_by_thread() -> dict[str, float]:
    """CPU seconds of each kind of thread so far: the loop, the writer, the readers."""
    used: dict[str, float] = {}
    for thread in threading.enumerate():
        name = KINDS.get(thread.name.split("_")[0].split("-")[-1], "other")
        with open(f"/proc/self/task/{thread.native_id}/schedstat", encoding="ascii") as spent:
            used[name] = used.get(name, 0.0) + int(spent.read().split()[0]) / 1e9
    return used


KINDS = {"MainThread": "loop", "writer": "writer", "reader": "readers"}
