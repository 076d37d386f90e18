"""A picture or video by its path; files of the workspace are offered while one types."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from scheduler.desk.views import Done
from scheduler.errors import DeskError
from tui.dialogs.base import Dialog
from tui.lines.words import error_words, undo_words
from tui.say import say
from tui.text import clean
from tui.widgets.choices import Choices

SHOWN = 8
Add = Callable[[str], Awaitable[Done]]


class AddPicture(Dialog[bool]):
    """What the Desk refuses is said here, and what was typed stays."""

    BINDINGS = [
        Binding("down", "into_list", "To the files", show=False, id="add_picture.list", tooltip="Choose one of the files below"),
    ]

    def __init__(self, client: str, files: Sequence[str], add: Add) -> None:
        super().__init__()
        self._client, self._files, self._add = client, files, add
        self._found: list[str] = []

    def title_words(self) -> str:
        return say("Add a picture or video · {client}", client=clean(self._client))

    def compose_box(self) -> ComposeResult:
        yield Static(say("Path, or words of its name:"), classes="question", markup=False)
        yield Input(placeholder=say("for example: media/menu.jpg"))
        yield Choices(id="found", markup=False)

    def buttons(self) -> ComposeResult:
        yield Button(Content(say("Not now (esc)")), id="no")
        yield Button(Content(say("Add it (⏎)")), id="yes", variant="primary")

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._filter("")

    @on(Input.Changed)
    def _typing(self, event: Input.Changed) -> None:
        self.note("")
        self._filter(event.value)

    def _filter(self, words: str) -> None:
        wanted = words.casefold().split()
        self._found = [file for file in self._files if all(word in file.casefold() for word in wanted)][:SHOWN]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(Content(clean(file))) for file in self._found])
        options.display = bool(self._found)

    def action_into_list(self) -> None:
        if self._found:
            options = self.query_one(OptionList)
            options.focus()
            options.highlighted = 0

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self._keep(self._found[event.option_index])

    @on(Input.Submitted)
    @on(Button.Pressed, "#yes")
    def _ready(self) -> None:
        typed = self.query_one(Input).value.strip()
        if typed in self._files or (typed and not self._found):
            self._keep(typed)
        elif len(self._found) == 1:
            self._keep(self._found[0])
        elif typed and ("/" in typed or "." in typed) and not any(typed.casefold() in file.casefold() for file in self._found):
            self._keep(typed)
        else:
            self.note(
                say("Which one? The arrow down goes to the files.") if self._found else say("Please write the path of a picture or video.")
            )

    @work(exclusive=True, group="add", exit_on_error=False)
    async def _keep(self, path: str) -> None:
        try:
            done = await self._add(path)
        except DeskError as error:
            self.note(error_words(error))
            return
        self.app.notify(undo_words(done.words, done.undo))
        self.dismiss(True)
