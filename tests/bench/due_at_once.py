"""10,000 posts on 1,000 accounts due at one instant: our service, APScheduler with a job per post, and a bare httpx loop.

Each sends the same requests to the same loopback server in a process of its own: `./run bench due_at_once`. Printed: wall time from the
due instant to the last receipt, CPU of the sender, and the lag of each post (due instant → request permitted, and → receipt kept), p50
and p99; then ratios. Ours keeps an intent on disk before each request and a receipt after it; the bare loop keeps nothing: it is the limit.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from adapters.contract import Account, Adapter, Journal, Outcome, Publication, Published, Receipt, Unknown
from adapters.http import Answer, Http
from scheduler.clock import SECOND, SystemClock
from scheduler.engine import engine
from tests.bench import _stage as stage

POSTS = 10_000
ACCOUNTS = 1_000
AT_ONCE = engine.AT_ONCE
"""Requests under way at the same time, for everybody."""
LEAD = 4 * SECOND
BODY = {"text": "Good morning"}


@dataclass(frozen=True, slots=True)
class Result:
    """What one runner did."""

    name: str
    wall: float
    cpu: float
    sent: int
    lags: Sequence[float]
    """Seconds from the due instant to the receipt, one a post."""
    permits: Sequence[float] = ()
    """Seconds from the due instant to the permission to send."""

    def line(self) -> str:
        permit = _lags("permit", self.permits) if self.permits else ""
        return f"{self.name:<34} {self.wall:7.1f} s wall {self.cpu:7.1f} s CPU  {self.sent:>6} sent{_lags('receipt', self.lags)}{permit}"


def _lags(name: str, lags: Sequence[float]) -> str:
    return f"   {name} p50 {stage.percentile(lags, 50):6.2f} s  p99 {stage.percentile(lags, 99):6.2f} s"


class Bare(stage.Nothing):
    """An adapter whose platform is one POST."""

    def __init__(self, http: Http, url: str) -> None:
        self._http = http
        self._url = url

    async def commit(self, publication: Publication, journal: Journal) -> Outcome:
        reply = await self._http.send("POST", self._url, json=BODY)
        if isinstance(reply, Answer) and isinstance(found := reply.json(), dict):
            return Published(Receipt(str(found["id"]), None))
        return Unknown("no answer", "bench")


# ── ours ─────────────────────────────────────────────────────────────────────


async def ours(url: str, folder: Path) -> Result:
    """The real service: claim, intent, sent log, request, receipt."""
    await stage.make_store(folder, accounts=ACCOUNTS)
    due = SystemClock().wall() + LEAD
    stage.add_due(folder, [due] * POSTS, accounts=ACCOUNTS)
    async with Http() as http:

        def build(_account: Account) -> Adapter:
            return Bare(http, url)

        used = await stage.serve_until_published(folder, build, due=due, posts=POSTS)
    permits, receipts = stage.lags_of(folder, "sending"), stage.lags_of(folder, "published")
    return Result("daypart", max(receipts), used.cpu, len(receipts), receipts, permits)


# ── the rival: a job per post in APScheduler's SQL store ─────────────────────

RIVAL: dict[str, object] = {}


async def rival_job(number: int) -> None:
    """What a scheduler with a job per post runs; module level, because its store keeps jobs by name."""
    async with RIVAL["room"]:  # type: ignore[attr-defined]
        await RIVAL["client"].post(RIVAL["url"], json=BODY, headers={"Connection": "close"})  # type: ignore[attr-defined]
    RIVAL["lags"].append(time.time() - RIVAL["due"])  # type: ignore[attr-defined,operator]


async def rival(url: str, folder: Path) -> Result:
    """APScheduler 3.11, SQLAlchemyJobStore on SQLite, one date job a post."""
    from datetime import UTC, datetime

    from apscheduler.executors.asyncio import AsyncIOExecutor
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    scheduler = AsyncIOScheduler(
        timezone=UTC,
        jobstores={"default": SQLAlchemyJobStore(url=f"sqlite:///{folder / 'jobs.db'}")},
        executors={"default": AsyncIOExecutor()},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    scheduler.start(paused=True)
    due = time.time() + 60
    for n in range(POSTS):
        scheduler.add_job(rival_job, "date", run_date=datetime.fromtimestamp(due, UTC), args=[n], id=str(n))
    late = max(0.0, time.time() - due)
    async with httpx.AsyncClient(limits=httpx.Limits(max_keepalive_connections=0), timeout=600) as client:
        RIVAL.update(client=client, url=url, room=asyncio.Semaphore(AT_ONCE), lags=[], due=due + late)
        await asyncio.sleep(max(0.0, due - time.time() - 0.5))
        cpu = stage.cpu_seconds()
        scheduler.resume()
        lags: list[float] = RIVAL["lags"]  # type: ignore[assignment]
        while len(lags) < POSTS:  # noqa: ASYNC110  the rival's jobs know no event of ours
            await asyncio.sleep(0.2)
        wall, cpu = time.time() - due - late, stage.cpu_seconds() - cpu
    scheduler.shutdown()
    return Result("APScheduler, a job per post in SQL", wall, cpu, len(lags), lags)


# ── the limit: nothing kept ──────────────────────────────────────────────────


async def bare(url: str) -> Result:
    """The same requests, the same concurrency, fresh connections; nothing is kept."""
    room, lags = asyncio.Semaphore(AT_ONCE), []
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=None, max_keepalive_connections=0), timeout=600) as client:
        cpu, due = stage.cpu_seconds(), time.time()

        async def one() -> None:
            async with room:
                await client.post(url, json=BODY, headers={"Connection": "close"})
            lags.append(time.time() - due)

        await asyncio.gather(*(one() for _ in range(POSTS)))
        return Result("bare httpx loop (the limit)", time.time() - due, stage.cpu_seconds() - cpu, len(lags), lags)


def main() -> None:
    """Run all three and print what they took."""
    with subprocess.Popen([sys.executable, "-m", "tests.bench._bare_server"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{json.loads(server.stdout.readline())['port']}/"
        with tempfile.TemporaryDirectory() as folder:
            limit = asyncio.run(bare(url))
            print(limit.line(), flush=True)
            mine = asyncio.run(ours(url, Path(folder)))
            print(mine.line(), flush=True)
            other = asyncio.run(rival(url, Path(folder)))
            print(other.line(), flush=True)
        server.terminate()
    print(f"daypart : bare loop           {mine.wall / limit.wall:5.2f} × wall  {mine.cpu / limit.cpu:5.2f} × CPU")
    print(f"daypart : a job per post      {mine.wall / other.wall:5.2f} × wall  {mine.cpu / other.cpu:5.2f} × CPU")


if __name__ == "__main__":
    main()
