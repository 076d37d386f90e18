"""The part of the service that tells people: looks at the table when it changed or a time has come, and sends what is due.

It runs beside firing and never in its way: everything slow happens in child processes.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import Connection

from config.workspace import Workspace
from scheduler.clock import HOUR, Clock
from scheduler.errors import DeskError
from scheduler.notices import choosing, rows
from scheduler.notices.choosing import DIGEST
from scheduler.notices.model import Letter, Message, Notice, Place
from scheduler.notices.sending import Sender
from scheduler.notices.summary import read_summary, summary_lines
from scheduler.notices.words import Names, message
from scheduler.phrases.book import Voice
from scheduler.store.statements import add_notice
from scheduler.store.store import Store

LOOK_SECONDS = 2.0
END_SECONDS = 3.0
"""A message on its way may still arrive when the service stops; then it is sent again at the next start."""
log = logging.getLogger("daypart.notices")


@dataclass(slots=True)
class Telling:
    """Tells until it is stopped."""

    store: Store
    clock: Clock
    workspace: Callable[[], Workspace]
    """daypart.yaml as it is now."""
    _task: asyncio.Task[None] | None = None
    _seen: int = -1
    """The store's version at the last look."""
    _known: Workspace | None = None
    _looked: int = 0
    _next: int = 0
    _sent_boot: int = -(10**15)
    """When something new was sent last."""
    _digest_day: int = 0
    _idle: asyncio.Event = field(default_factory=asyncio.Event)

    def start(self) -> None:
        """Begin. Must be called with a running loop."""
        self._idle.set()
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """What is on its way gets a moment."""
        if self._task is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(END_SECONDS):
                await self._idle.wait()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except DeskError as error:
                log.warning("notices wait: %s", error)
            except Exception:
                log.exception("telling people did not work; it is tried again")
            await self.clock.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Send what is due; costs nothing when nothing changed and no time has come."""
        now, version, workspace = self.clock.wall(), await self.store.data_version(), self.workspace()
        same = version == self._seen and workspace is self._known
        if same and self._looked <= now < self._next:
            return
        self._seen, self._known, self._looked = version, workspace, now
        if not workspace.notices.tells:
            self._next = now + HOUR
            return
        await self._write_summary(workspace, now)
        await self._tell(workspace, await self.store.read(rows.unsent), now)

    # ── the day's summary ──

    async def _write_summary(self, workspace: Workspace, now: int) -> None:
        """Once on each local day after its hour, when there is something to do."""
        tz, day = workspace.timezone, choosing.day_number(now, workspace.timezone)
        if day == self._digest_day or choosing.day_number(choosing.next_digest(now, workspace.notices.digest_at, tz), tz) == day:
            return

        def operation(conn: Connection) -> None:
            if rows.considered(conn, day):
                return
            rows.note_considered(conn, day)
            if read_summary(conn, (), now).asks_for_something:
                add_notice(conn, DIGEST, "", now, event_seq=day)

        if not await self.store.read(lambda conn: rows.considered(conn, day)):
            await self.store.write(operation, name="notice")
        self._digest_day = day

    # ── sending ──

    async def _tell(self, workspace: Workspace, waiting: Sequence[Notice], now: int) -> None:
        notices, tz, to = workspace.notices, workspace.timezone, choosing.places(workspace.notices)
        await self._settle_old(waiting, now)
        waiting = [notice for notice in waiting if not choosing.is_too_old(notice, now)]
        rested = self.clock.boot() - self._sent_boot >= choosing.BETWEEN
        due = choosing.ready(waiting, now, notices.digest_at, tz, rested=rested)
        self._next = self._next_look(waiting, due, notices.digest_at, tz, now)
        unwanted = choosing.nobody_wants(due, to)
        if unwanted:
            ids = [notice.id for notice in unwanted]
            await self.store.write(lambda conn: rows.settle(conn, ids, "no place in daypart.yaml asks for it", now), name="notice")
        letters = choosing.letters([notice for notice in due if notice not in unwanted], to)
        if letters:
            self._idle.clear()
            try:
                await self._deliver(workspace, letters, now)
            finally:
                self._idle.set()

    def _next_look(self, waiting: Sequence[Notice], due: Sequence[Notice], digest_at: str, tz: str, now: int) -> int:
        later = [choosing.due_at(notice, digest_at, tz) for notice in waiting if notice not in due]
        soon = [max(at, now) for at in later]
        return min([choosing.next_digest(now, digest_at, tz), *soon])

    async def _settle_old(self, waiting: Sequence[Notice], now: int) -> None:
        old = [notice.id for notice in waiting if choosing.is_too_old(notice, now)]
        if old:
            why = "it was days old when there was somebody to tell"
            await self.store.write(lambda conn: rows.settle(conn, old, why, now), name="notice")

    async def _deliver(self, workspace: Workspace, letters: Sequence[Letter], now: int) -> None:
        told = {notice.id: notice for letter in letters for notice in letter.notices}
        messages = await self._messages(workspace, letters, now)
        await self.store.write(lambda conn: rows.begin(conn, list(told.values()), now), name="notice")
        if any(not notice.tries for notice in told.values()):
            self._sent_boot = self.clock.boot()
        problems = await Sender(workspace.notices).send(messages)
        left = _left(letters, problems)
        end = self.clock.wall()
        await self.store.write(lambda conn: rows.finish(conn, left, end), name="notice")
        for name, problem in problems.items():
            log.warning("could not tell %s: %s; it is tried again", name, problem)
        for sent in messages:
            if sent.place.name not in problems:
                log.info("told %s: %s", sent.place.name, sent.title)

    async def _messages(self, workspace: Workspace, letters: Sequence[Letter], now: int) -> list[Message]:
        found = []
        for letter in letters:
            names = names_of(workspace, letter.place)
            summary = await self._summary(letter, names, now) if any(notice.kind == DIGEST for notice in letter.notices) else []
            if summary or any(notice.kind != DIGEST for notice in letter.notices):
                found.append(message(letter, names, summary))
        return found

    async def _summary(self, letter: Letter, names: Names, now: int) -> list[str]:
        summary = await self.store.read(lambda conn: read_summary(conn, letter.place.clients, now))
        return summary_lines(summary, names.tz, now, names.voice) if summary.asks_for_something else []


def names_of(workspace: Workspace, place: Place | None = None) -> Names:
    """What a workspace calls its clients; said as a place wants it, English without one."""
    told_in = (place.target.language if place.target is not None else None) or workspace.notices.language if place is not None else "en"
    clients = {name: client.name for name, client in workspace.clients.items()}
    return Names(workspace.name or "daypart", clients, workspace.timezone, Voice(told_in))


def _left(letters: Sequence[Letter], problems: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """Notice → places that still wait for it."""
    left: dict[int, dict[str, str]] = defaultdict(dict)
    for letter in letters:
        for notice in letter.notices:
            mine = left[notice.id]
            if letter.place.name in problems:
                mine[letter.place.name] = problems[letter.place.name]
    return left


def trial_messages(workspace: Workspace) -> list[Message]:
    """One message for every place, that says it is only a test."""
    return [_trial(names_of(workspace, place), place) for place in choosing.places(workspace.notices)]


def _trial(names: Names, place: Place) -> Message:
    title = f"[daypart] {names.workspace}: {names.voice.say('this is a test')}"
    return Message(place, title, names.voice.say("Notices arrive here. Nothing needs you."), urgent=False)
