"""A terminal of our own: a program runs on it as on a person's, its keys are sent, its screen is read, it is killed as a whole."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.cells import cell_len

from tests.daypart.rig import Place, until

_TOKEN = re.compile(
    r"\x1b\[([?<>=]?)([\d;]*)[ $]?([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1bP.*?\x1b\\|\x1b[()][A-Z0-9]|\x1b[=>78cDEHM]|.", re.S
)
KEYS = {"enter": "\r", "escape": "\x1b", "down": "\x1b[B", "up": "\x1b[A", "ctrl+s": "\x13", "ctrl+c": "\x03"}


class Screen:
    """What a terminal shows, of those orders that programs here give: go there, write, clear."""

    def __init__(self, columns: int, rows: int) -> None:
        self._columns, self._rows = columns, rows
        self._cells = [[" "] * columns for _ in range(rows)]
        self._x = self._y = 0
        self._rest = ""

    @property
    def text(self) -> str:
        """Line by line."""
        return "\n".join("".join(line).rstrip() for line in self._cells)

    def feed(self, text: str) -> None:
        """What the program wrote; an order that is not whole yet waits for its end."""
        text, self._rest = self._rest + text, ""
        cut = text.rfind("\x1b")
        if cut >= 0 and len(text) - cut < 64 and not re.match(r"\x1b(\[[?<>=]?[\d;]*[@-~]|[()][A-Z0-9]|[=>78cDEHM]|\])", text[cut:]):
            text, self._rest = text[:cut], text[cut:]
        for token in _TOKEN.finditer(text):
            self._take(token)

    def _take(self, token: re.Match[str]) -> None:
        word = token.group()
        if word[0] == "\x1b":
            self._order(token.group(1) or "", token.group(2) or "", token.group(3) or "")
        elif word == "\r":
            self._x = 0
        elif word == "\n":
            self._newline()
        elif word >= " ":
            self._write(word)

    def _order(self, private: str, numbers: str, verb: str) -> None:
        values = [int(number or 0) for number in numbers.split(";")] if numbers else []
        if private:
            return
        if verb in "Hf":
            row, column = [*values, 1, 1][:2] if len(values) < 2 else values[:2]
            self._y, self._x = min(max(row, 1), self._rows) - 1, min(max(column, 1), self._columns) - 1
        elif verb == "J" and 2 in values:
            self._cells = [[" "] * self._columns for _ in range(self._rows)]
        elif verb == "K":
            self._cells[self._y][self._x :] = [" "] * (self._columns - self._x)

    def _newline(self) -> None:
        if self._y + 1 < self._rows:
            self._y += 1
        else:
            self._cells = [*self._cells[1:], [" "] * self._columns]

    def _write(self, letter: str) -> None:
        width = cell_len(letter)
        if self._x + width > self._columns:
            return
        if width == 0:
            return
        self._cells[self._y][self._x] = letter
        for more in range(1, width):
            self._cells[self._y][self._x + more] = ""
        self._x += width


class Terminal:
    """`daypart …` on a terminal."""

    def __init__(self, place: Place, *args: str, columns: int = 100, rows: int = 30, env: Mapping[str, str] | None = None) -> None:
        self._screen = Screen(columns, rows)
        self._reading = threading.Lock()
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        mine = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "TEXTUAL_ANIMATIONS": "none"}
        known = place.program.environment({**mine, **place.env, **(env or {})})
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.daypart.typed", *args],
            cwd=place.root,
            env={**known, "LC_ALL": "C.UTF-8"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        # the reader's end is its own: a number that is closed under a thread soon belongs to somebody else's pipe, and is read empty
        self._reader = threading.Thread(target=self._read, args=(os.dup(self._master),), daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()
        os.close(self._master)

    @property
    def pid(self) -> int:
        """Of the program."""
        return self.process.pid

    @property
    def text(self) -> str:
        """What is on the screen."""
        with self._reading:
            return self._screen.text

    def _read(self, descriptor: int) -> None:
        held = b""
        try:
            while found := os.read(descriptor, 65_536):
                held += found
                whole = held.decode("utf-8", "ignore")
                held = held[len(whole.encode()) :]
                with self._reading:
                    self._screen.feed(whole)
        except OSError as error:
            if error.errno != errno.EIO:  # nobody writes to it any more
                raise
        finally:
            os.close(descriptor)

    def see(self, *words: str, within: float = 60.0) -> None:
        """Wait until all of these are on the screen."""
        try:
            until(lambda: all(word in self.text for word in words), f"{words} on the screen", within)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.text}") from error

    def press(self, *keys: str) -> None:
        """Keys by name, or letters."""
        for key in keys:
            os.write(self._master, KEYS.get(key, key).encode())

    def noise(self, data: bytes) -> None:
        """What no key sends."""
        os.write(self._master, data)

    def kill(self) -> None:
        """End it at once, with all it started in the same session."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def wait(self) -> int:
        """Until it has ended; returns its code."""
        return self.process.wait(60)


def files_of(place: Place) -> Path:
    """The state folder."""
    return place.root / ".daypart"
