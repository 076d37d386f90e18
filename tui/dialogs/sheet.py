"""A sheet that was read: its columns as a table that keys change, everything wrong by cell, what becomes of each row; then import."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from textual import getters, on, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from scheduler.errors import DeskError
from scheduler.importing.columns import plain
from scheduler.importing.view import SheetAsk, SheetPlan
from tui.dialogs.base import Dialog
from tui.dialogs.confirm import Confirm
from tui.dialogs.details import Details
from tui.dialogs.pick import Pick
from tui.keys.action import bindings
from tui.keys.actions import SHEET
from tui.lines.sheet import COLUMN, FINDING, ROW, asked_words, counts_words, field_choices, finding_pane, row_pane, sheet_rows
from tui.lines.words import error_words, undo_words
from tui.say import later, say
from tui.text import clean, counted, one_line, some
from tui.told import told
from tui.widgets.row_list import RowList


class SheetDialog(Dialog[bool]):
    """True: something was imported."""

    BINDINGS = bindings(SHEET)
    lines = getters.query_one("#sheet-lines", RowList)

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.add_class("-large")
        kind = "xlsx" if file.suffix.casefold() in (".xlsx", ".xlsm", ".xls") else "csv"
        self._ask = SheetAsk(file, "xlsx" if kind == "xlsx" else "csv")
        self._plan: SheetPlan | None = None

    def title_words(self) -> str:
        return say("{file} · posts from a sheet", file=self._ask.file.name)

    def compose_box(self) -> ComposeResult:
        yield RowList(empty=say("Nothing was found in this sheet."), glyphs=self.app.glyphs, id="sheet-lines")
        with VerticalScroll(id="sheet-pane", can_focus=True):
            yield Static("", id="sheet-text", markup=False)
        yield Static("", id="sheet-asked", markup=False)

    def buttons(self) -> ComposeResult:
        yield Button(Content(say("Not now (esc)")), id="no")
        yield Button(Content(say("Fill (F)")), id="fill")
        yield Button(Content(say("Omit (O)")), id="skip")
        yield Button(Content(say("Import (A)")), id="yes", variant="primary")

    def on_mount(self) -> None:
        self.lines.focus()
        self.read()

    # ── reading ──

    @work(exclusive=True, group="read", exit_on_error=False)
    async def read(self) -> None:
        """Read the sheet as it was asked for, and say what would happen."""
        try:
            self._plan = await self.app.desk.read_sheet(self._ask)
        except DeskError as error:
            self.note(error_words(error))
            return
        if self._plan.sheets:
            await self._choose_sheet(self._plan.sheets)
            return
        self.note("")
        self.lines.show(sheet_rows(self._plan))
        self._say(self._plan)

    async def _choose_sheet(self, sheets: tuple[str, ...]) -> None:
        """Several sheets have rows: nobody but the person knows which is meant."""
        picked = await self.app.push_screen_wait(Pick(say("Which sheet?"), [(name, name) for name in sheets]))
        if picked is None:
            self.dismiss(None)
        else:
            self._ask = replace(self._ask, sheet=picked)
            self.read()

    def _say(self, plan: SheetPlan) -> None:
        how = f" · {', '.join(told(part) for part in plan.how.split(', '))}" if plan.how else ""
        box = self.query_one(".box")
        box.border_title = Content(one_line(f"{plan.ask.file.name}{f' · {plan.sheet}' if plan.sheet else ''}{how}"))
        self.query_one("#sheet-asked", Static).update(Content(asked_words(plan)))
        button = self.query_one("#yes", Button)
        button.label = Content(say("Import {number} (A)", number=plan.changes) if plan.ready and plan.changes else say("Import (A)"))
        button.refresh(layout=True)

    @on(RowList.Highlighted)
    def _highlighted(self, event: RowList.Highlighted) -> None:
        self.query_one("#sheet-text", Static).update(self._whole(event.key))
        self.query_one("#sheet-pane", VerticalScroll).scroll_home(animate=False)

    def _whole(self, key: str) -> Content:
        plan, number = self._plan, key.partition(":")[2]
        if plan is None or not number:
            return Content("")
        if key.startswith(FINDING):
            return finding_pane(plan.findings[int(number)])
        if key.startswith(ROW):
            return row_pane(plan.rows[int(number)])
        column = next((column for column in plan.columns if column.number == int(number)), None)
        name = one_line(column.heading) if column is not None and column.heading else say("without a heading")
        letter = column.letter if column is not None else ""
        return Content(say("Column {letter} {name}. Enter says what it means; that is kept for the next sheet.", letter=letter, name=name))

    # ── changing how it is read ──

    @on(RowList.Opened)
    def action_open(self) -> None:
        key = self.lines.chosen.key if self.lines.chosen else ""
        if key.startswith(COLUMN):
            self.change_column(int(key.removeprefix(COLUMN)))
        elif key:
            self.app.push_screen(Details(self.title_words(), self._whole(key)))

    @work(exclusive=True, group="act", exit_on_error=False)
    async def change_column(self, number: int) -> None:
        """Ask what a column means."""
        plan = self._plan
        column = next((column for column in plan.columns if column.number == number), None) if plan is not None else None
        if column is None or plan is None:
            return
        spoken = [language for account in await self.app.desk.accounts() for language in account.languages]
        there = [one.field[5:] for one in plan.columns if one.field.startswith("text.")]
        languages = list(dict.fromkeys([*spoken, *there])) or ["en"]
        title = say("Column {letter} “{name}” holds", letter=column.letter, name=one_line(column.heading))
        picked = await self.app.push_screen_wait(Pick(title, field_choices(languages), chosen=column.field))
        if picked is not None:
            name = column.heading if plain(column.heading) else column.letter
            self._ask = replace(self._ask, mapped={**self._ask.mapped, name: picked})
            self.read()

    @on(Button.Pressed, "#fill")
    def action_fill(self) -> None:
        self._ask = replace(self._ask, fill=not self._ask.fill)
        self.read()

    @on(Button.Pressed, "#skip")
    def action_skip(self) -> None:
        self._ask = replace(self._ask, skip_wrong=not self._ask.skip_wrong)
        self.read()

    def action_copy(self) -> None:
        key = self.lines.chosen.key if self.lines.chosen else ""
        plan, number = self._plan, key.partition(":")[2]
        if plan is None or not number:
            return
        words = (
            plan.findings[int(number)].spot.words
            if key.startswith(FINDING)
            else plan.rows[int(number)].place
            if key.startswith(ROW)
            else ""
        )
        if words:
            self.app.copy_to_clipboard(words)
            self.app.notify(say("Copied: {text}", text=clean(words)))

    # ── importing ──

    @on(Button.Pressed, "#yes")
    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_apply(self) -> None:
        plan = self._plan
        if plan is None:
            return
        if not plan.ready:
            first = say("Say what the columns mean first.") if plan.broken else say("Correct the sheet, or omit the wrong rows with O.")
            self.note(f"{counted(plan.errors, 'mistake')}. {first}")
            return
        if not plan.changes:
            self.note(say("There is nothing to import: every row is in the calendar already."))
            return
        clients = list(dict.fromkeys(row.client_name for row in plan.rows if row.sign in "+?~>"))
        ends = say("For {clients}. Each becomes a draft; nothing is approved by this.", clients=some(clients))
        asked = Confirm(say("Import these rows?"), f"{counts_words(plan)}.\n{ends}", yes=say("Import"), no=later("Not now"))
        if not await self.app.push_screen_wait(asked):
            return
        try:
            done = await self.app.desk.import_sheet(plan)
        except DeskError as error:
            self.note(error_words(error))
            self.read()
            return
        self.app.notify(undo_words(done.words, done.undo), timeout=10)
        self.dismiss(True)
