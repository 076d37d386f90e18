"""Which commit the files are at. Without git, or outside a repository, there is simply none."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Commit:
    """Where the files stand in their history."""

    name: str | None
    """Short name; None: no repository."""
    dirty: bool = False
    """Something in the workspace is not in the commit."""

    @property
    def actor(self) -> str:
        """For the ledger."""
        return f"files:{self.name or 'uncommitted'}{'+' if self.name and self.dirty else ''}"


def commit_of(root: Path) -> Commit:
    """The commit of the workspace's folder."""
    name = _git(root, "rev-parse", "--short", "HEAD")
    if name is None:
        return Commit(None)
    status = _git(root, "status", "--porcelain", "--untracked-files=normal", "--", ".")
    return Commit(name, dirty=bool(status))


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
