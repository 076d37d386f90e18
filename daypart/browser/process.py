"""One tab's desk: a process of its own that ends with the tab, whatever it is doing."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

PRELUDE = b"__GANGLION__\n"
"""The driver's first line; what comes before is not for the screen."""
PATIENCE = ((None, 6.0), (signal.SIGTERM, 3.0), (signal.SIGKILL, 10.0))
"""How a desk is told to leave, and how long it may take: first politely, so that the last words typed are saved."""
_DRIVER = {"TEXTUAL_DRIVER": "tui.browser:BrowserDriver", "TEXTUAL_COLOR_SYSTEM": "truecolor", "TERM_PROGRAM": "browser"}
_LAST_WORDS = 4_000


class DeskProcess(AppService):
    """Speaks the protocol of textual's web driver. Without a shell in between, so that a signal reaches the desk itself."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        write_bytes: Callable[[bytes], Awaitable[None]],
        write_str: Callable[[str], Awaitable[None]],
        downloads: DownloadManager,
    ) -> None:
        super().__init__("", write_bytes=write_bytes, write_str=write_str, close=self._close, download_manager=downloads)
        self.when_ended: Callable[[], Awaitable[None]] | None = None
        self._argv = tuple(command)
        self._ending: asyncio.Task[None] | None = None
        self._said = b""

    @property
    def last_words(self) -> str:
        """What it said outside of the screen: a goodbye, or why it could not begin."""
        return self._said.decode("utf-8", "replace").strip()

    async def start(self, width: int, height: int) -> None:
        """Begin; what it shows goes to the tab from now on."""
        environment = {**os.environ, **_DRIVER, "COLUMNS": str(width), "ROWS": str(height)}
        process = await asyncio.create_subprocess_exec(*self._argv, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment)
        self._process, self._stdin = process, process.stdin
        self._task = asyncio.create_task(self.run())

    async def run(self) -> None:
        """Hand on what it shows, until it has ended; then the tab is told."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        listening = asyncio.create_task(self._listen(process))
        with suppress(asyncio.IncompleteReadError, ConnectionError, ValueError):
            await self._hand_on(process.stdout)
        while await process.stdout.read(65_536):
            pass  # nobody looks any more; left in the pipe, it would keep the process from ending
        await listening
        with suppress(ConnectionError):
            await self._close()

    async def on_meta(self, data: bytes) -> None:
        """Only addresses of the web are opened, and the tab closes when the process has ended, not before."""
        said = json.loads(data)
        if said.get("type") == "exit" or (
            said.get("type") == "open_url" and urlsplit(str(said.get("url"))).scheme not in ("http", "https")
        ):
            return
        await super().on_meta(data)

    async def stop(self) -> None:
        """End it, and wait until it has ended; more than once does no harm."""
        if self._task is not None:
            self._ending = self._ending or asyncio.create_task(self._end())
            await asyncio.shield(self._ending)

    async def _end(self) -> None:
        process = self._process
        assert process is not None
        ended = asyncio.create_task(process.wait())
        await self._download_manager.cancel_app_downloads(app_service_id=self.app_service_id)
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await self.send_meta({"type": "quit"})
        self.stdin.close()
        for number, seconds in PATIENCE:
            if number is not None and process.returncode is None:
                with suppress(ProcessLookupError):
                    process.send_signal(number)
            await asyncio.wait({ended}, timeout=seconds)
            if ended.done():
                return

    async def _close(self) -> None:
        if self.when_ended is not None:
            await self.when_ended()

    async def _hand_on(self, stdout: asyncio.StreamReader) -> None:
        while (line := await stdout.readline()) != PRELUDE:
            if not line:
                return
        take = {b"D": self.on_data, b"M": self.on_meta, b"P": self.on_packed}
        while True:
            kind = await stdout.readexactly(1)
            size = int.from_bytes(await stdout.readexactly(4), "big")
            payload = await stdout.readexactly(size)
            if kind not in take:
                raise ValueError("that is not the web driver's protocol")
            await take[kind](payload)

    async def _listen(self, process: Process) -> None:
        assert process.stderr is not None
        while piece := await process.stderr.read(4_096):
            self._said = (self._said + piece)[-_LAST_WORDS:]
