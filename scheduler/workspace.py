"""Where a workspace is, where it keeps its state, and what daypart.yaml says; for the desk and the publishing service alike."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from config.state_folder import StateFolderError
from config.state_folder import state_folder as place_of_state
from scheduler.errors import FilesError, NotFoundError, SettingsError

if TYPE_CHECKING:
    from config.workspace import Workspace

WORKSPACE_FILE = "daypart.yaml"


def find_workspace(start: Path) -> Path:
    """The folder of daypart.yaml, at `start` or above it. Raises NotFoundError."""
    here = Path(os.path.abspath(start))
    for folder in (here, *here.parents):
        if (folder / WORKSPACE_FILE).is_file():
            return folder
    raise NotFoundError(
        f"there is no {WORKSPACE_FILE} in {here} or above it", "`daypart init` makes a workspace; --workspace names another folder"
    )


def state_folder(root: Path) -> Path:
    """Where the store, the assets and the key are. Raises SettingsError for a place that cannot be meant."""
    try:
        return place_of_state(root)
    except StateFolderError as error:
        raise SettingsError(str(error), error.hint) from error


def read_workspace(root: Path) -> Workspace:
    """daypart.yaml alone. Raises FilesError with everything that is wrong in it."""
    from config.reading import Reader

    reader = Reader(root)
    found = reader.workspace()
    errors = tuple(d for d in reader.found if d.is_error)
    if found is None or errors:
        raise FilesError(f"{root / WORKSPACE_FILE} has errors", errors)
    return found[0]
