"""Places that are one list with a pane about the line under the cursor; find narrows the list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from scheduler.desk.views import Sign
from scheduler.errors import DeskError
from tui.detail import EVIDENT, detail, detail_title
from tui.lines.row import Row
from tui.lines.rows import filtered
from tui.say import say
from tui.screens.items import ItemScreen
from tui.text import clean
from tui.told import told
from tui.unhurried import PlainVertical
from tui.widgets.find_line import FindLine
from tui.widgets.row_list import RowList

MANY = 250
"""Rows above which they are made in a thread."""


class ListScreen(ItemScreen):
    """Reads rows, keeps the cursor, explains the chosen one."""

    TITLE_WORDS: ClassVar[str] = ""
    EMPTY: ClassVar[str] = ""
    rows = getters.query_one(RowList)
    pane = getters.query_one("#pane-text", Static)
    finder = getters.query_one(FindLine)

    def __init__(self) -> None:
        super().__init__()
        self._all: list[Row] = []

    def compose_body(self) -> ComposeResult:
        with PlainVertical(id="panes"):
            with PlainVertical(id="list", classes="pane"):
                yield RowList(empty=self.EMPTY, glyphs=self.app.glyphs)
                yield FindLine()
            with VerticalScroll(id="pane", classes="pane", can_focus=True):
                yield Static("", id="pane-text", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.rows.focus()
        self._title()

    async def build(self, count: int, make: Callable[[], list[Row]]) -> list[Row]:
        """Long lists are made beside the event loop: a thousand rows cost up to 10 ms."""
        return make() if count < MANY else await asyncio.to_thread(make)

    def show_rows(self, rows: list[Row]) -> None:
        """New rows from the Desk."""
        self._all = rows
        self.rows.show(filtered(rows, self.finder.words), self.finder.words)
        self._title()

    def title_words(self) -> str:
        """What the list is."""
        return self.TITLE_WORDS

    def _title(self) -> None:
        whose = self.app.client_name() or say("all clients")
        self.query_one("#list").border_title = Content(f"{say(self.title_words())} · {whose}")
        self.query_one("#list").border_subtitle = Content(self.finder.chip) or None

    def chosen_key(self) -> str:
        return self.rows.chosen.key if self.rows.chosen else ""

    def chosen_sign(self) -> Sign | None:
        return self.rows.chosen.sign if self.is_mounted and self.rows.chosen else None

    def chosen_is_late(self) -> bool:
        row = self.rows.chosen if self.is_mounted else None
        if row is None or row.sign is not Sign.MISSED:
            return False
        from scheduler.lifecycle import HELD_OVER  # deferred: the first frame is painted before there is a post

        return row.words == told(HELD_OVER)

    # ── the pane ──

    @on(RowList.Highlighted)
    def _highlighted(self, event: RowList.Highlighted) -> None:
        self.refresh_bindings()
        self.explain(event.key)

    @work(exclusive=True, group="explain", exit_on_error=False)
    async def explain(self, key: str) -> None:
        """Fill the pane."""
        await self.explain_delivery(key)

    async def explain_delivery(self, key: str) -> None:
        """What is known of one delivery."""
        if not key:
            self.show_pane("", Content(""))
            return
        try:
            delivery = await self.app.desk.delivery(key)
            events = await self.app.desk.history(key)
            known = await self.app.desk.evidence(key) if delivery.sign in EVIDENT else None
        except DeskError as error:
            self.show_pane("", Content(told(clean(str(error)))))
            return
        body = detail(delivery, events, self.app.desk.tz, self.app.now(), self.app.glyphs, known)
        self.show_pane(detail_title(delivery), body)

    def show_pane(self, title: str, body: Content) -> None:
        """Title and text of the pane; another text is read from its beginning, the same one from where one was."""
        pane = self.query_one("#pane", VerticalScroll)
        pane.display = bool(title or body.plain)  # an empty frame tells nothing, and its lines serve the list
        self.query_one("#list").set_class(not pane.display, "-alone")
        pane.border_title = Content(clean(title)) if title else None
        before = self.pane.content
        if isinstance(before, Content) and before.plain == body.plain and before.spans == body.spans:
            return  # read again, and nothing is another: it need not be laid out and drawn anew
        self.pane.update(body)
        if not isinstance(before, Content) or before.plain != body.plain:
            pane.scroll_home(animate=False, immediate=True)

    @on(RowList.Opened)
    def _opened(self) -> None:
        self.action_open()

    # ── find ──

    def action_find(self) -> None:
        self.finder.begin()

    @on(FindLine.Sought)
    def _words_changed(self) -> None:
        self.rows.show(filtered(self._all, self.finder.words), self.finder.words)
        self._title()

    @on(FindLine.Kept)
    def _kept(self) -> None:
        self.rows.focus()

    def action_back(self) -> None:
        if self.finder.leave() or not self.rows.has_focus:
            self.rows.focus()
        else:
            super().action_back()
