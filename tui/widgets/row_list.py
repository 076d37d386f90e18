"""A list of any length, drawn line by line: deliveries under headings, one cursor, only changed lines repainted."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from textwrap import wrap

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.keys.action import bindings
from tui.keys.actions import MOVE
from tui.lines.row import Row
from tui.say import is_aloud, later, say
from tui.text import UNICODE, Glyphs, clean
from tui.widgets.paint import SIGN_CLASSES, SIGN_CSS, Grounded, cell, client_bar, line, sign_class, sign_text


@dataclass(frozen=True, slots=True)
class Columns:
    """Widths in cells; each column is followed by a blank."""

    when: int
    client: int
    account: int
    title: int
    words: int


def time_last(when: str, width: int) -> str:
    """Its time flush right, so that times stand below each other whether their day is named or not."""
    day, _, clock = when.rpartition(" ")
    return day + clock.rjust(width - cell_len(day)) if _CLOCK.fullmatch(clock) else when


_CLOCK = re.compile(r"\d?\d:\d\d")
LEAD = 3
"""Cursor, sign, blank."""
LEAST = 26
"""Cells for title and state; with less, first the account goes (the pane beside tells it), then the state."""
SEEN = 200
"""Lines whose titles and states say how wide those are: of a hundred thousand nobody waits for the longest."""


def columns(rows: Sequence[Row], width: int) -> Columns:
    """Widths for what is shown: times whole, names as far as they need it, the rest shared by title and state.

    What one of the two does not need the other has, and what both leave goes to times and names that are longer than usual."""
    roomy = width >= 96
    longest = [_widest({getattr(row, name) for row in rows if not row.heading}) for name in ("when", "client", "account")]
    when = min(longest[0], 16)
    client = min(longest[1], 20 if roomy else 13)
    account = min(longest[2], 24 if roomy else 11)
    rest = width - LEAD - when - 1 - client - 2 - account - 1
    if rest < LEAST:
        account, rest = 0, rest + account
    if rest < LEAST:
        return Columns(when, client, account, max(0, rest), 0)
    title, words = _needed(rows)
    spare = max(0, rest - 1 - title - words)
    wide = list[int]()
    for need, has in zip(longest, (when, client, account), strict=True):
        more = min(spare, need - has) if has else 0
        spare, rest = spare - more, rest - more
        wide.append(has + more)
    share, left = rest * 45 // 100, rest - 1 - words
    title = max(share, min(title, left)) if title > share else min(share, max(title, left))
    return Columns(wide[0], wide[1], wide[2], title, max(0, rest - title - 1))


def _widest(names: Collection[str]) -> int:
    """Cells of the widest; a letter of most alphabets is one."""
    return max((len(name) if name.isascii() else cell_len(name) for name in names), default=0)


def _needed(rows: Sequence[Row]) -> tuple[int, int]:
    """Cells for the longest title and the longest state."""
    seen = [row for row in rows[:SEEN] if not row.heading]
    return max((cell_len(row.title) for row in seen), default=0), max((cell_len(row.words) for row in seen), default=0)


def section_of(key: str, rows: Sequence[Row]) -> tuple[str, list[str]]:
    """The heading a key stands under, and all keys under it; empty when the key is not there."""
    heading, keys, found = "", list[str](), False
    for row in rows:
        if row.heading:
            if found:
                break
            heading, keys = row.key, []
        else:
            keys.append(row.key)
            found = found or row.key == key
    return (heading, keys) if found else ("", [])


class RowList(ScrollView, Grounded, can_focus=True):
    """Lines with one cursor. Knows nothing of where they come from."""

    COMPONENT_CLASSES = SIGN_CLASSES | {"row--cursor", "row--rest", "row--heading", "row--quiet", "row--text"}
    DEFAULT_CSS = (
        """
    RowList {
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        .row--text { color: $foreground; }
        .row--quiet { color: $quiet; }
        .row--heading { color: $quiet; text-style: bold; }
        .row--rest { background: $panel; color: $foreground; }
        .row--cursor { background: $primary; color: $on-cursor; text-style: bold; }
        &:nocolor { .row--cursor { background: $surface; color: $foreground; text-style: bold reverse; } }
"""
        + SIGN_CSS
        + "}"
    )
    BINDINGS = bindings(MOVE)
    cursor: reactive[int] = reactive(0, init=False, repaint=False)
    """Index of the chosen line."""

    @dataclass
    class Highlighted(Message):
        """Another line is under the cursor (empty key: none)."""

        key: str

    @dataclass
    class Opened(Message):
        """A line was opened."""

        key: str

    def __init__(self, *, empty: str = later("Nothing here"), glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.empty = empty
        self.glyphs = glyphs
        self.rows: Sequence[Row] = []
        self.sought = ""
        """Words the lines were narrowed by."""
        self.read = False
        """Whether there was an answer at all: before it, nobody knows that there is nothing."""
        self.marks: frozenset[str] = frozenset()
        """Keys of the lines that are marked."""
        self._columns = Columns(0, 0, 0, 0, 0)
        self._measured = 0
        self._strips: LRUCache[tuple[int, bool], Strip] = LRUCache(512)

    # ── what is shown ──

    @property
    def chosen(self) -> Row | None:
        """The line under the cursor."""
        row = self.rows[self.cursor] if 0 <= self.cursor < len(self.rows) else None
        return None if row is None or row.heading else row

    def show(self, rows: list[Row], sought: str = "") -> None:
        """Replace the lines; the cursor stays on its key. When that went to another section, the next line moves up to it."""
        key = self.chosen.key if self.chosen else ""
        self.read, self.sought = True, sought
        before, beside = section_of(key, self.rows)
        if key and section_of(key, rows)[0] != before:
            left = {row.key for row in rows}
            at = beside.index(key)
            key = next((name for name in (*beside[at + 1 :], *reversed(beside[:at])) if name in left), "")
        old, self.rows = self.rows, rows
        plan = self._columns
        self._measure()
        if plan == self._columns and len(old) == len(rows):
            changed = [n for n, row in enumerate(rows) if row != old[n]]
            self._repaint(changed) if len(changed) < 40 else self._forget()
        else:
            self.virtual_size = Size(0, max(1, len(rows)))
            self._forget()
        self.choose(key)

    @property
    def empty_words(self) -> str:
        """What stands there in place of lines. That nothing has the words one sought is no word about what there is."""
        if not self.read:
            return say("Reading…")
        return say("Nothing has the words “{words}”. esc removes them.", words=clean(self.sought)) if self.sought else say(self.empty)

    def choose(self, key: str) -> bool:
        """Put the cursor on a key; the nearest line when it is gone."""
        at = next((n for n, row in enumerate(self.rows) if row.key == key and not row.heading), None)
        place = at if at is not None else self._nearest(min(self.cursor, len(self.rows) - 1), 1)
        moved = place != self.cursor
        self.cursor = place
        if not moved:
            self.post_message(self.Highlighted(self.chosen.key if self.chosen else ""))
        return at is not None

    def mark(self, keys: frozenset[str]) -> None:
        """Lines that are marked now."""
        if keys != self.marks:
            self.marks = keys
            self._forget()

    def _measure(self) -> None:
        self._measured = self.scrollable_content_region.width
        self._columns = columns(self.rows, self._measured)

    def _forget(self) -> None:
        self._strips.clear()
        self.refresh()

    def _repaint(self, places: list[int]) -> None:
        top, width = int(self.scroll_offset.y), self.size.width
        for place in places:
            self._strips.discard((place, True))
            self._strips.discard((place, False))
        self.refresh(*(Region(0, place - top, width, 1) for place in places if 0 <= place - top < self.size.height))

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.clear()

    def on_resize(self) -> None:
        self.virtual_size = Size(0, max(1, len(self.rows)))
        self._measure()
        self._forget()
        self._into_view()  # a cursor that was put on its line before there was any room, or that a smaller window has left out

    def on_focus(self) -> None:
        self._repaint([self.cursor])

    def on_blur(self) -> None:
        self._repaint([self.cursor])

    # ── drawing ──

    def render_line(self, y: int) -> Strip:
        place = y + int(self.scroll_offset.y)
        if self._measured != self.scrollable_content_region.width:
            self._measure()  # a scrollbar came or went
            self._strips.clear()
        if place >= len(self.rows):
            said = [] if self.rows else wrap(self.empty_words, max(1, self.size.width - 2))
            text = f" {said[y]}" if y < len(said) else ""
            return line([Segment(text, self.get_component_rich_style("row--quiet"))], self.size.width, self.ground)
        key = (place, place == self.cursor)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._draw(self.rows[place], place == self.cursor)
        return strip

    def _draw(self, row: Row, here: bool) -> Strip:
        width = self.scrollable_content_region.width
        if row.heading:
            return line([cell(f" {row.heading}", width, self.get_component_rich_style("row--heading"), self.glyphs)], width, self.ground)
        part = ("row--cursor" if self.has_focus else "row--rest") if here else "row--text"
        style = self.get_component_rich_style(part)
        return line(self._segments(row, here, style), width, style if here else self.ground)

    def _segments(self, row: Row, here: bool, style: Style) -> list[Segment]:
        glyphs, plan = self.glyphs, self._columns
        if is_aloud():
            return [Segment(f"{glyphs.cursor if here else ' '} {row.aloud()}", style)]
        colored = style if here and self.has_focus else style + self._foreground(sign_class(row.sign))
        if row.text:
            lead = [Segment(glyphs.cursor if here else " ", style), Segment(f"{row.mark or sign_text(row.sign, glyphs)} ", colored)]
            return [*lead, cell(row.text, max(0, self.scrollable_content_region.width - LEAD), style, glyphs)]
        quiet = style if here else self.get_component_rich_style("row--quiet")
        return [
            Segment(glyphs.cursor if here else " ", style),
            Segment(f"{row.mark or sign_text(row.sign, glyphs)}{glyphs.marked if row.key in self.marks else ' '}", colored),
            cell(time_last(row.when, plan.when), plan.when, style, glyphs),
            Segment(" ", style),
            client_bar(row.color, style, glyphs),
            cell(row.client, plan.client, style, glyphs),
            Segment(" ", style),
            cell(row.account, plan.account, quiet, glyphs),
            Segment(" ", style),
            cell(row.title, plan.title, style, glyphs),
            Segment(" ", style),
            cell(row.words, plan.words, colored, glyphs),
        ]

    def _foreground(self, part: str) -> Style:
        found = self.get_component_rich_style(part)
        return Style(color=found.color, bold=found.bold)

    # ── moving ──

    def watch_cursor(self, old: int, new: int) -> None:
        self._repaint([old, new])
        self._into_view()
        self.post_message(self.Highlighted(self.chosen.key if self.chosen else ""))

    def _into_view(self) -> None:
        """The line under the cursor, with its heading where that is the line above."""
        line = self.cursor
        above = 0 < line < len(self.rows) and bool(self.rows[line - 1].heading)
        self.scroll_to_region(Region(0, line - above, self.size.width, 1 + above), animate=False, force=True)

    def _nearest(self, place: int, step: int) -> int:
        """The next line that can be chosen from `place`, first in the direction of `step`."""
        for way in (step, -step):
            at = place
            while 0 <= at < len(self.rows):
                if not self.rows[at].heading:
                    return at
                at += way
        return 0

    def action_step(self, step: int) -> None:
        if 0 <= self.cursor + step < len(self.rows):
            self.cursor = self._nearest(self.cursor + step, step)

    def action_page(self, way: int) -> None:
        if self.rows:
            page = max(1, self.size.height - 1)
            place = min(max(self.cursor + way * page, 0), len(self.rows) - 1)
            self.cursor = self._nearest(place, way)

    def action_edge(self, way: int) -> None:
        if self.rows:
            self.cursor = self._nearest(0 if way < 0 else len(self.rows) - 1, -way)

    def on_click(self, event: events.Click) -> None:
        place = event.y + int(self.scroll_offset.y)
        if 0 <= place < len(self.rows) and not self.rows[place].heading:
            again = place == self.cursor and event.chain > 1
            self.cursor = place
            if again:
                self.post_message(self.Opened(self.rows[place].key))
