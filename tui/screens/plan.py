"""Plan: the campaign files, what is wrong in them, what applying them would do; posts from a sheet. Nothing here edits a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from textual import getters, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from scheduler.errors import DeskError
from tui.dialogs.ask_words import AskWords
from tui.dialogs.confirm import Confirm
from tui.dialogs.details import Details
from tui.keys.action import bindings
from tui.keys.actions import PLAN, SCREENS
from tui.lines.plan import (
    ALL,
    CHANGE,
    FILE,
    MISTAKE,
    change_pane,
    empty_words,
    file_rows,
    mistake_pane,
    question,
    result_rows,
    summary,
    too_many,
)
from tui.say import later, say
from tui.screens.lists import ListScreen
from tui.text import counted, one_line
from tui.unhurried import PlainVertical
from tui.widgets.find_line import FindLine
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from scheduler.desk.plan.board import Board, ChangeView, MistakeView, Stamp
    from scheduler.desk.views import DeliveryView

Found = TypeVar("Found")


class PlanScreen(ListScreen):
    """Left the files, right what applying them would do, below it the line under the cursor in full."""

    PLACE = "plan"
    ACTIONS = SCREENS["plan"]
    BINDINGS = bindings(PLAN)
    TITLE_WORDS = later("What would change")
    rows = getters.query_one("#changes", RowList)
    files = getters.query_one("#names", RowList)

    def __init__(self) -> None:
        super().__init__()
        self._board: Board | None = None
        self._stamp: Stamp | None = None
        self._chosen = ALL

    def compose_body(self) -> ComposeResult:
        with PlainVertical(id="panes"):
            with PlainVertical(id="files", classes="pane"):
                yield RowList(empty=say("No files yet."), glyphs=self.app.glyphs, id="names")
            with PlainVertical(id="right"):
                with PlainVertical(id="list", classes="pane"):
                    yield RowList(empty="", glyphs=self.app.glyphs, id="changes")
                    yield FindLine()
                with VerticalScroll(id="pane", classes="pane", can_focus=True):
                    yield Static("", id="pane-text", markup=False)

    # ── reading ──

    async def read(self) -> None:
        stamp = await self.app.desk.board_stamp()
        if self._board is None or stamp != self._stamp:
            self._board, self._stamp = await self.app.desk.board(), stamp
            self.files.show(file_rows(self._board))
        self._show()

    def _show(self) -> None:
        board = self._board
        if board is None:
            return
        self.rows.empty = empty_words(board)
        self.show_rows(result_rows(board, self._chosen, self.app.client))
        self.refresh_bindings()

    def _title(self) -> None:
        board, whose = self._board, self.app.client_name()
        self.query_one("#files").border_title = Content(say("Files"))
        words = say("Reading…") if board is None else say("Mistakes in the files") if board.errors else summary(board)
        words = words or say("Nothing would change")
        name = "" if self._chosen == ALL else f" · {one_line(self._chosen.removeprefix(FILE).removeprefix('campaigns/'))}"
        self.query_one("#list").border_title = Content(f"{words}{name}{f' · {whose}' if whose else ''}")
        self.query_one("#list").border_subtitle = Content(self.finder.chip) or None

    # ── under the cursor ──

    def explain(self, key: str) -> None:  # type: ignore[override]
        """A file narrows the list; a line of the list is shown in full."""
        if key.startswith(FILE):
            if key != self._chosen:
                self._chosen = key
                self._show()
            return
        change, mistake = self._change(key), self._mistake(key)
        if change is not None:
            self.show_pane(change.change.key, change_pane(change))
        elif mistake is not None:
            self.show_pane(f"{mistake.place} · {mistake.code}", mistake_pane(mistake))
        elif not key and not self.rows.rows:
            self.show_pane("", Content(""))

    def _change(self, key: str) -> ChangeView | None:
        return _of_key(self._board.changes, key, CHANGE) if self._board is not None else None

    def _mistake(self, key: str) -> MistakeView | None:
        return _of_key(self._board.mistakes, key, MISTAKE) if self._board is not None else None

    def action_open(self) -> None:  # type: ignore[override]
        if self.files.has_focus:
            self.rows.focus()
            return
        change, mistake = self._change(self.chosen_key()), self._mistake(self.chosen_key())
        if change is not None:
            self.app.push_screen(Details(change.change.key, change_pane(change)))
        elif mistake is not None:
            self.app.push_screen(Details(f"{mistake.place} · {mistake.code}", mistake_pane(mistake)))

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_edit(self) -> None:
        """Where a post is read, and where the model is asked: it has to be in the calendar for that."""
        change = self._change(self.chosen_key())
        if change is None:
            self.app.notify(say("Edit is off: there is no post under the cursor. ⇥ goes to the list."), severity="warning")
            return
        try:
            post = await self.app.desk.post(f"{change.campaign}/{change.post}")
        except DeskError:
            self.app.notify(say("It is not in the calendar yet: A applies the files."), severity="warning")
            return
        self.app.open_post(post.post)

    def action_copy(self) -> None:  # type: ignore[override]
        change, mistake = self._change(self.chosen_key()), self._mistake(self.chosen_key())
        words = mistake.place if mistake is not None else change.change.key if change is not None else ""
        if words:
            self.app.copy_to_clipboard(words)
            self.app.notify(say("Copied: {text}", text=words))
        else:
            self.app.notify(say("There is nothing under the cursor to copy."))

    async def chosen(self) -> DeliveryView | None:
        """A line of a plan is no delivery yet."""
        return None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return True

    # ── applying ──

    def why_off(self, action: str) -> str:
        board = self._board
        if action != "apply":
            return ""
        if board is None:
            return say("the files are still being read")
        if board.errors:
            return say("{mistakes} in the files", mistakes=counted(board.errors, "mistake"))
        return say("nothing would change") if board.plan is None or board.plan.empty else ""

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_apply(self) -> None:
        board = self._board
        if not self.may("apply", say("Apply")) or board is None or board.plan is None:
            return
        allow = None
        if too_many(board):
            allow = await self._allow(board)
            if allow is None:
                return
        else:
            going = board.counts["-"]
            asked = Confirm(say("Apply the files?"), question(board), yes=say("Apply"), no=later("Not now"), danger=bool(going))
            if not await self.app.push_screen_wait(asked):
                return
        await self.app.attempt(self.app.desk.apply(board.plan, allow_cancel=allow, approve=board.on_apply))
        self._stamp = None
        self.reload()

    async def _allow(self, board: Board) -> int | None:
        """More cancellations than may be at once: the person types their number, or nothing happens."""
        going = too_many(board)
        why = say(
            "That would cancel {going} posts at once. daypart.yaml allows {most} (policy.max_cancel), so that a missing folder cannot"
            " empty the calendar.",
            going=going,
            most=board.max_cancel,
        )
        again = say("Type {number}, or press esc.", number=going)
        ask = AskWords(
            say("Cancel {going} posts?", going=going),
            say("If that is meant, type their number ({going}):", going=going),
            details=f"{question(board)}\n\n{why}",
            yes=say("Apply"),
            check=lambda words: "" if words == str(going) else again,
        )
        return going if await self.app.push_screen_wait(ask) is not None else None

    # ── sheets ──

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_load_sheet(self) -> None:
        from tui.dialogs.pick_sheet import PickSheet  # deferred: used once a month
        from tui.dialogs.sheet import SheetDialog

        try:
            there = await self.app.desk.sheet_files()
        except DeskError as error:
            self.app.say_error(error)
            return
        picked = await self.app.push_screen_wait(PickSheet(self.app.desk.root, there))
        if picked is None:
            return
        imported = await self.app.push_screen_wait(SheetDialog(picked))
        if imported:
            self._stamp = None
            self.app.touch()


def _of_key(found: Sequence[Found], key: str, kind: str) -> Found | None:
    """What a line is about; None: another kind, or a line of the files as they were before."""
    number = int(key.removeprefix(kind)) if key.startswith(kind) else len(found)
    return found[number] if number < len(found) else None
