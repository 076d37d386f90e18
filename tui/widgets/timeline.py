"""A Reels script in the composer: its beats as a bar in time and as lines, changed by keys."""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from textual import events
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from scheduler.desk.write.views import ScriptView
from tui.keys.action import bindings
from tui.keys.actions import BEATS
from tui.lines.script import Line, bar_of, lines_of, scale_of
from tui.say import say
from tui.text import UNICODE, Glyphs, field_words, one_line
from tui.told import told
from tui.widgets.paint import line

TOP = 3
"""Lines of the bar, the scale and the blank below them."""


class Timeline(Widget, can_focus=True):
    """Draws what it is given; tells what a person wants changed."""

    ACTIONS = BEATS
    BINDINGS = bindings(BEATS)
    COMPONENT_CLASSES = {
        "timeline--strong", "timeline--words", "timeline--quiet", "timeline--warning", "timeline--cursor", "timeline--model",
        "timeline--even", "timeline--odd", "timeline--here", "timeline--faulty",
    }  # fmt: skip
    DEFAULT_CSS = """
    Timeline {
        height: 1fr; padding: 0 1; background: $surface; color: $foreground;
        .timeline--strong { text-style: bold; }
        .timeline--words { color: $foreground; }
        .timeline--quiet { color: $quiet; }
        .timeline--warning { color: $warning; }
        .timeline--cursor { color: $primary; text-style: bold; }
        .timeline--model { color: $model; text-style: underline; }
        .timeline--even { background: $panel; color: $foreground; }
        .timeline--odd { background: $quiet; color: $background; }
        .timeline--here { background: $primary; color: $on-cursor; text-style: bold; }
        .timeline--faulty { color: $warning; text-style: bold underline; }
        &:nocolor {
            .timeline--odd { background: $surface; color: $foreground; text-style: underline; }
            .timeline--here { background: $surface; color: $foreground; text-style: bold reverse; }
        }
    }
    """

    @dataclass
    class Edit(Message):
        """Change the words of this beat."""

        beat: int

    @dataclass
    class Add(Message):
        """One more before this place."""

        at: int

    @dataclass
    class Remove(Message):
        """This one goes."""

        beat: int

    @dataclass
    class Move(Message):
        """Earlier or later in the script."""

        beat: int
        by: int

    @dataclass
    class Stretch(Message):
        """Longer or shorter, by so many steps."""

        beat: int
        by: int

    class Target(Message):
        """Another length of the whole."""

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(id="script", classes="pane")
        self.script: ScriptView | None = None
        self.cursor = 0
        self._glyphs = glyphs
        self._lines: list[Line] = []
        self._first = 0

    def show(self, script: ScriptView) -> None:
        """A script, or the same one changed; the cursor stays where it can."""
        self.script = script
        self.cursor = max(0, min(self.cursor, len(script.beats) - 1))
        self._layout()

    def on_resize(self) -> None:
        self._layout()

    def _layout(self) -> None:
        if self.script is None:
            return
        self._lines = lines_of(self.script, self.cursor, self.content_size.width, self._glyphs)
        own = [n for n, drawn in enumerate(self._lines) if drawn.beat == self.cursor] or [0]
        room = max(1, self.content_size.height - TOP)
        if own[-1] >= self._first + room:
            self._first = own[-1] - room + 1
        self._first = max(0, min(self._first, own[0], max(0, len(self._lines) - room)))
        self._titles(self.script)
        self.refresh()

    def _titles(self, script: ScriptView) -> None:
        self.border_title = Content(say("Script · {language} · {words}", language=field_words(script.language), words=told(script.words)))
        fault = f"{self._glyphs.warn} {told(one_line(script.fault))}" if script.fault else ""
        keys = say("⏎ edit · ‹script.add› add · ‹script.longer› ‹script.shorter› length · ‹write.script› caption")
        self.border_subtitle = Content((fault or keys) if self.size.width < 100 else " · ".join(part for part in (fault, keys) if part))

    # ── drawing ──

    def render_line(self, y: int) -> Strip:
        width = self.content_size.width
        if self.script is None or not self.script.beats:
            return self._empty(y, width)
        if y == 0:
            return self._bar(self.script, width)
        if y == 1:
            return line([self._segment(scale_of(self.script, width), "quiet")], width, self.rich_style)
        at = self._first + y - TOP
        if y < TOP or at >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        return line([self._segment(text, look) for text, look in self._lines[at].parts], width, self.rich_style)

    def _empty(self, y: int, width: int) -> Strip:
        words = (say("No script yet. ‹script.add› writes the first beat,"), say("‹write.model› asks the model for one."))
        return line([self._segment(words[y] if y < len(words) else "", "quiet")], width, self.rich_style)

    def _bar(self, script: ScriptView, width: int) -> Strip:
        parts = []
        for cell in bar_of(script, width):
            style = self.get_component_rich_style(
                "timeline--here" if cell.beat == self.cursor else "timeline--even" if cell.beat % 2 == 0 else "timeline--odd"
            )
            mark = f"{cell.text.rstrip()}{self._glyphs.warn}".ljust(len(cell.text))[: len(cell.text)] if cell.faulty else cell.text
            parts.append(Segment(mark, style))
        return line(parts, width, self.rich_style)

    def _segment(self, text: str, look: str) -> Segment:
        return Segment(text, self.get_component_rich_style(f"timeline--{look}"))

    # ── keys ──

    def action_step(self, by: int) -> None:
        if self.script is not None and self.script.beats:
            self.cursor = max(0, min(self.cursor + by, len(self.script.beats) - 1))
            self._layout()

    def action_edge(self, which: int) -> None:
        if self.script is not None:
            self.action_step(which * len(self.script.beats))

    def action_edit_beat(self) -> None:
        if self.script is not None and self.script.beats:
            self.post_message(self.Edit(self.cursor))
        else:
            self.action_add_beat()

    def action_add_beat(self) -> None:
        if self.script is not None:
            self.post_message(self.Add(min(self.cursor + 1, len(self.script.beats))))

    def action_remove_beat(self) -> None:
        if self.script is not None and self.script.beats:
            self.post_message(self.Remove(self.cursor))

    def action_move_beat(self, by: int) -> None:
        if self.script is not None and 0 <= self.cursor + by < len(self.script.beats):
            self.post_message(self.Move(self.cursor, by))

    def action_stretch(self, by: int) -> None:
        if self.script is not None and self.script.beats:
            self.post_message(self.Stretch(self.cursor, by))

    def action_target(self) -> None:
        self.post_message(self.Target())

    def on_click(self, event: events.Click) -> None:
        at = self._first + event.y - 1 - TOP
        if 0 <= at < len(self._lines):
            self.cursor = self._lines[at].beat
            self._layout()
