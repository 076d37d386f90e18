"""A month in one widget: weeks down, days across, each with its count and first posts; only two days are painted for a cursor key."""

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
from textual.timer import Timer

from scheduler.desk.views import CalendarRow
from tui.keys.action import bindings
from tui.keys.actions import WEEK
from tui.lines.month import Month, last_of, month_first, month_on
from tui.say import say
from tui.text import UNICODE, Glyphs, day_names, one_line
from tui.widgets.paint import SIGN_CLASSES, SIGN_CSS, Grounded, cell, client_bar, filled, line, sign_class, sign_text
from tui.widgets.week_grid import PLATFORM_CODES

PATIENCE = 0.05
"""Seconds that the month before stays while the posts of the next are read."""


class MonthGrid(Grounded, can_focus=True):
    """Draws a `Month`. Knows nothing of where it comes from."""

    COMPONENT_CLASSES = SIGN_CLASSES | {
        "month--head",
        "month--day",
        "month--other",
        "month--today",
        "month--cursor",
        "month--rest",
        "month--text",
        "month--more",
        "month--drop",
    }
    DEFAULT_CSS = (
        """
    MonthGrid {
        .month--head { color: $quiet; text-style: bold; }
        .month--day { color: $foreground; text-style: bold; }
        .month--other { color: $quiet; }
        .month--today { color: $primary; text-style: bold underline; }
        .month--text { color: $foreground; }
        .month--more { color: $quiet; text-style: italic; }
        .month--rest { background: $panel; color: $foreground; text-style: bold; }
        .month--cursor { background: $primary; color: $on-cursor; text-style: bold; }
        .month--drop { background: $warning; color: $on-cursor; text-style: bold; }
        &:nocolor {
            .month--cursor { background: $surface; color: $foreground; text-style: bold reverse; }
            .month--drop { background: $surface; color: $foreground; text-style: bold reverse underline; }
        }
"""
        + SIGN_CSS
        + "}"
    )
    BINDINGS = bindings(WEEK)
    day: reactive[date] = reactive(date(2026, 1, 1), init=False, repaint=False)
    """Where the cursor is."""

    @dataclass
    class Moved(Message):
        """The cursor is on another day."""

        day: date

    @dataclass
    class MonthNeeded(Message):
        """Another month is shown; its posts are missing."""

        first: date

    @dataclass
    class Opened(Message):
        """A day was opened with the mouse."""

        day: date

    @dataclass
    class Dropped(Message):
        """A post was drawn onto another day."""

        key: str
        day: date

    def __init__(self, today: date, *, glyphs: Glyphs = UNICODE) -> None:
        super().__init__()
        self.glyphs = glyphs
        self.today = today
        self.month = Month(month_first(today))
        self.marked: frozenset[date] = frozenset()
        self._cells: dict[tuple[date, int], list[Segment]] = {}
        """The widget's own style, kept: Textual works it out anew each time it is asked."""
        self._edges: tuple[list[int], list[int]] = ([0] * 8, [0])
        """Where columns and weeks begin, and where the last one ends."""
        self._drawn: CalendarRow | None = None
        """The post under the pressed mouse button."""
        self._drop: date | None = None
        self._waiting: Timer | None = None
        """Another month is asked for, and the one before still stands on the screen: it is drawn once, with its posts."""
        self.set_reactive(MonthGrid.day, today)

    # ── what is shown ──

    def show(self, month: Month) -> None:
        """New posts of the same month."""
        old, self.month = self.month, month
        self._stop_waiting()
        if old.first != month.first or not old.days:
            self._forget_all()
            return
        for n in range(month.weeks * 7):
            day = month.start + timedelta(days=n)
            if old.days.get(day) != month.days.get(day) or old.signs_of(day) != month.signs_of(day):
                self._forget(day)

    def seek(self, day: date) -> None:
        """Go to a day, in another month if need be."""
        if month_first(day) != self.month.first:
            self.month = Month(month_first(day))
            self._stop_waiting()
            self._waiting = self.set_timer(PATIENCE, self._show_empty)
            self.post_message(self.MonthNeeded(self.month.first))
        self.day = day

    def _show_empty(self) -> None:
        """The posts take longer than an eye blinks: the days come first."""
        self._waiting = None
        self._forget_all()

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None

    def mark(self, days: frozenset[date]) -> None:
        """Days that are marked."""
        changed, self.marked = self.marked ^ days, days
        for day in changed:
            self._forget(day)

    def seen_today(self, today: date) -> None:
        """Midnight passes while the desk is open."""
        if today != self.today:
            old, self.today = self.today, today
            self._forget(old)
            self._forget(today)

    # ── measures ──

    def _measure(self) -> None:
        width, height = self.room.width, self.room.height - 1
        weeks = self.month.weeks
        self._edges = [n * width // 7 for n in range(8)], [1 + n * height // weeks for n in range(weeks + 1)]

    def _columns(self, n: int) -> tuple[int, int]:
        return self._edges[0][n], self._edges[0][n + 1]

    def _rows(self, n: int) -> tuple[int, int]:
        return self._edges[1][n], self._edges[1][n + 1]

    @property
    def _weeks(self) -> int:
        return len(self._edges[1]) - 1

    def _region(self, day: date) -> Region | None:
        at = (day - self.month.start).days
        if not 0 <= at < self._weeks * 7:
            return None
        (left, right), (top, bottom) = self._columns(at % 7), self._rows(at // 7)
        return Region(left, top, right - left, bottom - top)

    def day_at(self, x: int, y: int) -> date | None:
        """The day under a point."""
        if y < 1 or not 0 <= x < self.room.width:
            return None
        column = next(n for n in range(7) if x < self._columns(n)[1])
        week = next((n for n in range(self._weeks) if y < self._rows(n)[1]), None)
        return None if week is None else self.month.start + timedelta(days=week * 7 + column)

    def row_at(self, x: int, y: int) -> CalendarRow | None:
        """The post under a point."""
        day = self.day_at(x, y)
        region = self._region(day) if day else None
        if day is None or region is None:
            return None
        place = y - region.y - 1
        shown = self._shown(day, region.height - 1)
        return shown[place] if 0 <= place < len(shown) else None

    def _shown(self, day: date, room: int) -> tuple[CalendarRow, ...]:
        """Posts that fit under a day's number; one line is kept for “more”, except where there is only one."""
        rows, total = self.month.on(day), self.month.total(day)
        return rows[: room if total <= room or room <= 1 else room - 1]

    # ── drawing ──

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._cells.clear()

    def on_resize(self) -> None:
        self._forget_all()

    def on_focus(self) -> None:
        self._forget(self.day)

    def on_blur(self) -> None:
        self._forget(self.day)

    def _forget_all(self) -> None:
        self._cells.clear()
        self._measure()
        self.refresh()

    def _forget(self, day: date) -> None:
        region = self._region(day)
        if region is not None:
            for y in range(region.height):
                self._cells.pop((day, y), None)
            self.refresh(region)

    def render_line(self, y: int) -> Strip:
        if y == 0:
            style = self._style("month--head")
            names = [cell(f" {day_names()[n]}", self._columns(n)[1] - self._columns(n)[0], style, self.glyphs) for n in range(7)]
            return line(names, self.room.width, self.ground)
        week = next((n for n in range(self._weeks) if y < self._rows(n)[1]), None)
        if week is None:
            return line([], self.room.width, self.ground)
        part = y - self._rows(week)[0]
        start = self.month.start + timedelta(days=week * 7)
        cells = (self._cell(start + timedelta(days=n), n, part, self.ground) for n in range(7))
        return line([segment for drawn in cells for segment in drawn], self.room.width, self.ground)

    def _cell(self, day: date, column: int, part: int, ground: Style) -> list[Segment]:
        drawn = self._cells.get((day, part))
        if drawn is None:
            left, right = self._columns(column)
            drawn = self._cells[day, part] = filled(self._draw(day, part, right - left - 1), right - left, ground)
        return drawn

    def _draw(self, day: date, part: int, width: int) -> list[Segment]:
        if part == 0:
            return [self._head(day, width)]
        region = self._region(day)
        room = region.height - 1 if region else 0
        shown, total = self._shown(day, room), self.month.total(day)
        if part <= len(shown):
            return self._entry(shown[part - 1], width)
        if part == len(shown) + 1 and total > len(shown) and room > 1:
            return [cell(say(" +{number} more", number=total - len(shown)), width, self._style("month--more"), self.glyphs)]
        return []

    def _head(self, day: date, width: int) -> Segment:
        here, signs, total = day == self.day, self.month.signs_of(day), self.month.total(day)
        number = f"[{day.day}]" if day == self.today else f"{day.day}"
        text = f"{self.glyphs.cursor if here else ' '}{self.glyphs.marked if day in self.marked else ''}{number}"
        for extra in (
            f" {self.glyphs.dot}{total}" if total else "",
            f" {self.glyphs.clash}" if signs.near else "",
            f" {self.glyphs.gap}" if signs.gaps else "",
            f" {self.glyphs.clocks}" if signs.clocks else "",
            f" {self.glyphs.free}" if signs.free else "",
        ):
            for way in (extra, extra.lstrip()):
                if cell_len(text + way) <= width:
                    text += way
                    break
        return cell(text, width, self._style(self._head_part(day, here)), self.glyphs)

    def _head_part(self, day: date, here: bool) -> str:
        if day == self._drop:
            return "month--drop"
        if here:
            return "month--cursor" if self.has_focus else "month--rest"
        if day == self.today:
            return "month--today"
        return "month--day" if day.month == self.month.first.month else "month--other"

    def _entry(self, row: CalendarRow, width: int) -> list[Segment]:
        text, sign = self._style("month--text"), self._style(sign_class(row.sign))
        code = PLATFORM_CODES.get(row.platform, row.platform[:2].upper())
        time = row.time[1:] if row.time.startswith("0") else row.time
        room = min(8, width - 2)
        clock = next((words for words in (f"{time:>5} {code}", f"{time} {code}", f"{time}{code}") if len(words) <= room), time)
        return [
            client_bar(row.client_color, text, self.glyphs),
            Segment(sign_text(row.sign, self.glyphs), text + Style(color=sign.color, bold=sign.bold)),
            cell(clock, room, text, self.glyphs),
            cell(f" {one_line(row.client_name)}" if width > 14 else "", width - 10, text, self.glyphs),
        ]

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(part)

    # ── moving ──

    def watch_day(self, old: date, new: date) -> None:
        if self._waiting is None:
            self._forget(old)
            self._forget(new)
        self.post_message(self.Moved(new))

    def action_day(self, by: int) -> None:
        self.seek(self.day + timedelta(days=by))

    def action_step(self, by: int) -> None:
        self.seek(self.day + timedelta(days=7 * by))

    def action_page(self, by: int) -> None:
        self.seek(month_on(self.day, by))

    def action_edge(self, way: int) -> None:
        self.seek(self.month.first if way < 0 else last_of(self.month.first))

    # ── the mouse ──

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._drawn = self.row_at(event.x, event.y)
        if self._drawn is not None:
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._drawn is not None:
            day = self.day_at(event.x, event.y)
            self._show_drop(None if day == self._drawn.day else day)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        row, day = self._drawn, self.day_at(event.x, event.y)
        if row is None:
            return
        self._drawn = None
        self.release_mouse()
        self._show_drop(None)
        if day is not None and day != row.day:
            self.post_message(self.Dropped(row.key, day))

    def _show_drop(self, day: date | None) -> None:
        old, self._drop = self._drop, day
        for changed in {old, day} - {None}:
            assert changed is not None
            self._forget(changed)

    def on_click(self, event: events.Click) -> None:
        day = self.day_at(event.x, event.y)
        if day is None:
            return
        if day == self.day and event.chain > 1:
            self.post_message(self.Opened(day))
        self.seek(day)
