"""What is done once a day beside publishing, in a process of its own that gives way to everything: a backup, and a shorter sent log.

Run by the service as `python -m scheduler.keeping.daily STATE NOW`; prints what it did as one JSON object."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from scheduler.clock import DAY, HOUR
from scheduler.errors import DeskError
from scheduler.keeping import rotation
from scheduler.keeping.backup import BACKUPS, make_backup

PREFIX = "daily"
KEEP = 7
"""So many daily backups stay."""
EVERY = DAY - HOUR
"""An hour less than a day: at the same hour on the next day it is time again."""
GIVE_WAY = 15
"""How nice it is to other processes."""


def is_due(state: Path, now: int) -> bool:
    """Whether the newest daily backup is a day old; one from the future was made before the clock was set back."""
    newest = max((file.stat().st_mtime_ns // 1_000 for file in files(state)), default=0)
    return not 0 <= now - newest < EVERY


def files(state: Path) -> list[Path]:
    """Those there are, oldest first."""
    return sorted((state / BACKUPS).glob(f"{PREFIX}-*.tar.gz"))


def back_up(state: Path, now: int) -> Path:
    """Make today's backup, then let the oldest go. Media stay out: they are in the state folder already, under their hashes."""
    made = make_backup(state, None, now, prefix=PREFIX, with_media=False)
    for old in files(state)[:-KEEP]:
        old.unlink(missing_ok=True)
    return made.file


def main(arguments: list[str]) -> int:
    """Both, each even when the other does not work."""
    state, now = Path(arguments[0]), int(arguments[1])
    os.nice(GIVE_WAY)
    told: dict[str, str | int | None] = {"backup": None, "shorter": None, "seen": 0, "moved": 0, "problem": None}
    try:
        if is_due(state, now):
            told["backup"] = str(back_up(state, now))
    except (DeskError, OSError) as error:
        told["problem"] = f"{error} {getattr(error, 'hint', '')}".strip()
    shorter = rotation.prepare(state, now)
    if shorter is not None:
        told |= {"shorter": str(shorter.file), "seen": shorter.seen, "moved": shorter.moved}
    sys.stdout.write(f"{json.dumps(told)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
