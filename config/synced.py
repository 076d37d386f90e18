"""What was written survives a power cut: files and the names in a folder, synced as each system means it."""

from __future__ import annotations

import fcntl
import os
import sys
from pathlib import Path


def sync_file(descriptor: int) -> None:
    """What was written to it survives a power cut when this returns."""
    if sys.platform == "darwin":
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    elif hasattr(os, "fdatasync"):
        os.fdatasync(descriptor)
    else:
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """So do the names in a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
