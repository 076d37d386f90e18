"""Is anything publishing? Starting the service from the desk, and a word before leaving when posts would wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Button, Static

from scheduler.desk.views import DeliveryView
from scheduler.errors import DeskError
from tui.brake import Brake
from tui.dialogs.base import Dialog
from tui.lines.words import name_words, place_words
from tui.say import say
from tui.text import clean, counted, fit, short_times, when_words
from tui.told import told
from tui.widgets.row_list import time_last

if TYPE_CHECKING:
    from scheduler.desk.serving import Leaving

WIDE = 60
"""Cells of a line in the question."""
NAMED = 3
"""So many posts are named; the rest is counted."""


def waiting_lines(waits: tuple[DeliveryView, ...], tz: str, now: int) -> list[str]:
    """The posts that would wait, by name."""
    times = [when_words(view.due, tz, now) for view in waits[:NAMED]]
    width = max(map(cell_len, times), default=0)
    lines = [
        fit(f"{time_last(time, width)}  {place_words(view)}  {name_words(view)}", WIDE).rstrip()
        for time, view in zip(times, waits[:NAMED], strict=True)
    ]
    return [*lines, *([say("and {number} more", number=len(waits) - NAMED)] if len(waits) > NAMED else [])]


class LeaveQuestion(Dialog[str]):
    """Names the posts; staying is the harmless answer. Answers `leave`, `start` or None."""

    BINDINGS = [
        Binding("y", "yes", "Leave", show=False, id="leave.yes", tooltip="Leave; the posts wait"),
        Binding("s", "start", "Start", show=False, id="leave.start", tooltip="Start the service, then leave"),
    ]

    def __init__(self, leaving: Leaving, lines: list[str], *, may_start: bool) -> None:
        super().__init__()
        self._leaving, self._lines, self._may_start = leaving, lines, may_start

    def title_words(self) -> str:
        return say("Leave? {posts} would wait", posts=counted(len(self._leaving.waits), "approved post"))

    def compose_box(self) -> ComposeResult:
        yield Static(Content(short_times(told(clean(self._leaving.words)))), classes="question")
        yield Static(Content("\n".join(self._lines)), classes="details")

    def buttons(self) -> ComposeResult:
        yield Button(Content(say("Stay (esc)")), id="no")
        yield Button(Content(say("Leave (y)")), id="yes", variant="error")
        if self._may_start:
            yield Button(Content(say("Start the service, leave (s)")), id="start", variant="primary")

    def on_mount(self) -> None:
        self.query_one("#no", Button).focus()

    @on(Button.Pressed, "#yes")
    def action_yes(self) -> None:
        self.dismiss("leave")

    @on(Button.Pressed, "#start")
    def action_start(self) -> None:
        if self._may_start:
            self.dismiss("start")


class Serving(Brake, inherit_bindings=False):
    """The program, as far as the publishing service and coming and going concern it."""

    begin_at: str = ""
    """The place to open first; empty: Today."""

    def begin(self) -> None:
        """Go where the first run led."""
        if self.begin_at:
            self.go(self.begin_at)

    @work(exclusive=True, group="service", exit_on_error=False)
    async def action_start_service(self) -> None:
        await self.attempt(self.desk.start_service())

    async def may_leave(self) -> bool:
        """Whether to close now; asks only when approved posts would wait for somebody to come back."""
        try:
            leaving = await self.desk.leaving()
        except DeskError:
            return True
        if not leaving.waits:
            return True
        lines = waiting_lines(leaving.waits, self.desk.tz, self.now())
        answer = await self.push_screen_wait(LeaveQuestion(leaving, lines, may_start=leaving.may_start))
        if answer == "start":
            return await self.attempt(self.desk.start_service()) is not None
        return answer == "leave"
