"""Draws the desk on a terminal: textual's driver, which here outlives noise on the line, and saves before its window is gone."""

from __future__ import annotations

import asyncio
import os
import re
import selectors
import signal
import threading
from codecs import getincrementaldecoder
from contextlib import suppress
from time import monotonic
from typing import Protocol, runtime_checkable

from rich.cells import cell_len
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

TICK = 0.1
"""Seconds until an escape that nothing follows is the key."""
PATIENCE = 1.0
"""Seconds a slow line may take between two halves of an order."""
_HALF = re.compile(r"\x1b\[[<?\d;-]*\Z")
_MOUSE = re.compile(r"\x1b\[<([\d;-]*)[Mm]")
_SOUND = re.compile(r"\d{1,4};-?\d{1,5};-?\d{1,5}")
_BROKEN = re.compile(r"\x1b\[<[\d;-]*(?=[^\d;Mm-])")
_OLD_MOUSE = re.compile(rb"\x1b\[M[\x20-\xff]{3}")
"""A mouse in the way of 1980, which somebody else switched on."""
SAVING = 5.0
"""Seconds there are to save what was typed, once nobody can see it any more."""


@runtime_checkable
class Saves(Protocol):
    """A program in which somebody may be writing."""

    async def save_words(self) -> bool:
        """What is being written."""

    async def leave_at_once(self) -> None:
        """Without a question."""


class Line:
    """What comes from the terminal, without its noise: an order that came in halves is put together, and one of a mouse that is none
    is dropped. Else its letters would be taken for keys."""

    def __init__(self) -> None:
        self._decode = getincrementaldecoder("utf-8")("ignore").decode
        self._half, self._since = "", 0.0

    def take(self, data: bytes) -> str:
        """What may be acted on by now."""
        words = self._half + self._decode(_OLD_MOUSE.sub(b"", data))
        words = _BROKEN.sub("", _MOUSE.sub(lambda found: found[0] if _SOUND.fullmatch(found[1]) else "", words))
        half = _HALF.search(words)
        self._half, self._since = (half[0], monotonic()) if half else ("", 0.0)
        return words[: len(words) - len(self._half)]

    def rest(self) -> str:
        """Half an order whose end did not come: a key that begins like one."""
        if not self._half or monotonic() - self._since < PATIENCE:
            return ""
        half, self._half = self._half, ""
        return "" if half.startswith("\x1b[<") else half


def steady(data: str) -> str:
    """What is drawn, with each pictogram as wide as it was reckoned. A narrow sign that a selector makes a picture (❤️, ☀️) is two cells to
    some terminals and one to others, and there the rest of the line would move: it is drawn narrow, with a blank."""
    return _SELECTED.sub(_narrow, data) if PICTURE in data else data


def _narrow(found: re.Match[str]) -> str:
    sign, rest = found.groups()
    return f"{sign}{TEXT}{rest} " if cell_len(sign) == 1 and cell_len(found[0]) == 2 else found[0]


PICTURE, TEXT = "\ufe0f", "\ufe0e"
"""Behind a sign: draw it as a picture, or as a letter."""
_SELECTED = re.compile("(?<!\u200d)([^\x00-\x1f\u200d\ufe0f])\ufe0f(\u20e3?)(?!\u200d)")


class TerminalDriver(LinuxDriver):
    """Bytes that are no UTF-8 (an old mouse, a paste in another encoding) are no keys, and no end of the program either."""

    _going: asyncio.Task[None] | None = None

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]  # textual names no types here
        self._loop.add_signal_handler(signal.SIGTERM, self._leave)
        self._loop.add_signal_handler(signal.SIGHUP, self._hang_up)

    def stop_application_mode(self) -> None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            self._loop.remove_signal_handler(number)
        super().stop_application_mode()

    def write(self, data: str) -> None:
        super().write(steady(data))

    def run_input_thread(self) -> None:
        line, parser = Line(), XTermParser(self._debug)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(TICK):
                    found = self._read()
                    if not found:
                        self._gone()
                        return
                    words = line.take(found)
                else:
                    words = line.rest()
                try:
                    for message in [*(parser.feed(words) if words else ()), *parser.tick()]:
                        self.process_message(message)
                except Exception:  # an order that no terminal gives: what is half of it is forgotten
                    parser = XTermParser(self._debug)

    def _read(self) -> bytes:
        """Empty: nobody is there any more."""
        try:
            return os.read(self.fileno, 4_096)
        except OSError:
            return b""

    def _gone(self) -> None:
        if not self.exit_event.is_set():
            with suppress(RuntimeError):  # the loop has ended: so has the program
                self._loop.call_soon_threadsafe(self._hang_up)

    def _leave(self) -> None:
        """Somebody ends the program from outside: nothing can be asked."""
        app = self._app
        app.call_later(app.leave_at_once if isinstance(app, Saves) else app.exit)

    def _hang_up(self) -> None:
        """The window was closed: what was typed is saved, and nothing is drawn any more, which could only wait for ever."""
        if self._going is None:
            self._going = asyncio.ensure_future(self._save_and_die())

    async def _save_and_die(self) -> None:
        app = self._app
        overdue = threading.Timer(SAVING, _die)  # also where the loop itself stands, waiting for a terminal that takes nothing
        overdue.daemon = True
        overdue.start()
        with suppress(Exception):
            if isinstance(app, Saves):
                await app.save_words()
        _die()


def _die() -> None:
    """As the signal would have it."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGHUP)
