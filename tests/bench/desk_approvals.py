"""40 posts for three accounts each, read and approved among 100,000 others: `python -m tests.bench.desk_approvals [posts]`.

Prints only. Measured is from the key that approves to the frame on which the next post stands whole (as far as its pane holds it), and
from the key that goes on to the next line to the same frame. Beside it stands the bare limit of the same run: a Textual screen with
one line.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from textual import events
from textual.pilot import Pilot

from scheduler.desk.desk import Desk
from tests.bench._desk_store import PER_CLIENT, make
from tests.bench.desk import Budget, at
from tests.bench.desk_calendar import SIZE, Took, bare_times
from tests.tui.waiting import screen_text, until
from tui.app import DaypartApp
from tui.dialogs.approve import Approve
from tui.opening import keep_what_is_loaded
from tui.screens.approvals import ApprovalsScreen

POSTS, EACH, CLIENTS = 40, 3, 10
BUDGET = Budget(50, 50)


def words_of(number: int) -> str:
    """No two posts say the same; the last word tells that all of it is there."""
    return f"Offer {number}: we roast on Mondays.\nCome by, taste it and take a bag home.\nThe word of the day is day{number}x."


async def write(desk: Desk) -> None:
    """What waits for a yes, sooner than everything else that does."""
    for number in range(POSTS):
        first = number % CLIENTS * PER_CLIENT + 1
        accounts = [f"a{n}" for n in range(first, first + EACH)]
        await desk.new_post(title=f"Offer {number}", text={"en": words_of(number)}, accounts=accounts, when=f"+{3 + number}h")


class Timed:
    """A person at the list of what waits, and a watch."""

    def __init__(self, pilot: Pilot[None], screen: ApprovalsScreen) -> None:
        self._pilot, self._app, self._screen = pilot, pilot.app, screen

    async def until_painted(self, key: str, words: str) -> Took:
        """From a key to the frame with these words in the pane."""
        drawn, display, seen = asyncio.Event(), self._app._display, Took(0, 0)

        def displaying(*args: object, **kwargs: object) -> None:
            nonlocal seen
            display(*args, **kwargs)  # type: ignore[arg-type]
            now = Took(time.perf_counter() - wall, time.thread_time() - cpu)  # before we look: looking is no part of it
            if not drawn.is_set() and self._app.screen is self._screen and words in screen_text(self._pilot):
                seen = now
                drawn.set()

        self._app._display = displaying  # type: ignore[method-assign]
        wall, cpu = time.perf_counter(), time.thread_time()
        self._app.post_message(events.Key(key, key if len(key) == 1 else None))
        async with asyncio.timeout(20):
            await drawn.wait()
        self._app._display = display  # type: ignore[method-assign]
        return seen

    async def ask(self) -> None:
        """The question is there."""
        await self._pilot.press("a")
        await until(self._pilot, lambda: isinstance(self._app.screen, Approve), "the question")


def show(name: str, took: list[Took], bare: float, *, held: bool = True) -> None:
    """One line: wall and CPU, how often a bare screen's CPU it is, whether the budget holds."""
    walls, cpus = [t.wall for t in took], [t.cpu for t in took]
    verdict = "held" if at(walls, 99) <= BUDGET.most else "NOT held" + (": its CPU would fit" if at(cpus, 99) <= BUDGET.most else "")
    print(
        f"{name:<30} wall {at(walls, 50):7.1f} {at(walls, 99):7.1f} {at(walls, 100):7.1f}"
        f"   CPU {at(cpus, 50):7.1f} {at(cpus, 99):7.1f}   {at(cpus, 50) / 1_000 / bare:5.1f} ×"
        + (f"   {BUDGET.most:.0f}: {verdict}" if held else ""),
        flush=True,
    )


async def rounds(desk: Desk, bare: float) -> None:
    """Down to the next post and back, then every post approved."""
    app = DaypartApp(desk)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: app.facts is not None, "facts", within=60)
        app.go("approvals")
        await until(pilot, lambda: "Offer 0" in screen_text(pilot), "the posts", within=60)
        screen = app.screen
        assert isinstance(screen, ApprovalsScreen)
        await asyncio.sleep(1)
        timed = Timed(pilot, screen)
        first = next(row.key for row in screen.rows.rows if row.title == "Offer 0")  # a draft that came due meanwhile stands above
        screen.rows.choose(first)
        down, yes = [], []
        for number in range(1, POSTS):
            down.append(await timed.until_painted("down", f"day{number}x"))
            await asyncio.sleep(0.05)
        screen.rows.choose(first)
        for number in range(1, POSTS):
            await timed.ask()
            yes.append(await timed.until_painted("a", f"day{number}x"))
            await asyncio.sleep(0.05)
        show("down, the next one painted", down, bare)
        show("approved, the next one painted", yes, bare)


async def main(posts: int) -> None:
    """Fill a store, then one line for each way on."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        await make(folder, posts)
        desk = await Desk.open(folder)
        await write(desk)
        keep_what_is_loaded()  # as the program does when it has opened
        took = await bare_times()
        bare = at((t.cpu for t in took), 50) / 1_000
        what = f"{POSTS} posts × {EACH} accounts among {posts:,}, {SIZE[0]}×{SIZE[1]}"
        print(f"{what}; ms: median, p99, worst; CPU: median, p99; × the bare screen's CPU", flush=True)
        show("a bare screen: one line", took, bare, held=False)
        await rounds(desk, bare)
        await desk.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
