"""Whether the addresses in daypart.yaml are ones that can be told, asked of apprise itself; nothing is sent."""

from __future__ import annotations

import os
from pathlib import Path

from config.diagnostics import Diagnostic, diagnostic
from config.reading import Reader
from config.workspace import Workspace
from scheduler.notices.choosing import places
from scheduler.notices.model import Message, Place
from scheduler.notices.sending import Sender


def to_check(workspace: Workspace) -> list[tuple[int, Place]]:
    """Places whose address is known here, with their numbers in the list: those in the file, and variables that are set."""
    named = [(number, place) for number, place in enumerate(places(workspace.notices)) if place.target is not None]
    return [(n, p) for n, p in named if p.target and (p.target.url or os.environ.get(p.target.url_env or ""))]


async def address_diagnostics(root: Path, workspace: Workspace) -> list[Diagnostic]:
    """An error for each address that apprise does not take. Costs a process, so only where there is one to look at."""
    known = to_check(workspace)
    if not known:
        return []
    problems = await Sender(workspace.notices).check([Message(place, "", "") for _, place in known])
    read = Reader(root).workspace()
    if not problems or read is None:
        return []
    document = read[1]
    found = []
    for number, place in known:
        if place.name in problems and place.target is not None:
            key = "url" if place.target.url else "url_env"
            where = document.key_place("notices", "to", number, key)
            found.append(diagnostic("E212", where, problems[place.name], "docs/notices.md has addresses for mail, chat and webhooks"))
    return found
