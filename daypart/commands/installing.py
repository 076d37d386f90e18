"""`daypart daemon` beyond running it: in the background, stopped, and as a service that starts with the computer."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import click

from daypart.call import Call
from daypart.output import print_done, print_json
from daypart.session import at_desk, workspace_of
from scheduler.errors import NotFoundError, UsageError
from scheduler.workspace import find_workspace

if TYPE_CHECKING:
    from daypart.unit import Unit
    from scheduler.desk.desk import Desk
    from scheduler.desk.views import Done

EX_FAILED = 1


def in_background(call: Call) -> int:
    """Start it as a process that goes on without this terminal."""
    print_done(call, at_desk(call, lambda desk: desk.start_service()))
    return 0


def stop(call: Call) -> int:
    """End the one that runs; what it has begun it finishes."""
    print_done(call, at_desk(call, lambda desk: desk.stop_service()))
    return 0


def install(call: Call, *, yes: bool) -> int:
    """Show the unit, ask, write it, start it."""
    from daypart.unit import run_each, unit_for, write_unit

    root = find_workspace(workspace_of(call))
    unit = unit_for(root)
    if not call.as_json:
        _show(unit)
    _ask(yes, f"Write {unit.file} and start the service?")
    stopped = at_desk(call, _stop_if_running)
    write_unit(unit)
    problem = run_each(unit.begin)
    _say(call, unit, "installed", problem)
    if problem and stopped:  # nothing would be published meanwhile, and nobody would know
        again = at_desk(call, lambda desk: desk.start_service())
        click.echo(f"  = the one that ran before was ended for it, and runs again: {again.words}", err=True)
    return EX_FAILED if problem else 0


def uninstall(call: Call, *, yes: bool) -> int:
    """Stop it and take the unit away; the workspace and its posts stay."""
    from daypart.unit import run_each, unit_for

    unit = unit_for(find_workspace(workspace_of(call)))
    if not unit.file.exists():
        raise NotFoundError(f"no service of this workspace is installed: there is no {unit.file}", "`daypart daemon --install` makes one")
    _ask(yes, f"Stop the service and remove {unit.file}? Planned posts wait then.")
    problem = run_each(unit.end)
    unit.file.unlink()
    _say(call, unit, "removed", problem)
    return EX_FAILED if problem else 0


async def _stop_if_running(desk: Desk) -> Done | None:
    seen = await desk.overview()
    return await desk.stop_service() if seen.service.running else None


def _show(unit: Unit) -> None:
    click.echo(f"{unit.file}:\n")
    click.echo(unit.text)
    click.echo("then:")
    for command in unit.begin:
        click.echo(f"  {shlex.join(command)}")


def _ask(yes: bool, question: str) -> None:
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("without a terminal nobody can be asked; nothing was written", "--yes does it without asking")
    if not click.confirm(question, default=False):
        raise click.Abort


def _say(call: Call, unit: Unit, what: str, problem: str) -> None:
    if call.as_json:
        print_json({"unit": str(unit.file), "done": what, "problem": problem or None})
        return
    click.echo(f"{what}: {unit.file}")
    if problem:
        commands = unit.begin if what == "installed" else unit.end
        click.echo(f"but this did not work here: {problem}", err=True)
        click.echo(f"  = try it yourself: {' && '.join(map(shlex.join, commands))}; or `daypart daemon --background`", err=True)
    elif what == "installed":
        click.echo(f"  = {unit.hint}", err=True)
