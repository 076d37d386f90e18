"""How soon a desk shows what a service in another process did: `./run bench desk_live`. Prints only.

Three processes: the service, the desk on a terminal of its own, and this one, which approves. Measured from the instant in the ledger at
which the service wrote that a post is public to the instant at which the words stand on the desk's screen. The rival is the store's own
version number, asked four times a second as the desk asks it: no watcher that polls like this can be sooner.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from scheduler.clock import SECOND
from scheduler.desk.desk import Desk
from tests.daypart.conftest import new_place
from tests.daypart.rig import Place, Program
from tests.daypart.terminal import Terminal
from tests.sandbox_process import Sandbox

POLL = 0.25
AIM = 0.5
GIVE_UP = 20.0


async def published_at(desk: Desk, key: str) -> float:
    """When the service wrote it."""
    return next(event.at for event in await desk.history(key) if event.to_state == "published") / SECOND


async def once(place: Place, terminal: Terminal, number: int) -> float:
    """Seconds from the ledger to the screen."""
    desk = await Desk.open(place.root, user="anna")
    try:
        made = await desk.new_post(title=f"Number {number}", text={"en": f"Number {number} of many"}, accounts=["bs-kawa"], when="now")
        key = made.deliveries[0].key
        await desk.approve(key, (await desk.review(key)).digest)
        words, end = f"DONE {number}", time.monotonic() + GIVE_UP
        while words not in terminal.text:
            if time.monotonic() > end:
                raise SystemExit(f"never shown: {words}\n{terminal.text}")
            await asyncio.sleep(0.002)
        return time.time() - await published_at(desk, key)
    finally:
        await desk.close()


def rival(times: int) -> list[float]:
    """What a look every quarter of a second takes at least, whenever something happens."""
    chance = random.Random(1)
    return [chance.random() * POLL for _ in range(times)]


def main(times: int) -> None:
    """One line each."""
    program = Program()
    with tempfile.TemporaryDirectory() as folder, Sandbox() as platforms:
        place = new_place(Path(folder), program, platforms)
        place.connect()
        with place.service(), Terminal(place, rows=60) as terminal:  # all of them and their heading in sight
            terminal.see("1 Today")
            terminal.press("5")
            terminal.see("Outbox", "Service: running")
            found = [asyncio.run(once(place, terminal, n + 1)) for n in range(times)]
    program.close()
    alone = rival(times)
    for name, seconds in (("daypart", found), ("a look every 250 ms", alone)):
        print(f"{name:<22} median {statistics.median(seconds) * 1_000:4.0f} ms   worst {max(seconds) * 1_000:4.0f} ms   n={len(seconds)}")
    print(f"daypart : the looks alone {statistics.median(found) / statistics.median(alone):5.2f} × wall")
    print(f"aim: {AIM * 1_000:.0f} ms: {'reached' if max(found) <= AIM else 'NOT reached'} in the worst case")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
