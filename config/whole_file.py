"""A file is written whole or not at all: whoever reads it meanwhile, or after a crash, finds the old one or the new one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(file: Path, data: bytes, *, mode: int = 0o644) -> None:
    """A temporary file beside it, synced, renamed; a link stays one. `mode` is for a new file, an old one keeps its own.

    Raises OSError; then nothing has changed."""
    kept = file.stat().st_mode & 0o777 if file.exists() else mode
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".tmp", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        os.chmod(name, kept)
        os.replace(name, os.path.realpath(file))
    except BaseException:  # interrupted or not: no half-written neighbour is left
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
