"""A file is written whole or not at all: whoever reads it meanwhile, or after a crash, finds the old one or the new one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from config.synced import sync_file, sync_folder


def write_whole(file: Path, data: bytes, *, mode: int = 0o644) -> None:
    """A temporary file beside it, synced, renamed; a link stays one. `mode` is for a new file, an old one keeps its own.

    Raises OSError; then nothing has changed."""
    file = file.resolve()  # what a link leads to may stand on another disk, and only beside it can a file be renamed to it
    kept = file.stat().st_mode & 0o777 if file.exists() else mode
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".tmp", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(data)
            opened.flush()
            sync_file(opened.fileno())
        os.chmod(name, kept)
        os.replace(name, file)
    except BaseException:  # interrupted or not: no half-written neighbour is left
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(file.parent)
