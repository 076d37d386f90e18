"""Rows of a sheet against the calendar: what each would make or change, and what stands in its way. Nothing is written here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from scheduler.clean import clean, clean_line, shorten
from scheduler.content import differences
from scheduler.content.labels import NOTHING_KNOWN
from scheduler.desk.plan.row_posts import RowPosts, Stock, Supplied, accounts_that_come, cannot_change, timing_of
from scheduler.desk.post.exact import stored_content
from scheduler.desk.post.sheet import COMMENT, Sheet, read_sheet
from scheduler.importing.columns import Grid
from scheduler.importing.matching import Match
from scheduler.importing.table import Finding, found
from scheduler.importing.view import RowSign, SheetRow
from scheduler.importing.wish import Wish
from scheduler.lifecycle import LATE, State
from scheduler.units import writing
from scheduler.when import when_words

_NAMES = {"texts": "text", "media": "files", "alts": "alt text", "accounts": "accounts", "link": "link", "title": "title", "brief": "brief"}
_COLUMNS = {"texts": "text", "when": "date", "accounts": "accounts", "media": "media", "alts": "alt"}
"""Which column is shown for something that cannot be changed."""


@dataclass(frozen=True, slots=True)
class Found:
    """One row, what it was before, and what would happen."""

    match: Match
    view: SheetRow
    findings: tuple[Finding, ...] = ()

    @property
    def acts(self) -> bool:
        """Whether importing does anything for it."""
        return self.view.sign in "+?~>"


class ImportRows(RowPosts):
    """What importing would do to each row."""

    def _compare_row(self, conn: Connection, grid: Grid, one: Match, stock: Stock) -> Found:
        return self._new_row(grid, one, stock) if one.known is None else self._old_row(conn, grid, one, stock)

    def _new_row(self, grid: Grid, one: Match, stock: Stock) -> Found:
        wish, texts = one.wish, self._texts_of(one.wish)
        sheet = Sheet(0, f"{wish.campaign}/new", wish.title, "tui", None, {}, (), NOTHING_KNOWN)
        row = Supplied(wish, texts, stock)
        findings = [finding for name in wish.accounts for finding in self._problems(grid, sheet, row, name)]
        quiet = not any(name != COMMENT for name in texts) and not wish.media
        words = "no text yet, the model can be asked: F8" if quiet and wish.brief else "no text yet" if quiet else "a draft, needs approval"
        view = self._row("?" if quiet else "+", grid, wish, words)
        return Found(one, view, (*findings, *self._quiet_hours(grid, wish)))

    def _problems(self, grid: Grid, sheet: Sheet, row: Supplied, account: str) -> Sequence[Finding]:
        """What the platform would refuse: the row becomes a draft all the same, and cannot be approved like this."""
        publications, _ = self.composed(sheet, self._row_seat(sheet, row, account), row.texts)
        seen: dict[tuple[str, str], Finding] = {}
        for publication in publications:
            for problem in self.checkers.of(row.stock.accounts[account].account).check(publication):
                field = "first_comment" if publication.kind == "comment" else "media" if problem.field.startswith("media") else "text"
                said = f"{account}: {problem.message}"
                if problem.is_error:
                    warning = Finding(problem.code, grid.spot(row.wish.row, field), said, problem.hints, "", "warning")
                    seen.setdefault((problem.code, problem.message), warning)
        return list(seen.values())

    def _quiet_hours(self, grid: Grid, wish: Wish) -> list[Finding]:
        due = wish.at.instant if wish.at is not None else None
        if due is None:
            return []
        paces = {name: self.workspace.pace_of(name) for name in wish.accounts}
        loud = [(name, pace) for name, pace in paces.items() if pace.quiet_at(due) is not None]
        spot = grid.spot(wish.row, "date")
        return [found("W415", spot, f"{name} is quiet then", f"it opens {when_words(pace.opens(due), pace.tz)}") for name, pace in loud]

    def _old_row(self, conn: Connection, grid: Grid, one: Match, stock: Stock) -> Found:
        wish, known = one.wish, one.known
        assert known is not None
        if not one.changed:
            return Found(one, self._row(".", grid, wish, "in the calendar already", known.post))
        sheet = read_sheet(conn, known.post, self.workspace, self.store.assets)
        if sheet is None or not [seat for seat in sheet.seats if seat.unit.state != State.CANCELLED]:
            return Found(one, self._row(".", grid, wish, "deleted or cancelled at the desk: it stays so", known.post))
        fixed = cannot_change(sheet)
        if fixed:
            field = next((_COLUMNS[name] for name in _COLUMNS if name in one.changed), "id")
            hint = "for a new post give the row another id" if wish.name else "take the row out, or give it a time of its own"
            finding = found("E812", grid.spot(wish.row, field), f"'{known.post}' {fixed}: it cannot change", hint)
            return Found(one, self._row("!", grid, wish, fixed, known.post), (finding,))
        if "when" in one.changed and wish.at is not None and wish.at.instant + LATE < self.clock.wall():
            when = when_words(wish.at.instant, wish.at.tz)
            finding = found("E817", grid.spot(wish.row, "date"), f"{when} has passed", "give the row a time ahead, or the one it had")
            return Found(one, self._row("!", grid, wish, "its new time has passed", known.post), (finding,))
        return Found(one, self._changed_row(conn, grid, one, sheet, stock))

    def _changed_row(self, conn: Connection, grid: Grid, one: Match, sheet: Sheet, stock: Stock) -> SheetRow:
        wish, known = one.wish, one.known
        assert known is not None
        diff: dict[str, None] = {}
        loses = False
        after, texts = self._after(sheet, one, stock)
        for before, seat in zip(sheet.seats, after.seats, strict=True):
            unit = before.unit
            publications, _ = self.composed(after, seat, texts)
            if self.checkers.wanted(publications, seat.account.account).digest != unit.digest:
                loses = loses or unit.approved
                old = stored_content(conn, unit.content_id, unit.key, 0, self.store.assets) if unit.content_id is not None else ()
                diff.update(dict.fromkeys(clean(line) for line in differences.lines(old, publications)))
            timing = timing_of(wish, unit, seat.account.name) if "when" in one.changed else None
            loses = loses or (timing is not None and unit.approved and not writing.stays_inside(unit, timing))
        only_time = one.changed <= {"when", "tz"}
        sign: RowSign = ">" if only_time else "~"
        words = self._change_words(one, sheet, loses)
        return replace(self._row(sign, grid, wish, words, known.post), diff=tuple(diff), loses_approval=loses)

    def _change_words(self, one: Match, sheet: Sheet, loses: bool) -> str:
        wish, known = one.wish, one.known
        assert known is not None
        parts = [words for name, words in _NAMES.items() if name in one.changed]
        if "when" in one.changed:
            before = next((seat.unit.timing for seat in sheet.seats), None)
            parts.append(f"moved from {when_words(before.due, before.tz)}" if before is not None else "moved")
        if "accounts" in one.changed:
            old = {seat.account.name for seat in sheet.seats if seat.unit.state != State.CANCELLED}
            parts += [f"also {name}" for name in accounts_that_come(sheet, one)]
            parts += [f"no longer {name}" for name in sorted(old - set(wish.accounts))]
        edited = [name for name, saved in sheet.texts.items() if saved.origins.text != known.texts.get(name, saved.origins.text)]
        if "texts" in one.changed and edited:
            parts.append("was also changed at the desk: the sheet's words win")
        if any(seat.unit.approved for seat in sheet.seats):
            parts.append("loses its approval" if loses else "the approval holds")
        return ", ".join(parts)

    def _row(self, sign: RowSign, grid: Grid, wish: Wish, words: str, post: str = "") -> SheetRow:
        client = self.workspace.clients.get(wish.client or "")
        title = wish.title or next((said for name, said in wish.texts.items() if name != COMMENT), "") or wish.brief
        return SheetRow(
            sign=sign,
            row=wish.row,
            place=grid.table.spot(wish.row).words,
            post=post,
            client=wish.client,
            client_name=clean_line(client.name) if client else self.name,
            client_color=client.color if client else "",
            accounts=wish.accounts,
            when=self._when_of(wish),
            title=shorten(title, 80),
            words=words,
        )

    def _when_of(self, wish: Wish) -> str:
        if wish.at is not None:
            return when_words(wish.at.instant, wish.at.tz)
        if wish.slots:
            first = min(wish.slots.values(), key=lambda at: at.instant)
            more = {at.instant for at in wish.slots.values()} - {first.instant}
            return f"{when_words(first.instant, first.tz)}{' and later' if more else ''}"
        return f"{wish.day}, no time" if wish.day else "no time yet"
