"""From the due instant to the permission to send, with an adapter that does nothing: `./run bench permission_lag`,
or `python -m tests.bench.permission_lag POSTS OTHERS`.

10,000 posts on 1,000 accounts, due at once and spread over ten seconds, with 10,000 and with 1,000,000 other posts in the queue.
The permission is transition 6 on disk: intent, event and line of the sent log. A post waits for the one before it on its account,
whose receipt is kept first; so “at once” means ten rounds of permission and receipt. Each case runs the real service in a process
of its own; printed are the lags, CPU (and which thread used it), commits and syncs of the sent log per post (a commit is one sync
too), the most memory, and the ratio of a full queue to a short one.

The aim of 0.25 s for the last of 10,000 is out of reach in Python: it leaves 25 µs for a post, and a post takes about 200 µs of CPU.
Half of that is the loop (a task, six waits, reading the content, the digest of what would leave), nearly half the writer: claim,
permission and receipt are 14 statements, 3 events with their hashes and 2 lines of the sent log.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Engine, event

from scheduler import sentlog
from scheduler.clock import SECOND, SystemClock
from tests.bench import _stage as stage

ACCOUNTS = 1_000
SPREAD = 10 * SECOND
WRITER = "daypart-writer"
LEAD = 8 * SECOND
"""From filling the store to the first due instant: the service starts meanwhile."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one case took."""

    p50: float
    p99: float
    cpu: float
    commits: int
    synced: int
    memory_mb: float
    threads: dict[str, float]

    def line(self, name: str, posts: int) -> str:
        return (
            f"{name:<44} p50 {self.p50 * 1000:8.1f} ms   p99 {self.p99 * 1000:8.1f} ms   {self.cpu / posts * 1e6:6.0f} µs CPU a post"
            f" ({', '.join(f'{kind} {spent / posts * 1e6:.0f}' for kind, spent in self.threads.items())})"
            f"   {self.commits / posts:6.3f} commits   {self.synced / posts:6.3f} syncs of the sent log a post   {self.memory_mb:5.0f} MB"
        )


async def case(folder: Path, dues: list[int]) -> Figures:
    """Runs in the child: the service on a filled store."""
    counted = {"commits": 0, "synced": 0}

    def count(what: str) -> None:
        counted[what] += 1

    event.listen(Engine, "commit", lambda _conn: count("commits") if threading.current_thread().name == WRITER else None)
    sync = sentlog.sync_file
    sentlog.sync_file = lambda descriptor: (count("synced"), sync(descriptor))[1]  # type: ignore[func-returns-value]
    used = await stage.serve_until_published(folder, lambda _account: stage.Nothing(), due=dues[0], posts=len(dues))
    lags = stage.lags_of(folder, "sending")
    p50, p99 = stage.percentile(lags, 50), stage.percentile(lags, 99)
    return Figures(p50, p99, used.cpu, counted["commits"], counted["synced"], stage.most_memory_mb(), used.by_thread)


def run_case(name: str, folder: Path, posts: int, spread: int) -> Figures:
    """Put due posts into the store and let a child send them."""
    first = SystemClock().wall() + LEAD
    dues = [first + spread * n // posts for n in range(posts)]
    stage.add_due(folder, dues, accounts=ACCOUNTS)
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.permission_lag", "--child", str(folder), str(first), str(posts)],
        stdout=subprocess.PIPE,
        check=True,
    )
    figures = Figures(**json.loads(done.stdout))
    print(figures.line(name, posts), flush=True)
    return figures


def main(posts: int, most_others: int) -> None:
    """All four cases, then what a full queue costs."""
    found = {}
    for title, spread in (("at once", 0), (f"over {SPREAD // SECOND} s", SPREAD)):
        for others in (10_000, most_others):
            with tempfile.TemporaryDirectory() as place:
                folder = Path(place)
                asyncio.run(stage.make_store(folder, accounts=ACCOUNTS))
                stage.add_others(folder, others, accounts=ACCOUNTS)
                found[title, others] = run_case(f"{posts:,} due {title}, {others:,} others queued", folder, posts, spread)
        full, short = found[title, most_others], found[title, 10_000]
        print(f"{most_others:,} : 10,000 others, due {title}: {full.p99 / short.p99:.2f} × p99, {full.cpu / short.cpu:.2f} × CPU")


def child(folder: str, first: str, posts: str) -> None:
    """The process that is measured."""
    stage.as_the_daemon()
    print(json.dumps(asdict(asyncio.run(case(Path(folder), [int(first)] * int(posts))))))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        numbers = [int(argument) for argument in sys.argv[1:]]
        main(*(numbers or [10_000]), *([1_000_000] if len(numbers) < 2 else []))
