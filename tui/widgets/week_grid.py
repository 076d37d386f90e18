"""A week in one widget: days across, each day's posts below each other, one cursor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from scheduler.desk.views import CalendarRow
from tui.keys.action import bindings
from tui.keys.actions import WEEK
from tui.lines.week import Spot, Week, monday
from tui.say import say
from tui.text import UNICODE, Glyphs, day_names, one_line
from tui.widgets.paint import SIGN_CLASSES, SIGN_CSS, Grounded, cell, client_bar, filled, line, sign_class, sign_text
from tui.widgets.week_lanes import Lanes

PLATFORM_CODES = {
    "instagram": "IG",
    "bluesky": "BS",
    "mastodon": "MS",
    "threads": "TH",
    "linkedin": "LI",
    "tiktok": "TT",
    "facebook": "FB",
    "x": "X",
}
TALL = 30
"""Rows from which each post also shows its title."""


class WeekGrid(Grounded, can_focus=True):
    """Draws a `Week`. Knows nothing of where it comes from."""

    COMPONENT_CLASSES = SIGN_CLASSES | {
        "week--head",
        "week--lane",
        "week--today",
        "week--here",
        "week--cursor",
        "week--rest",
        "week--text",
        "week--quiet",
        "week--more",
    }
    DEFAULT_CSS = (
        """
    WeekGrid {
        .week--head { color: $quiet; text-style: bold; }
        .week--today { color: $primary; text-style: bold underline; }
        .week--here { color: $foreground; background: $panel; text-style: bold; }
        .week--lane { background: $surface; }
        .week--text { color: $foreground; }
        .week--quiet { color: $quiet; }
        .week--more { color: $quiet; text-style: italic; }
        .week--rest { background: $panel; color: $foreground; }
        .week--cursor { background: $primary; color: $on-cursor; text-style: bold; }
        &:nocolor {
            .week--cursor { background: $surface; color: $foreground; text-style: bold reverse; }
            .week--here { text-style: bold underline; }
        }
"""
        + SIGN_CSS
        + "}"
    )
    BINDINGS = bindings(WEEK)
    spot: reactive[Spot] = reactive(Spot(date(2026, 1, 1)), init=False, repaint=False)
    """Where the cursor is."""

    @dataclass
    class Moved(Message):
        """The cursor is on another post or day."""

        spot: Spot

    @dataclass
    class WeekNeeded(Message):
        """Another week is shown; its posts are missing."""

        first: date

    @dataclass
    class Opened(Message):
        """A post was opened."""

        key: str

    def __init__(self, today: date, *, glyphs: Glyphs = UNICODE) -> None:
        super().__init__()
        self.glyphs = glyphs
        self.today = today
        self.week = Week(monday(today))
        self._bands: Lanes | None = None
        self._tops: dict[date, int] = {}
        self._cells: dict[tuple[date, int], list[Segment]] = {}
        self.set_reactive(WeekGrid.spot, Spot(today))

    # ── what is shown ──

    @property
    def chosen(self) -> CalendarRow | None:
        """The post under the cursor."""
        return self.week.at(self.spot)

    def show(self, week: Week) -> None:
        """New posts; the cursor stays on its post, also when that moved to another day of the week."""
        key = self.chosen.key if self.chosen else ""
        old, self.week = self.week, week
        same = old.first == week.first and old.lanes == week.lanes
        changed = [day for day in self._days() if old.on(day) != week.on(day)] if same else self._days()
        spot = (week.find(key) if key else None) or week.step(self.spot, 0)
        for day in changed:
            self._forget(day)
        if spot == self.spot:
            self.post_message(self.Moved(spot))
        self.spot = spot

    def seek(self, spot: Spot) -> None:
        """Go to a day, in another week if need be."""
        if monday(spot.day) != self.week.first:
            self.week = Week(monday(spot.day))
            self._tops.clear()
            self._cells.clear()
            self.refresh()
            self.post_message(self.WeekNeeded(self.week.first))
        self.spot = spot

    def seen_today(self, today: date) -> None:
        """Midnight passes while the desk is open."""
        if today != self.today:
            old, self.today = self.today, today
            self._forget(old)
            self._forget(today)

    def _days(self) -> list[date]:
        return [self.week.first + timedelta(days=n) for n in range(7)]

    # ── measures ──

    @property
    def _lines(self) -> int:
        """Lines of one post."""
        return 4 if self.room.height >= TALL else 3

    @property
    def _places(self) -> int:
        """Posts that fit under a day's head, one line kept for “more”."""
        return max(1, (self.room.height - 2) // self._lines)

    def _edges(self, column: int) -> tuple[int, int]:
        width = self.room.width
        return column * width // 7, (column + 1) * width // 7

    def _column_of(self, x: int) -> int:
        return next((n for n in range(7) if x < self._edges(n)[1]), 6)

    def _top(self, day: date) -> int:
        """First post that is drawn: the cursor's day scrolls with it."""
        rows, room = self.week.on(day), self._places
        top = min(self._tops.get(day, 0), max(0, len(rows) - room))
        if day == self.spot.day:
            top = max(min(top, self.spot.place), self.spot.place - room + 1)
        self._tops[day] = top
        return top

    # ── drawing ──

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._cells.clear()

    def on_resize(self) -> None:
        self._cells.clear()

    def on_focus(self) -> None:
        self._forget(self.spot.day)

    def on_blur(self) -> None:
        self._forget(self.spot.day)

    def _forget(self, day: date) -> None:
        column = (day - self.week.first).days
        if not 0 <= column < 7:
            return
        for y in range(self.room.height):
            self._cells.pop((day, y), None)
        left, right = self._edges(column)
        self.refresh(Region(left, 0, right - left, self.room.height))

    def _forget_posts(self, day: date, places: tuple[int, ...]) -> None:
        if self.week.lanes:
            self._forget(day)
            return
        left, right = self._edges((day - self.week.first).days)
        for place in places:
            y = 1 + (place - self._tops.get(day, 0)) * self._lines
            for part in range(self._lines):
                self._cells.pop((day, y + part), None)
            self.refresh(Region(left, y, right - left, self._lines))

    @property
    def _lanes(self) -> Lanes:
        known = self._bands
        if known is None or known.week is not self.week or known.height != self.room.height:
            known = self._bands = Lanes.of(self.week, self.room.height)
        return known

    def render_line(self, y: int) -> Strip:
        account = self._lanes.name_at(y) if self.week.lanes else ""
        if account:
            words = f" {self.glyphs.cursor if self._in_lane(account) else ' '}{one_line(account)}"
            return line([Segment(words, self._style("week--head"))], self.room.width, self._style("week--lane"))
        return line([segment for day in self._days() for segment in self._column(day, y)], self.room.width, self.ground)

    def _column(self, day: date, y: int) -> list[Segment]:
        drawn = self._cells.get((day, y))
        if drawn is None:
            left, right = self._edges((day - self.week.first).days)
            drawn = self._cells[day, y] = filled(self._draw(day, y, right - left - 1), right - left, self.ground)
        return drawn

    def _draw(self, day: date, y: int, width: int) -> list[Segment]:
        if y == 0:
            return [self._head(day, width)]
        if self.week.lanes:
            return self._draw_lane(day, y, width)
        rows, top = self.week.on(day), self._top(day)
        place, part = divmod(y - 1, self._lines)
        place += top
        if place - top < self._places and place < len(rows):
            return self._entry(rows[place], part, width, here=self.spot == Spot(day, place))
        below = len(rows) - top - self._places
        if below > 0 and y == 1 + self._places * self._lines:
            return [cell(say("+{below} more", below=below), width, self._style("week--more"), self.glyphs)]
        if not rows and y == 1 and day == self.spot.day:
            return [cell(say("‹post.new› new post"), width, self._style("week--more"), self.glyphs)]
        return []

    def _in_lane(self, account: str) -> bool:
        return self.chosen is not None and self.chosen.account == account

    def _draw_lane(self, day: date, y: int, width: int) -> list[Segment]:
        found = self._lanes.at(day, y, self.spot)
        if found.more:
            return [cell(say("+{more} more", more=found.more), width, self._style("week--more"), self.glyphs)]
        if found.place < 0:
            empty = not self.week.on(day) and y == 2 and day == self.spot.day
            return [cell(say("‹post.new› new post"), width, self._style("week--more"), self.glyphs)] if empty else []
        row, here = self.week.on(day)[found.place], self.spot == Spot(day, found.place)
        style = self._style(("week--cursor" if self.has_focus else "week--rest") if here else "week--text")
        if found.part:
            return [client_bar(row.client_color, style, self.glyphs), cell(one_line(row.title), width - 1, style, self.glyphs)]
        words = "" if self._lanes.lines > 1 else one_line(row.title)
        return self._first(row, width, here=here, style=style, after=words)

    def _head(self, day: date, width: int) -> Segment:
        here, today, rows = day == self.spot.day, day == self.today, self.week.on(day)
        name = f"{day_names()[day.weekday()]} {day.day}"
        if today:
            name = f"[{name}]" if width >= 13 else f"[{name.replace(' ', '')}]"
        text = f"{self.glyphs.cursor if here else ' '}{name}"
        for extra in (
            f" {self.glyphs.dot}{len(rows)}" if rows else "",
            f" {self.glyphs.clash}" if self.week.clashes(day) else "",
            f" {self.glyphs.above}" if not self.week.lanes and self._top(day) else "",
        ):
            if cell_len(text + extra) > width:
                extra = extra.lstrip()
            if cell_len(text + extra) <= width:
                text += extra
        return cell(text, width, self._style("week--here" if here else "week--today" if today else "week--head"), self.glyphs)

    def _entry(self, row: CalendarRow, part: int, width: int, *, here: bool) -> list[Segment]:
        style = self._style(("week--cursor" if self.has_focus else "week--rest") if here else "week--text")
        quiet = style if here else self._style("week--quiet")
        if part == 0:
            return self._first(row, width, here=here, style=style)
        bar = client_bar(row.client_color, style, self.glyphs)
        texts: dict[int, tuple[str, Style]] = {1: (row.client_name, style), 2: (row.account, quiet), 3: (row.title, quiet)}
        text, text_style = texts[part]
        return [bar, cell(one_line(text), width - 1, text_style, self.glyphs)]

    def _first(self, row: CalendarRow, width: int, *, here: bool, style: Style, after: str | None = None) -> list[Segment]:
        """Sign, time, and the network; in a lane, whose network is known, other words."""
        sign = self._style(sign_class(row.sign))
        colored = style if here and self.has_focus else style + Style(color=sign.color, bold=sign.bold)
        code = PLATFORM_CODES.get(row.platform, row.platform[:2].upper())
        time = row.time.removeprefix("0") if row.time[:1] == "0" and row.time[1:2].isdigit() else row.time
        mark = self.glyphs.cursor if here else ""
        return [
            Segment(f"{mark}{sign_text(row.sign, self.glyphs)}", colored),
            cell(f"{time:>5} {code if after is None else after}", width - 1 - cell_len(mark), style, self.glyphs),
        ]

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(part)

    # ── moving ──

    def watch_spot(self, old: Spot, new: Spot) -> None:
        if self.week.lanes:
            for day in {old.day, new.day}:
                self._forget(day)
            self.refresh()  # the name of its lane is marked
        elif old.day == new.day and self._tops.get(old.day, 0) == self._top(new.day):
            self._forget_posts(new.day, (old.place, new.place))  # two posts, not the day
        else:
            for day in {old.day, new.day}:
                self._forget(day)
        self.post_message(self.Moved(new))

    def action_day(self, by: int) -> None:
        day = self.spot.day + timedelta(days=by)
        self.seek(self.week.beside(self.spot, day))

    def action_page(self, by: int) -> None:
        self.seek(Spot(self.spot.day + timedelta(days=7 * by)))

    def action_step(self, by: int) -> None:
        self.spot = self.week.step(self.spot, by)

    def action_edge(self, way: int) -> None:
        self.spot = self.week.step(self.spot, way * len(self.week.on(self.spot.day)))

    def on_click(self, event: events.Click) -> None:
        day = self.week.first + timedelta(days=self._column_of(event.x))
        lane = self._lanes.at(day, event.y, self.spot).place if self.week.lanes else -1
        place = max(0, lane) if self.week.lanes else self._top(day) + max(0, event.y - 1) // self._lines
        spot = Spot(day, place) if self.week.at(Spot(day, place)) else Spot(day, 0)
        if spot == self.spot and event.chain > 1 and (row := self.chosen):
            self.post_message(self.Opened(row.key))
        self.spot = spot
