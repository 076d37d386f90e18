"""Which boot of which computer this is: boot clocks of two boots cannot be compared."""

from __future__ import annotations

import subprocess
import uuid
from functools import cache
from pathlib import Path

_LINUX = Path("/proc/sys/kernel/random/boot_id")


@cache
def boot_id() -> str:
    """The system's own name for this boot; where there is none, a new one per process, which only makes looks more careful."""
    try:
        return _LINUX.read_text("ascii").strip()
    except OSError:
        return _darwin() or uuid.uuid4().hex


def _darwin() -> str:
    try:
        told = subprocess.run(["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"], capture_output=True, text=True, timeout=2, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout.strip()
