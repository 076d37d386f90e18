"""The desk's budgets with 100,000 posts on one page: `./run bench desk`, or `python -m tests.bench.desk [posts]`. Prints only.

Start, memory and the journey through all places are measured on a terminal of their own, keys and lists in this process. Beside each
stands the bare limit of the same run: Textual with nothing on it, on the same terminal at the same size, asked in turn with ours.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widgets import Input

from scheduler.desk.desk import Desk
from tests.bench._desk_store import make
from tests.bench._pty import Seen, Terminal
from tests.bench._stalls import Stalls
from tests.bench.desk_calendar import SIZE, Took, bare_times, next_month, times
from tests.bench.desk_library import TYPED
from tests.tui.waiting import until
from tui.app import DaypartApp
from tui.opening import keep_what_is_loaded
from tui.screens.calendar import CalendarScreen
from tui.widgets.row_list import RowList

STARTS = 9
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("painted")
Bare().run()
"""
"""What Textual itself takes from nothing to a frame."""
PLACES = "234567891"
"""The keys of all places, the first one last."""
MB = 120.0


@dataclass(frozen=True, slots=True)
class Budget:
    """Milliseconds: what it must not exceed, and what is aimed at."""

    most: float
    aim: float


BUDGETS = {
    "start to painted": Budget(500, 350),
    "cursor key to repaint": Budget(16, 8),
    "next month, posts included": Budget(33, 16),
    "opening the library": Budget(150, 100),
    "a letter in the library": Budget(33, 33),
    "longest turn of the loop": Budget(16, 16),
}


def at(seconds: Iterable[float], percent: int) -> float:
    """A percentile in ms."""
    ms = sorted(second * 1_000 for second in seconds)
    return ms[min(len(ms) - 1, len(ms) * percent // 100)]


def show(name: str, took: Sequence[Took], bare: float) -> None:
    """One line: wall and CPU, how often a bare screen's CPU it is, whether the budget holds."""
    walls, cpus = [t.wall for t in took], [t.cpu for t in took]
    budget = BUDGETS.get(name)
    held = f"   {budget.most:.0f} (aim {budget.aim:.0f}): {_verdict(walls, cpus, budget)}" if budget else ""
    print(
        f"{name:<28} wall {at(walls, 50):7.1f} {at(walls, 99):7.1f} {at(walls, 100):7.1f}"
        f"   CPU {at(cpus, 50):7.1f} {at(cpus, 99):7.1f}   {at(cpus, 50) / 1_000 / bare:5.1f} ×{held}",
        flush=True,
    )


def _verdict(walls: Sequence[float], cpus: Sequence[float], budget: Budget) -> str:
    if at(walls, 99) <= budget.aim:
        return "aim reached"
    if at(walls, 99) <= budget.most:
        return "held"
    return "NOT held on the wall; its CPU alone would fit" if at(cpus, 99) <= budget.most else "NOT held"


# ── on a terminal ────────────────────────────────────────────────────────────


def starts(folder: Path) -> None:
    """From the start of the process to the first frame and to the first posts; the bare program in turn with ours."""
    ours: list[tuple[Seen, Seen]] = []
    bare: list[Seen] = []
    for n in range(STARTS + 1):
        with Terminal([sys.executable, "-c", BARE]) as terminal:
            empty = terminal.wait_for(rb"painted")
        with Terminal(_daypart(folder)) as terminal:
            frame = terminal.wait_for(rb"Calendar")
            posts = terminal.wait_for(rb"Post \d")
        if n:  # the first one read the files from the disk
            bare.append(empty)
            ours.append((frame, posts))
    limit = sorted(seen.cpu for seen in bare)[len(bare) // 2]
    show("a bare program: painted", [Took(seen.wall, seen.cpu) for seen in bare], limit)
    show("start to painted", [Took(seen.wall, seen.cpu) for seen, _ in ours], limit)
    show("start to the first posts", [Took(seen.wall, seen.cpu) for _, seen in ours], limit)


def memory(folder: Path) -> None:
    """The most memory of a visit to all places, with some moving and finding in each."""
    with Terminal([sys.executable, "-c", BARE]) as terminal:
        terminal.wait_for(rb"painted")
        terminal.settle()
        bare = terminal.most_memory()
    with Terminal(_daypart(folder)) as terminal:
        terminal.wait_for(rb"Post \d")
        terminal.settle()
        first = terminal.most_memory()
        for place in PLACES:
            for keys in (place, "jjj", "\x1b[6~", "\x1b[6~"):
                terminal.press(keys)
                terminal.settle()
        for keys in ("7", "/", *"kawa", "\r", "2", "v", "v", "G"):
            terminal.press(keys)
            terminal.settle()
        most = terminal.most_memory()
    verdict = "held" if most <= MB else "NOT held"
    print(f"memory, MB: bare {bare:.0f}, Today {first:.0f}, all places {most:.0f}   {most / bare:.1f} ×   {MB:.0f}: {verdict}", flush=True)


def _daypart(folder: Path) -> list[str]:
    return [sys.executable, "-m", "daypart", "--workspace", str(folder)]


# ── in this process ──────────────────────────────────────────────────────────


async def keys(desk: Desk, bare: float) -> None:
    """Cursor keys, months, the agenda."""
    app = DaypartApp(desk)
    async with app.run_test(size=SIZE) as pilot:
        screen = await calendar(app, pilot)
        within: list[Took] = []
        over: list[Took] = []
        for way in (1,) * 60 + (-1,) * 60:
            first = screen.month.month.first
            [took] = await times(pilot, lambda way=way: screen.month.action_day(way), 1)  # type: ignore[misc]
            (within if screen.month.month.first == first else over).append(took)
        show("cursor key to repaint", within, bare)
        show("a cursor key into a month", over, bare)
        months = []
        for n in range(40):
            months.append(await next_month(pilot, screen, 1 if n % 8 < 4 else -1))
            await asyncio.sleep(0.2)
        show("next month, posts included", months, bare)
        screen.show_view("agenda")
        await until(pilot, lambda: screen.agenda.chosen is not None, "the agenda", within=60)
        show("agenda: line to repaint", await times(pilot, lambda: screen.agenda.action_step(1)), bare)


async def calendar(app: DaypartApp, pilot: Pilot[None]) -> CalendarScreen:
    """The calendar with its posts, at rest."""
    await until(pilot, lambda: app.facts is not None, "facts", within=60)
    app.go("calendar")
    await until(pilot, lambda: isinstance(app.screen, CalendarScreen) and bool(app.screen.query("MonthGrid")), "the calendar")
    screen = app.screen
    assert isinstance(screen, CalendarScreen)
    await until(pilot, lambda: bool(screen.month.month.days), "the month's posts", within=60)
    await asyncio.sleep(1)
    return screen


async def library(desk: Desk, bare: float) -> None:
    """Opening it in a program that never showed it, then words letter by letter."""
    opening, letters = [], []
    for _ in range(9):
        app = DaypartApp(desk)
        async with app.run_test(size=SIZE) as pilot:
            await until(pilot, lambda app=app: app.facts is not None, "facts", within=60)  # type: ignore[misc]
            await asyncio.sleep(0.5)
            opening.append(await painted(app, lambda app=app: app.go("library"), lambda app=app: has_rows(app)))  # type: ignore[misc]
            app.screen.query_one("#seek", Input).focus()  # as somebody who types has it: the pane waits until the fingers rest
            await asyncio.sleep(0.5)
            for words in TYPED:
                app.screen.query_one("#seek", Input).value = ""
                await asyncio.sleep(0.3)
                for sign in words:
                    letters.append(await letter(app, sign))
                    await asyncio.sleep(0.05)
    show("opening the library", opening, bare)
    show("a letter in the library", letters, bare)


def has_rows(app: DaypartApp) -> bool:
    """Whether the library shows posts."""
    return getattr(app.screen, "PLACE", "") == "library" and any(listed.rows for listed in app.screen.query(RowList))


async def letter(app: DaypartApp, sign: str) -> Took:
    """From a letter's key to the frame with the lines that answer it."""
    listed, answered = app.screen.query_one(RowList), asyncio.Event()
    before = listed.show

    def showing(*rows: Any) -> None:
        before(*rows)
        answered.set()

    listed.show = showing  # type: ignore[method-assign]
    key = events.Key(_character_to_key(sign), sign)
    took = await painted(app, lambda: app.post_message(key), answered.is_set)
    listed.show = before  # type: ignore[method-assign]
    return took


async def painted(app: DaypartApp, act: Callable[[], object], ready: Callable[[], bool]) -> Took:
    """From a call to the first frame for which `ready` holds."""
    drawn, display = asyncio.Event(), app._display

    def displaying(*args: object, **kwargs: object) -> None:
        display(*args, **kwargs)  # type: ignore[arg-type]
        if not app._batch_count and ready():
            drawn.set()

    app._display = displaying  # type: ignore[method-assign]
    wall, cpu = time.perf_counter(), time.thread_time()
    act()
    async with asyncio.timeout(20):
        await drawn.wait()
    took = Took(time.perf_counter() - wall, time.thread_time() - cpu)
    app._display = display  # type: ignore[method-assign]
    return took


async def stalls(desk: Desk, bare: float) -> None:
    """Once it is open: every place, every list, some typing; the longest time the loop did not answer. What opening takes: `starts`."""
    app = DaypartApp(desk)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.facts is not None, "facts", within=60)
        with Stalls() as seen:
            for place in PLACES * 2:
                await pilot.press(place, "down", "down", "pagedown", "pagedown", "end", "home")
                await asyncio.sleep(0.3)
            await pilot.press("7", "right", "right", "right", "right", "slash", *"kawa", "escape")
            await pilot.press(
                "2", "pagedown", "pagedown", "v", "down", "v", "down", "end", "ctrl+p", *"post", "escape", "question_mark", "escape"
            )
            await asyncio.sleep(0.3)
    show("longest turn of the loop", [Took(turn.wall, turn.cpu) for turn in seen.longest[:1]], bare)
    print(f"    of {seen.turns:,} turns; the longest, CPU and wall:")
    for turn in seen.longest:
        print(f"    {turn.cpu * 1_000:6.1f} {turn.wall * 1_000:6.1f} ms  {turn.what[-190:]}")


async def main(posts: int, wanted: Sequence[str]) -> None:
    """Fill a store, then one line for each budget."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        await make(folder, posts)
        print(f"{posts:,} posts, {SIZE[0]}×{SIZE[1]}; ms: median, p99, worst; CPU: median, p99; × the bare program's CPU", flush=True)
        if "start" in wanted:
            await asyncio.to_thread(starts, folder)
        if "memory" in wanted:
            await asyncio.to_thread(memory, folder)
        took = await bare_times()
        bare = at((t.cpu for t in took), 50) / 1_000
        show("a bare screen: one line", took, bare)
        desk = await Desk.open(folder)
        keep_what_is_loaded()  # as the program does when it has opened
        parts: dict[str, Callable[[Desk, float], Awaitable[None]]] = {"keys": keys, "library": library, "stalls": stalls}
        for name, part in parts.items():
            if name in wanted:
                await part(desk, bare)
        await desk.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, sys.argv[2:] or ("start", "memory", "keys", "library", "stalls")))
