"""How long a rehearsal of a year of posts takes: `python -m tests.bench.rehearse_year [POSTS]`. Prints only."""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from pathlib import Path

from scheduler.rehearsal.weather import Level
from tests.desk.house import house
from tests.rehearsal.plans import ACCOUNTS, plan, year

BUDGET_SECONDS = 10.0
"""Of CPU, for a thousand posts."""


async def main(posts: int) -> None:
    """Plan them, then rehearse the year in each weather."""
    with tempfile.TemporaryDirectory() as folder:
        async with house(Path(folder), None) as h:
            await h.connected(*ACCOUNTS)
            await plan(h, year(h.clock.now, posts))
            for level in Level:
                wall, cpu = time.perf_counter(), time.process_time()
                found = await h.desk.rehearse("+365d", seed=3, level=level)
                wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
                told = ", ".join(f"{n} {outcome.value}" for outcome, n in found.counts.items())
                mark = "ok" if cpu * 1_000 <= BUDGET_SECONDS * posts else f"over the {BUDGET_SECONDS:.0f} s of CPU for 1,000 posts"
                print(f"{level.value:<5} {posts} posts, {len(found.posts)} deliveries: {cpu:5.1f} s CPU, {wall:5.1f} s in all, {mark}")
                print(f"      {told}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000))
