"""A program on a terminal of its own: what it painted and when, the CPU it took until then, its memory."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

QUIET = 0.9
"""Seconds without a byte: nothing more is painted, and a person has looked."""


@dataclass(frozen=True, slots=True)
class Seen:
    """When something stood on the terminal."""

    wall: float
    """Seconds since the program was started."""
    cpu: float
    """CPU seconds of all its threads until then."""


class Terminal:
    """Starts the program at once; reads only while somebody waits for something."""

    def __init__(self, command: Sequence[str], *, columns: int = 120, rows: int = 40) -> None:
        self._ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
        self._started = time.perf_counter()
        self._process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, env=environment)
        os.close(theirs)
        self._painted = b""

    def wait_for(self, pattern: bytes, within: float = 60.0) -> Seen:
        """Until this was painted after the last thing waited for."""
        end = time.perf_counter() + within
        while (found := re.search(pattern, self._painted)) is None:
            if not self._read(end - time.perf_counter()):
                raise AssertionError(f"waited {within} s for {pattern!r}; last: {self._painted[-2_000:]!r}")
        self._painted = self._painted[found.end() :]
        return Seen(time.perf_counter() - self._started, self.cpu())

    def settle(self, within: float = 20.0) -> None:
        """Until nothing is painted any more."""
        end = time.perf_counter() + within
        while time.perf_counter() < end and self._read(QUIET):
            pass
        self._painted = b""

    def press(self, keys: str) -> None:
        """As if typed."""
        os.write(self._ours, keys.encode())

    def cpu(self) -> float:
        """CPU seconds so far."""
        total = 0
        for task in Path(f"/proc/{self._process.pid}/task").iterdir():
            with suppress(OSError):
                total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def most_memory(self) -> float:
        """The most it ever held, MB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found is not None
        return int(found.group(1)) / 1_024

    def _read(self, seconds: float) -> bool:
        if seconds <= 0 or not select.select([self._ours], [], [], seconds)[0]:
            return False
        try:
            self._painted += os.read(self._ours, 65_536)
        except OSError:  # it has ended
            return False
        return True

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._ours)
