"""What a screen leaves out or puts off so that a key never waits long: Textual's own work when a place is shown."""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

from textual import events
from textual.containers import Vertical
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.painted import Painted

Answer = TypeVar("Answer")


class Plain(Widget):
    """Only a colour and perhaps a border, no text of its own. Textual would draw each of its lines, which other widgets then cover."""

    def render_lines(self, crop: Region) -> list[Strip]:
        last = self.outer_size.height - 1
        if last < 3:
            return super().render_lines(crop)
        drawn = super().render_lines
        inside = drawn(Region(crop.x, 1, crop.width, 1))
        return [
            strip for y in range(crop.y, crop.bottom) for strip in (drawn(Region(crop.x, y, crop.width, 1)) if y in (0, last) else inside)
        ]


class PlainVertical(Vertical, Plain):
    """Parts one below the other (or beside: the styles say), on one colour."""


class Unhurried(Painted[Answer], Generic[Answer]):
    """Gives the keyboard a turn between any two events, and is not styled anew because it is shown again."""

    def __init__(self, **named: str | None) -> None:
        super().__init__(**named)
        # as it is when it is made, so that Textual neither reads all styles anew nor styles every widget once more
        self._css_update_count = self.app._css_update_count
        for least, name in reversed(self.HORIZONTAL_BREAKPOINTS or ()):
            if self.app.size.width >= least:
                self.add_class(name)
                break

    async def on_event(self, event: events.Event) -> None:
        """One event a turn: else all that a screen does when it is first shown would be one long turn, for which keys wait."""
        await asyncio.sleep(0)
        await super().on_event(event)

    def _on_screen_resume(self, event: events.ScreenResume) -> None:  # beside that of Textual's, not in its place: every class hears of it
        """Textual would style every widget once more on each visit, some 20 ms. Each was when it was mounted and when it changed; another
        theme that came meanwhile is seen to by `App.switch_mode`."""
        event.refresh_styles = False
