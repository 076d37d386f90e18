"""Campaigns as files on the command line: init, validate, plan, apply, schema."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.whole_file import write_whole
from daypart.asking import asked
from daypart.call import Call, common
from daypart.output import print_done, print_json, use_color
from daypart.session import at_desk, workspace_of
from scheduler.errors import NotFoundError, StaleError, UsageError
from scheduler.workspace import find_workspace

if TYPE_CHECKING:
    from scheduler.desk.desk import Desk
    from scheduler.desk.views import Done, PlanView

EX_CHANGES, EX_DATA_ERROR = 2, 65


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@common
@click.pass_obj
def init(call: Call, folder: Path | None) -> None:
    """Make a workspace with a sample campaign in FOLDER (default: here)."""
    from config.samples import write_sample

    target = folder.expanduser().resolve() if folder else workspace_of(call)
    if (target / "daypart.yaml").exists():
        raise UsageError(f"{target / 'daypart.yaml'} exists already; nothing was changed", "name another folder: daypart init FOLDER")
    written = write_sample(target)
    if call.as_json:
        print_json({"workspace": str(target), "files": [str(path.relative_to(target)) for path in written]})
        return
    click.echo(f"made a workspace in {target}")
    there = "" if target == Path.cwd() else f"cd {folder or target}, then "
    click.echo(f"next: {there}put your own accounts into daypart.yaml · daypart validate · daypart plan", err=True)


@click.command()
@click.option("--format", "style", type=click.Choice(["pretty", "line"]), default="pretty", help="`line` is for editors and CI.")
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@common
@click.pass_obj
def validate(call: Call, style: str, strict: bool) -> int:
    """Check every file and every platform's limits; all mistakes at once, each with its place and a hint."""
    from config.collecting import collection_paused
    from scheduler.desk.plan.checking import validate_files

    with collection_paused():  # one look at all files, then the process ends
        report = validate_files(workspace_of(call))
        if call.as_json:
            print_json(report.as_json())
        else:
            text = report.lines() if style == "line" else report.pretty(color=use_color(call))
            if text:
                click.echo(text)
            click.echo(report.summary(), err=True)
    return EX_DATA_ERROR if report.errors or (strict and report.warnings) else 0


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Save the plan for `apply FILE`.")
@click.option("--repack", is_flag=True, help="Deal the slots anew.")
@click.option("--detailed-exitcode", is_flag=True, help="2 when there are changes.")
@common
@click.pass_obj
def plan(call: Call, out: Path | None, repack: bool, detailed_exitcode: bool) -> int:
    """What `apply` would create, change, move and cancel. Changes nothing."""
    made = at_desk(call, lambda desk: desk.plan(repack=repack))
    if out:
        write_whole(out, (json.dumps(plan_json(made), ensure_ascii=False, indent=2) + "\n").encode())
    print_plan(call, made)
    if out:
        click.echo(f"saved: {out}; `daypart apply {out}` does exactly this", err=True)
    return EX_CHANGES if detailed_exitcode and not made.empty else 0


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask. Never approves anything.")
@click.option(
    "--approve-plan", metavar="DIGEST", help="With `policy.approval: on_apply`: approve the human-made posts of exactly this plan."
)
@click.option("--allow-cancel", type=int, metavar="N", help="Let up to N posts be cancelled.")
@common
@click.pass_obj
def apply(call: Call, file: Path | None, yes: bool, approve_plan: str | None, allow_cancel: int | None) -> None:
    """Make the calendar follow the files: shows the plan, asks, then does it in one step."""
    from scheduler.desk.views import Done

    async def act(desk: Desk) -> Done:
        saved = _read_plan(file) if file else None
        made = await desk.plan(repack=saved is not None and bool(saved.get("repack")))
        if saved is not None:
            _refuse_another(saved, made)
        if approve_plan and approve_plan != made.digest:
            raise StaleError("the plan is not the one you approved any more", "run `daypart plan` and read it again")
        if not call.as_json:
            print_plan(call, made)
        if made.empty:
            return Done("nothing to do: the calendar is as the files say")
        if not (yes or file or approve_plan):
            _ask()
        shown_here = not call.as_json and sys.stdin.isatty() and sys.stdout.isatty()  # a yes is for what somebody saw
        confirmed_here = not (yes or file) and shown_here
        return await desk.apply(made, allow_cancel=allow_cancel, approve=bool(approve_plan) or confirmed_here)

    done = at_desk(call, act)
    print_done(call, done)
    if done.keys:
        click.echo("next: read and approve what waits: `daypart` (the desk), or `daypart post list`", err=True)


def _ask() -> None:
    if not sys.stdin.isatty():
        raise UsageError("without a terminal, `apply` does not ask", "add --yes, or save the plan (`plan --out FILE`) and `apply FILE`")
    asked(lambda: click.confirm("Apply this?", abort=True, err=True))


def _read_plan(file: Path) -> dict[str, object]:
    """A plan that `plan --out` saved."""
    again = "save one: daypart plan --out FILE"
    try:
        saved = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotFoundError(f"the plan '{file}' cannot be read: {(error.strerror or 'error').lower()}", again) from error
    except ValueError as error:
        raise UsageError(f"'{file}' is not a saved plan", again) from error
    if not isinstance(saved, dict) or not {"files_digest", "state", "digest"} <= saved.keys():
        raise UsageError(f"'{file}' is not a saved plan", again)
    return saved


def _refuse_another(saved: dict[str, object], made: PlanView) -> None:
    """What was saved and read is what is done, or nothing is."""
    if (saved["files_digest"], saved["state"], saved["digest"]) != (made.files_digest, made.state, made.digest):
        raise StaleError("files, calendar or time went on since this plan was saved", "run `daypart plan --out` again and read it")


def print_plan(call: Call, made: PlanView) -> None:
    """A plan as lines, one sign each, or as JSON."""
    if call.as_json:
        print_json(plan_json(made))
        return
    campaign = ""
    for change in made.changes:
        name, _, rest = change.key.partition("/")
        if name != campaign:
            campaign = name
            files = f"files at {made.commit} ({'changed' if made.dirty else 'clean'}), " if made.commit else ""
            click.echo(f"{campaign:<62} {files}state {made.state}")
        click.echo(f"  {change.sign} {rest or change.key:<36} {change.when:<24} {change.words}")
        for line in change.diff:
            click.echo(f"      {line}")
    click.echo(plan_summary(made), err=True)


def plan_json(made: PlanView) -> dict[str, object]:
    """A plan for programs, and for `apply FILE`."""
    return {
        "digest": made.digest,
        "files_digest": made.files_digest,
        "state": made.state,
        "repack": made.repack,
        "changes": [{"sign": c.sign, "key": c.key, "when": c.when, "words": c.words, "diff": list(c.diff)} for c in made.changes],
        "unchanged": made.unchanged,
        "published": made.published,
    }


def plan_summary(made: PlanView) -> str:
    """“2 to create, 1 to change. 9 unchanged, 14 published.”"""
    names = {"+": "to create", "~": "to change", ">": "to move", "-": "to cancel", "?": "waiting for text", ".": "skipped", "!": "drift"}
    counts = [f"{n} {words}" for sign, words in names.items() if (n := sum(c.sign == sign for c in made.changes))]
    return f"{', '.join(counts) or 'nothing to do'}. {made.unchanged} unchanged, {made.published} published."


@click.command()
@click.option("--write", is_flag=True, help="Write them into schemas/ of the workspace.")
@common
@click.pass_obj
def schema(call: Call, write: bool) -> None:
    """JSON schemas of the files, for completion in your editor."""
    from config.schema import schemas, write_schemas

    if not write:
        print_json(schemas())
        return
    written = [str(path) for path in write_schemas(find_workspace(workspace_of(call)))]
    if call.as_json:
        print_json({"files": written})
    else:
        click.echo("\n".join(written))
