"""A month of posts from a sheet on the command line: import csv, import xlsx, and what was said of columns before."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from daypart.call import Call, common
from daypart.output import print_done, print_json
from daypart.session import at_desk
from scheduler.errors import UsageError

if TYPE_CHECKING:
    from scheduler.desk.desk import Desk
    from scheduler.desk.views import Done
    from scheduler.importing.view import SheetAsk, SheetPlan

EX_SOME_FAILED, EX_DATA_ERROR, EX_NO_INPUT = 1, 65, 66


@click.group(name="import", short_help="A month of posts from a sheet.")
def import_() -> None:
    """Make drafts of the rows of a sheet: one row, one post. Nothing is approved."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of an import, whatever kind of file it reads."""

    maps: tuple[str, ...]
    ignore: tuple[str, ...]
    ignore_unknown: bool
    fill: bool
    skip_wrong_rows: bool
    dry_run: bool
    yes: bool
    style: str

    def ask(self, file: Path, kind: Literal["csv", "xlsx"]) -> SheetAsk:
        """The sheet, and how to read it. Raises UsageError."""
        from scheduler.importing.view import SheetAsk  # deferred, as the Desk

        mapped = {}
        for said in self.maps:
            heading, sign, field = said.rpartition("=")
            if not sign or not heading.strip():
                raise UsageError(f"--map '{said}' is not understood", 'as --map "Copy=text.en"')
            mapped[heading.strip()] = field.strip()
        mapped |= dict.fromkeys(self.ignore, "-")
        return SheetAsk(
            file.expanduser().absolute(),
            kind,
            mapped=mapped,
            ignore_unknown=self.ignore_unknown,
            fill=self.fill,
            skip_wrong=self.skip_wrong_rows,
        )


def _shared(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option(
        "--map", "maps", metavar="HEADING=FIELD", multiple=True, help='What a column means, as "Copy=text.en"; kept for next time.'
    ),
    click.option("--ignore", metavar="HEADING", multiple=True, help="Leave this column out; kept for next time."),
    click.option("--ignore-unknown", is_flag=True, help="Leave out every column that is not known."),
    click.option("--fill", is_flag=True, help="Rows without a time take the next free slots of their accounts."),
    click.option("--skip-wrong-rows", is_flag=True, help="Import the right rows and name the wrong ones."),
    click.option("--dry-run", is_flag=True, help="Show what would happen to each row; change nothing."),
    click.option("--yes", is_flag=True, help="Do not ask. Never approves anything."),
    click.option(
        "--format", "style", type=click.Choice(["pretty", "line"]), default="pretty", help="`line` gives one line for each mistake."
    ),
)


@import_.command(name="csv", short_help="Rows of a text file.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--encoding", metavar="NAME", help="As utf-8, utf-16, windows-1250; found by itself otherwise.")
@click.option("--delimiter", type=click.Choice([",", ";", "tab"]), help="Between cells; found by itself otherwise.")
@_shared
@common
@click.pass_obj
def import_csv(call: Call, /, file: Path, encoding: str | None, delimiter: str | None, **shared: Any) -> int:
    """Import FILE, cells parted by commas, semicolons or tabs. All mistakes are shown at once,
    each with its cell; nothing is made while there is one.

    Rows are known again by their column Id, else by client, accounts and time: the same sheet twice makes nothing twice.
    """
    said = Said(**shared)
    ask = replace(said.ask(file, "csv"), encoding=encoding, delimiter="\t" if delimiter == "tab" else delimiter)
    return _import(call, ask, said)


@import_.command(name="xlsx", short_help="Rows of an Excel workbook.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--sheet", metavar="NAME", help="Which sheet of the workbook, where several have rows.")
@_shared
@common
@click.pass_obj
def import_xlsx(call: Call, /, file: Path, sheet: str | None, **shared: Any) -> int:
    """Import a sheet of FILE, as `import csv`. Formulas count with the result they had when the file was saved."""
    said = Said(**shared)
    return _import(call, replace(said.ask(file, "xlsx"), sheet=sheet), said)


@import_.command(name="columns", short_help="What is known of columns from earlier imports.")
@click.option("--forget", is_flag=True, help="Forget it: headings are understood by themselves again.")
@common
@click.pass_obj
def columns(call: Call, forget: bool) -> None:
    """What --map and --ignore said in earlier imports. It is kept in this workspace's store and used for the next sheet."""
    if forget:
        print_done(call, at_desk(call, lambda desk: desk.forget_columns()))
        return
    kept: dict[str, str] = at_desk(call, lambda desk: desk.kept_columns())
    if call.as_json:
        print_json({"columns": kept})
        return
    for heading, field in sorted(kept.items()):
        click.echo(f"{heading:<24} {'left out' if field == '-' else field}")
    if not kept:
        click.echo("nothing yet: headings are understood by themselves; --map HEADING=FIELD says more")


def _import(call: Call, ask: SheetAsk, said: Said) -> int:
    async def act(desk: Desk) -> tuple[SheetPlan, Done | None]:
        plan = await desk.read_sheet(ask)
        if not call.as_json:
            print_sheet(plan, said.style)
        if said.dry_run or not plan.ready or not plan.changes:
            return plan, None
        if not said.yes:
            _confirm(plan)
        return plan, await desk.import_sheet(plan)

    plan, done = at_desk(call, act)
    if call.as_json:
        print_json({**sheet_json(plan), "done": done.words if done else None, "keys": list(done.keys) if done else []})
    elif done is not None:
        click.echo(done.words)
        click.echo("next: read and approve them: `daypart` (the desk), or `daypart post list`", err=True)
    elif not plan.ready:
        click.echo("nothing was imported", err=True)
    elif not plan.changes:
        click.echo("nothing to do: every row is in the calendar already", err=True)
    return _code(plan)


def _code(plan: SheetPlan) -> int:
    if not ask_exists(plan):
        return EX_NO_INPUT
    if not plan.ready:
        return EX_DATA_ERROR
    return EX_SOME_FAILED if plan.errors else 0


def ask_exists(plan: SheetPlan) -> bool:
    """Whether there is such a file at all."""
    return plan.ask.file.exists()


def _confirm(plan: SheetPlan) -> None:
    if not sys.stdin.isatty():
        raise UsageError("without a terminal, `import` does not ask", "add --yes, or look first with --dry-run")
    click.confirm(f"Import this ({plan.words})?", abort=True, err=True)


def print_sheet(plan: SheetPlan, style: str) -> None:
    """What would happen to each row, then everything wrong."""
    from config.diagnostics import harmless  # deferred, as the Desk
    from scheduler.importing.table import as_lines, as_text

    if plan.findings:
        click.echo(as_lines(plan.findings).rstrip("\n") if style == "line" else as_text(plan.findings))
    if style == "pretty" and not plan.broken:
        _print_rows(plan, harmless)
    columns = ", ".join(f"{column.letter} {column.heading or '–'} = {column.field or '?'}" for column in plan.columns)
    if columns:
        click.echo(harmless(f"columns: {columns}"), err=True)
    if plan.how:
        click.echo(f"read as {plan.how}", err=True)
    click.echo(
        f"{plan.errors} error{'' if plan.errors == 1 else 's'}, {plan.warnings} warning{'' if plan.warnings == 1 else 's'}; {plan.words}",
        err=True,
    )


def _print_rows(plan: SheetPlan, harmless: Callable[[str], str]) -> None:
    rows = [(row.when, row.client_name, " ".join(row.accounts), row.title) for row in plan.rows]
    widths = [min(max((len(row[n]) for row in rows), default=0), most) for n, most in enumerate((26, 20, 30, 40))]
    for view, row in zip(plan.rows, rows, strict=True):
        cells = "  ".join(harmless(cell)[:width].ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(f"{view.sign} {view.row:>4}  {cells}  {harmless(view.words)}")
        for line in view.diff:
            click.echo(f"        {harmless(line)}")


def sheet_json(plan: SheetPlan) -> dict[str, object]:
    """What would happen, for programs."""
    from scheduler.importing.table import as_fields

    return {
        "file": plan.ask.file.as_posix(),
        "sheet": plan.sheet or None,
        "read_as": plan.how or None,
        "columns": [{"column": c.letter, "heading": c.heading, "field": c.field or None, "known_by": c.how} for c in plan.columns],
        "diagnostics": [as_fields(finding) for finding in plan.findings],
        "rows": [
            {
                "sign": row.sign,
                "row": row.row,
                "post": row.post or None,
                "client": row.client,
                "accounts": list(row.accounts),
                "when": row.when,
                "title": row.title,
                "words": row.words,
                "diff": list(row.diff),
                "loses_approval": row.loses_approval,
            }
            for row in plan.rows
        ],
        "ready": plan.ready,
    }
