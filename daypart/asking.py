"""Questions on a terminal, asked from inside a command's visit at the Desk."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def asked(question: Callable[[], T]) -> T:
    """Ctrl+C ends it at once. While a person thinks, the loop that would hear of it stands still, and its own way of hearing would
    wait for an answer first."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:  # in the background of a shell
        return question()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return question()
    finally:
        signal.signal(signal.SIGINT, before)
