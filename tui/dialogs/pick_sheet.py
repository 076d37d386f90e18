"""Which sheet: a path that is typed, completed from the workspace, or one of the files that were found there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.dialogs.base import Dialog
from tui.say import later, say
from tui.text import clean
from tui.widgets.choices import Choices


class PickSheet(Dialog[Path]):
    """Answers the path of a file that is there."""

    TITLE_WORDS = later("Load posts from a sheet")

    def __init__(self, root: Path, files: Sequence[str]) -> None:
        super().__init__()
        self._root, self._files = root, list(files)

    def compose_box(self) -> ComposeResult:
        yield Static(Content(say("Which file? CSV or Excel (.xlsx); → completes")), classes="question")
        yield Input(id="path", placeholder=say("October.xlsx"), suggester=SuggestFromList(self._files, case_sensitive=False))
        found = say("In this folder, newest first:") if self._files else say("There is no sheet in this workspace: type the whole path.")
        yield Static(Content(found), classes="question")
        yield Choices(*(Option(Content(clean(name)), id=f"f{n}") for n, name in enumerate(self._files)), markup=False)

    def buttons(self) -> ComposeResult:
        yield Button(Content(say("Not now (esc)")), id="no")
        yield Button(Content(say("Read it (⏎)")), id="yes", variant="primary")

    def on_mount(self) -> None:
        self.query_one("#path", Input).focus()
        self.query_one(OptionList).display = bool(self._files)

    @on(OptionList.OptionSelected)
    def _listed(self, event: OptionList.OptionSelected) -> None:
        self._take(self._files[event.option_index])

    @on(Input.Submitted)
    @on(Button.Pressed, "#yes")
    def _typed(self) -> None:
        self._take(self.query_one("#path", Input).value.strip())

    @on(Input.Changed)
    def _typing(self) -> None:
        self.note("")

    def on_key(self, event: events.Key) -> None:
        """Down leaves the line for the list."""
        if event.key == "down" and self.query_one("#path", Input).has_focus and self._files:
            event.stop()
            event.prevent_default()  # else the list would take the same key, and its first line would be passed
            self.query_one(OptionList).highlighted = 0
            self.query_one(OptionList).focus()

    def _take(self, words: str) -> None:
        if not words:
            self.note(say("Please type the path of a file, or choose one with ↓."))
            return
        typed = Path(words.strip("'\""))
        try:
            path = self._root / typed.expanduser()
            is_there = path.is_file()
        except (OSError, RuntimeError):  # a folder nobody may look into, a name that is too long, a home of nobody
            path, is_there = self._root / typed, False
        if is_there:
            self.dismiss(path)
        else:
            self.note(
                say(
                    "There is no file {path}. Type the whole path; without / at its beginning it is looked for in the workspace.", path=path
                )
            )
