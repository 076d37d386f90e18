"""What the model is to write about: topic, facts, tone, languages; and where all of it is sent, before it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Button, Input, Static, TextArea

from scheduler.desk.write.views import FACT_MOST, FACTS_MOST, MODEL_LINES, TOPIC_MOST, ModelPlace, RequestView
from scheduler.errors import DeskError
from tui.dialogs.base import Dialog
from tui.lines.offers import model_words
from tui.lines.words import error_words
from tui.say import say
from tui.text import clean, field_words
from tui.told import told
from tui.widgets.ticks import TickList

if TYPE_CHECKING:
    from scheduler.desk.desk import Desk


class Facts(TextArea):
    """One per line; enter begins the next one."""

    def __init__(self, facts: str) -> None:
        super().__init__(
            facts, id="facts", tab_behavior="focus", soft_wrap=True, show_line_numbers=False, highlight_cursor_line=False,
            placeholder=say("for example: from Tuesday 24 November"),
        )  # fmt: skip

    async def on_paste(self, event: events.Paste) -> None:
        """More than can be kept is a slip."""
        if len(self.text) + len(event.text) > FACTS_MOST * FACT_MOST:
            event.prevent_default()
            event.stop()
            self.app.notify(say("That is too much for facts: nothing of it was pasted."), severity="warning")


class AskModel(Dialog[tuple[str, ...]]):
    """Keeps what was filled in with the post, and answers the languages to ask for."""

    BINDINGS = [Binding("f8", "ask", "Ask", show=False, id="request.ask", tooltip="Ask the model, from every line of the request")]

    def __init__(self, title: str, post: str, asked: RequestView, place: ModelPlace, language: str, desk: Desk, offline: str) -> None:
        super().__init__()
        self._title, self._post, self._asked, self._place, self._desk = title, post, asked, place, desk
        self._offline = offline
        """Why nothing may come; empty: it may."""
        self.set_class(bool(asked.fixed or offline), "-tight")
        here = language in asked.known and language not in asked.languages
        self._languages = (language,) if here else asked.languages or asked.known
        """The text in the editor is meant, unless it was asked for last together with others."""

    def title_words(self) -> str:
        return self._title

    def compose_box(self) -> ComposeResult:
        asked, off = self._asked, bool(self._asked.fixed)
        if asked.fixed:
            yield Static(Content(say("{why}.", why=told(clean(asked.fixed)))), classes="hint", markup=False)
        yield Static(say("What is it about?"), markup=False)
        yield Input(_line(asked.topic), id="topic", placeholder=self._topic_hint(), max_length=TOPIC_MOST, disabled=off)
        yield Static(say("Facts it may use, one per line: prices, dates, names"), markup=False)
        facts = Facts(clean("\n".join(asked.facts)))
        facts.read_only = off
        yield facts
        yield Static(say("What else it claims, you check when you approve · tab goes on"), classes="hint", markup=False)
        yield Static(say("How is it to sound?"), markup=False)
        yield Input(asked.tone, id="tone", placeholder=say("for example: warm, short, no exclamation marks"), max_length=500, disabled=off)
        if len(asked.known) > 1:
            yield Static(say("In which languages? space picks"), markup=False)
            yield TickList([(language, field_words(language)) for language in asked.known])
        where = say("It is sent to {place}. The model only proposes: your own text stays as it is.", place=model_words(self._place))
        yield Static(Content(where), id="sent-to", markup=False)
        if self._offline:
            yield Static(Content(self._offline), classes="offline", markup=False)

    def _topic_hint(self) -> str:
        if self._asked.written:
            return say("empty: what is written so far says it")
        return say("for example: the winter menu starts on Tuesday")

    def buttons(self) -> ComposeResult:
        yield Button(Content(say("Not now (esc)")), id="no")
        yield Button(Content(say("Ask (⏎ or F8)")), id="yes", variant="primary")

    def on_mount(self) -> None:
        for language in self._languages if len(self._asked.known) > 1 else ():
            self.query_one(TickList).tick(language)
        self.query_one("#yes" if self._asked.fixed else "#topic").focus()
        self.run_worker(self._desk.get_ready_to_draft(), group="model", exit_on_error=False)  # the draft itself says what is missing

    @property
    def picked(self) -> tuple[str, ...]:
        """The languages, as the post has them."""
        if len(self._asked.known) < 2:
            return self._asked.known
        ticked = self.query_one(TickList).ticked
        return tuple(language for language in self._asked.known if language in ticked)

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(TickList.Toggled)
    def _typing(self) -> None:
        self.note("")

    @on(Input.Submitted)
    @on(TickList.Ready)
    @on(Button.Pressed, "#yes")
    def action_ask(self) -> None:
        topic = self.query_one("#topic", Input)
        if not self.picked:
            self.note(say("Please pick at least one language with space."))
            self.query_one(TickList).focus()
        elif not topic.value.strip() and not self._asked.written and not self._asked.fixed:
            self.note(say("Please say in a few words what it is about."))
            topic.focus()
        else:
            self._keep()

    @work(exclusive=True, group="keep", exit_on_error=False)
    async def _keep(self) -> None:
        if self._asked.fixed:
            self.dismiss(self.picked)
            return
        topic, tone = self.query_one("#topic", Input).value, self.query_one("#tone", Input).value
        try:
            await self._desk.keep_request(
                self._post,
                topic=None if topic == _line(self._asked.topic) else topic,
                facts=self.query_one(Facts).text.splitlines(),
                tone=tone,
                languages=self.picked,
            )
        except DeskError as error:
            self.note(error_words(error))
            return
        self.dismiss(self.picked)


class NoModel(Dialog[None]):
    """Nothing is missing but this; says how it is set up."""

    BINDINGS = [Binding("y", "copy", "Copy", show=False, id="no-model.copy", tooltip="Copy the lines")]

    def __init__(self, error: DeskError) -> None:
        super().__init__()
        self._error = error

    def title_words(self) -> str:
        return say("Ask the model")

    def compose_box(self) -> ComposeResult:
        yield Static(Content(error_words(self._error)), classes="question", markup=False)
        yield Static(say("For a model on this computer, for example Ollama:"), classes="question", markup=False)
        yield Static(Content(MODEL_LINES.rstrip()), classes="details", markup=False)
        way = say("For one elsewhere write its address, and key_env: the name of the variable with its key. `daypart model test` tries it;")
        yield Static(Content(f"{way} {say('‹write.model› works as soon as the file is saved.')}"), classes="question", markup=False)

    def buttons(self) -> ComposeResult:
        yield Button(Content(say("Close (esc)")), id="no")
        yield Button(Content(say("Copy the lines (y)")), id="copy", variant="primary")

    def on_mount(self) -> None:
        self.query_one("#copy", Button).focus()

    @on(Button.Pressed, "#copy")
    def action_copy(self) -> None:
        self.app.copy_to_clipboard(MODEL_LINES)
        self.app.notify(say("Copied."))


def _line(words: str) -> str:
    """A topic of several lines as one."""
    return " ".join(words.split())
