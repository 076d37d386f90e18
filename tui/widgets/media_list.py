"""Pictures and videos of a post as lines: what each is, what every network does with it, and the key that mends it."""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from textual import events
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from scheduler.desk.write.views import MediaPage, MediaView, Verdict
from tui.keys.action import bindings
from tui.keys.actions import PICTURES
from tui.lines.wrapped import wrapped
from tui.say import say
from tui.text import UNICODE, Glyphs, counted, field_words, one_line
from tui.told import told
from tui.widgets.paint import line

ROOMY = 70
"""Cells in which all keys have their names."""
INDENT = 4
Drawn = tuple[str, str, int]
"""Text, its look, and the file it belongs to."""


class MediaList(Widget, can_focus=True):
    """Draws what it is given; tells what a person wants changed."""

    ACTIONS = PICTURES
    BINDINGS = bindings(PICTURES)
    COMPONENT_CLASSES = {"media--name", "media--cursor", "media--quiet", "media--good", "media--warning", "media--error"}
    DEFAULT_CSS = """
    MediaList {
        height: 1fr; padding: 0 1; background: $surface; color: $foreground;
        .media--name { text-style: bold; }
        .media--cursor { color: $primary; text-style: bold; }
        .media--quiet { color: $quiet; }
        .media--good { color: $success; }
        .media--warning { color: $warning; }
        .media--error { color: $error; }
    }
    """

    @dataclass
    class Alt(Message):
        """Write the alternative text of this one."""

        item: MediaView

    class Add(Message):
        """One more."""

    @dataclass
    class Remove(Message):
        """This one goes."""

        number: int

    @dataclass
    class Move(Message):
        """Earlier or later."""

        number: int
        by: int

    @dataclass
    class Declare(Message):
        """Whether AI made it."""

        number: int

    @dataclass
    class Look(Message):
        """Show it."""

        item: MediaView

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(id="pictures", classes="pane")
        self.page = MediaPage((), ())
        self.cursor = 0
        self._glyphs = glyphs
        self._lines: list[Drawn] = []
        self._first = 0

    @property
    def current(self) -> MediaView | None:
        """The one under the cursor."""
        return self.page.items[self.cursor] if self.page.items else None

    def number_of(self, item: MediaView) -> int | None:
        """Where it stands now, when others may have changed the order; None: it is not there any more."""
        same = [one.number for one in self.page.items if (one.name, one.size, one.made) == (item.name, item.size, item.made)]
        return min(same, key=lambda number: abs(number - item.number), default=None)

    def show(self, page: MediaPage) -> None:
        """Other files, or the same ones changed."""
        self.page = page
        self.cursor = max(0, min(self.cursor, len(page.items) - 1))
        self._layout()

    def point_at(self, number: int) -> None:
        """The cursor on this one."""
        self.cursor = max(0, min(number, len(self.page.items) - 1))
        self._layout()

    def on_resize(self) -> None:
        self._layout()

    def _layout(self) -> None:
        width, room = self.content_size.width, max(1, self.content_size.height)
        self._lines = [drawn for item in self.page.items for drawn in self._of(item, width)]
        for problem in self.page.problems:
            words = f"{self._glyphs.cross} {told(problem)}" + ("" if self.page.items else f"  {say('‹media.add› adds one')}")
            self._lines += self._wrapped(words, "error", -1, width, 0)
        own = [n for n, (_, _, number) in enumerate(self._lines) if number == self.cursor] or [0]
        if own[-1] >= self._first + room:
            self._first = own[-1] - room + 1
        self._first = max(0, min(self._first, own[0], max(0, len(self._lines) - room)))
        self.border_title = Content(
            say("Pictures · {files}", files=counted(len(self.page.items), "file")) if self.page.items else say("Pictures")
        )
        self.border_subtitle = Content(
            say("⏎ alt text · ‹media.add› add · ‹media.remove› take out · ‹media.view› look · ‹write.pictures› caption")
            if self.page.items and width > ROOMY
            else say("⏎ alt text · ‹media.add› add · ‹media.remove› out · ‹media.view› look")
            if self.page.items
            else say("‹media.add› add · ‹write.pictures› caption")
        )
        self.refresh()

    def _of(self, item: MediaView, width: int) -> list[Drawn]:
        here, number = item.number == self.cursor, item.number
        sign = self._glyphs.cursor if here else " "
        kind = say("video") if item.is_video else say("picture")
        found: list[Drawn] = [(f"{sign} {number + 1} {one_line(item.name)}", "cursor" if here else "name", number)]
        found += self._wrapped(" · ".join(part for part in (kind, item.facts, told(item.made)) if part), "quiet", number, width)
        if not item.there:
            found += self._wrapped(
                say(
                    "{cross} its file is gone from this computer: ‹media.remove› takes it out, ‹media.add› adds it again",
                    cross=self._glyphs.cross,
                ),
                "error",
                number,
                width,
            )
        for alt in item.alts:
            name = say("alt, {language}", language=field_words(alt.language)) if alt.language else "alt"
            if alt.text.strip():
                found += self._wrapped(f"{name}: {one_line(alt.text)}", "quiet", number, width)
            else:
                found += self._wrapped(
                    say("{warn} {name}: nothing yet. ⏎ writes it", warn=self._glyphs.warn, name=name), "warning", number, width
                )
        return [*found, *(drawn for verdict in item.verdicts for drawn in self._verdict(verdict, number, width))]

    def _verdict(self, verdict: Verdict, number: int, width: int) -> list[Drawn]:
        place = f"{one_line(verdict.platform_name)} {one_line(verdict.account)}"
        if verdict.taken and not verdict.words:
            return self._wrapped(say("{tick} {place}: takes it as it is", tick=self._glyphs.tick, place=place), "good", number, width)
        mend = f": {told(one_line(verdict.mend))}" if verdict.mend else ""
        if verdict.taken:
            return self._wrapped(f"{self._glyphs.warn} {place}: {told(one_line(verdict.words))}{mend}", "warning", number, width)
        return self._wrapped(
            say(
                "{cross} {place} does not take it: {words}{mend}",
                cross=self._glyphs.cross,
                place=place,
                words=told(one_line(verdict.words)),
                mend=mend,
            ),
            "error",
            number,
            width,
        )

    @staticmethod
    def _wrapped(words: str, look: str, number: int, width: int, indent: int = INDENT) -> list[Drawn]:
        return [(f"{'':<{indent}}{text}", look, number) for text in wrapped(words, max(1, width - indent))]

    def render_line(self, y: int) -> Strip:
        width, at = self.content_size.width, self._first + y
        if not self.page.items and not self.page.problems:
            words = say("No picture yet. ‹media.add› adds one by its path.") if y == 0 else ""
            return line([Segment(words, self.get_component_rich_style("media--quiet"))], width, self.rich_style)
        if at >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        text, look, _ = self._lines[at]
        return line([Segment(text, self.get_component_rich_style(f"media--{look}"))], width, self.rich_style)

    # ── keys ──

    def action_step(self, by: int) -> None:
        if self.page.items:
            self.cursor = max(0, min(self.cursor + by, len(self.page.items) - 1))
            self._layout()

    def action_alt(self) -> None:
        if self.current is not None:
            self.post_message(self.Alt(self.current))
        else:
            self.post_message(self.Add())

    def action_add_media(self) -> None:
        self.post_message(self.Add())

    def action_remove_media(self) -> None:
        if self.current is not None:
            self.post_message(self.Remove(self.cursor))

    def action_move_media(self, by: int) -> None:
        if 0 <= self.cursor + by < len(self.page.items):
            self.post_message(self.Move(self.cursor, by))

    def action_declare_media(self) -> None:
        if self.current is not None:
            self.post_message(self.Declare(self.cursor))

    def action_look(self) -> None:
        if self.current is not None:
            self.post_message(self.Look(self.current))

    def on_click(self, event: events.Click) -> None:
        at = self._first + event.y - 1
        if 0 <= at < len(self._lines) and self._lines[at][2] >= 0:
            self.cursor = self._lines[at][2]
            self._layout()
