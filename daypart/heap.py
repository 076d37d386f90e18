"""How the C library keeps what is freed, while the desk is open."""

from __future__ import annotations

import ctypes
from contextlib import suppress

ARENA_MAX, MMAP_THRESHOLD = -8, -3
"""Names of `mallopt`, from malloc.h."""
BIG = 128 * 1024


def give_back_at_once() -> None:
    """Before the first thread is started: one heap for all of them instead of one each, and big blocks given back when they are freed.

    Else each thread keeps the most it ever needed, 8 MB together: a list of 100,000 lines is read by one of them and freed by another.
    The threads wait for each other anyway, for Python's lock. Only the GNU library has this; elsewhere nothing happens."""
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(ARENA_MAX, 1)
        library.mallopt(MMAP_THRESHOLD, BIG)
