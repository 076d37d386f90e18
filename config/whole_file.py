"""A file is written whole or not at all: whoever reads it meanwhile, or after a crash, finds the old one or the new one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from config.synced import sync_file, sync_folder


def write_whole(file: Path, data: bytes, *, mode: int = 0o644) -> None:
    """A temporary file beside it, synced, renamed; a link stays one, and so does a device or a pipe: it is written to as it is.
    `mode` is for a new file, an old one keeps its own.

    Raises OSError, which names the file as it was given; then nothing has changed."""
    try:
        if file.exists() and not file.is_file():
            file.write_bytes(data)
        else:
            _replace(file.resolve(), data, mode)  # what a link leads to may stand on another disk: renamed to it is what lies beside it
    except OSError as error:
        error.filename, error.filename2 = str(file), None
        raise


def _replace(file: Path, data: bytes, mode: int) -> None:
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
