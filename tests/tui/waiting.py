"""Waits for conditions, never for time; reads the screen as lines of text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

from textual._context import visible_screen_stack
from textual.pilot import Pilot
from textual.strip import Strip

from tests.tui.fake_desk import FakeDesk
from tests.tui.seeds import seeded
from tui.app import DaypartApp
from tui.text import Glyphs

LOOK = 0.01
"""Seconds between two looks."""
MOMENT = 0.5


async def until(pilot: Pilot[None], condition: Callable[[], bool], what: str, within: float = 20.0) -> None:
    """Fails with the name of what did not happen."""
    end = monotonic() + within
    while not condition():
        if monotonic() > end:
            raise AssertionError(f"waited {within} s for {what}\n{screen_text(pilot)}")
        await asyncio.sleep(LOOK)
        await pilot.pause()


def screen_text(pilot: Pilot[None]) -> str:
    """What is on the screen now."""
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips(pilot))


def strips(pilot: Pilot[None]) -> list[Strip]:
    """The lines of the screen now. What shines through a dialog is named as Textual does before it draws: else a line that waits to be
    drawn would be drawn without it, and kept so."""
    visible_screen_stack.set(pilot.app._background_screens)
    return pilot.app.screen._compositor.render_strips()


async def see(pilot: Pilot[None], *words: str) -> None:
    """Wait until all of these are on the screen."""
    await until(pilot, lambda: all(word in screen_text(pilot) for word in words), f"{words} on the screen")


async def gone(pilot: Pilot[None], word: str) -> None:
    """Wait until this is no longer on the screen."""
    await until(pilot, lambda: word not in screen_text(pilot), f"{word!r} to leave the screen")


def put_off(pilot: Pilot[None]) -> bool:
    """Whether a screen, shown or beneath a dialog, has put something off for a moment, as the preview until nobody types."""
    nodes = [pilot.app, *(node for screen in pilot.app.screen_stack for node in screen.walk_children(with_self=True))]
    once = [timer for node in nodes for timer in node._timers if timer._repeat == 0 and timer._interval <= MOMENT]
    return any(timer._task is not None and not timer._task.done() for timer in once)


async def still(pilot: Pilot[None], *, looks: int = 4, busy: Callable[[], bool] = lambda: False) -> None:
    """Wait until so many looks in a row saw the same, colours included, and nothing was busy or put off."""
    last: list[Strip] = []
    steady = 0

    def unchanged() -> bool:
        nonlocal last, steady
        now = strips(pilot)
        last, steady = now, steady + 1 if now == last and not busy() and not put_off(pilot) else 0
        return steady >= looks

    await until(pilot, unchanged, "the screen to stand still", within=60.0)


async def back_to_the_place(pilot: Pilot[None]) -> None:
    """Close every dialog, as somebody who is lost would."""
    end = monotonic() + 20.0
    while len(pilot.app.screen_stack) > 1:
        assert monotonic() < end, f"escape does not lead out\n{screen_text(pilot)}"
        await pilot.press("escape")


def titles_are_dim(pilot: Pilot[None]) -> bool:
    """A place says so that it is being read."""
    return all(pane.styles.border_title_style.dim for pane in pilot.app.screen.query(".pane"))


async def type_text(pilot: Pilot[None], text: str) -> None:
    """Key by key."""
    names = {" ": "space", "\n": "enter"}
    await pilot.press(*(names.get(letter, letter) for letter in text))


class Shown(DaypartApp):
    """The program as tests open it."""

    def __init__(
        self, desk: FakeDesk, *, theme: str = "daypart-dark", glyphs: Glyphs | None = None, settings_file: Path | None = None
    ) -> None:
        super().__init__(desk, clock=desk.clock, glyphs=glyphs, settings_file=settings_file)
        if settings_file is None:
            self.theme = theme


@asynccontextmanager
async def opened(
    desk: FakeDesk | None = None,
    *,
    place: str = "",
    size: tuple[int, int] = (80, 24),
    glyphs: Glyphs | None = None,
    settings_file: Path | None = None,
) -> AsyncIterator[Pilot[None]]:
    """The desk, open at a place, its facts and rows read."""
    app = Shown(desk or seeded(), glyphs=glyphs, settings_file=settings_file)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: app.facts is not None or bool(app.trouble), "the facts")
        if place:
            await pilot.press(place)
        yield pilot
