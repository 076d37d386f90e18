"""Hands messages over: to apprise in a child process, to a program of the user's, to the desktop. Never waits longer than it says.

Problems come back in words that hold no secret.
"""

from __future__ import annotations

import asyncio
import html
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.notices import Notices, NoticeTarget, secrets_in, without_secrets
from config.secrets import redactor
from scheduler.clean import shorten
from scheduler.notices.model import COMMAND, Message

COURIER = Path(__file__).with_name("courier.py")
COURIER_SECONDS = 45.0
PROGRAM_SECONDS = 30.0
ADDRESS_SECONDS = 10.0
LONGEST_PROBLEM = 200
_DESKTOP_SCRIPT = "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run"
_DESKTOP_WORDS = 400


class NoAddressError(Exception):
    """An address cannot be had; `str()` says why, without showing it."""


@dataclass(slots=True)
class Sender:
    """Sends messages as daypart.yaml says."""

    notices: Notices
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    async def send(self, messages: Sequence[Message]) -> dict[str, str]:
        """Place → problem, for each message that was not taken. Every place gets at most one message."""
        addressed = [message for message in messages if message.place.target is not None]
        others = [message for message in messages if message.place.target is None]
        answers = await asyncio.gather(self._courier(addressed, send=True), *(self._program(message) for message in others))
        return {name: problem for answer in answers for name, problem in answer.items()}

    async def check(self, messages: Sequence[Message]) -> dict[str, str]:
        """As `send`, but nothing leaves: only addresses are read."""
        return await self._courier([message for message in messages if message.place.target is not None], send=False)

    # ── apprise ──

    async def _courier(self, messages: Sequence[Message], *, send: bool) -> dict[str, str]:
        problems: dict[str, str] = {}
        addresses: dict[str, str] = {}
        for message in messages:
            assert message.place.target is not None
            try:
                addresses[message.place.name] = await address_of(message.place.target, self.environ)
            except NoAddressError as error:
                problems[message.place.name] = str(error)
        orders = [_order(message, addresses[message.place.name]) for message in messages if message.place.name in addresses]
        if not orders:
            return problems
        found = await _run_courier(json.dumps({"send": send, "letters": orders}).encode())
        for name, address in addresses.items():
            problem = found.get(name, f"no answer in {COURIER_SECONDS:.0f} s")
            if problem is not None:
                problems[name] = _shown(without_secrets(problem, address))
        return problems

    # ── programs ──

    async def _program(self, message: Message) -> dict[str, str]:
        if message.place.name == COMMAND:
            given = f"{message.title}\n\n{message.body}\n".encode()
            problem = await _run_program(self.notices.command, given, {**self.environ, "DAYPART_NOTICE_TITLE": message.title})
        else:
            problem = await _run_program(_desktop(message), b"", self.environ)
        return {} if problem is None else {message.place.name: _shown(problem)}


def _order(message: Message, address: str) -> dict[str, object]:
    return {"name": message.place.name, "url": address, "title": message.title, "body": message.body, "urgent": message.urgent}


def _shown(problem: str) -> str:
    return shorten(redactor.clean(problem), LONGEST_PROBLEM)


async def address_of(target: NoticeTarget, environ: Mapping[str, str]) -> str:
    """The address of a place, its secrets known to the log's redactor from now on. Raises NoAddressError."""
    if target.url_env is not None:
        address = environ.get(target.url_env, "").strip()
        if not address:
            raise NoAddressError(f"the environment variable {target.url_env} is not set where this runs")
    elif target.url_command:
        address = await _printed(target.url_command, environ)
    else:
        address = target.url or ""
    if "://" not in address:
        raise NoAddressError(f"what {target.url_env or 'url_command'} gives is no address, as mailto://…")
    redactor.register(address, *secrets_in(address))
    return address


async def _printed(command: Sequence[str], environ: Mapping[str, str]) -> str:
    """The first line that a program prints. Its words are never shown: they are the secret."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, env=dict(environ)
        )
    except OSError as error:
        raise NoAddressError(f"url_command: {command[0]} cannot be run: {(error.strerror or 'error').lower()}") from error
    out, _ = await _within(process, None, ADDRESS_SECONDS)
    if process.returncode != 0 or not out.strip():
        raise NoAddressError(f"url_command: {command[0]} gave no address")
    return out.decode(errors="replace").strip().splitlines()[0].strip()


async def _run_courier(order: bytes) -> dict[str, str | None]:
    """Letter → problem or None; letters that got no answer in time are missing."""
    process = await asyncio.create_subprocess_exec(
        # -P and a path: only this file and apprise are loaded, whatever lies in the working folder
        sys.executable, "-P", str(COURIER),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    found: dict[str, str | None] = {}
    try:
        async with asyncio.timeout(COURIER_SECONDS):
            process.stdin.write(order)
            process.stdin.close()
            async for line in process.stdout:
                answer = json.loads(line)
                found[str(answer["name"])] = answer["problem"]
    except (TimeoutError, OSError, ValueError):
        pass  # what did not answer is tried again
    finally:
        await _end(process)
    return found


async def _run_program(command: Sequence[str], given: bytes, environ: Mapping[str, str]) -> str | None:
    """A program of the user's, without a shell. None: it ended well."""
    name = command[0]
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE, env=dict(environ)
        )
    except OSError as error:
        return f"{name} cannot be run: {(error.strerror or 'error').lower()}"
    _, said = await _within(process, given, PROGRAM_SECONDS)
    if process.returncode == 0:
        return None
    lines = said.decode(errors="replace").strip().splitlines()
    return f"{name} ended with {process.returncode}{': ' + lines[-1] if lines else ''}"


async def _within(process: asyncio.subprocess.Process, given: bytes | None, seconds: float) -> tuple[bytes, bytes]:
    """What a program says until it ends; it is ended after a while."""
    try:
        async with asyncio.timeout(seconds):
            out, error = await process.communicate(given)
            return out or b"", error or b""
    except TimeoutError:
        return b"", f"no end in {seconds:.0f} s".encode()
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        try:
            process.kill()
        except ProcessLookupError:
            return
    await process.wait()


def _desktop(message: Message) -> list[str]:
    """The program that shows a message on this computer's desktop. Its text is an argument, never part of a script."""
    body = shorten(message.body, _DESKTOP_WORDS)
    if sys.platform == "darwin":
        return ["osascript", "-e", _DESKTOP_SCRIPT, message.title, body]
    urgency = "critical" if message.urgent else "normal"
    return ["notify-send", "--app-name=daypart", f"--urgency={urgency}", "--", message.title, html.escape(body, quote=False)]
