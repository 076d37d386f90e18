"""Boxes to tick that say `[x]` and `[ ]`, so that nothing depends on colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.text import UNICODE, Glyphs
from tui.widgets.choices import Choices


def box(ticked: bool, words: str) -> Content:
    """`[x] words`."""
    return Content(f"{'[x]' if ticked else '[ ]'} {words}")


class Tick(Static, can_focus=True):
    """One box; space or a click changes it. `▸` stands before it as in a list, so that no colour is needed to see where one is."""

    DEFAULT_CSS = """
    Tick { height: auto; color: $foreground; &:focus { color: $primary; text-style: bold; }
    &:focus:nocolor { text-style: bold underline; } }
    """
    BINDINGS = [Binding("space,enter", "tick", "Tick", show=False, id="tick.toggle", tooltip="Tick or untick")]
    value: reactive[bool] = reactive(False, init=False)
    """Whether it is ticked."""

    @dataclass
    class Ticked(Message):
        """The person ticked it."""

    def __init__(self, words: str, *, id: str) -> None:  # noqa: A002
        super().__init__(Content(f" {box(False, words)}"), id=id, markup=False)
        self.words = words
        """What stands beside the box."""

    def say(self, words: str) -> None:
        """Other words beside the box; what was ticked for the old ones no longer counts."""
        if words != self.words:
            self.words, self.value = words, False
            self._draw()

    def watch_value(self) -> None:
        self._draw()

    def on_focus(self) -> None:
        self._draw()

    def on_blur(self) -> None:
        self._draw()

    def _draw(self) -> None:
        glyphs: Glyphs = getattr(self.app, "glyphs", UNICODE)
        self.update(Content(f"{glyphs.cursor if self.has_focus else ' '}{box(self.value, self.words)}"))

    def action_tick(self) -> None:
        self.value = not self.value
        if self.value:
            self.post_message(self.Ticked())

    def on_click(self) -> None:
        self.action_tick()


class Checklist(VerticalScroll):
    """Boxes that all have to be ticked, each singly; ticking one goes on to the next. One alone stands on the line of the heading."""

    DEFAULT_CSS = """
    Checklist { height: auto; max-height: 9; margin-top: 1; scrollbar-size-vertical: 1; & > Tick { margin-top: 0; } }
    """

    def __init__(self, heading: str, names: Sequence[str], *, id: str) -> None:  # noqa: A002
        super().__init__(id=id, can_focus=False)
        self._heading, self._names = heading, names

    def compose(self) -> ComposeResult:
        alone = len(self._names) == 1
        if not alone:
            yield Static(self._heading, markup=False)
        for number, name in enumerate(self._names):
            yield Tick(f"{self._heading} {name}" if alone else name, id=f"tick-{number}")

    def on_mount(self) -> None:
        self.query(Tick).first().focus()

    @on(Tick.Ticked)
    def _next(self) -> None:
        """The last one keeps the cursor: whoever holds the key down ticks nothing but boxes."""
        if left := self._left():
            left[0].focus()

    def ready(self) -> bool:
        """Whether all are ticked; else the cursor goes to the first that is not."""
        left = self._left()
        if left:
            left[0].focus()
        return not left

    def _left(self) -> list[Tick]:
        return [tick for tick in self.query(Tick) if not tick.value]


class TickList(Choices):
    """Several boxes."""

    BINDINGS = [
        Binding("space", "select", "Tick", show=False, id="ticks.toggle", tooltip="Tick or untick"),
        Binding("enter", "ready", "Ready", show=False, id="ticks.ready", tooltip="Go on with what is ticked"),
        Binding("j", "cursor_down", "Down", show=False, id="ticks.down", tooltip="One down"),
        Binding("k", "cursor_up", "Up", show=False, id="ticks.up", tooltip="One up"),
    ]

    @dataclass
    class Toggled(Message):
        """A box was ticked or unticked by the person."""

        name: str

    @dataclass
    class Ready(Message):
        """The person goes on."""

    def __init__(self, choices: Sequence[tuple[str, str]]) -> None:
        self._words = dict(choices)
        self.ticked: list[str] = []
        super().__init__(*(Option(box(False, words), id=name) for name, words in choices), markup=False)

    def tick(self, name: str, on: bool = True) -> None:
        """Tick or untick one."""
        if on != (name in self.ticked):
            self.ticked.append(name) if on else self.ticked.remove(name)
            self.replace_option_prompt(name, box(on, self._words[name]))

    @on(OptionList.OptionSelected)
    def _toggle(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        name = event.option.id or ""
        self.tick(name, name not in self.ticked)
        self.post_message(self.Toggled(name))

    def action_ready(self) -> None:
        self.post_message(self.Ready())
