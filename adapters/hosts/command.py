"""A program of the user's that takes a file and prints its public address."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from adapters.contract import MediaItem
from adapters.errors import MediaHostError
from adapters.hosts.names import ending_of

TIMEOUT_SECONDS = 300.0
SAID_CHARACTERS = 200


class CommandHost:
    """`media: { host: command, command: [program, …] }`. No shell; the file's path is the last argument."""

    name: ClassVar[str] = "command"

    def __init__(self, command: Sequence[str], state_folder: Path, timeout: float = TIMEOUT_SECONDS) -> None:
        self._command = tuple(command)
        self._state_folder = state_folder
        self._timeout = timeout

    async def put(self, item: MediaItem) -> str:
        """Run it; its last line is the address. Raises MediaHostError."""
        # The store's names have no endings, and many programs tell the type by them.
        with tempfile.TemporaryDirectory(dir=self._state_folder, prefix="media-") as folder:
            path = Path(folder) / f"{item.sha256}.{ending_of(item.mime)}"
            try:
                await asyncio.to_thread(_same_file, item.path, path)
            except OSError as error:
                raise MediaHostError(f"the file {item.name or item.sha256[:12]} is not in the store") from error
            return _address(await self._run(path), self._command[0])

    async def _run(self, path: Path) -> str:
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command, str(path), stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe
            )
        except OSError as error:
            raise MediaHostError(f"the media command {self._command[0]} could not be started: {error}", "see media.command") from error
        try:
            async with asyncio.timeout(self._timeout):
                out, err = await process.communicate()
        except BaseException as error:
            if process.returncode is None:
                process.kill()
                await process.wait()
            if isinstance(error, TimeoutError):
                raise MediaHostError(f"the media command took longer than {self._timeout:g} s", "see media.command") from error
            raise
        if process.returncode != 0:
            raise MediaHostError(f"the media command ended with {process.returncode}: {_last_line(err) or 'no reason given'}")
        return _last_line(out)


def _same_file(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _last_line(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip()[:2_000] if lines else ""


def _address(line: str, program: str) -> str:
    parts = urlsplit(line)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not line.isascii() or any(sign.isspace() for sign in line):
        words = f"the media command {program} printed no address: '{line[:SAID_CHARACTERS]}'"
        raise MediaHostError(words, "its last line has to be an http(s) address in plain ASCII")
    return line
