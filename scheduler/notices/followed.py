"""daypart.yaml as it is now, for a service that runs for months; while somebody breaks it, as it was before."""

from __future__ import annotations

from pathlib import Path

from config.workspace import Workspace
from scheduler.errors import FilesError
from scheduler.workspace import WORKSPACE_FILE, read_workspace


class Followed:
    """Call it for the workspace; it is read again only when its file changed."""

    def __init__(self, root: Path, workspace: Workspace) -> None:
        self._file = root / WORKSPACE_FILE
        self._workspace = workspace
        self._stamp = self._now()

    def __call__(self) -> Workspace:
        stamp = self._now()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._workspace = read_workspace(self._file.parent)
            except FilesError:
                return self._workspace
        return self._workspace

    def _now(self) -> tuple[int, int]:
        try:
            facts = self._file.stat()
        except OSError:
            return (0, 0)
        return facts.st_mtime_ns, facts.st_size
