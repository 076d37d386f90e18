"""Campaign files and a sheet out of nothing, for pictures of the Plan place: every kind of change, every kind of mistake."""

from __future__ import annotations

from pathlib import Path

from scheduler.desk.plan.board import Board, ChangeView, FileView, MistakeView, Stamp
from scheduler.desk.views import Done, PlanView
from scheduler.importing.columns import Column
from scheduler.importing.table import Finding, Spot
from scheduler.importing.view import SheetAsk, SheetPlan, SheetRow
from scheduler.plan.change import Change
from tests.tui.fake_world import NAMES

AUTUMN, TIPS = "campaigns/autumn/campaign.yaml", "campaigns/tips/campaign.yaml"
CHANGES = (
    Change(
        "~",
        "autumn/launch@ig-kawa",
        "Wed  2 Dec 12:15 CET",
        "text.en, loses its approval (27 Nov)",
        ("- 250 g, roasted on Friday, on the shelf today.", "+ 250 g, roasted on Friday, on the shelf now."),
        loses_approval=True,
    ),
    Change(">", "autumn/launch@bs-kawa", "Wed  2 Dec 12:15 → 12:45 CET", "approval kept"),
    Change("-", "tips/old@bs-harbour", "Fri  4 Dec 09:00 CET", "no longer in the files"),
    Change("+", "autumn/teaser@ig-kawa", "Mon 30 Nov 12:15 CET", "en+pl, 1 image, needs approval"),
    Change("+", "autumn/teaser@bs-kawa", "Mon 30 Nov 12:15 CET", "en, 1 image, needs approval"),
    Change("?", "tips/ratio@bs-harbour", "Tue  8 Dec 08:30 CET", "no text yet: daypart draft tips/ratio"),
    Change("!", "autumn/rooftop@ig-kawa", "", "the post was deleted on Instagram on 26 Nov; nothing will be sent again"),
    Change(".", "tips/friday@bs-harbour#2026-12-11", "Fri 11 Dec 09:00 CET", "skipped: blackout, trade fair"),
)
EXCERPT = """\
error[E302]: unknown account 'ig-kawaa'
  --> campaigns/autumn/campaign.yaml:33:16
   |
33 |     accounts: [ig-kawaa, bs-kawa]
   |                ^^^^^^^^
   = did you mean 'ig-kawa'?
"""
MISTAKES = (
    MistakeView(AUTUMN, 33, 16, "E302", True, "unknown account 'ig-kawaa'", ("did you mean 'ig-kawa'?",), EXCERPT),
    MistakeView(
        TIPS, 5, 8, "E203", True, "'labels' is empty", (), "error[E203]: 'labels' is empty\n --> campaigns/tips/campaign.yaml:5:8\n"
    ),
    MistakeView(TIPS, 12, 3, "W606", False, "a picture has no alternative text", ("describe what is seen",), "warning[W606]: …\n"),
)


def _files(mistakes: tuple[MistakeView, ...]) -> tuple[FileView, ...]:
    def file(path: str, campaign: str = "", title: str = "", status: str = "") -> FileView:
        mine = [one for one in mistakes if one.path == path]
        errors = sum(one.is_error for one in mine)
        return FileView(path, campaign, title, status, errors, len(mine) - errors)

    return (
        file("daypart.yaml"),
        file(AUTUMN, "autumn", "Autumn Blend launch", "active"),
        file("campaigns/autumn/posts/launch.md", "autumn"),
        file(TIPS, "tips", "One tip a week", "paused"),
    )


def fake_board(state: str) -> Board:
    """What the Desk would say."""
    if state == "nothing":
        return _board((), (FileView("daypart.yaml", "", "", "", 0, 0),))
    if state == "errors":
        return Board(_files(MISTAKES), MISTAKES, None, (), 5, False)
    if state == "done":
        return _board((), _files(()))
    if state == "many":
        gone = tuple(Change("-", f"tips/tip-{n}@bs-harbour", "Fri  4 Dec 09:00 CET", "no longer in the files") for n in range(7))
        return _board(gone, _files(()))
    return _board(CHANGES, _files(MISTAKES[2:]), MISTAKES[2:])


def _board(changes: tuple[Change, ...], files: tuple[FileView, ...], mistakes: tuple[MistakeView, ...] = ()) -> Board:
    plan = PlanView("f", 118, "1a2b3c4", False, changes, 9, 14, "p", waits=sum(change.sign == "?" for change in changes))
    return Board(files, mistakes, plan, tuple(_view(change) for change in changes), 5, False)


def _view(change: Change) -> ChangeView:
    campaign, _, rest = change.key.partition("/")
    post, _, account = rest.partition("@")
    account = account.partition("#")[0]
    client = NAMES["kawa" if account.endswith("kawa") else "harbour"]
    return ChangeView(change, campaign, post, account, client.id, client.name, client.color)


def fake_sheet(ask: SheetAsk) -> SheetPlan:
    """A sheet with one mistake, or none where wrong rows are left out."""
    file, name = ask.file, "Sheet1"
    columns = (
        Column(1, "Date", "date", "heading"),
        Column(2, "Time", "time", "heading"),
        Column(3, "Client", "client", "heading"),
        Column(4, "Account", "accounts", "heading"),
        Column(5, "Copy deck", "text.en", "kept"),
        Column(6, "Notes", "-", "said"),
    )
    finding = Finding(
        "E302",
        Spot(file, name, 17, 4),
        "unknown account 'ig-kawaa'",
        ("did you mean 'ig-kawa'?", "accounts of Kawa Wrocław: ig-kawa, bs-kawa"),
        "ig-kawaa",
    )
    rows = (
        *(_row(n, file) for n in range(2, 8)),
        SheetRow("!", 17, f"{file.name}:{name}!17", "", None, "", "", (), "", "31.11.2026", "wrong"),
    )
    return SheetPlan(ask, name, "", columns, (finding,), rows, 118, "d")


def _row(number: int, file: Path) -> SheetRow:
    client = NAMES["kawa" if number % 2 else "harbour"]
    sign = "~" if number == 4 else "." if number == 6 else "+"
    words = {"~": "text, loses its approval", ".": "in the calendar already", "+": "a draft, needs approval"}[sign]
    diff = ("- Friday", "+ Saturday") if sign == "~" else ()
    return SheetRow(
        sign,
        number,
        f"{file.name}:Sheet1!{number}",
        "desk/latte" if sign != "+" else "",
        client.id,
        client.name,
        client.color,
        client.accounts[:1],
        f"Mon {number} Dec 09:30 CET",
        f"Post number {number} of the month",
        words,
        diff,
        sign == "~",
    )


class FakePlan:
    """The half of the Desk that the Plan place needs."""

    board_state = ""
    applied: int | None = None
    """How many cancellations were allowed, when something was applied."""
    imported: SheetAsk | None = None

    async def board_stamp(self) -> Stamp:
        return 118, ()

    async def board(self) -> Board:
        return fake_board(self.board_state)

    async def apply(self, plan: PlanView, *, allow_cancel: int | None = None, approve: bool = False) -> Done:
        self.applied = allow_cancel or 0
        return Done("2 created, 1 changed", ())

    async def sheet_files(self) -> list[str]:
        return ["October.xlsx", "sheets/September.csv"]

    async def read_sheet(self, ask: SheetAsk) -> SheetPlan:
        return fake_sheet(ask)

    async def import_sheet(self, plan: SheetPlan) -> Done:
        self.imported = plan.ask
        return Done("4 made, 1 changed")
