"""`daypart` alone: the desk on a terminal, the first run where there is no workspace, `status` without a terminal."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daypart.call import Call
from daypart.heap import give_back_at_once
from daypart.session import workspace_of
from scheduler.errors import NotFoundError
from scheduler.workspace import find_workspace

if TYPE_CHECKING:
    from scheduler.desk.desk import Desk

CANNOT_BE_DRAWN_ON = "This terminal cannot be drawn on (TERM=dumb). All that the desk can do is a command, too: daypart --help"


def open_desk(call: Call) -> None:
    """Open the terminal UI, or print the status where there is no terminal."""
    terminal = not call.as_json and sys.stdin.isatty() and sys.stdout.isatty()
    root = workspace_of(call)
    new = _is_new(root)
    if terminal and os.environ.get("TERM") == "dumb":
        terminal = False
        click.echo(CANNOT_BE_DRAWN_ON, err=True)
    if not terminal:
        _without_terminal(call, new)
        return
    goodbye = asyncio.run(visit(root, os.environ))
    if goodbye:
        click.echo(goodbye, err=True)


async def visit(root: Path, terminal: Mapping[str, str] | None = None) -> str:
    """The desk, or the first run where there is no workspace; returns what goes on after it was left. `terminal`: the environment of the
    terminal it is drawn on; None: a browser."""
    return await (_first_run(root, terminal) if _is_new(root) else _visit(root, terminal))


def _is_new(root: Path) -> bool:
    """An existing folder without a workspace in or above it."""
    try:
        find_workspace(root)
    except NotFoundError:
        return root.is_dir()
    return False


def _without_terminal(call: Call, new: bool) -> None:
    from daypart.commands.service import print_status

    if new and not call.as_json:
        from daypart.commands.trial import TYPE_THIS

        click.echo(TYPE_THIS)
    print_status(call)  # where there is no workspace it says so, with the documented exit code


async def _first_run(root: Path, terminal: Mapping[str, str] | None) -> str:
    from tui.app import fit_to, run, welcome

    fit_to(terminal)
    first, then = await welcome(root)
    try:
        if then is None or first.desk is None:
            return ""
        await run(first.desk, place=then.place, connect=then.connect)
        return await _goodbye(first.desk)
    finally:
        await first.close()


async def _visit(root: Path, terminal: Mapping[str, str] | None) -> str:
    """The first frame is painted before the store's libraries are loaded."""
    gc.disable()  # while everything is loaded there is no rubbish; `tui.opening` turns it on again
    give_back_at_once()

    from tui.app import fit_to, open_and_run

    fit_to(terminal)
    async with AsyncExitStack() as held:

        async def opening() -> Desk:
            await asyncio.to_thread(import_module, "scheduler.desk.first_run")  # half a second, beside the frame
            from scheduler.desk.desk import Desk
            from scheduler.desk.first_run import resume

            desk = await Desk.open(root)
            held.push_async_callback(desk.close)
            company = await resume(desk)
            if company is not None:
                held.callback(company.close)
            return desk

        desk = await open_and_run(opening)
        return await _goodbye(desk) if desk is not None else ""


async def _goodbye(desk: Desk) -> str:
    """What goes on after the desk was left."""
    from scheduler.errors import DeskError

    try:
        leaving = await desk.leaving()
        goes_on = (await desk.overview()).service.running and not desk.service_ends_with_desk
        return leaving.words if leaving.waits or goes_on else ""
    except DeskError:
        return ""
