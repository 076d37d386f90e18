"""How soon something goes out after `kill -9` and after a sleep: `python -m tests.bench.restart_and_wake [times]`. Prints only.

After a kill: from the start of a new `python -m daypart daemon`, with all its imports, to the first request that makes something
public, on this computer's own clock. After a sleep: from the moment the clocks have moved on to that request.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.daypart.rig import WORKSPACE as TWO_CLIENTS
from tests.daypart.rig import Place, Program, entry, said
from tests.proof.clock import FastClock
from tests.proof.test_sleep import HOUR, LATER
from tests.proof.world import DUE, Service, World, free_port, until
from tests.sandbox_process import Sandbox

SECOND = 1_000_000
SLEEP = HOUR + 300 * SECOND


def show(name: str, seconds: list[float], aim: float) -> None:
    """One line."""
    middle, worst = statistics.median(seconds), max(seconds)
    print(f"{name:<34} median {middle:5.2f} s   worst {worst:5.2f} s   n={len(seconds)}   aim ≤ {aim:.0f} s")


def first_request(sandbox: Sandbox, prefix: str) -> float:
    """On the real wall clock, when the first commit arrived; waits for it."""
    seen: list[float] = []

    def arrived() -> bool:
        if sandbox.requests(prefix, "commit"):
            seen.append(time.time())
        return bool(seen)

    until(arrived, "a request that makes something public", beat=0.005)
    return seen[0]


def after_kill(folder: Path, sandbox: Sandbox, program: Program) -> float:
    """Seconds from the start of the process to its first send of what fell due while nobody ran."""
    sandbox.reset()
    (folder / "daypart.yaml").write_text(TWO_CLIENTS.format(url=sandbox.url), "utf-8")
    place = Place(folder, program, sandbox)
    place.campaign(entry("teaser", said("Something is coming")))
    place.connect()
    place("apply", "--yes")
    with (folder / "service.log").open("wb") as log:
        first = _daemon(place, log.fileno())
        until(lambda: b"is running" in (folder / "service.log").read_bytes(), "the first service")
        first.kill()
        first.wait()
        place.send("autumn/teaser@bs-kawa")
        began = time.time()
        second = _daemon(place, log.fileno())
        took = first_request(sandbox, "bluesky") - began
    second.terminate()
    second.wait()
    return took


def _daemon(place: Place, log: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "daypart", "daemon"]
    return subprocess.Popen(command, cwd=place.root, stdout=log, stderr=log, env=place.program.environment({}))


def after_sleep(folder: Path, sandbox: Sandbox, _program: Program) -> float:
    """Seconds from waking up to the first send of what fell due meanwhile."""
    sandbox.reset()
    world = World(folder, sandbox, (LATER,), free_port())
    asyncio.run(world.prepare())
    world.set_pace(DUE, 1.0)
    world.pace = replace(world.pace, nap_at=DUE + 3 * SECOND, nap=SLEEP)
    with Service(world):
        until(lambda: FastClock(world.pace).wall() >= DUE + SLEEP, "the sleep", beat=0.002)
        woke = time.time()
        return first_request(sandbox, "mastodon") - woke


def measured(run: Callable[[Path, Sandbox, Program], float], times: int) -> list[float]:
    """So many times, each in a folder of its own."""
    program = Program()
    try:
        with Sandbox() as sandbox, tempfile.TemporaryDirectory() as folder:
            found = []
            for number in range(times):
                place = Path(folder) / str(number)
                place.mkdir()
                found.append(run(place, sandbox, program))
            return found
    finally:
        program.close()


def main() -> None:
    """Both, so many times."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    show("after kill -9, start to first send", measured(after_kill, times), 2.0)
    show("after a sleep, wake to first send", measured(after_sleep, times), 3.0)


if __name__ == "__main__":
    main()
