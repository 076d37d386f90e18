"""What `doctor` says about notices: whether somebody is told, whether it arrives, whether nothing was forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from config.workspace import Workspace
from scheduler.notices import rows

Found = tuple[bool, str, str]
"""Whether it is well, what was seen, and the fix."""


def examine_notices(conn: Connection, workspace: Workspace) -> Iterator[Found]:
    """One line for each."""
    tells = workspace.notices.tells
    yield True, "somebody is told when a post needs a person" if tells else "nobody is told while no screen is open (docs/notices.md)", ""
    late = [notice for notice in rows.unsent(conn) if notice.waiting]
    reasons = sorted({f"{place}: {why}" for notice in late for place, why in notice.waiting.items()})
    words = f"{len(late)} could not be sent ({'; '.join(reasons)})" if late else "every notice that was due is sent"
    yield not late, words, "daypart notices test"
    missing = len(conn.execute(text(rows.UNTOLD)).fetchall())
    yield (
        not missing,
        "every change that needs a person has its notice",
        "stop the service, keep a copy of the state folder, and report this",
    )
