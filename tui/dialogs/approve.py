"""The yes: whose, where, when; a tick for each fact where a model wrote; each account is approved by its own seal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Button, Static

from scheduler.desk.views import ReviewItem
from scheduler.errors import DeskError
from tui.dialogs.base import Dialog
from tui.lines.reading import facts_to_tick, label_words
from tui.lines.words import error_words, name_words
from tui.say import say
from tui.text import clean, counted, full_when, one_line, quoted
from tui.told import told
from tui.widgets.ticks import Checklist


class Approve(Dialog[frozenset[str]]):
    """Approves what was shown, each digest singly; answers with the keys that are approved now."""

    BINDINGS = [Binding("a,y", "yes", "Approve", show=False, id="approve.yes", tooltip="Approve exactly what was shown")]

    def __init__(self, items: Sequence[ReviewItem], tz: str) -> None:
        super().__init__()
        self._good = [item for item in items if item.blocked is None]
        self._bad = [item for item in items if item.blocked is not None]
        self._tz = tz

    def title_words(self) -> str:
        return say("Approve for {client_name}?", client_name=one_line(self._good[0].delivery.client_name))

    def compose_box(self) -> ComposeResult:
        yield Static(self._what(), classes="question")
        if facts := facts_to_tick(self._good):
            yield Checklist(say("Facts checked:"), facts, id="facts")

    def _what(self) -> Content:
        lines = [Content.styled(quoted(name_words(self._good[0].delivery)), "bold")]
        for item in self._good:
            delivery = item.delivery
            where = f"{one_line(delivery.platform_name)} {one_line(delivery.account)} · {full_when(delivery.due, self._tz)}"
            lines.append(Content.assemble(where, (say(" · seal {seal}", seal=delivery.seal or item.digest[:8]), "$quiet")))
        lines += [Content.styled(words, "$quiet") for words in dict.fromkeys(label_words(item) for item in self._good)]
        lines += [
            Content.styled(
                say("Not {account}: {blocked}", account=one_line(item.delivery.account), blocked=told(clean(item.blocked or ""))),
                "$warning",
            )
            for item in self._bad
        ]
        return Content("\n").join(lines)

    def buttons(self) -> ComposeResult:
        yield Button(Content(say("Not yet (esc)")), id="no")
        yield Button(Content(say("Approve {accounts} (a)", accounts=counted(len(self._good), "account"))), id="yes", variant="success")

    def on_mount(self) -> None:
        if not self.query(Checklist):
            self.query_one("#no").focus()

    @on(Button.Pressed, "#yes")
    def action_yes(self) -> None:
        if all(facts.ready() for facts in self.query(Checklist)):
            self._approve()
        else:
            self.note(say("A model wrote some of this. Tick with space that you checked the facts."))

    @work(exclusive=True, group="approve", exit_on_error=False)
    async def _approve(self) -> None:
        asked = [self._say_yes(item) for item in self._good]  # together: one visit to the disk for all of them
        self.dismiss(frozenset(key for key in await asyncio.gather(*asked) if key))

    async def _say_yes(self, item: ReviewItem) -> str:
        """One account, by its own seal; empty when it was refused, and then said why."""
        try:
            await self.app.desk.approve(item.key, item.digest, facts_checked=item.needs_facts_check)
        except DeskError as error:
            self.app.notify(f"{item.delivery.client_name} {item.delivery.account}: {error_words(error)}", severity="error", timeout=10)
            return ""
        return item.key
