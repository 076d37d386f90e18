"""Report: a week's numbers per client and account, and the ledger of who approved what; written to a file with one key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.content import Content

from scheduler.errors import DeskError
from tui.dialogs.ask_words import AskWords
from tui.dialogs.details import Details
from tui.dialogs.pick import Pick
from tui.keys.action import bindings
from tui.keys.actions import REPORT, SCREENS
from tui.lines.report import (
    ACCOUNT,
    account_pane,
    account_title,
    ledger_rows,
    made_words,
    number_rows,
    post_pane,
    post_title,
    proof_lines,
    week_title,
)
from tui.say import later, say
from tui.screens.lists import ListScreen
from tui.text import one_line, sentence
from tui.told import told

if TYPE_CHECKING:
    from scheduler.desk.views import DeliveryView, Done
    from scheduler.report.model import AccountWeek, Posted, WeekReport
    from tui.lines.row import Row

PAST = 26
"""Weeks back that can be picked from the list; older ones are typed."""
OTHER = "other"


class ReportScreen(ListScreen):
    """Numbers, or the ledger of the same week."""

    PLACE = "report"
    ACTIONS = SCREENS["report"]
    TITLE_WORDS = later("Report")
    EMPTY = later("Nothing here yet. ← shows the week before; posts that went out appear here with their figures.")
    BINDINGS = bindings(REPORT)

    def __init__(self) -> None:
        super().__init__()
        self._report: WeekReport | None = None
        self._week = "this"
        self._ledger = False

    async def read(self) -> None:
        week = self._week
        report = await self.app.desk.week_report(client=self.app.client, week=week)
        rows = await self._lines(report)
        if week == self._week:
            self._report = report
            self.show_rows(rows)

    async def _lines(self, report: WeekReport) -> list[Row]:
        """Of the view that is shown when they are made."""
        ledger, glyphs = self._ledger, self.app.glyphs
        rows = await self.build(len(report.posts), lambda: ledger_rows(report) if ledger else number_rows(report, glyphs))
        return rows if ledger == self._ledger else await self._lines(report)

    def title_words(self) -> str:
        name = say("Ledger") if self._ledger else say("Report")
        return f"{name} · {week_title(self._report)} · {made_words(self._report)}" if self._report is not None else name

    # ── under the cursor ──

    def _post(self) -> Posted | None:
        report, key = self._report, self.chosen_key()
        return next((post for post in report.posts if post.key == key), None) if report is not None else None

    def _account(self) -> AccountWeek | None:
        report, name = self._report, self.chosen_key().removeprefix(ACCOUNT)
        return next((account for account in report.accounts if account.account == name), None) if report is not None else None

    async def chosen(self) -> DeliveryView | None:
        """Only a post is a delivery; an account is none."""
        return await super().chosen() if self._post() is not None else None

    def explain(self, key: str) -> object:  # type: ignore[override]
        """Bars for an account, the whole line of the ledger for a post."""
        self.show_pane(*self._told())
        return None

    def _told(self) -> tuple[str, Content]:
        report, post, account = self._report, self._post(), self._account()
        if report is None or (post is None and account is None):
            return "", Content("")
        if post is not None:
            return post_title(post), post_pane(post, report.tz)
        assert account is not None
        return account_title(account), account_pane(account, report, self.app.glyphs)

    def why_off(self, action: str) -> str:
        if action in {"browse", "copy", "open"} and not self.chosen_key():
            return say("there is nothing under the cursor")
        if action == "browse" and (post := self._post()) is not None and not post.url:
            return say("the platform gave no link")
        return say("an account is under the cursor; go to a post") if action == "browse" and self._post() is None else ""

    def action_open(self) -> None:  # type: ignore[override]
        """Large: the bars, or everything about the post."""
        if self.may("open", say("Open")):
            self.app.push_screen(Details(*self._told()))

    def action_browse(self) -> None:  # type: ignore[override]
        post = self._post() if self.may("browse", say("Open in browser")) else None
        if post is not None and post.url and post.url.startswith(("https://", "http://")):
            self.app.open_url(post.url)
            self.app.notify(say("Opening {url}", url=post.url))

    def action_copy(self) -> None:  # type: ignore[override]
        """The proof of a post, or the numbers of an account."""
        report, post = self._report, self._post()
        if report is None or not self.may("copy", say("Copy")):
            return
        if post is not None:
            self.app.copy_to_clipboard("\n".join([post.text, "", *proof_lines(post, report.tz), post.digest]))
            self.app.notify(
                say(
                    "Copied: the text of {client_name} {account} with its proof.",
                    client_name=one_line(post.client_name),
                    account=one_line(post.account),
                )
            )
        else:
            title, body = self._told()
            self.app.copy_to_clipboard(f"{title}\n{body.plain}")
            self.app.notify(say("Copied: the numbers of {title}.", title=title))

    # ── weeks and views ──

    async def action_view(self) -> None:
        self._ledger = not self._ledger
        report = self._report
        rows = [] if report is None else await self._lines(report)
        if report is not None and report is self._report:
            self.show_rows(rows)

    def action_week(self, weeks: int) -> None:
        if self._report is not None:
            from scheduler.report.weeks import Span  # deferred: only who turns weeks needs it

            self._turn(Span(self._report.first, self._report.tz).moved(weeks).name)

    def action_today(self) -> None:
        self._turn("this")

    def _turn(self, week: str) -> None:
        self._week = week
        self.reload()

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_pick_week(self) -> None:
        from scheduler.report.weeks import week_of
        from tui.text import week_words

        now = week_of(None, self.app.now(), self.app.desk.tz)
        spans = [now.moved(-n) for n in range(PAST)]
        choices = [(span.name, f"{week_words(span.first, span.last)} · {span.name}") for span in spans]
        shown = self._report.week if self._report is not None else now.name
        picked = await self.app.push_screen_wait(
            Pick(say("Which week?"), [*choices, (OTHER, say("Another week: type a day of it"))], chosen=shown)
        )
        if picked == OTHER:
            self.app.push_screen(AskWords(say("Which week?"), say("A day of the week, or 2026-W48:"), yes=say("Show it"), job=self._typed))
        elif picked is not None:
            self._turn(picked)

    async def _typed(self, words: str) -> Done:
        from scheduler.desk.views import Done

        report = await self.app.desk.week_report(client=self.app.client, week=words)
        self._turn(report.week)
        return Done(say("Week {week}.", week=report.week))

    # ── files ──

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_export(self) -> None:
        """Asks what, writes it into the workspace and says where."""
        report, client = self._report, self.app.client
        if report is None:
            return
        whose = self.app.client_name() or say("all clients")
        choices = (
            ("markdown", say("This week's report as Markdown · {whose}", whose=whose)),
            ("csv", say("This week's report as CSV, for a spreadsheet · {whose}", whose=whose)),
            ("ics", say("The calendar as .ics, for phones and other calendars · {whose}", whose=whose)),
            ("archive", say("Everything published, with pictures and proofs, as one zip · {whose}", whose=whose)),
        )
        picked = await self.app.push_screen_wait(Pick(say("Export · {whose}", whose=whose), choices))
        if picked is not None:
            try:
                done = await self._write(picked, report, client)
            except DeskError as error:
                self.app.say_error(error)
                return
            self.app.notify(sentence(told(done.words)), timeout=12)

    async def _write(self, kind: str, report: WeekReport, client: str | None) -> Done:
        desk = self.app.desk
        match kind:
            case "ics":
                name = f"{client or 'calendar'}.ics"
                return await desk.save_export(await desk.export_calendar("ics", client=client), "ics", desk.root / "reports" / name)
            case "archive":
                return await desk.export_archive(desk.root / "reports" / f"{client or 'everything'}.zip", client=client)
            case "csv":
                return await desk.save_report(report, "csv")
            case _:
                return await desk.save_report(report)
