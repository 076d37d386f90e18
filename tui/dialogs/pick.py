"""Choose one of a few: a client, an account."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button, OptionList
from textual.widgets.option_list import Option

from tui.dialogs.base import Dialog
from tui.say import say
from tui.text import clean
from tui.widgets.choices import Choices


class Pick(Dialog[str]):
    """Answers the id of what was chosen."""

    def __init__(self, title: str, choices: Sequence[tuple[str, str]], *, chosen: str = "", no: str = "") -> None:
        super().__init__()
        self._title, self._choices, self._chosen, self._no_words = title, choices, chosen, no

    def title_words(self) -> str:
        return self._title

    def compose_box(self) -> ComposeResult:
        yield Choices(*(Option(Content(clean(words)), id=name) for name, words in self._choices), markup=False)

    def buttons(self) -> ComposeResult:
        yield Button(Content(f"{self._no_words} (esc)" if self._no_words else say("Close (esc)")), id="no")
        yield Button(Content(say("Choose (↑ ↓ ⏎)")), id="yes", variant="primary")

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.focus()
        places = [name for name, _ in self._choices]
        options.highlighted = places.index(self._chosen) if self._chosen in places else 0

    @on(Button.Pressed, "#yes")
    def _choose(self) -> None:
        self.query_one(OptionList).action_select()

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id or "")
