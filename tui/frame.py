"""The frame of every place: places with counts on top, a banner when something is stopped, facts and keys below."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.css.query import NoMatches
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker

from scheduler.desk.views import Overview
from scheduler.errors import DeskError
from tui.keys.action import Action
from tui.lines.words import banner, error_words, facts
from tui.program import Program
from tui.say import is_aloud, say
from tui.text import clean
from tui.unhurried import Plain, PlainVertical, Unhurried
from tui.widgets.bars import KeyLine, PlaceLine, StatusLine
from tui.widgets.row_list import RowList
from tui.widgets.where_line import WhereLine

SMALLEST = (60, 16)
"""Columns and rows below which nothing useful fits."""
RETRY = 2.0
"""Seconds until reading is tried again after an error."""
REFRESH = 30.0
"""Seconds between refreshes of relative times."""


class DeskScreen(Unhurried[None], Plain):
    """A place. Subclasses say what is inside and how it is read."""

    AUTO_FOCUS = None
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    PLACE: ClassVar[str] = ""
    ACTIONS: ClassVar[tuple[Action, ...]] = ()
    """What `?` lists for this place."""
    app = getters.app(Program)
    _before_small: Widget | None = None
    """What had the focus before the window became too small."""

    def compose(self) -> ComposeResult:
        glyphs = self.app.glyphs
        self.set_class(is_aloud(), "-aloud")
        yield PlaceLine(self.PLACE)
        yield WhereLine()
        yield Static("", id="banner", markup=False)
        with PlainVertical(id="body"):
            yield from self.compose_body()
        yield Static(self.too_small_words(), id="too-small", markup=False)
        yield StatusLine(glyphs)
        yield KeyLine()

    def compose_body(self) -> ComposeResult:
        """The inside."""
        yield from ()

    @property
    def helped(self) -> tuple[Action, ...]:
        """What `?` lists now: the keys of this place, first those of the part that has the focus."""
        return self.ACTIONS

    async def read(self) -> None:
        """Ask the Desk and show the answer. Errors of ours may pass through."""

    async def make_anew(self) -> None:
        """The same place with words and signs of now; what had the focus has it again."""
        focused = self.focused.id if self.focused is not None else None
        await self.recompose()
        self.made_anew()
        self._on_facts()
        if focused and (again := self.query(f"#{focused}")):
            again.first().focus()
        self.reload()

    def made_anew(self) -> None:
        """For screens that fill themselves when they are mounted."""

    # ── life ──

    def on_mount(self) -> None:
        self._stale = True
        self._retry: Timer | None = None
        self.watch(self.app, "facts", self._on_facts)
        self.watch(self.app, "trouble", self._on_facts)
        self.app.changed.subscribe(self, self._on_changed)
        if not is_aloud():  # words that change by themselves would be read again and again
            self.set_interval(REFRESH, self._on_changed)

    def on_screen_suspend(self) -> None:
        """Somebody goes elsewhere, or a dialog comes before it. What was drawn of a place that is left is drawn anew on coming back, so it
        need not be kept: some 5 MB a place."""
        if self.app.screen_stack[:1] == [self]:
            return
        for widget in self.walk_children(Widget):
            widget._styles_cache.clear()
            widget.notify_style_update()

    def on_screen_resume(self) -> None:
        if self._stale:
            self.reload()

    def _on_changed(self, _: None = None) -> None:
        self._stale = True
        if self.app.screen_stack[:1] == [self]:  # none is left while the program closes, and a timer may still come
            self.reload()

    @work(exclusive=True, group="read", exit_on_error=False)
    async def reload(self) -> None:
        """Read again; what was there stays until the answer is there."""
        await self.app.opened.wait()
        slow = self.set_timer(0.1, lambda: self._dim_titles(True))
        try:
            await self.read()
            self._stale = False
            self.query_one(WhereLine).tell()
            self.show_trouble("")
        except DeskError as error:
            self.show_trouble(error_words(error))
            if self._retry is not None:  # one at a time: a store that is away for an hour is not asked by a hundred timers
                self._retry.stop()
            self._retry = self.set_timer(RETRY, self._on_changed)
        finally:
            slow.stop()
            self._dim_titles(False)

    def _dim_titles(self, dim: bool) -> None:
        """While it is read for long. Not a class of the screen: that would style every widget in it anew, twice."""
        for pane in self.query(".pane"):
            pane.styles.border_title_style = "dim" if dim else None

    @on(RowList.Highlighted)
    def _where(self) -> None:
        for line in self.query(WhereLine):
            line.tell()

    def show_trouble(self, words: str) -> None:
        """An error of ours: the rows stay, the line above the keys says what is wrong."""
        self.set_class(bool(words), "-trouble")
        self.query_one(StatusLine).trouble = clean(words)

    def too_small_words(self) -> str:
        """What stands there in place of the inside."""
        columns, rows = SMALLEST
        return say("Make the window larger\n({columns}×{rows} needed). Keys still work.", columns=columns, rows=rows)

    def on_resize(self) -> None:
        small = self.size.width < SMALLEST[0] or self.size.height < SMALLEST[1]
        if small and not self.has_class("-too-small"):
            self._before_small = self.focused
        self.set_class(small, "-too-small")
        if not small and self._before_small is not None:  # what is not shown has no focus; it gets it back
            self._before_small.focus()
            self._before_small = None

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        self.app.on_worker_state_changed(event)

    # ── facts ──

    def _on_facts(self) -> None:
        with suppress(NoMatches):  # news may still come while the program closes and parts are gone
            self._show_facts()

    def _show_facts(self) -> None:
        overview = self.app.facts
        self.query_one(PlaceLine).show(overview, self.app.client_name(), self.app.glyphs)
        self.query_one(StatusLine).show([] if overview is None else facts(overview, self.app.now()), self.app.trouble)
        words = None if overview is None else banner(overview, self.app.now())
        strip = self.query_one("#banner", Static)
        strip.display = words is not None
        strip.set_class(overview is not None and bool(overview.holds), "-hold")
        strip.update(Content(f" {words or ''}"))
        self.facts_changed(overview)

    def facts_changed(self, overview: Overview | None) -> None:
        """For screens that show facts inside."""

    @on(PlaceLine.Picked)
    def _go(self, event: PlaceLine.Picked) -> None:
        self.app.go(event.place)

    # ── keys that are off ──

    def why_off(self, action: str) -> str:
        """Why an action cannot be done now; empty when it can. Its key is shown grey and answers with this."""
        return ""

    def may(self, action: str, label: str) -> bool:
        """Whether it can be done now; says why not."""
        reason = self.why_off(action)
        if reason:
            self.app.notify(say("{label} is off: {reason}", label=label, reason=reason), severity="warning", timeout=8)
        return not reason

    def action_back(self) -> None:
        """Back to where one came from."""
        self.app.go(self.app.came_from)

    # ── what a place may have of its own ──

    async def new_here(self) -> None:
        """`n`: a new post; some places know for when, or make something else."""
        await self.app.write_new()

    def asked_again(self) -> None:
        """The key of this place, pressed here."""

    async def save_all(self) -> bool:
        """Save what was typed, before leaving; False when it could not be saved."""
        return True
