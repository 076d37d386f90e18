"""Draws the desk for a web browser: textual's web driver, which also knows when nobody looks any more."""

from __future__ import annotations

import asyncio
import os
import signal
from functools import partial
from typing import Any

from textual import events
from textual.app import App
from textual.drivers.web_driver import WebDriver

from tui.shell import Shell

_PRELUDE = b"__GANGLION__\n"


class BrowserDriver(WebDriver):
    """One process may run two programs one after the other (the first run, then the desk): the line is opened once."""

    _opened = False

    def __init__(self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._write = partial(self._put, self.fileno)

    def start_application_mode(self) -> None:
        second = self._opened
        super().start_application_mode()
        if second:  # the page has said already that the keyboard is here, and will not say it again
            self._app.call_later(self._app.post_message, events.AppFocus())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._leave)

    def stop_application_mode(self) -> None:
        """Says no goodbye: the process may go on, and the tab is closed when it has ended."""
        self.exit_event.set()
        self._input_reader.close()
        if self._key_thread.is_alive():
            self._key_thread.join(1.0)  # or it takes the first keys of the program that follows

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if not self.exit_event.is_set():
            os.kill(os.getpid(), signal.SIGTERM)  # the other end is gone: so are the eyes and the hands

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        if packet_type == "quit":
            self._leave()
        else:
            super().on_meta(packet_type, payload)

    def _leave(self) -> None:
        """The tab was closed: nothing can be asked any more."""
        app = self._app
        app.call_later(app.leave_at_once if isinstance(app, Shell) else app.exit)

    @classmethod
    def _put(cls, descriptor: int, data: bytes) -> int:
        """Everything: a signal may cut a write short."""
        if data == _PRELUDE:
            if cls._opened:
                return 0
            cls._opened = True
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        return len(data)
