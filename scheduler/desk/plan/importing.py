"""A month of posts from a sheet, at the desk: reading it, saying what would happen to each row, importing it in one step."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from adapters.contract import MediaItem
from config.media import probe
from config.nearest import did_you_mean
from config.resolved import Place, ResolvedMedia
from scheduler.accounts.rows import read_accounts, sync_accounts
from scheduler.canonical import sha256_of
from scheduler.clean import clean_line
from scheduler.content import assets
from scheduler.content.compose import item_of
from scheduler.desk.calendar.places import read_busy
from scheduler.desk.plan.filling import fill
from scheduler.desk.plan.import_rows import Found, ImportRows
from scheduler.desk.plan.row_posts import Stock
from scheduler.desk.post.sheet import read_sheet
from scheduler.desk.views import Done
from scheduler.errors import StaleError, UsageError
from scheduler.importing.columns import FIELDS, IGNORED, Columns, Grid, Said, field_named, plain, understand
from scheduler.importing.from_csv import read_csv
from scheduler.importing.from_xlsx import read_xlsx
from scheduler.importing.matching import Match, gone, match
from scheduler.importing.memory import Known, forget, keep_columns, read_columns, read_known, remember
from scheduler.importing.row_cells import Scene
from scheduler.importing.rows import Judged, judge
from scheduler.importing.table import Finding, SheetError, Spot, Table, found, in_order
from scheduler.importing.view import STEP, SheetAsk, SheetPlan, SheetRow
from scheduler.importing.wish import content_of
from scheduler.lifecycle import State
from scheduler.plan.stored import plan_state
from scheduler.units.model import EDITABLE

SHEETS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")
LISTED = 200
"""Files that are offered at most."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sheet with everything that importing it needs."""

    plan: SheetPlan
    columns: Columns | None
    found: Sequence[Found]
    items: Mapping[Path, MediaItem]


class Importing(ImportRows):
    """What a person does with sheets."""

    async def sheet_files(self) -> list[str]:
        """Files of the workspace that may be sheets, newest first, as paths from the workspace."""
        return await asyncio.to_thread(_sheet_files, self.root)

    async def kept_columns(self) -> dict[str, str]:
        """What was said about columns in earlier imports: heading → field."""
        return await self.store.read(read_columns)

    async def forget_columns(self) -> Done:
        """Headings are understood by themselves again."""
        await self.change(lambda conn: keep_columns(conn, {}))
        return Done("forgotten: the next sheet's columns are understood by their headings alone")

    async def read_sheet(self, ask: SheetAsk) -> SheetPlan:
        """What importing a sheet would do, row by row, and everything wrong in it. Raises UsageError for what was said of columns."""
        return (await self._prepare_sheet(ask)).plan

    async def import_sheet(self, plan: SheetPlan) -> Done:
        """Import a shown sheet: every row becomes a draft, nothing is approved. Up to STEP rows in one step, or nothing.

        Raises StaleError when the sheet or the calendar changed since, UsageError while something is wrong in it."""
        now = await self._prepare_sheet(plan.ask)
        if (now.plan.digest, now.plan.state) != (plan.digest, plan.state):
            raise StaleError("the sheet or the calendar changed since it was read", "read it again")
        if not plan.ready:
            raise UsageError("the sheet has mistakes: nothing was imported", "correct them, or leave the wrong rows out: --skip-wrong-rows")
        acting = [one for one in now.found if one.acts]
        if not acting:
            return Done("nothing to do: every row is in the calendar already")
        items = [now.items[path] for one in acting for path in one.match.wish.media]
        await asyncio.to_thread(assets.keep_files, items, self.store.assets)
        made: list[str] = []
        for start in range(0, len(acting), STEP):
            part = acting[start : start + STEP]
            made += await self.change(partial(self._import, now=now, rows=part, first=start == 0))
        return self._imported(now, made)

    # ── importing ──

    def _import(self, conn: Connection, now: Prepared, rows: Sequence[Found], first: bool) -> list[str]:
        """So many rows, each with the note that it was imported, in one transaction. Returns the posts that were made."""
        if first and plan_state(conn) != now.plan.state:
            raise StaleError("the calendar changed since the sheet was read", "read it again")
        stock = Stock(sync_accounts(conn, self.workspace), now.items)
        assets.keep_rows(conn, [now.items[path] for one in rows for path in one.match.wish.media])
        file, made = now.plan.ask.file.name, []
        for one in rows:
            wish, known = one.match.wish, one.match.known
            why = f"row {wish.row} of {file}"
            if known is None:
                post = self.make_row(conn, wish, stock, why)
                made.append(post)
            else:
                post = known.post
                self.change_row(conn, one.match, stock, why)
                forget(conn, known.key)
            remember(conn, Known(wish.key, post, wish.said(self.root), content_of(wish), file, wish.row))
        kept = {**read_columns(conn), **_to_keep(now.columns)}
        if kept != read_columns(conn):
            keep_columns(conn, kept)
        return made

    def _imported(self, now: Prepared, made: Sequence[str]) -> Done:
        counts = now.plan.counts
        numbers = {f"{len(made)} made": len(made), f"{counts['~']} changed": counts["~"], f"{counts['>']} moved": counts[">"]}
        words = ", ".join(words for words, number in numbers.items() if number)
        words = f"{words}; each is a draft and needs its approval"
        left = sorted({f.spot.row for f in now.plan.findings if f.is_error})
        words += f"; left out: row{'s' if len(left) > 1 else ''} {', '.join(map(str, left))}" if left else ""
        only_new = not (counts["~"] or counts[">"])
        undo = self.undoable(f"take {len(made)} posts of the sheet away again", lambda: self._take_back(now, made)) if only_new else None
        details = {"created": str(len(made)), "changed": str(counts["~"]), "moved": str(counts[">"]), "skipped": str(len(left))}
        keys = tuple(f"{post}@{account}" for post, one in zip(made, _new(now.found), strict=True) for account in one.match.wish.accounts)
        return Done(words, keys, undo, details)

    async def _take_back(self, now: Prepared, made: Sequence[str]) -> Done:
        """All of them in one step, so that a question about one approval comes before anything is gone."""
        workspace, folder = self.workspace, self.store.assets
        found_ = await self.store.read(lambda conn: [read_sheet(conn, post, workspace, folder) for post in made])
        there = [sheet for sheet in found_ if sheet is not None]  # others were deleted at the desk since
        sent = [seat.unit.key for sheet in there for seat in sheet.seats if seat.unit.state not in (*EDITABLE, State.CANCELLED)]
        if sent:
            raise UsageError(f"'{sent[0]}' was sent or is on its way", "delete the others one by one")
        keys = [one.match.wish.key for one in _new(now.found)]

        def operation(conn: Connection) -> None:
            for sheet in there:
                self._delete(conn, sheet)
            _forget_all(conn, keys)

        await self.change(operation, name="cancel")
        return Done(f"{len(there)} posts of the sheet are deleted")

    # ── reading ──

    async def _prepare_sheet(self, ask: SheetAsk) -> Prepared:
        workspace = self.workspace
        known, kept, state, accounts = await self.store.read(
            lambda conn: (read_known(conn), read_columns(conn), plan_state(conn), read_accounts(conn, workspace))
        )
        said = Said(_named(ask.mapped), kept, ask.ignore_unknown)
        scene = Scene(workspace, self.root, self.clock.wall(), ask.fill, frozenset(known))
        try:
            grid, judged = await asyncio.to_thread(_look, ask, said, scene)
        except SheetError as error:
            plan = SheetPlan(ask, ask.sheet or "", "", (), error.findings, (), state, "", error.sheets)
            return Prepared(plan, None, (), {})
        matches = match(judged.wishes, known, self.root)
        matches, without = await self._with_slots_of_rows(ask, matches, grid)
        judged.findings += without
        stock = Stock(accounts, await asyncio.to_thread(self._measured_rows, matches))
        rows = await self.store.read(lambda conn: [self._compare_row(conn, grid, one, stock) for one in matches])
        findings = [*judged.findings, *(finding for one in rows for finding in one.findings), *await self._without_room(grid, rows)]
        wrong = {f.spot.row for f in findings if f.is_error and f.spot.row > grid.columns.row}
        rows = [
            one if one.view.row not in wrong else replace(one, view=replace(one.view, sign="!", words="wrong", diff=())) for one in rows
        ]
        left = [self._gone(one, ask) for one in gone(judged.wishes, known, matches, ask.file.name)]
        views = sorted([*(one.view for one in rows), *self._wrong(grid.table, judged, rows)], key=lambda view: view.row)
        said_now = [one.match.wish.said(self.root) for one in rows]
        plan = self._plan_of(ask, grid, findings, [*views, *left], sha256_of([state, json.dumps(said_now)]))
        return Prepared(replace(plan, state=state), grid.columns, rows, stock.items)

    def _plan_of(self, ask: SheetAsk, grid: Grid, findings: Sequence[Finding], rows: Sequence[SheetRow], content: str) -> SheetPlan:
        said, table = list(findings), grid.table
        if table.guessed:
            message = f"the encoding was guessed: {table.how.partition(',')[0]}"
            said.append(found("W814", table.spot(), message, "if letters are wrong, save it as CSV (UTF-8), or name it: --encoding"))
        shown = [[row.sign, row.row, row.post, list(row.accounts), row.when, row.words, list(row.diff)] for row in rows]
        wrong = [[finding.code, finding.spot.words, finding.message] for finding in said]
        digest = sha256_of([ask.file.as_posix(), content, shown, wrong])  # type: ignore[list-item]  # lists of text: plain JSON
        return SheetPlan(ask, table.sheet, table.how, grid.columns.columns, in_order(said), tuple(rows), 0, digest)

    async def _with_slots_of_rows(self, ask: SheetAsk, matches: Sequence[Match], grid: Grid) -> tuple[list[Match], list[Finding]]:
        """New rows without a time, with the free slots they take."""
        new = [one.wish for one in matches if one.known is None]
        if not ask.fill or all(wish.at is not None for wish in new):
            return list(matches), []
        loaded, workspace, now = await self._with_slots(), self.workspace, self.clock.wall()
        busy = await self.store.read(lambda conn: read_busy(conn, now, workspace))
        wishes, without = await asyncio.to_thread(fill, new, loaded, busy, now)
        by_row = {wish.row: wish for wish in wishes}
        way_out = "give the row a time, or add a slot to a campaign"
        findings = [
            found("E813", grid.spot(row, "date"), f"no slot is free for {', '.join(names)}", way_out) for row, names in without.items()
        ]
        return [replace(one, wish=by_row.get(one.wish.row, one.wish)) for one in matches], findings

    async def _without_room(self, grid: Grid, rows: Sequence[Found]) -> list[Finding]:
        """Times that the limits of an account have no room for, the other rows of the sheet counted: those posts would wait."""
        taken: dict[str, list[int]] = {}
        findings = []
        timed = [one.match.wish for one in rows if one.acts and one.match.known is None and one.match.wish.at is not None]
        for wish in sorted(timed, key=lambda wish: wish.at.instant if wish.at else 0):
            due = wish.at.instant if wish.at is not None else None
            for account in wish.accounts:
                words, way_out = await self.no_room(account, due, also=taken.get(account, ()))
                if words and not self.workspace.pace_of(account).quiet_at(due or 0):
                    findings.append(found("W416", grid.spot(wish.row, "date"), words, f"{way_out}; else it waits its turn"))
                taken.setdefault(account, []).append(due or 0)
        return findings

    def _measured_rows(self, matches: Sequence[Match]) -> dict[Path, MediaItem]:
        """Every picture and video of the sheet, measured once."""
        paths = {path for one in matches for path in one.wish.media}
        return {path: item_of(ResolvedMedia(path, "", "none", None, Place(path, 1, 1, 2)), probe(path)) for path in sorted(paths)}

    def _wrong(self, table: Table, judged: Judged, rows: Sequence[Found]) -> list[SheetRow]:
        """Rows that could not be understood."""
        shown = {one.view.row for one in rows}
        lines = {line.row: line for line in table.lines}
        return [self._wrong_row(table.spot(row), next(iter(lines[row].cells.values())).text) for row in sorted(judged.wrong - shown)]

    def _wrong_row(self, spot: Spot, title: str) -> SheetRow:
        return SheetRow("!", spot.row, spot.words, "", None, "", "", (), "", clean_line(title)[:80], "wrong")

    def _gone(self, known: Known, ask: SheetAsk) -> SheetRow:
        words = "not in the sheet any more: it stays as it is"
        return SheetRow(".", known.row, f"{ask.file.name} (before)", known.post, None, "", "", (), "", known.post, words)


def _forget_all(conn: Connection, keys: Sequence[str]) -> None:
    for key in keys:
        forget(conn, key)


def _new(rows: Sequence[Found]) -> list[Found]:
    return [one for one in rows if one.acts and one.match.known is None]


def _look(ask: SheetAsk, said: Said, scene: Scene) -> tuple[Grid, Judged]:
    """Read, understand, judge. Raises SheetError."""
    table = (
        read_xlsx(ask.file, sheet=ask.sheet) if ask.kind == "xlsx" else read_csv(ask.file, encoding=ask.encoding, delimiter=ask.delimiter)
    )
    columns = understand(table, said, scene.workspace.languages())
    return Grid(table, columns), judge(table, columns, scene)


def _named(mapped: Mapping[str, str]) -> dict[str, str]:
    """Fields as the program names them. Raises UsageError."""
    found_ = {heading: field_named(words) for heading, words in mapped.items()}
    for heading, field in found_.items():
        if field is None:
            words = mapped[heading]
            near = did_you_mean(words, [*FIELDS, "text.en", "text.pl"], "fields")
            raise UsageError(f"'{clean_line(words)}' is nothing that a column can hold", "; ".join(near))
    return {heading: field for heading, field in found_.items() if field is not None}


def _to_keep(columns: Columns | None) -> dict[str, str]:
    """What a person said of columns that have a heading."""
    found_ = columns.columns if columns is not None else ()
    return {plain(c.heading): c.field for c in found_ if c.how == "said" and c.heading} | {
        plain(c.heading): IGNORED for c in found_ if c.how == "unknown" and c.field == IGNORED and c.heading
    }


def _sheet_files(root: Path) -> list[str]:
    """Not in hidden folders, nor in those of campaigns' media."""
    there: list[tuple[float, str]] = []
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith(".") and name not in ("node_modules", "media"))
        for name in files:
            path = Path(folder, name)
            if name.casefold().endswith(SHEETS) and not name.startswith((".", "~$")) and path.is_file():
                there.append((path.stat().st_mtime, path.relative_to(root).as_posix()))
        if len(there) > 10 * LISTED:
            break
    return [name for _, name in sorted(there, reverse=True)][:LISTED]
