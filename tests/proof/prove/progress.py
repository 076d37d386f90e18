"""How far the proof is: a bar on a terminal, a plain line now and then everywhere else."""

from __future__ import annotations

import sys
import time
from typing import TextIO

WIDTH = 24
BAR_SECONDS = 0.1
PLAIN_SECONDS = 20.0
"""Between two plain lines of one layer."""


class Bar:
    """Writes to standard error, so that the page alone is on standard output."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        self._drawn = self._out.isatty()
        self._title, self._total, self._begun, self._told, self._over = "", 0, 0.0, 0.0, False

    def begin(self, title: str, total: int) -> None:
        """A layer starts."""
        self._title, self._total = title, total
        self._begun, self._told, self._over = time.monotonic(), time.monotonic(), False
        if not self._drawn:
            self._write(f"{title}: {total:,} to try\n")

    def step(self, done: int, note: str = "") -> None:
        """So many are over."""
        now = time.monotonic()
        soon = now - self._told < (BAR_SECONDS if self._drawn else PLAIN_SECONDS)
        if self._over or (done < self._total and soon):
            return
        self._told, self._over = now, done >= self._total
        told = f"{done:,} of {self._total:,}, {now - self._begun:.0f} s{f', {note}' if note else ''}"
        self._write(self._bar(done, told) if self._drawn else f"{self._title}: {told}\n")

    def end(self) -> None:
        """The bar makes room for the page."""
        if self._drawn:
            self._write("\r\x1b[2K")

    def _bar(self, done: int, told: str) -> str:
        full = WIDTH * min(done, self._total) // max(self._total, 1)
        return f"\r\x1b[2K{self._title:<12} {'█' * full}{'░' * (WIDTH - full)} {told}"

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


class Silent:
    """For tests."""

    def begin(self, title: str, total: int) -> None:
        """Nothing is told."""

    def step(self, done: int, note: str = "") -> None:
        """Nothing is told."""
