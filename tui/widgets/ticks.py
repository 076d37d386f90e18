"""Boxes to tick that say `[x]` and `[ ]`, so that nothing depends on colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.widgets.choices import Choices


def box(ticked: bool, words: str) -> Content:
    """`[x] words`."""
    return Content(f"{'[x]' if ticked else '[ ]'} {words}")


class Tick(Static, can_focus=True):
    """One box; space or a click changes it."""

    DEFAULT_CSS = """
    Tick { height: auto; color: $foreground; &:focus { color: $primary; text-style: bold; }
    &:focus:nocolor { text-style: bold underline; } }
    """
    BINDINGS = [Binding("space,enter", "tick", "Tick", show=False, id="tick.toggle", tooltip="Tick or untick")]
    value: reactive[bool] = reactive(False, init=False)
    """Whether it is ticked."""

    def __init__(self, words: str, *, id: str) -> None:  # noqa: A002
        super().__init__(box(False, words), id=id, markup=False)
        self._words = words

    def say(self, words: str) -> None:
        """Other words beside the box; what was ticked for the old ones no longer counts."""
        if words != self._words:
            self._words, self.value = words, False
            self.update(box(False, words))

    def watch_value(self, value: bool) -> None:
        self.update(box(value, self._words))

    def action_tick(self) -> None:
        self.value = not self.value

    def on_click(self) -> None:
        self.action_tick()


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
