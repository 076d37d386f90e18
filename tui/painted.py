"""A frame of a whole screen is drawn piece by piece, so that a key never waits for all of it. It is shown at once, as ever."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from time import perf_counter
from typing import Generic, TypeVar

from textual._context import visible_screen_stack
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

Answer = TypeVar("Answer")
AT_ONCE = 8
"""The part of the screen that may be drawn in one go: an eighth."""
AGAIN = 0.004
"""Seconds until there is another look whether a batch is over."""


class Painted(Screen[Answer], Generic[Answer]):
    """Textual draws every widget and puts the lines together in one turn of the loop. Here the widgets are drawn before, some in each turn;
    their lines are kept by Textual, and what changed meanwhile is drawn once more."""

    PIECE = 0.004
    """Seconds of drawing, after which others have their turn."""
    _painter: asyncio.Task[None] | None = None
    """Draws a frame."""

    def _compositor_refresh(self) -> None:
        if self._painter is not None:  # what is to be drawn is known to the compositor: it comes with that frame
            return
        if self._is_little():
            super()._compositor_refresh()
            return
        self._dirty_widgets.clear()
        self._painter = asyncio.create_task(self._paint_frame(), name="paint")

    def _is_little(self) -> bool:
        """Whether it is drawn faster than it would be cut into pieces; screens beneath a dialog are not drawn themselves."""
        area = sum(region.area for region in self._compositor._dirty_regions)
        return area * AT_ONCE < self._compositor.size.area or self.app.is_inline or not self._is_on_top()

    def _is_on_top(self) -> bool:
        return self.app.screen_stack[-1:] == [self]

    async def _invoke_and_clear_callbacks(self) -> None:
        """Those who wait for the frame wait for all of it."""
        if self._painter is None:
            await super()._invoke_and_clear_callbacks()

    async def _paint_frame(self) -> None:
        try:
            if not await self._draw_widgets():
                await self._draw_widgets()
            self._show_frame()
        except Exception as error:  # as where Textual draws
            self.app._handle_exception(error)
        finally:
            self._painter = None
        if self._callbacks:
            self.call_next(self._invoke_and_clear_callbacks)

    def _show_frame(self) -> None:
        """Put the lines together and show them. In a batch nothing is shown: then after it."""
        if not self.is_running or not self.is_current:
            return
        if self.app._batch_count:
            self.set_timer(AGAIN, self._compositor_refresh)
            return
        # what has no place yet comes with its layout: named here, the compositor would place it, and it would never hear how large it is
        self._compositor.update_widgets(self._dirty_widgets & self._compositor.visible_widgets.keys())
        super()._compositor_refresh()

    async def _draw_widgets(self) -> bool:
        """Some widgets in each turn; False: ended early, as the screen or what stands on it is another one by now."""
        began, shown = perf_counter(), self._compositor.visible_widgets
        for widget, lines in self._to_draw():
            widget.render_lines(lines)
            if perf_counter() - began > self.PIECE:
                await asyncio.sleep(0)
                began = perf_counter()
            if not self.is_running or not self._is_on_top() or self._compositor.visible_widgets is not shown:
                return False
        return True

    def _to_draw(self) -> Iterator[tuple[Widget, Region]]:
        """Lines of each widget that the frame needs anew. They are kept where they are looked for when it is put together."""
        visible_screen_stack.set(self.app._background_screens)
        changed = self._compositor._dirty_regions
        needed = Region.from_union(changed) if changed else Region()  # a picture taken of the screen is a frame, too
        for widget, (region, clip) in list(self._compositor.visible_widgets.items()):
            seen = region.intersection(clip)
            if lines := seen.intersection(needed):
                yield widget, Region(seen.x, lines.y, seen.width, lines.height).translate(-region.offset)
