"""The texts a post had: who saved them, when, and whose words they are; enter goes back to one."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from scheduler.desk.write.views import FormerText
from tui.dialogs.base import Dialog
from tui.lines.reading import marked
from tui.say import say
from tui.text import field_words, one_line, when_words
from tui.widgets.choices import Choices


class Former(Dialog[int]):
    """Answers the number of the text to go back to."""

    def __init__(self, client: str, texts: Sequence[FormerText], tz: str, now: int) -> None:
        super().__init__()
        self._client, self._texts, self._tz, self._now = client, list(texts), tz, now
        self.add_class("-large")

    def title_words(self) -> str:
        return say("Earlier texts · {client}", client=one_line(self._client))

    def compose_box(self) -> ComposeResult:
        with Horizontal(id="former"):
            yield Choices(*(Option(self._line(text)) for text in self._texts), markup=False)
            with VerticalScroll(id="former-text"):
                yield Static("", id="text", markup=False)

    def buttons(self) -> ComposeResult:
        yield Button(Content(say("Keep the text of now (esc)")), id="no")
        yield Button(Content(say("Go back to this (⏎)")), id="yes", variant="primary")

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.focus()
        options.highlighted = 0

    def _line(self, text: FormerText) -> Content:
        what = say("now") if text.current else say("kept aside") if text.aside else when_words(text.at, self._tz, self._now)
        return Content.assemble(f"{what}\n", (f"  {one_line(text.by)} · {field_words(text.field)}", "$quiet"))

    @on(OptionList.OptionHighlighted)
    def _show(self, event: OptionList.OptionHighlighted) -> None:
        text = self._texts[event.option_index]
        self.query_one("#text", Static).update(marked(text.text, text.spans))
        self.query_one("#former-text").scroll_home(animate=False)

    @on(OptionList.OptionSelected)
    @on(Button.Pressed, "#yes")
    def _back(self) -> None:
        at = self.query_one(OptionList).highlighted
        if at is None or not self._texts:
            return
        if self._texts[at].current:
            self.note(say("This is the text of now."))
        else:
            self.dismiss(self._texts[at].id)
