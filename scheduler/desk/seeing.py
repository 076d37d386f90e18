"""Looking at things: status line, lists, calendar, histories. Nothing here writes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import date

from sqlalchemy import Connection, text

from adapters.limits import platform_name
from scheduler import zones
from scheduler.clean import clean, clean_line
from scheduler.desk.calendar.days import Days, read_calendar
from scheduler.desk.calendar.views import Filter
from scheduler.desk.noticing import Noticing
from scheduler.desk.room import LOOPBACK
from scheduler.desk.rows import read_deliveries, read_delivery, read_holds, read_next
from scheduler.desk.views import AccountView, CalendarRow, DeliveryQuery, DeliveryView, EventView, Overview, ServiceView
from scheduler.desk.words import ENDING, called
from scheduler.errors import DeskError
from scheduler.scene import ClientView, HoldView
from scheduler.store.statements import set_meta
from scheduler.when import clock_words, day_words

ALL = DeliveryQuery()
TRY_AGAIN = 2.0
"""Seconds between two tries to write a store that could not be written."""
# each part is counted from an index alone where no client is asked for: a line that is drawn four times a second
_PLANNED = "SELECT count(*) FROM delivery WHERE state IN ('queued', 'claimed')"
_LATER_PARTS = "SELECT count(*) FROM delivery WHERE parent_id > 0 AND (state || '') IN ('queued', 'claimed')"  # by parent, not by state
_TO_APPROVE = (
    "SELECT count(*) FROM delivery WHERE state = 'draft' AND parent_id IS NULL AND content_id IS NOT NULL AND due IS NOT NULL"
    " AND coalesce(reason_code, '') <> 'sent_back'"
)
_NEEDS_YOU = "SELECT count(*) FROM delivery WHERE state IN ('ask', 'refused', 'missed')"


class Seeing(Noticing):
    """Reading actions; the status line also says whose notices wait."""

    async def overview(self, client: str | None = None) -> Overview:
        """The status line, of everything or of one client."""
        return await self.store.read(lambda conn: self._overview(conn, client))

    def _overview(self, conn: Connection, client: str | None) -> Overview:
        def count(sql: str) -> int:
            mine = " AND client = :client" if client else ""
            return int(conn.execute(text(sql + mine), {"client": client} if client else {}).scalar_one())

        scene = self.scene(conn)
        untold, untold_words = self._untold(conn)
        return Overview(
            workspace=self.name,
            sandbox=self._is_sandbox(),
            tz=self.tz,
            planned=count(_PLANNED) - count(_LATER_PARTS),
            to_approve=count(_TO_APPROVE),
            needs_you=count(_NEEDS_YOU) + self._to_reconnect(conn),
            next=read_next(conn, client, scene),
            holds=tuple(scene.holds),
            service=self._service(conn),
            untold=untold,
            untold_words=untold_words,
            moved=self._moved_with_zones(conn, client),
            outage=self.outage(conn),
            unsaved=str(self.store.refused or ""),
        )

    def _moved_with_zones(self, conn: Connection, client: str | None) -> tuple[str, ...]:
        moves = zones.last_moves(conn, self.clock.wall())
        accounts = {name for name in self.workspace.accounts if client is None or self.workspace.client_of(name) == client}
        return tuple(zones.move_words(move) for move in moves if move.key.partition("@")[2].partition("#")[0] in accounts)

    def _is_sandbox(self) -> bool:
        """All accounts are on this computer: nothing of this workspace can leave it."""
        bases = [account.base for account in self.workspace.accounts.values() if account.supported]
        return bool(bases) and all(base.startswith(LOOPBACK) for base in bases)

    def _to_reconnect(self, conn: Connection) -> int:
        return int(conn.execute(text("SELECT count(*) FROM account WHERE state = 'reauth' AND token_enc IS NOT NULL")).scalar_one())

    def _service(self, conn: Connection) -> ServiceView:
        if not self.has_service():
            return ServiceView(False, None, None, "The publishing service is not running. Planned posts wait.")
        row = conn.execute(text("SELECT pid, started_at FROM node WHERE stopped_at IS NULL ORDER BY started_at DESC LIMIT 1")).first()
        if row is None:
            return ServiceView(True, None, None, "running")
        since = f"{day_words(row.started_at, self.tz)} {clock_words(row.started_at, self.tz)}"
        return ServiceView(True, row.pid, row.started_at, f"running on this computer since {since}")

    async def clients(self) -> list[ClientView]:
        """Every client; what belongs to none is the workspace's own."""
        workspace = self.workspace
        found = [ClientView(name, clean_line(c.name), c.color, c.accounts) for name, c in workspace.clients.items()]
        own = tuple(name for name in workspace.accounts if workspace.client_of(name) is None)
        return [*found, ClientView(None, self.name, "gray", own)] if own or not found else found

    async def accounts(self) -> list[AccountView]:
        """Every account of daypart.yaml, with what is wrong with it."""
        stored = await self.stored_accounts()
        workspace, here = self.workspace, self.accounts_here()
        views = []
        for name, written in workspace.accounts.items():
            account = stored.get(name)
            client = workspace.client_of(name)
            expires = account.expires_at if account else None
            ends = expires if written.platform in ENDING else None
            connected = account is not None and account.connected
            views.append(
                AccountView(
                    name=name,
                    platform=written.platform,
                    platform_name=called(platform_name(written.platform), name, here),
                    handle=clean_line(written.handle),
                    client=client,
                    client_name=clean_line(workspace.clients[client].name) if client else self.name,
                    connected=connected,
                    state=account.state if account else "unsupported",
                    expires_at=expires,
                    supported=written.supported,
                    words=self._account_words(name, connected, account.state if account else "", ends, written.supported),
                    languages=written.languages,
                )
            )
        return views

    def _account_words(self, name: str, connected: bool, state: str, ends: int | None, supported: bool) -> str:
        """`ends`: when a person has to sign in again; None where the service renews the sign-in by itself."""
        if not supported:
            return "there is no adapter for this platform yet"
        if not connected:
            return f"not connected: daypart account connect {name}"
        if state == "reauth":
            return f"has to be connected again: daypart account connect {name}"
        if ends is not None:
            return f"connected, signed in until {day_words(ends, self.tz)}"
        return "connected"

    async def deliveries(self, query: DeliveryQuery = ALL) -> list[DeliveryView]:
        """What a list wants, soonest first."""
        return await self.store.read(lambda conn: read_deliveries(conn, query, self.scene(conn)))

    async def delivery(self, key: str) -> DeliveryView:
        """One delivery. Raises NotFoundError."""
        found = await self.store.read(lambda conn: read_delivery(conn, key, self.scene(conn)))
        if found is None:
            raise await self.no_such_key(key)
        return found

    async def calendar(self, first: date, last: date, client: str | None = None) -> list[CalendarRow]:
        """Rows of local days first … last (both included), by day and time."""
        return await self.planned_rows(first, last, Filter(client=client))

    async def planned_rows(self, first: date, last: date, wanted: Filter) -> list[CalendarRow]:
        """The same, of what is wanted only."""
        days = Days.between(first, last, self.tz)
        return await self.store.read(lambda conn: read_calendar(conn, days, wanted, self.scene(conn)))

    async def history(self, key: str) -> list[EventView]:
        """Everything that happened to one delivery, oldest first."""
        sql = 'SELECT e.at, e."from" AS left_state, e."to" AS came_to, e.actor, e.why FROM event e WHERE e.delivery_id = :id ORDER BY e.seq'
        delivery = await self.delivery(key)
        rows = await self.store.read(lambda conn: conn.execute(text(sql), {"id": delivery.id}).fetchall())
        return [EventView(row.at, row.left_state, row.came_to, clean_line(row.actor), clean(row.why)) for row in rows]

    async def holds(self) -> list[HoldView]:
        """Every brake that is on."""
        return await self.store.read(read_holds)

    async def changes(self, every: float = 0.25) -> AsyncIterator[int]:
        """Yields a number each time another connection or process changed the store, or it went away or came back (then 0), when a
        publishing service begins or ends (one that is killed writes nothing), and when the store cannot be written any more or can
        again: as long as it cannot, that is tried."""
        seen = await self._version(), str(self.store.refused), self.has_service()
        trying: asyncio.Task[None] | None = None
        try:
            while True:
                await asyncio.sleep(every)
                if self.store.refused is not None and (trying is None or trying.done()):
                    trying = asyncio.create_task(self._try_to_write())
                now = await self._version(), str(self.store.refused), self.has_service()
                if now != seen:
                    seen = now
                    yield now[0]
        finally:
            if trying is not None:
                trying.cancel()

    async def _try_to_write(self) -> None:
        """Whatever keeps the store from being written may end without anybody pressing a key."""
        await asyncio.sleep(TRY_AGAIN)
        with suppress(DeskError):
            await self.store.write(lambda conn: set_meta(conn, "tried", str(self.clock.wall())), name="try")

    async def _version(self) -> int:
        try:
            return await self.store.data_version()
        except DeskError:  # whoever reads next is told what is wrong
            return 0
