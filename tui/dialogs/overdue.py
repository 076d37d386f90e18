"""Posts whose time passed under a hold: each is read as it would go out, then sent now, moved, or dropped. Nothing goes by itself."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Literal

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from scheduler.desk.views import DeliveryView, Done, ReviewItem
from scheduler.errors import DeskError
from tui.dialogs.base import Dialog
from tui.dialogs.confirm import Confirm
from tui.lines.rows import delivery_row
from tui.lines.words import error_words, name_words, place_words
from tui.say import later, say
from tui.text import clean, counted, full_when, one_line, quoted, some
from tui.told import told
from tui.widgets.row_list import RowList

Choice = Literal["send", "move", "drop"]
_ALL = {"send": later("Send {posts} now"), "move": later("Move {posts} to their next free times"), "drop": later("Drop {posts}")}


class OverduePosts(Dialog[None]):
    """Keys for the post under the cursor, capitals for all of them; `esc` leaves the rest for later."""

    BINDINGS = [
        Binding("s", "decide('send')", "Send now", show=False, id="overdue.send", tooltip="Approve it again and send it now"),
        Binding("m", "decide('move')", "Move", show=False, id="overdue.move", tooltip="To the next free time, approved again"),
        Binding("x", "decide('drop')", "Drop", show=False, id="overdue.drop", tooltip="Give it up"),
        Binding("S", "all('send')", "Send all now", show=False, id="overdue.send_all", tooltip="All of them, after a question"),
        Binding("M", "all('move')", "Move all", show=False, id="overdue.move_all", tooltip="All of them, after a question"),
        Binding("X", "all('drop')", "Drop all", show=False, id="overdue.drop_all", tooltip="All of them, after a question"),
    ]

    def __init__(self, late: Sequence[DeliveryView], key: str = "") -> None:
        super().__init__()
        self._late = {view.key: view for view in late}
        self._first = key
        self._shown: ReviewItem | None = None
        self.add_class("-large")

    def title_words(self) -> str:
        return say("{posts} became late while publishing was on hold", posts=counted(len(self._late), "post"))

    def compose_box(self) -> ComposeResult:
        yield RowList(empty=say("All decided"), glyphs=self.app.glyphs, id="late")
        with VerticalScroll(id="reading"):
            yield Static("", id="text", markup=False)

    def buttons(self) -> ComposeResult:
        yield Button(Content(say("Later (esc)")), id="no")
        yield Button(Content(say("Drop (x)")), id="drop")
        yield Button(Content(say("Move (m)")), id="move")
        yield Button(Content(say("Send now (s)")), id="send", variant="primary")

    def on_mount(self) -> None:
        self._show()
        if self._first:
            self._rows.choose(self._first)
        self._rows.focus()

    @property
    def _rows(self) -> RowList:
        return self.query_one(RowList)

    def _show(self) -> None:
        now, tz = self.app.now(), self.app.desk.tz
        self._rows.show([delivery_row(view, tz, now) for view in self._late.values()])

    @on(RowList.Highlighted)
    @work(exclusive=True, group="overdue-text", exit_on_error=False)
    async def _highlighted(self, event: RowList.Highlighted) -> None:
        self._shown = None
        view = self._late.get(event.key)
        if view is None:
            return
        text = self.query_one("#text", Static)
        try:
            item = await self.app.desk.review(view.key)
        except DeskError as error:
            text.update("")  # what stood there is another one's
            self.note(error_words(error))
            return
        text.update(await self._words(view, item))
        self._shown = item

    async def _words(self, view: DeliveryView, item: ReviewItem) -> Content:
        """Exactly what would go out, and where `m` would put it."""
        tz = self.app.desk.tz
        lines = [Content.styled(say("{place} · was due {when}", place=place_words(view), when=full_when(view.due, tz)), "bold")]
        lines += [Content(clean(part.text)) for part in item.parts]
        lines += [Content.styled(one_line(media), "$quiet") for part in item.parts for media in part.media]
        try:
            free = await self.app.desk.next_free(view.key)
            where = say("m moves it to {when}", when=full_when(free.due, tz))
        except DeskError as error:
            where = say("m is off: {error}", error=told(clean(str(error))))
        lines.append(Content.styled(say("{where} · s and m approve it again, seal {seal}", where=where, seal=view.seal), "$quiet"))
        return Content("\n").join(lines)

    # ── deciding ──

    @on(Button.Pressed, "#send, #move, #drop")
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_decide(event.button.id or "")

    @work(exclusive=True, group="overdue", exit_on_error=False)
    async def action_decide(self, choice: Choice) -> None:
        """About the one that is shown, by the digest of what is shown."""
        row = self._rows.chosen
        if row is None:
            return
        if choice != "drop" and (self._shown is None or self._shown.key != row.key):
            self.note(say("It is being read: once more, please."))
            return
        digest = self._shown.digest if self._shown is not None else None
        await self._try(row.key, self.app.desk.decide_overdue(row.key, choice, digest=digest if choice != "drop" else None))
        self._after()

    @work(exclusive=True, group="overdue", exit_on_error=False)
    async def action_all(self, choice: Choice) -> None:
        """About all of them, each by the digest its approval names."""
        names = some(tuple(f"{quoted(name_words(view))} ({one_line(view.account)})" for view in self._late.values()))
        title = say(_ALL[choice], posts=counted(len(self._late), "post"))
        if not await self.app.push_screen_wait(Confirm(f"{title}?", f"{names}.", yes=title, no=say("Not now"), danger=choice != "move")):
            return
        for key, view in list(self._late.items()):
            await self._try(key, self.app.desk.decide_overdue(key, choice, digest=view.digest if choice != "drop" else None))
        self._after()

    async def _try(self, key: str, job: Awaitable[Done]) -> None:
        try:
            done = await job
        except DeskError as error:
            self.note(error_words(error))
            return
        self.note("")
        self.app.notify(told(done.words))
        del self._late[key]

    def _after(self) -> None:
        self.app.touch()
        if self._late:
            self._show()
        else:
            self.dismiss(None)
