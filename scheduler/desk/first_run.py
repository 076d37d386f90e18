"""From an empty folder to a first post: a workspace, pretend platforms, a service, and the first words on their way."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from config.beginnings import account_name, write_own, write_trial
from scheduler.clean import clean_line
from scheduler.clock import Clock
from scheduler.desk.accounts.naming import server_named
from scheduler.desk.desk import Desk
from scheduler.desk.serving import PATIENCE, start_process, start_service
from scheduler.desk.views import DeliveryQuery, DeliveryView
from scheduler.errors import UnreachableError, UsageError
from scheduler.store.store import prepare_folder
from scheduler.workspace import WORKSPACE_FILE, state_folder

LEDGER = "sandbox.jsonl"
"""In the state folder: what became public on the pretend platforms; says also that this workspace is a trial."""
SENDS_WITHIN = 90.0
"""Seconds to wait for the first post; usually it takes two."""
Say = Callable[[str], None]


class Company:
    """The pretend platforms and the service of a trial: processes that end with this one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.state = state_folder(root)
        self._processes: list[subprocess.Popen[str]] = []

    def start_sandbox(self, port: int = 0) -> str:
        """Pretend platforms on this computer; returns their address. Raises UnreachableError."""
        prepare_folder(self.state)
        order = ("sandbox", "--quiet", "--port", str(port), "--ledger", str(self.state / LEDGER))
        process = start_process(self.root, *order, log=subprocess.PIPE, detached=False)
        self._processes.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            return str(json.loads(line)["url"])
        except (ValueError, KeyError, TypeError):
            raise UnreachableError("the pretend platforms did not start", f"try them alone: daypart sandbox --port {port}") from None

    def start_service(self) -> None:
        """The publishing service of the trial. Raises UnreachableError."""
        self._processes.append(start_service(self.root, self.state, detached=False))

    def close(self) -> None:
        """End what was started; what the service has begun it finishes."""
        for process in reversed(self._processes):
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
        self._processes.clear()


@dataclass(frozen=True, slots=True)
class FirstPost:
    """What became of the first words."""

    post: str
    sent: tuple[DeliveryView, ...]
    seconds: float


class FirstRun:
    """A folder without a workspace, and somebody who wants to see a post go out."""

    def __init__(self, root: Path, clock: Clock | None = None) -> None:
        self.root = root
        self.company: Company | None = None
        self.desk: Desk | None = None
        self._clock = clock

    async def try_it(self, name: str, words: str, say: Say) -> FirstPost:
        """The whole way on pretend platforms. `words` were shown as exactly what goes out, and the person said yes.

        Raises UsageError where a workspace is already or nothing was written, UnreachableError, DiskError."""
        name, words = _given(name, "a name"), words.strip()
        _given(words, "a few words")
        begun = time.monotonic()
        say("starting a pretend Bluesky and a pretend Mastodon on this computer")
        url = await asyncio.to_thread(self._stage)
        await asyncio.to_thread(_write, write_trial, self.root, name, url)
        self.desk = desk = await Desk.open(self.root, clock=self._clock)
        desk.service_ends_with_desk = True
        for account in await desk.accounts():
            say(f"signing in to {account.platform_name} as {account.handle}")
            await desk.connect(account.name, f"sandbox-{account.handle}")
        say("starting the publishing service")
        assert self.company is not None
        await asyncio.to_thread(self.company.start_service)
        say("approving exactly your words, and sending them")
        post = await _approved(desk, words)
        sent = await _sent(desk, post)
        return FirstPost(post, sent, time.monotonic() - begun)

    async def own(self, name: str, platform: str, handle: str, server: str = "") -> str:
        """A workspace with one real account; returns the account's name, which waits to be connected. Raises UsageError."""
        name, handle = _given(name, "a name"), _given(handle, "the account's handle")
        server = server_named(platform, handle, server)
        await asyncio.to_thread(_write, write_own, self.root, name, platform, handle, server)
        self.desk = await Desk.open(self.root, clock=self._clock)
        return account_name(name, platform)

    def _stage(self) -> str:
        if (self.root / WORKSPACE_FILE).exists():
            raise UsageError(f"there is a {WORKSPACE_FILE} in {self.root} already", "`daypart` opens it")
        self.root.mkdir(parents=True, exist_ok=True)
        self.company = self.company or Company(self.root)
        return self.company.start_sandbox()

    async def close(self) -> None:
        """Let go of everything."""
        if self.desk is not None:
            await self.desk.close()
        if self.company is not None:
            await asyncio.to_thread(self.company.close)


async def resume(desk: Desk) -> Company | None:
    """The processes of a trial that is opened once more; None where the workspace is none, or all of it runs already."""
    if not (desk.store.folder / LEDGER).exists():
        return None
    ports = {urlsplit(account.base).port for account in desk.workspace.accounts.values() if account.base.startswith("http://127.0.0.1:")}
    port = next(iter(ports), None)
    if port is None:
        return None  # only real accounts are left: their service is their people's business
    company = Company(desk.root)
    try:
        if not _answers(port):
            await asyncio.to_thread(company.start_sandbox, port)
        if not desk.has_service():
            await asyncio.to_thread(company.start_service)
            desk.service_ends_with_desk = True
    except BaseException:  # interrupted or not: what was started for the trial ends with it
        await asyncio.to_thread(company.close)
        raise
    return company


async def _approved(desk: Desk, words: str) -> str:
    accounts = await desk.accounts()
    language = next((account.languages[0] for account in accounts if account.languages), "en")
    title = clean_line(words)[:40]
    made = await desk.new_post(title=title, text={language: words}, accounts=[a.name for a in accounts], when="now")
    for delivery in made.deliveries:
        item = await desk.review(delivery.key)
        if item.blocked:
            raise UsageError(f"it does not fit on {delivery.platform_name}: {item.blocked}", "shorten it in the desk: `daypart`, then 3")
        await desk.approve(delivery.key, item.digest)
    return made.post


async def _sent(desk: Desk, post: str) -> tuple[DeliveryView, ...]:
    """Wait until nothing of it is on its way any more."""
    end = time.monotonic() + SENDS_WITHIN
    while True:
        found = [view for view in await desk.deliveries(DeliveryQuery()) if view.post == post]
        if all(view.state in ("published", "refused", "missed", "ask", "cancelled") for view in found):
            return tuple(found)
        if time.monotonic() > end:
            raise UnreachableError("the post has not gone out yet", "the Outbox (5) says what it waits for")
        await asyncio.sleep(0.1)


def _given(words: str, what: str) -> str:
    found = clean_line(words)
    if not found:
        raise UsageError(f"please write {what}", "one line is enough")
    return found


def _write(write: Callable[..., list[Path]], root: Path, *words: str) -> None:
    root.mkdir(parents=True, exist_ok=True)
    try:
        write(root, *words)
    except FileExistsError as error:
        raise UsageError(f"there is a {os.path.basename(str(error.filename))} in {root} already", "`daypart` opens it") from error


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        return True
    return False
