"""A process that tells until it is killed or nothing waits: `python -m tests.scheduler.notices.teller FOLDER ADDRESS`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from config.workspace import Workspace
from scheduler.failpoints import install_from_environment
from scheduler.notices import rows
from scheduler.notices.telling import Telling
from scheduler.store.store import Store
from tests.scheduler.fast_clock import FastClock


async def tell(folder: Path, address: str) -> None:
    """Until everything is sent."""
    clock = FastClock(20.0)
    store = Store.open(folder, clock)
    notices = {"to": ({"url": address},), "digest_at": "23:59"}  # whatever the time is, the day's summary is not due
    workspace = Workspace.model_validate({"version": 1, "timezone": "UTC", "notices": notices})
    telling = Telling(store, clock, lambda: workspace)
    install_from_environment()
    telling.start()
    while await store.read(rows.unsent):
        await clock.sleep(1)
    await telling.stop()
    await store.close()


if __name__ == "__main__":
    asyncio.run(tell(Path(sys.argv[1]), sys.argv[2]))
