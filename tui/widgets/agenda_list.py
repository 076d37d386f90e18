"""The agenda: one list of any length whose lines are fetched a page at a time; every line says its whole day, so it can be read aloud."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import overload

from textual.geometry import Size
from textual.message import Message

from scheduler.desk.calendar.views import Agenda
from scheduler.desk.views import CalendarRow
from tui.lines.row import Row
from tui.say import say
from tui.text import UNICODE, Glyphs, day_words, local, one_line, short_clock
from tui.told import told
from tui.widgets.row_list import Columns, RowList, columns

PAGE = 200
"""Lines that are fetched at once."""
KEPT_PAGES = 10
"""A page is read again in 5 ms; a window shows one or two."""
UNREAD = "~"
"""Begins the key of a line that is not fetched yet."""


class Pages(Sequence[Row]):
    """Lines by place; what is not there yet is asked for and drawn empty."""

    def __init__(self, agenda: Agenda, ask: Callable[[int], None], glyphs: Glyphs) -> None:
        self.agenda = agenda
        self._ask = ask
        self._glyphs = glyphs
        self._pages: dict[int, dict[int, Row]] = {}
        self._asked: set[int] = set()

    def __len__(self) -> int:
        return len(self.agenda.lines)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        if isinstance(place, slice):
            return [self[n] for n in range(*place.indices(len(self)))]
        line = self.agenda.lines[place]
        if line < 0:
            note = self.agenda.notes[-line - 1]
            sign = {"gap": self._glyphs.gap, "collision": self._glyphs.clash, "clocks": self._glyphs.clocks}[note.kind]
            return Row(f"#{line}", heading=f"{sign} {day_words(note.day)}: {told(note.words)}")
        page = self._pages.get(place // PAGE)
        if page is None:
            if place // PAGE not in self._asked:
                self._asked.add(place // PAGE)
                self._ask(place // PAGE)
            return Row(f"{UNREAD}{line}", title=self._glyphs.more)
        return page.get(line, Row(f"{UNREAD}{line}", title=say("taken away meanwhile")))

    def ids(self, page: int) -> list[int]:
        """Deliveries of a page."""
        return [line for line in self.agenda.lines[page * PAGE : (page + 1) * PAGE] if line > 0]

    def keep(self, page: int, rows: dict[int, Row]) -> None:
        """A page arrived; the ones read longest ago go."""
        self._asked.discard(page)
        self._pages[page] = rows
        while len(self._pages) > KEPT_PAGES:
            self._pages.pop(next(iter(self._pages)))

    def of(self, agenda: Agenda) -> Pages:
        """The same pages, asked for anew; also those that are still on their way, as what arrives for these is not kept any more."""
        again = Pages(agenda, self._ask, self._glyphs)
        again._pages, again._asked = self._pages, {*self._pages, *self._asked}
        for page in again._asked:
            self._ask(page)
        return again

    @property
    def keys(self) -> set[str]:
        """Posts whose lines are there."""
        return {row.key for page in self._pages.values() for row in page.values()}

    @property
    def known(self) -> list[Row]:
        """Some lines that are there, for measuring."""
        return list(next(iter(self._pages.values())).values()) if self._pages else []


class AgendaList(RowList):
    """A RowList over pages."""

    @dataclass
    class PageNeeded(Message):
        """Lines are about to be seen that are not there yet."""

        pages: Pages
        page: int

    def __init__(self, *, empty: str, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002
        super().__init__(empty=empty, glyphs=glyphs, id=id)
        self._lines = Pages(Agenda(), self._ask, glyphs)
        self.rows = self._lines
        self.placed = False
        """Whether the cursor was put on the present once."""

    def _ask(self, page: int) -> None:
        self.post_message(self.PageNeeded(self._lines, page))

    # ── what is shown ──

    def show_agenda(self, agenda: Agenda, now: int, sought: str = "") -> None:
        """New lines; the cursor stays on its post, else where it was in time."""
        told, self.sought = self.empty_words, sought
        old = self._lines.agenda
        at = self.cursor if self.cursor < len(old.lines) else -1
        line, due = (old.lines[at], old.dues[at]) if at >= 0 and self.placed else (0, now)
        self.read = self.placed = True
        if agenda.lines == old.lines and agenda.notes == old.notes:
            self._lines = self._lines.of(agenda)  # the same posts, perhaps in other words: what is drawn stays until they are read again
            self.rows = self._lines
            if self.empty_words != told:
                self.refresh()
            return
        self._lines = Pages(agenda, self._ask, self.glyphs)
        self.rows = self._lines
        self.virtual_size = Size(0, max(1, len(agenda.lines)))
        self._forget()
        place = agenda.lines.index(line) if line > 0 and line in agenda.lines else bisect_left(agenda.dues, due)
        self._put(place)

    def _put(self, place: int) -> None:
        at = self._nearest(max(0, min(place, len(self.rows) - 1)), 1) if len(self.rows) else 0
        if at == self.cursor:
            self.watch_cursor(at, at)
        self.cursor = at

    def fill(self, pages: Pages, page: int, rows: dict[int, Row]) -> None:
        """A page arrived."""
        if pages is not self._lines:
            return
        pages.keep(page, rows)
        self._measure()
        self._forget()
        self.post_message(self.Highlighted(self.chosen.key if self.chosen else ""))

    @property
    def chosen(self) -> Row | None:
        """The line under the cursor, once it is there."""
        row = super().chosen
        return None if row is None or row.key.startswith(UNREAD) else row

    def seek(self, instant: int) -> None:
        """The first line from an instant on."""
        if len(self.rows):
            self._put(bisect_left(self._lines.agenda.dues, instant))

    def day(self, tz: str) -> date | None:
        """The day under the cursor."""
        dues = self._lines.agenda.dues
        return local(dues[self.cursor], tz).date() if self.cursor < len(dues) else None

    def _measure(self) -> None:
        self._measured = self.scrollable_content_region.width
        known = self._lines.known
        self._columns = columns(known, self._measured) if known else Columns(16, 12, 0, max(0, self._measured - 36), 0)


def agenda_row(row: CalendarRow, words: str, year: int) -> Row:
    """One post as a line that can be read alone."""
    other = "" if row.day.year == year else f" {row.day.year}"
    return Row(
        key=row.key,
        sign=row.sign,
        when=f"{day_words(row.day)}{other} {short_clock(row.time)}",
        client=one_line(row.client_name),
        color=row.client_color,
        account=one_line(row.account),
        title=one_line(row.title) or say("no text yet"),
        words=words,
    )
