"""Three drafts stream into Write while somebody types, beside the same screen at rest: `python -m tests.bench.desk_streams [seconds]`.

Prints only. The model is a server of its own process on loopback, a piece of seven letters every 10 ms for each of the three. Measured
is how long the loop that draws is away from a heartbeat of 1 ms: by the clock, and by what the thread itself computed meanwhile (the
rest is the computer's other work). The promise: no stall above 16 ms.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from textual.pilot import Pilot

from tests.bench._stalls import Stalls
from tests.desk.house import WORKSPACE, house
from tests.drafting.speaking_model import speaking
from tests.tui.waiting import until
from tui.app import DaypartApp
from tui.dialogs.ask_model import AskModel
from tui.opening import keep_what_is_loaded
from tui.screens.composer import ComposerScreen
from tui.widgets.caption_area import CaptionArea

SIZE = (120, 40)
BUDGET_MS = 16.0
PAUSE_S = 0.01
BEAT_S = 0.001
OPENINGS = ("Fresh grounds", "Scales first", "Patience is half")


@dataclass
class Heart:
    """Gaps of the heartbeat, in milliseconds: by the clock, and of the thread's own computing."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    async def beat(self) -> None:
        while True:
            wall, cpu = time.perf_counter(), time.thread_time()
            await asyncio.sleep(BEAT_S)
            self.wall.append((time.perf_counter() - wall - BEAT_S) * 1_000)
            self.cpu.append((time.thread_time() - cpu) * 1_000)

    def show(self, name: str) -> None:
        for kind, gaps in (("clock", self.wall), ("own computing", self.cpu)):
            ordered = sorted(gaps)
            p99 = ordered[int(len(ordered) * 0.99)]
            middle = statistics.median(ordered)
            print(f"{name:<26} {kind:<14} median {middle:5.2f} ms  p99 {p99:6.2f} ms  longest {ordered[-1]:6.2f} ms  n={len(ordered):,}")


def answer(number: int, letters: int) -> str:
    """A caption that takes a while to say."""
    body = "Measure, weigh, pour and wait. " * (letters // 31)
    whole = {"language": "en", "hook": f"{OPENINGS[number % 3]} of good coffee.", "body": body, "cta": "Come by and taste it."}
    return json.dumps({**whole, "hashtags": ["coffee"], "alt_texts": [], "used_facts": [], "unsure": []})


def serve(told: Connection, letters: int) -> None:
    """The model's process."""

    async def run() -> None:
        async with speaking(lambda number: answer(number, letters), pause_s=PAUSE_S) as model:
            told.send(model.url)
            await asyncio.Event().wait()

    asyncio.run(run())


async def watched(name: str, job: Callable[[], Awaitable[None]]) -> None:
    heart = Heart()
    beating = asyncio.create_task(heart.beat())
    try:
        await job()
    finally:
        beating.cancel()
    heart.show(name)


async def typing(area: CaptionArea, goes_on: Callable[[], bool]) -> None:
    """Ten letters a second."""
    while goes_on():
        area.insert("x" if len(area.text) % 40 else " ")
        await asyncio.sleep(0.1)


async def measure(url: str, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with house(Path(folder), None, f"{WORKSPACE}llm: {{ base_url: '{url}', model: talker }}\n") as h:
            made = await h.desk.new_post(title="Ratio", text={"en": "Coffee for a litre. "}, accounts=["bs-kawa"])
            app = DaypartApp(h.desk, clock=h.clock)
            async with app.run_test(size=SIZE) as pilot:
                await until(pilot, lambda: app.facts is not None, "facts")
                app.open_post(made.post)
                await until(pilot, lambda: isinstance(app.screen, ComposerScreen) and app.screen.draft is not None, "the post")
                await streams(pilot, seconds)


async def streams(pilot: Pilot[None], seconds: float) -> None:
    screen = pilot.app.screen
    assert isinstance(screen, ComposerScreen)
    area, ends = screen.query_one(CaptionArea), time.monotonic() + seconds
    await asyncio.sleep(2)
    keep_what_is_loaded()  # as the program does when it is open
    await watched("at rest", lambda: asyncio.sleep(seconds))
    await watched("typing", lambda: typing(area, lambda: time.monotonic() < ends + seconds))
    await pilot.press("f8")
    await until(pilot, lambda: isinstance(pilot.app.screen, AskModel), "the request")
    await pilot.press("f8")
    await until(pilot, lambda: len([o for o in screen.variants.offers.found if o.text]) == 3, "three streams")
    with Stalls() as seen:
        await watched("typing, three streams", lambda: typing(area, lambda: screen.variants.offers.writing))
    for turn in seen.longest[:3]:
        print(f"    {turn.cpu * 1_000:6.1f} {turn.wall * 1_000:6.1f} ms  {turn.what[-150:]}")
    offers = screen.variants.offers.found
    print(f"three texts of {', '.join(f'{len(offer.text):,}' for offer in offers)} letters; the promise: no stall above {BUDGET_MS:g} ms")


def main(seconds: float) -> None:
    mine, theirs = multiprocessing.Pipe()
    letters = int(seconds / PAUSE_S * 7)
    model = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, letters), daemon=True)
    model.start()
    try:
        asyncio.run(measure(mine.recv(), seconds))
    finally:
        model.terminate()
        model.join()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 8.0)
