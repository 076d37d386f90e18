"""A client's word: who said it, and the seals that came back; shows what they stand for before anything is recorded."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button, Input, Label, Static

from scheduler.content.seals import seal_words, seals_in
from scheduler.desk.approvals.client_word import Sealed
from scheduler.errors import DeskError
from tui.dialogs.base import Dialog
from tui.lines.reading import facts_words, label_words
from tui.lines.words import error_words, name_words
from tui.say import say
from tui.text import clean, full_when, one_line, quoted
from tui.told import told
from tui.widgets.ticks import Tick


class ClientWord(Dialog[int]):
    """Records the yes of a client's person for exactly these seals; answers how many. `key`: the post under the cursor."""

    TITLE_WORDS = "A client's word"

    def __init__(self, key: str, tz: str, client_name: str) -> None:
        super().__init__()
        self._key, self._tz, self._client_name = key, tz, client_name
        self._found: tuple[Sealed, ...] = ()

    def title_words(self) -> str:
        return say("A client's word · {client_name}", client_name=one_line(self._client_name)) if self._client_name else self.TITLE_WORDS

    def compose_box(self) -> ComposeResult:
        yield Label(say("Who said yes?"))
        yield Input(placeholder=say("the client's person, by name"), id="who")
        yield Label(say("Which seals came back?"))
        yield Input(placeholder=say("7f3a 91c2 – several are fine, or the whole message"), id="seals")
        yield Static("", id="stands-for", markup=False)
        yield Tick(say("Facts checked: every number, price, date and name"), id="facts")

    def buttons(self) -> ComposeResult:
        yield Button(Content(say("Not now (esc)")), id="no")
        yield Button(Content(say("Record it (⏎)")), id="yes", variant="success")

    def on_mount(self) -> None:
        self.query_one(Tick).display = False
        self.query_one("#who", Input).focus()

    @on(Input.Changed, "#seals")
    def _typing(self, event: Input.Changed) -> None:
        self.note("")
        self._look_up(event.value)

    @work(exclusive=True, group="look-up", exit_on_error=False)
    async def _look_up(self, said: str) -> None:
        """What these seals stand for, while they are typed."""
        self._found, seals = (), seals_in(said)
        words = Content("")
        try:
            self._found = await self._sealed(seals)
            words = Content("\n").join(self._stands_for(one) for one in self._found)
        except DeskError as error:
            words = Content.styled(clean(error_words(error)), "$warning")
        self.query_one("#stands-for", Static).update(words)
        to_check = [one.item for one in self._found if one.item.needs_facts_check]
        tick = self.query_one(Tick)
        tick.display = bool(to_check)
        if to_check:
            tick.say(say("Facts checked: {facts}", facts="; ".join(dict.fromkeys(facts_words(item) for item in to_check))))

    async def _sealed(self, seals: tuple[str, ...]) -> tuple[Sealed, ...]:
        """Two posts with the same words have one seal: then the one under the cursor is meant."""
        try:
            return await self.app.desk.sealed(seals)
        except DeskError:
            if len(seals) != 1 or not self._key:
                raise
            try:
                return await self.app.desk.sealed(seals, key=self._key)
            except DeskError:
                pass
            raise

    def _stands_for(self, one: Sealed) -> Content:
        delivery = one.item.delivery
        where = f"{one_line(delivery.client_name)} · {one_line(delivery.platform_name)} {one_line(delivery.account)}"
        when = full_when(delivery.due, self._tz)
        why = say("\n  cannot be approved: {blocked}", blocked=told(clean(one.item.blocked))) if one.item.blocked else ""
        return Content.assemble(
            (f"{seal_words(one.seal)} ", "bold"),
            f"{where} · {when} · {quoted(name_words(delivery))}",
            (f" · {label_words(one.item)}" if one.item.ai_share else "", "$quiet"),
            (say("\n  the client's file said {file_said}", file_said=one_line(one.file_said)) if one.file_said else "", "$warning"),
            (why, "$warning"),
        )

    @on(Input.Submitted, "#who")
    def _named(self) -> None:
        self.query_one("#seals", Input).focus()

    @on(Input.Submitted, "#seals")
    @on(Button.Pressed, "#yes")
    def _record_it(self) -> None:
        who, said = self.query_one("#who", Input), self.query_one("#seals", Input)
        tick = self.query_one(Tick)
        if not who.value.strip():
            self.note(say("Whose word is it? Please write the name."))
            who.focus()
        elif not seals_in(said.value):
            self.note(say("A seal has eight signs, 0 to 9 and a to f: it stands under each post of the client's file."))
            said.focus()
        elif tick.display and not tick.value:
            self.note(say("A model wrote some of this. Tick with space that you checked the facts."))
            tick.focus()
        else:
            self._record(who.value, seals_in(said.value), tick.display and tick.value)

    @work(exclusive=True, group="job", exit_on_error=False)
    async def _record(self, who: str, seals: tuple[str, ...], facts_checked: bool) -> None:
        try:
            found = await self._sealed(seals)
            key = found[0].item.key if len(found) == 1 else ""
            done = await self.app.desk.record_word(who, seals, key=key, facts_checked=facts_checked)
        except DeskError as error:
            self.note(error_words(error))
            return
        self.app.notify(told(clean(done.words)))
        self.app.touch()
        self.dismiss(len(done.keys))
