"""The publishing service inside a test's own process."""

from __future__ import annotations

import asyncio
from pathlib import Path

from scheduler.clock import Clock
from scheduler.service import service
from scheduler.service.outside import Wiring


async def started(folder: Path, clock: Clock, wiring: Wiring, stop: asyncio.Event) -> asyncio.Task[None]:
    """The service, once it says that it is ready. Raises what it ended with before."""
    ready = asyncio.Event()
    task = asyncio.create_task(service.run_service(folder, stop=stop, clock=clock, ready=ready.set, wiring=wiring))
    waiter = asyncio.create_task(ready.wait())
    await asyncio.wait({waiter, task}, return_when=asyncio.FIRST_COMPLETED)
    waiter.cancel()
    if task.done():
        await task
    return task
