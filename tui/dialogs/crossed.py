"""Somebody else changed the same lines meanwhile: both texts to read, and a person decides. Neither is lost."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from tui.dialogs.base import Dialog
from tui.say import say
from tui.text import clean, one_line

MINE = "mine"
THEIRS = "theirs"


class Crossed(Dialog[str]):
    """Answers `mine`, `theirs`, or None: decide later."""

    BINDINGS = [
        Binding("m", "mine", "Keep mine", show=False, id="crossed.mine", tooltip="Save your text; theirs stays among the earlier ones"),
        Binding(
            "t", "theirs", "Take theirs", show=False, id="crossed.theirs", tooltip="Take their text; yours stays among the earlier ones"
        ),
    ]

    def __init__(self, client: str, by: str, mine: str, theirs: str) -> None:
        super().__init__()
        self._client, self._by, self._mine, self._theirs = client, by, mine, theirs
        self.add_class("-large")

    def title_words(self) -> str:
        return say("Two people wrote · {client}", client=one_line(self._client))

    def compose_box(self) -> ComposeResult:
        told = say(
            "{by} saved this text while you were writing. The one you do not take stays among the earlier texts (‹write.former›).",
            by=one_line(self._by),
        )
        yield Static(Content(told), classes="question")
        with Horizontal(id="both"):
            for name, text in ((say("Yours"), self._mine), (say("By {by}", by=one_line(self._by)), self._theirs)):
                with Vertical(classes="side") as side:
                    side.border_title = Content(clean(name))
                    with VerticalScroll():
                        yield Static(Content(clean(text)), markup=False)

    def buttons(self) -> ComposeResult:
        yield Button(Content(say("Later (esc)")), id="no")
        yield Button(Content(say("Take theirs (t)")), id="theirs")
        yield Button(Content(say("Keep mine (m)")), id="mine", variant="primary")

    def on_mount(self) -> None:
        self.query_one("#no", Button).focus()

    @on(Button.Pressed, "#mine")
    def action_mine(self) -> None:
        self.dismiss(MINE)

    @on(Button.Pressed, "#theirs")
    def action_theirs(self) -> None:
        self.dismiss(THEIRS)
