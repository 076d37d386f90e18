"""The frame is painted before the workspace is open: what opens it runs beside it, and a place asked for meanwhile waits for the desk."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textual import events, work

from scheduler.clock import Clock
from tui.keys.actions import PLACES
from tui.serving import Serving
from tui.text import Glyphs

if TYPE_CHECKING:
    from scheduler.desk.desk import Desk

Open = Callable[[], Awaitable["Desk"]]
"""Opens the workspace; whatever it raises ends the program with that."""
NEW_ONLY = (2_500, 1_000_000, 1_000_000)
"""For `gc`: after so many new things they are looked through; what is older: never by itself."""
TIDY, REST, AT_LATEST = 0.5, 0.6, 120.0
"""Seconds: how often there may be a look for rubbish, how long nobody has typed then, and when there is one all the same."""
ENOUGH, MUCH = 12, 120
"""So often what is new was looked through meanwhile, 2,500 things each time: worth a look in a pause; worth one at once."""
LEAVE = frozenset({"q", "ctrl+q", "ctrl+c"})
"""Keys that need no desk."""
PLACE_KEYS = frozenset(action.keys for action in PLACES)
"""Keys that wait for it. Others would act on what nobody has seen yet: they are not taken."""


class Opening(Serving, inherit_bindings=False):
    """The program, as far as its first half second concerns it."""

    def __init__(self, desk: Desk | None, *, opening: Open | None = None, clock: Clock | None = None, glyphs: Glyphs | None = None) -> None:
        super().__init__(desk, clock=clock, glyphs=glyphs)
        self._opening = opening
        self._job: asyncio.Future[Desk] | None = None
        self._ahead: events.Key | None = None
        """The place somebody went to before there was a desk."""
        self._typed = self._tidied = time.monotonic()

    def on_mount(self) -> None:
        if self.opened.is_set():
            self.at_work()
        else:
            self.call_after_refresh(self._open)

    def at_work(self) -> None:
        """The desk is there: read, watch, go where the person wants to."""

    async def get_ready(self) -> None:
        """What can wait until the first posts are read."""

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste | events.MouseEvent):
            self._typed = time.monotonic()
        if self.opened.is_set() or not isinstance(event, events.Key | events.Paste | events.MouseEvent):
            await super().on_event(event)
        elif isinstance(event, events.Key) and event.key in LEAVE:
            self.exit()
        elif isinstance(event, events.Key) and event.key in PLACE_KEYS:
            self._ahead = event

    @work(exclusive=True, group="opening", exit_on_error=False)
    async def _open(self) -> None:
        assert self._opening is not None
        self._job = asyncio.ensure_future(self._opening())
        try:
            self.desk = await asyncio.shield(self._job)
        except Exception:  # whoever opened it says it: `outcome`
            self.exit()
            return
        self.opened.set()
        self.at_work()
        if self._ahead is not None:
            self.post_message(self._ahead)
        await self.get_ready()
        if not self.is_headless:
            keep_what_is_loaded()
        self.set_interval(TIDY, self.tidy)

    def tidy(self) -> None:
        """Look for rubbish while nobody would feel it."""
        now = time.monotonic()
        kept, rests, waited = gc.get_count()[1], now - self._typed > REST, now - self._tidied > AT_LATEST
        if kept >= MUCH or (kept >= ENOUGH and (rests or waited)):
            self._tidied = now
            gc.collect()

    async def outcome(self) -> Desk | None:
        """The desk, also where the person left before it was open. Raises what opening it raised; None: it was not begun."""
        return None if self._job is None else await self._job


def keep_what_is_loaded() -> None:
    """What is loaded by now stays until the end, and what is drawn is let go of by itself: looking through all of it for rubbish stops a
    program of this size for a tenth of a second, every few seconds of work. So from here on only what is new is looked through at once,
    and the rest while nobody types (`Opening.tidy`)."""
    gc.freeze()
    gc.set_threshold(*NEW_ONLY)
    gc.enable()
