"""The calendar over a store of 100,000 posts, beside a bare Textual screen of the same size: `python -m tests.bench.desk_calendar [N]`.

Prints only. From the key to the frame that is drawn: a cursor key in the month, the next month with its posts, a line of the agenda.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from scheduler.desk.desk import Desk
from tests.bench.desk_keys import repainted
from tests.bench.desk_lists import _filled
from tests.tui.waiting import until
from tui.app import DaypartApp
from tui.lines.month import Month
from tui.screens.calendar import CalendarScreen

SIZE = (120, 40)
TIMES = 60
BUDGETS = {"cursor key to repaint": (16.0, 8.0), "next month, posts included": (33.0, 16.0), "agenda: line to repaint": (16.0, 8.0)}
"""Milliseconds, p99: what it must not exceed, and what is aimed at."""


class BareLine(Widget):
    """One line that changes: the least Textual does for a key."""

    number: reactive[int] = reactive(0)

    def render_line(self, y: int) -> Strip:
        return Strip.blank(self.size.width, self.rich_style)


class Bare(App[None]):
    """A screen with nothing on it."""

    def compose(self) -> ComposeResult:
        yield BareLine()


@dataclass(frozen=True, slots=True)
class Took:
    """One measurement."""

    wall: float
    cpu: float
    """Of the thread that draws: what does not depend on how busy the computer is."""


def at(values: Iterable[float], percent: int) -> float:
    """A percentile in ms."""
    ms = sorted(value * 1_000 for value in values)
    return ms[min(len(ms) - 1, len(ms) * percent // 100)]


def show(name: str, took: list[Took], bare: float) -> None:
    """One line: median, p99, the budget, and how often a bare screen's time it is."""
    median, p99 = at((t.wall for t in took), 50), at((t.wall for t in took), 99)
    cpu, cpu99 = at((t.cpu for t in took), 50), at((t.cpu for t in took), 99)
    budget = BUDGETS.get(name)
    held = f"   budget {budget[0]:.0f} (aim {budget[1]:.0f}): {'held' if p99 <= budget[0] else 'NOT held'}" if budget else ""
    print(f"{name:<28} median {median:6.1f} p99 {p99:6.1f} ms   CPU {cpu:5.1f} p99 {cpu99:5.1f} ms   {cpu / bare:4.1f} × bare{held}")


async def times(pilot: Pilot[None], act: Callable[[], object], count: int = TIMES) -> list[Took]:
    """Seconds from a call to the next frame, many times."""
    found = []
    for _ in range(count):
        cpu = time.thread_time()
        found.append(Took(await repainted(pilot, act), time.thread_time() - cpu))
        await asyncio.sleep(0.02)
    return found


async def bare_times() -> list[Took]:
    """What Textual itself takes."""
    app = Bare()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        line = app.query_one(BareLine)
        return await times(pilot, lambda: setattr(line, "number", line.number + 1))


async def next_month(pilot: Pilot[None], screen: CalendarScreen, way: int = 1) -> Took:
    """From the key to the frame with the month's posts."""
    grid, shown, drawn = screen.month, asyncio.Event(), asyncio.Event()
    show_month, display = grid.show, pilot.app._display

    def showing(month: Month) -> None:
        show_month(month)
        shown.set()

    def displaying(*args: object, **kwargs: object) -> None:
        display(*args, **kwargs)  # type: ignore[arg-type]
        if shown.is_set():
            drawn.set()

    grid.show, pilot.app._display = showing, displaying  # type: ignore[method-assign]
    start, cpu = time.perf_counter(), time.thread_time()
    pilot.app.post_message(events.Key("pagedown" if way > 0 else "pageup", None))
    async with asyncio.timeout(10):
        await drawn.wait()
    took = Took(time.perf_counter() - start, time.thread_time() - cpu)
    grid.show, pilot.app._display = show_month, display  # type: ignore[method-assign]
    return took


async def measured(desk: Desk, bare: float) -> None:
    """The three times."""
    app = DaypartApp(desk, clock=desk.clock)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.facts is not None, "facts", within=60)
        app.go("calendar")
        await until(pilot, lambda: isinstance(app.screen, CalendarScreen) and bool(app.screen.query("MonthGrid")), "the calendar")
        screen = app.screen
        assert isinstance(screen, CalendarScreen)
        await until(pilot, lambda: bool(screen.month.month.days), "the month's posts", within=60)
        await asyncio.sleep(1)
        for way in (1, -1):
            show("cursor key to repaint", await times(pilot, lambda way=way: screen.month.action_day(way), 12), bare)  # type: ignore[misc]
        months = []
        for _ in range(10):
            months.append(await next_month(pilot, screen))
            await asyncio.sleep(0.3)
        show("next month, posts included", months, bare)
        screen.show_view("agenda")
        await until(pilot, lambda: screen.agenda.chosen is not None, "the agenda", within=60)
        show("agenda: line to repaint", await times(pilot, lambda: screen.agenda.action_step(1)), bare)


async def main(rows: int) -> None:
    """Fill a store, measure."""
    with tempfile.TemporaryDirectory() as folder:
        desk = await _filled(Path(folder), rows)
        print(f"{rows:,} posts, {SIZE[0]}×{SIZE[1]}")
        took = await bare_times()
        bare = at((t.cpu for t in took), 50)
        show("a bare screen: one line", took, bare)
        await measured(desk, bare)
        await desk.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
