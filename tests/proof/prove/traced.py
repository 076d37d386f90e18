"""The publishing service as a program of its own, to be run under a tracer: `python -m tests.proof.prove.traced ROOT PACE`."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from scheduler.service import service
from tests.proof.clock import FastClock, Pace
from tests.proof.prove.resting import in_order
from tests.proof.world import until


async def main(root: Path, pace: Pace) -> None:
    """Until the posts of the world have been sent."""
    stop = asyncio.Event()
    running = asyncio.create_task(service.run_service(root, stop=stop, clock=FastClock(pace)))
    await asyncio.wait({running, asyncio.create_task(asyncio.to_thread(_wait, root, running))}, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    await running


def _wait(root: Path, running: asyncio.Task[None]) -> None:
    until(lambda: running.done() or in_order(root), "the posts to be sent")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Pace(**json.loads(sys.argv[2]))))
