"""How what is freed is kept and what is rubbish is found, in the desk and in the publishing service."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

ARENA_MAX, MMAP_THRESHOLD = -8, -3
"""Names of `mallopt`, from malloc.h."""
BIG = 128 * 1024
SELDOM = (10_000, 10, 10)
"""For `gc`: so many new things before they are looked through. Python's own 700 are there after two posts."""


def give_back_at_once() -> None:
    """Before the first thread is started: one heap for all of them instead of one each, and big blocks given back when they are freed.

    Else each thread keeps the most it ever needed, 8 MB together: a list of 100,000 lines is read by one of them and freed by another.
    The threads wait for each other anyway, for Python's lock. Only the GNU library has this; elsewhere nothing happens."""
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(ARENA_MAX, 1)
        library.mallopt(MMAP_THRESHOLD, BIG)


def seldom_look_for_rubbish() -> None:
    """For the service, when everything is loaded: that stays until the end and is never looked through again. What a post leaves behind
    goes away by itself, so looking for more after every second post took a tenth of the time of a post."""
    gc.freeze()
    gc.set_threshold(*SELDOM)
