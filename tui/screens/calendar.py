"""Calendar: a month, a week or one long list of every account of every client; what is missing, too near or free is said by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import final

from textual import getters, on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from config.times import micros, zone
from scheduler.desk.calendar.views import FreeSlot
from scheduler.desk.views import CalendarRow, Overview, Sign
from scheduler.errors import DeskError
from tui.keys.action import bindings
from tui.keys.actions import CALENDAR, SCREENS
from tui.lines.month import Month, signs_by_day
from tui.lines.week import Spot, Week
from tui.say import is_aloud, later, say
from tui.screens.planning import PlanningScreen, spot_words
from tui.text import clean, local, month_title, short_clock, week_words, within
from tui.theme import SIGN_WORDS
from tui.unhurried import PlainVertical
from tui.widgets.agenda_list import AgendaList, Pages, agenda_row
from tui.widgets.find_line import FindLine
from tui.widgets.month_grid import MonthGrid
from tui.widgets.row_list import RowList
from tui.widgets.week_grid import PLATFORM_CODES, WeekGrid
from tui.widgets.week_lanes import MOST as LANES

VIEWS = ("month", "week", "agenda")
PARTS: dict[str, tuple[str, ...]] = {"month": ("MonthGrid", "#day"), "week": ("WeekGrid", "#spot"), "agenda": ("#agenda",)}
"""What stands there in one view only."""
MOST = 8
"""Posts of a day that are fetched with the month; the day pane fetches the rest."""
REST = 0.05
"""Seconds the cursor stands still until the day pane follows."""
EMPTY = {
    "day": later("Nothing planned on this day. ‹post.new› writes a post here."),
    "agenda": later("Nothing here. ‹post.new› writes a post; ‹calendar.filter› and esc take a filter away."),
}


@final
class CalendarScreen(PlanningScreen):
    """Three views of one plan; what can be done to it is in `planning`."""

    PLACE = "calendar"
    ACTIONS = SCREENS["calendar"]
    BINDINGS = bindings(CALENDAR)
    grid = getters.query_one(WeekGrid)
    month = getters.query_one(MonthGrid)
    agenda = getters.query_one(AgendaList)
    finder = getters.query_one(FindLine)
    day_list = getters.query_one("#day-list", RowList)

    def __init__(self) -> None:
        super().__init__()
        self.view = "month"
        self._of_day: dict[str, CalendarRow] = {}
        self._of_agenda: dict[str, CalendarRow] = {}
        """What the day pane and the read pages of the agenda show, by key."""
        self._listed: date | None = None
        """The day that the day pane shows."""
        self._resting: Timer | None = None

    def compose_body(self) -> ComposeResult:
        today, glyphs = local(self.app.now(), self.app.desk.tz).date(), self.app.glyphs
        with PlainVertical(id="panes"):
            with PlainVertical(id="calendar", classes="pane"):
                yield MonthGrid(today, glyphs=glyphs)
                yield WeekGrid(today, glyphs=glyphs)
                yield AgendaList(empty=EMPTY["agenda"], glyphs=glyphs, id="agenda")
                yield Static("", id="spot", markup=False)
                yield FindLine()
            with Vertical(id="day"):
                yield Static("", id="says", markup=False)
                yield RowList(empty=EMPTY["day"], glyphs=glyphs, id="day-list")

    def on_mount(self) -> None:
        super().on_mount()
        self.show_view("agenda" if is_aloud() else "month")

    # ── views ──

    def show_view(self, view: str) -> None:
        """One of VIEWS, on the day of the one before."""
        day, first = self.day, self.view
        self.view = view
        for name in VIEWS:
            self.set_class(name == view, f"-{name}", update=False)
        self.remove_class("-inday", update=False)
        self.finder.hide()
        self._show_parts()
        if view == "month":
            self.month.seek(day)
        elif view == "week" and first != "week":
            self.grid.seek(Spot(day))
        self.pane.focus()
        self.retitle()
        self.reload()

    def _show_parts(self) -> None:
        """Shown and hidden by hand: by the class of the screen every line of the styles would be worked out anew for all that is in it."""
        for view, parts in PARTS.items():
            for part in parts:
                self.query_one(part).display = view == self.view
        self.app.stylesheet.update_nodes(self.query("#panes, #calendar, #day, #says"))

    def made_anew(self) -> None:
        self._show_parts()

    @property
    def pane(self) -> MonthGrid | WeekGrid | AgendaList:
        """The widget of this view."""
        return {"month": self.month, "week": self.grid, "agenda": self.agenda}[self.view]  # type: ignore[return-value]

    @property
    def day(self) -> date:
        """The day under the cursor."""
        if self.view == "agenda":
            return self.agenda.day(self.app.desk.tz) or self.month.day
        return self.month.day if self.view == "month" else self.grid.spot.day

    def why_off(self, action: str) -> str:
        return say("a screen reader reads the agenda") if action == "view" and is_aloud() else super().why_off(action)

    def action_view(self) -> None:
        if self.may("view", say("View")):
            self.show_view(VIEWS[(VIEWS.index(self.view) + 1) % len(VIEWS)])

    async def read(self) -> None:
        wanted, self.app.day_wanted = self.app.day_wanted, None
        if wanted is not None:
            self.show_view("month")
            self.month.seek(wanted)
        try:
            await {"month": self._read_month, "week": self._read_week, "agenda": self._read_agenda}[self.view]()
        finally:
            self.retitle()

    async def _read_month(self) -> None:
        grid = self.month
        first, start, end = grid.month.first, grid.month.start, grid.month.end
        plans = await self.app.desk.month(start, end, self.wanted(), MOST)
        if grid.month.first == first:
            grid.seen_today(local(self.app.now(), self.app.desk.tz).date())
            grid.show(Month.of(first, plans, grid.month.signs))
            self._soon_show_day()
            self.call_after_refresh(self.read_signs)

    async def _read_week(self) -> None:
        grid = self.grid
        first = grid.week.first
        rows = await self.app.desk.planned_rows(first, first + timedelta(days=6), self.wanted())
        lanes = await self._lanes()
        if grid.week.first == first:
            grid.seen_today(local(self.app.now(), self.app.desk.tz).date())
            grid.show(Week.of(first, rows, lanes))
            spot = self.grid.week.find(self._sought) if self._sought else None
            if spot is not None:
                self._sought, grid.spot = "", spot

    async def _lanes(self) -> list[str]:
        """Accounts that are drawn below each other: all that are shown, when they are few."""
        wanted = self.wanted()
        names = [
            account.name
            for account in await self.app.desk.accounts()
            if account.supported
            and wanted.client in (None, account.client)
            and wanted.account in (None, account.name)
            and wanted.platform in (None, account.platform)
        ]
        return names if 1 < len(names) <= LANES else []

    async def _read_agenda(self) -> None:
        self.agenda.show_agenda(await self.app.desk.agenda(self.wanted(), self.finder.words), self.app.now(), self.finder.words)

    @work(exclusive=True, group="signs", exit_on_error=False)
    async def read_signs(self) -> None:
        """Gaps, posts too near and free slots of the month: they cost more than its posts, so they come after them."""
        first, start, end = self.month.month.first, self.month.month.start, self.month.month.end
        try:
            signs = await self.app.desk.signs(start, end, self.wanted())
            free = await self.app.desk.free_slots(start, end, self.wanted())
        except DeskError:  # files with mistakes: Plan says which; the posts are shown all the same
            return
        if self.month.month.first == first:
            self.month.show(replace(self.month.month, signs=signs_by_day(signs, free)))
            self._day_title()

    @on(AgendaList.PageNeeded)
    def _page_needed(self, event: AgendaList.PageNeeded) -> None:
        self._read_page(event.pages, event.page)

    @work(group="page", exit_on_error=False)
    async def _read_page(self, pages: Pages, page: int) -> None:
        try:
            found = await self.app.desk.agenda_rows(pages.ids(page))
        except DeskError as error:
            self.app.say_error(error)
            return
        year = local(self.app.now(), self.app.desk.tz).year
        self.agenda.fill(pages, page, {id_: agenda_row(row, within(say(SIGN_WORDS[row.sign])), year) for id_, row in found.items()})
        there = self.agenda._lines.keys  # what is scrolled away goes with its page: an agenda may be as long as the store
        every = self._of_agenda | {row.key: row for row in found.values()}
        self._of_agenda = {key: row for key, row in every.items() if key in there}

    # ── what stands around it ──

    def retitle(self) -> None:
        """Which month, whose, and what is left out."""
        first = self.month.month.first
        span = {
            "month": month_title(first),
            "week": week_words(self.grid.week.first, self.grid.week.last),
            "agenda": say("Agenda · {posts:,} posts", posts=self.agenda._lines.agenda.posts),
        }[self.view]
        whose = self.app.client_name() or say("all clients")
        box = self.query_one("#calendar")
        box.border_title = Content(f"{span} · {self.app.desk.tz} · {whose}")
        sought = clean(self.finder.words) if self.view == "agenda" else ""  # the other views show what has not these words, too
        chips = [*self.chips(), *([say("find: {find}", find=sought)] if sought else [])]
        box.border_subtitle = Content(say("{chips} · esc removes", chips=" · ".join(chips))) if chips else None

    def facts_changed(self, overview: Overview | None) -> None:
        self.retitle()

    # ── the cursor ──

    def chosen_row(self) -> CalendarRow | None:
        """The post under the cursor; in the month the one marked in the day pane."""
        if not self.is_mounted:
            return None
        if self.view == "week":
            return self.grid.chosen
        if self.view == "month" and self._listed != self.month.day:  # the day pane still shows the day before
            return next(iter(self.month.month.on(self.month.day)), None)
        chosen, rows = (self.day_list.chosen, self._of_day) if self.view == "month" else (self.agenda.chosen, self._of_agenda)
        return rows.get(chosen.key) if chosen else None

    def chosen_key(self) -> str:
        row = self.chosen_row()
        return row.key if row else ""

    def chosen_sign(self) -> Sign | None:
        row = self.chosen_row()
        return row.sign if row else None

    def new_post_time(self) -> str:
        """For a new post: the day under the cursor, when it is not over."""
        return f"{self.day:%Y-%m-%d} 9:00" if self.day > local(self.app.now(), self.app.desk.tz).date() else ""

    def free_on(self, day: date) -> list[FreeSlot]:
        """Free slots of a day, as far as the month knows them."""
        return list(self.month.month.signs_of(day).free)

    def seek(self, day: date, key: str = "") -> None:
        """Put the cursor on a day, and on a post when it stands there."""
        self._sought = key
        if self.view == "month":
            self.month.seek(day)
        elif self.view == "week":
            if not key or not self.grid.week.first <= day <= self.grid.week.last:  # inside its week the cursor follows its post
                self.grid.seek(Spot(day))
        else:
            self.agenda.seek(micros(datetime(day.year, day.month, day.day, tzinfo=zone(self.app.desk.tz))))

    _sought = ""
    """A post that moves to another day: the cursor is put on it there."""

    @on(MonthGrid.Moved)
    def _day_moved(self) -> None:
        self.remove_class("-inday")
        self._soon_show_day()

    @on(MonthGrid.MonthNeeded)
    @on(WeekGrid.WeekNeeded)
    def _other_span(self) -> None:
        """Its name comes with its posts."""
        self.reload()

    @on(RowList.Highlighted)
    def _highlighted(self) -> None:
        self.refresh_bindings()

    @on(WeekGrid.Moved)
    def _moved(self, event: WeekGrid.Moved) -> None:
        words = spot_words(self.grid.week.at(event.spot), event.spot, len(self.grid.week.on(event.spot.day)), self.app.glyphs)
        self.query_one("#spot", Static).update(words, layout=False)
        self.refresh_bindings()

    # ── the day pane ──

    def _soon_show_day(self) -> None:
        """When the cursor rests: a held key paints two days and nothing else."""
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self.show_day)

    def show_day(self) -> None:
        """The posts of the day under the cursor: at once what the month has, the rest when it is read. Read again, all of them stay until
        then: the cursor may be on one that the month does not have."""
        month, day = self.month.month, self.month.day
        rows = month.on(day)
        more = month.total(day) > len(rows)
        if not more or self._listed != day:
            self._list_day(rows)
        self._day_title()
        if more:
            self._read_day(day)

    @work(exclusive=True, group="day", exit_on_error=False)
    async def _read_day(self, day: date) -> None:
        try:
            rows = await self.app.desk.planned_rows(day, day, self.wanted())
        except DeskError:  # the screen's own reading says it
            return
        if self.month.day == day:
            self._list_day(rows)

    def _list_day(self, rows: tuple[CalendarRow, ...] | list[CalendarRow]) -> None:
        self._of_day, self._listed = {row.key: row for row in rows}, self.month.day
        lines = [agenda_row(row, within(say(SIGN_WORDS[row.sign])), row.day.year) for row in rows]
        codes = {row.key: PLATFORM_CODES.get(row.platform, row.platform[:2].upper()) for row in rows}
        times = {row.key: short_clock(row.time) for row in rows}
        wide = self.has_class("-wide")
        self.day_list.show(
            [replace(line, when=f"{times[line.key]:>5} {codes[line.key]}", words="" if wide else line.words) for line in lines]
        )
        if self._sought in self._of_day:
            self.day_list.choose(self._sought)
            self._sought = ""

    def _day_title(self) -> None:
        month, day = self.month.month, self.month.day
        signs = month.signs_of(day)
        slot = clean(signs.slot(several=self.app.client is None))
        said = clean(signs.words(self.app.glyphs))
        pane, wide = self.query_one("#day"), self.has_class("-wide")
        title = f"{month.words(day)} · {slot}" if slot and not wide else month.words(day)
        pane.border_title = Content(title if wide else f" {title} ")  # narrow, its frame is one line without a corner
        pane.border_subtitle = Content(slot) if slot and wide else None
        says = self.query_one("#says", Static)
        says.set_class(bool(said), "-shown")
        says.update(Content(said))

    def on_resize(self) -> None:
        super().on_resize()
        if self.is_mounted and self.query("#day-list"):
            self.call_after_refresh(self.show_day)

    # ── opening, finding, going back ──

    def action_open(self) -> None:  # type: ignore[override]
        """Into the day, then into the composer: that is what a post in a calendar is for."""
        if self.view == "month" and self.month.has_focus and self.month.month.total(self.month.day):
            self.show_day()
            self.add_class("-inday")
            self.day_list.focus()
        else:
            self.action_edit()

    @on(RowList.Opened)
    @on(WeekGrid.Opened)
    def _opened(self) -> None:
        self.action_edit()

    @on(MonthGrid.Opened)
    def _day_opened(self) -> None:
        self.action_open()

    def action_today(self) -> None:
        today = local(self.app.now(), self.app.desk.tz).date()
        if self.view == "agenda":
            self.agenda.seek(self.app.now())
        else:
            self.seek(today)

    def action_find(self) -> None:
        if self.view != "agenda":
            self.show_view("agenda")
        self.finder.begin()

    @on(FindLine.Sought)
    def _words_changed(self) -> None:
        self.retitle()
        self.reload()

    @on(FindLine.Kept)
    def _kept(self) -> None:
        self.agenda.focus()

    def action_back(self) -> None:
        if self.view == "agenda" and self.finder.leave():
            self.agenda.focus()
        elif self.day_list.has_focus:
            self.remove_class("-inday")
            self.month.focus()
        elif not self.clear_narrowing():
            super().action_back()

    def marks_changed(self) -> None:
        self.month.mark(self.marked)
        for listed in (self.day_list, self.agenda):
            listed.mark(frozenset(self.picked))

    def in_posts(self) -> bool:
        return self.view == "agenda" or (self.view == "month" and self.day_list.has_focus)

    # ── the mouse ──

    @on(MonthGrid.Dropped)
    def _dropped(self, event: MonthGrid.Dropped) -> None:
        self.move_to(event.key, event.day)
