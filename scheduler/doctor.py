"""`doctor`: what could keep posts from going out, checked one by one, each finding with its fix. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from config.workspace import Workspace
from scheduler.errors import DeskError
from scheduler.health import computer, folder
from scheduler.health.finding import Finding
from scheduler.health.invariants import INVARIANTS
from scheduler.keeping import ledger
from scheduler.notices.health import examine_notices
from scheduler.running import is_running, who_runs
from scheduler.store import sqlite
from scheduler.store.store import DATABASE
from scheduler.workspace import find_workspace, read_workspace, state_folder

__all__ = ["Finding", "examine"]

_INVARIANTS = INVARIANTS


def examine(start: Path) -> list[Finding]:
    """Every finding, good and bad, for the workspace at `start` or above. Never raises for what it finds."""
    findings = [*computer.examine_installation()]
    try:
        root = find_workspace(start)
        workspace = read_workspace(root)
        state = state_folder(root)
    except DeskError as error:
        return [*findings, Finding(False, str(error), error.hint or "run `daypart validate`")]
    findings.append(Finding(True, f"workspace {root}"))
    findings += folder.examine_folder(state)
    findings += filter(None, (computer.examine_disk(state), computer.examine_clock(workspace), computer.examine_media(workspace)))
    if not (state / DATABASE).exists():
        return [*findings, Finding(True, "no store yet: the first `daypart apply` makes it")]
    try:
        return [*findings, *_store(state, workspace)]
    except DBAPIError as error:
        ours = sqlite.translated(error, state / DATABASE)
        return [*findings, Finding(False, str(ours), getattr(ours, "hint", "") or "daypart restore FILE")]


def _store(state: Path, workspace: Workspace) -> Iterator[Finding]:
    path = state / DATABASE
    running = is_running(state)
    with sqlite.reading_engine(path).connect() as conn:
        yield from folder.examine_service(state, running, conn)
        start = computer.examine_start(running, who_runs(state))
        if start is not None:
            yield start
        yield from folder.examine_store(state, conn)
        yield _ledger(conn)
        for check in _INVARIANTS:
            yield check(conn)
        yield from (Finding(*seen) for seen in examine_notices(conn, workspace))


def _ledger(conn: Connection) -> Finding:
    breaks = ledger.verify(conn)
    if not breaks:
        return Finding(True, "the ledger is an unbroken chain, and its seals fit")
    first = breaks[0]
    return Finding(
        False,
        f"the ledger is broken at entry {first.seq} of {first.key or 'its seals'}: {first.what}",
        "`daypart verify` names every place; keep a copy, then restore the newest backup that is whole",
    )
