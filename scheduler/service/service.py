"""The publishing service: one process per store that fires what is approved and due, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from scheduler import sentlog, zones
from scheduler.accounts.tokens import Tokens
from scheduler.accounts.vault import Vault
from scheduler.clock import Clock, SystemClock
from scheduler.engine import doubt, takeover
from scheduler.engine.context import Context, Identity
from scheduler.engine.doubt import Doubt
from scheduler.engine.engine import Engine
from scheduler.errors import BusyError, DeskError
from scheduler.figures.collecting import Collecting
from scheduler.keeping.chores import Chores
from scheduler.machine import boot_id
from scheduler.notices.dead_man import SignOfLife
from scheduler.notices.telling import Telling
from scheduler.running import lock_file
from scheduler.sentlog import Epoch, SentHistory
from scheduler.service import systemd
from scheduler.service.fire import ClockGuard, Fire
from scheduler.service.outside import Wiring
from scheduler.store import schema, sqlite
from scheduler.store.journal import Moment
from scheduler.store.statements import ACCOUNT, NODE, add_notice, get_meta, next_epoch
from scheduler.store.store import Store, prepare_folder

DRAIN_SECONDS = 75.0
"""Longer than a commit may take, shorter than the 90 s a service manager waits."""
log = logging.getLogger("daypart.service")


async def run_service(
    root: Path, *, stop: asyncio.Event, clock: Clock | None = None, ready: Callable[[], None] | None = None, wiring: Wiring | None = None
) -> None:
    """Publish for the workspace at `root` until `stop` is set, then let what is on its way end.

    Raises BusyError when a service runs already, SettingsError for a refused state folder or damaged settings, DiskError."""
    if wiring is None:
        from scheduler.service.wiring import wire  # deferred: loads the workspace's files and its key

        wiring = wire(root, clock or SystemClock())
    clock = clock or SystemClock()
    prepare_folder(wiring.state)
    lock = sqlite.FileLock(lock_file(wiring.state))
    try:
        _only_one(lock)
        store = await asyncio.to_thread(Store.open, wiring.state, clock, migrate=True)
        try:
            await _serve(Service(wiring, store, clock), stop, ready)
        finally:
            await store.close()
    finally:
        if wiring.close is not None:
            await wiring.close()
        lock.close()


def _only_one(lock: sqlite.FileLock) -> None:
    if not lock.try_acquire():
        holder = lock.holder()
        raise BusyError(f"A publishing service runs already: {holder or 'another process'}.", "Stop it first, or leave it running.")


async def _serve(service: Service, stop: asyncio.Event, ready: Callable[[], None] | None) -> None:
    await service.start()
    try:
        systemd.notify(systemd.READY)
        if ready is not None:
            ready()
        await stop.wait()
    finally:
        systemd.notify(systemd.STOPPING)
        await service.stop()


class Service:
    """One run of the publishing service on an open store whose lock is held."""

    def __init__(self, wiring: Wiring, store: Store, clock: Clock) -> None:
        self._wiring = wiring
        self._store = store
        self._clock = clock
        self._chance = random.Random()
        self._guard = ClockGuard(clock)
        self._media: asyncio.Task[None] | None = None
        self._news: asyncio.Task[bool] | None = None
        self._engine: Engine | None = None
        self._fire: Fire | None = None
        self._telling: Telling | None = None
        self._sign: SignOfLife | None = None
        self._collecting: Collecting | None = None
        self._reach: asyncio.Task[None] | None = None
        self._chores = Chores(store, clock)
        self._node = ""

    async def start(self) -> None:
        """Take the store over from whoever had it, then begin to fire."""
        moment = Moment(self._clock.wall(), self._clock.boot(), boot_id())
        history = await asyncio.to_thread(sentlog.read_newest, self._store.sent_log)
        in_doubt = await self._begin(moment, history)
        if in_doubt and not in_doubt.looked:  # then what was settled long ago may be news to this store
            history = await asyncio.to_thread(sentlog.read, self._store.sent_log)
        ctx = self._context(moment)
        await self._store.write(lambda conn: takeover.reconcile(conn, history, moment=moment, actor=ctx.actor), name="start")
        ctx.strangers = await self._store.read(lambda conn: takeover.strangers(conn, history))
        await takeover.take_all(ctx)
        await self._follow_zones(moment.wall, ctx.actor)
        if in_doubt:
            await self._store.write(lambda conn: takeover.look_for_all(conn, moment=moment, actor=ctx.actor), name="start")
            ctx.doubted_to = in_doubt.last_id
        self._start_media()
        if self._wiring.reach is not None:
            self._reach = asyncio.get_running_loop().create_task(self._wiring.reach.follow(self._store))
        self._engine = Engine(ctx)
        self._fire = Fire(self._engine, self._guard, self._server_time, ctx.tokens.renew_due)
        self._fire.start()
        self._start_telling(self._fire)
        self._start_collecting(ctx.tokens)
        self._chores.start()

    async def stop(self) -> None:
        """No new work; what is on its way ends, and is cut off after a while."""
        if self._collecting is not None:
            await self._collecting.stop()
        if self._sign is not None:
            await self._sign.stop()
        if self._engine is not None:
            await self._engine.begin_nothing_new()
        if self._fire is not None:
            await self._fire.stop()
        if self._engine is not None:
            cut_off = await self._engine.drain(DRAIN_SECONDS)
            if cut_off:
                log.warning("%d deliveries were cut off; they are looked up at the next start", cut_off)
            await self._engine.ctx.tokens.settle()
        if self._telling is not None:
            await self._telling.stop()
        if self._media is not None:
            self._media.cancel()
            await asyncio.gather(self._media, *([self._news] if self._news else []), return_exceptions=True)
        if self._reach is not None:
            self._reach.cancel()
            await asyncio.gather(self._reach, return_exceptions=True)
        await self._chores.stop()
        await self._say_goodbye()

    async def _begin(self, moment: Moment, history: SentHistory) -> Doubt | None:
        """Count this start; returns the doubt the store is in, also one of an earlier start."""
        path = self._store.path

        def operation(conn: Connection) -> int:
            why = takeover.doubts(conn, history, schema.moved_from(conn, path))
            if why is not None:
                takeover.enter_safe_mode(conn, why, moment.wall)
            epoch = max(next_epoch(conn), history.epoch + 1)
            schema.remember(conn, path, epoch)
            conn.execute(update(ACCOUNT).where(ACCOUNT.c.refresh_owner.startswith("node-")).values(refresh_owner=None))
            conn.execute(insert(NODE).values(_node_row(epoch, moment)))
            self._guard.recall(conn, moment.boot_id)
            self._guard.remember(conn, moment.boot_id)
            return epoch

        epoch = await self._store.write(operation, name="start")
        store_id = await self._store.read(lambda conn: get_meta(conn, "workspace_id") or "")
        await self._store.write(lambda conn: True, name="start", before_send=Epoch(epoch, store_id, moment.wall))
        self._node = f"node-{epoch}"
        return await self._store.read(doubt.recall)

    async def _follow_zones(self, now: int, actor: str) -> None:
        version = zones.data_version()
        moves = await self._store.write(lambda conn: zones.follow_data(conn, version, now, actor), name="start")
        for move in moves:
            log.warning("with time zone data %s: %s", version, zones.move_words(move))

    def _context(self, moment: Moment) -> Context:
        tokens = Tokens(self._store, Vault(self._wiring.cipher), self._clock, self._wiring.build, self._node)
        me = Identity(self._node, moment.boot_id, moment.wall, moment.boot)
        return Context(self._store, self._clock, tokens, self._wiring.build, self._chance, me, lambda: self._guard.trusted)

    def _start_media(self) -> None:
        if self._wiring.serve_media is not None:
            self._media = asyncio.get_running_loop().create_task(self._wiring.serve_media())
            self._media.add_done_callback(self._media_ended)

    def _media_ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is None:
            return
        log.error("the media server ended: %s", task.exception())
        words, now = f"The media server ended, so platforms cannot fetch pictures: {task.exception()}", self._clock.wall()
        self._news = task.get_loop().create_task(
            self._store.write(lambda conn: add_notice(conn, "service", words, now, event_seq=now), name="notice")
        )

    def _start_telling(self, fire: Fire) -> None:
        """Who must act is told, and somebody outside hears that we live."""
        workspace, fetch = self._wiring.workspace, self._wiring.fetch
        if workspace is None:
            return
        self._telling = Telling(self._store, self._clock, workspace)
        self._telling.start()
        if fetch is not None:
            self._sign = SignOfLife(self._store, self._clock, workspace, fetch, lambda: fire.lives)
            self._sign.start()

    def _start_collecting(self, tokens: Tokens) -> None:
        """What readers did with the posts is read beside everything else."""
        workspace = self._wiring.workspace
        if workspace is not None:
            self._collecting = Collecting(self._store, self._clock, tokens, self._wiring.build, lambda: workspace().timezone)
            self._collecting.start()

    async def _server_time(self) -> int | None:
        servers = await self._store.read(lambda conn: list(conn.execute(select(ACCOUNT.c.server).distinct()).scalars()))
        for server in servers:
            told = await self._wiring.server_time(server)
            if told is not None:
                return told
        return None

    async def _say_goodbye(self) -> None:
        now, node = self._clock.wall(), self._node
        with suppress(DeskError):
            await self._store.write(
                lambda conn: conn.execute(update(NODE).where(NODE.c.id == node).values(stopped_at=now)).rowcount, name="start"
            )


def _node_row(epoch: int, moment: Moment) -> dict[str, object]:
    return {
        "id": f"node-{epoch}",
        "boot_id": moment.boot_id,
        "started_at": moment.wall,
        "beat": moment.wall,
        "pid": os.getpid(),
        "version": _version(),
    }


def _version() -> str:
    try:
        return version("daypart")
    except PackageNotFoundError:
        return "0"
