"""How long keys and screens take with many posts: `python -m tests.bench.desk_keys [rows]`. Prints only."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable

from textual.pilot import Pilot
from textual.widgets import Static

from tests.tui.fake_desk import FakeDesk
from tests.tui.seeds import crowded
from tests.tui.waiting import Shown, until
from tui.screens.calendar import CalendarScreen
from tui.widgets.caption_area import CaptionArea
from tui.widgets.row_list import RowList

SIZE = (120, 40)
TIMES = 30


def show(name: str, seconds: list[float]) -> None:
    """One line: median and worst in ms."""
    ms = sorted(second * 1_000 for second in seconds)
    print(f"{name:<44} median {statistics.median(ms):7.1f} ms   worst {ms[-1]:7.1f} ms   n={len(ms)}")


async def repainted(pilot: Pilot[None], act: Callable[[], object]) -> float:
    """Seconds from a call to the next frame that is drawn."""
    drawn = asyncio.Event()
    app = pilot.app
    before = app._display

    def display(*args: object, **kwargs: object) -> None:
        before(*args, **kwargs)  # type: ignore[arg-type]
        drawn.set()

    app._display = display  # type: ignore[method-assign]
    start = time.perf_counter()
    act()
    async with asyncio.timeout(10):
        await drawn.wait()
    app._display = before  # type: ignore[method-assign]
    return time.perf_counter() - start


async def cursor_keys(pilot: Pilot[None], place: str, step: Callable[[], object], name: str) -> None:
    """Cursor to repaint."""
    pilot.app.go(place)  # type: ignore[attr-defined]
    await until(pilot, lambda: getattr(pilot.app.screen, "PLACE", "") == place, place)
    await asyncio.sleep(1)
    seconds = []
    for _ in range(TIMES):
        seconds.append(await repainted(pilot, step))
        await asyncio.sleep(0.02)
    show(name, seconds)


async def opening(desk: FakeDesk, place: str, ready: Callable[[Shown], bool]) -> float:
    """From the key to rows on the screen, in a program that never showed the place."""
    app = Shown(desk)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.facts is not None, "facts")
        app.go("write" if place != "write" else "today")
        await asyncio.sleep(1)
        start = time.perf_counter()
        app.go(place)
        while not (getattr(app.screen, "PLACE", "") == place and ready(app)):  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        return time.perf_counter() - start


def has_rows(app: Shown) -> bool:
    return any(listed.rows for listed in app.screen.query(RowList))


def has_week(app: Shown) -> bool:
    return isinstance(app.screen, CalendarScreen) and bool(app.screen.query("WeekGrid")) and bool(app.screen.grid.week.days)


async def main(rows: int) -> None:
    desk = crowded(rows)
    print(f"{len(desk.items):,} deliveries, {SIZE[0]}×{SIZE[1]}")
    places: tuple[tuple[str, Callable[[Shown], bool]], ...] = (
        ("calendar", has_week), ("approvals", has_rows), ("outbox", has_rows), ("write", has_rows),
    )  # fmt: skip
    for place, ready in places:
        show(f"open {place}, the desk's answer included", [await opening(desk, place, ready) for _ in range(3)])
    await answers(desk)
    app = Shown(desk)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.facts is not None, "facts")
        await cursor_keys(pilot, "outbox", lambda: app.screen.query_one(RowList).action_step(1), "outbox: down to repaint")
        await cursor_keys(pilot, "calendar", lambda: app.screen.query_one("WeekGrid").action_step(1), "calendar: down to repaint")  # type: ignore[attr-defined]
        app.open_post("winter/menu")
        await until(
            pilot,
            lambda: bool(app.screen.query("#counters")) and "of" in str(app.screen.query_one("#counters", Static).content),
            "counters",
        )
        await cursor_keys(pilot, "write", lambda: app.screen.query_one(CaptionArea).insert("x"), "write: letter to repaint")


async def answers(desk: FakeDesk) -> None:
    """What of it is the pretend desk's own time."""
    asked: tuple[tuple[str, Callable[[], Awaitable[object]]], ...] = (
        ("deliveries", desk.deliveries),
        ("waiting", desk.waiting),
        ("overview", desk.overview),
    )
    for name, ask in asked:
        start = time.perf_counter()
        await ask()
        show(f"  of that, the pretend desk: {name}", [time.perf_counter() - start])


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
