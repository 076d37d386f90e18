"""Fifteen clients with forty accounts on the pretend platforms, the sheet of their month, and the service that sends on a leaping clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from sqlalchemy import select

from config.times import parse_at
from scheduler.clock import SECOND
from scheduler.desk.desk import Desk
from scheduler.desk.views import DeliveryQuery, DeliveryView
from scheduler.lifecycle import LEASED, State
from scheduler.notices.choosing import AT_ONCE
from scheduler.service.service import run_service
from scheduler.store.statements import APPROVAL, DELIVERY, EVENT
from tests.journeys.leap_clock import LeapClock
from tests.journeys.office import Hands, Tally
from tests.sandbox_process import Sandbox
from tests.scheduler.notices.post_office import Listener
from tests.tui.waiting import until
from tui.app import DaypartApp

TZ = "Europe/Warsaw"
CLIENTS = tuple(f"c{n:02}" for n in range(1, 16))
THREE = CLIENTS[:10]
"""Clients with three accounts; the others have two."""
SIGNS = CLIENTS[14]
"""This one wants to see its week before it goes out."""
TIMES = ("2026-12-03 10:00", "2026-12-03 15:00", "2026-12-04 10:00", "")
"""Of a client's four posts; the last has none yet."""
BRIEFS = {"c01": "Open evening on Friday, entry 25 zł", "c02": "Concert in the yard, tickets 40 zł", "c03": "New tea from Ceylon, 18 zł"}
"""Clients whose third post is only a brief in the sheet."""
WORKING = (State.CLAIMED, State.SENDING, State.PROCESSING, State.UNKNOWN, State.CHECKING)
ALL = DeliveryQuery(limit=5_000)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the sheet."""

    client: str
    number: int
    when: str
    english: str
    polish: str
    brief: str = ""

    @property
    def title(self) -> str:
        """What the post is called."""
        return f"{self.client} week {self.number}"


def accounts_of(client: str) -> tuple[str, ...]:
    """Names in daypart.yaml."""
    return (f"bs-{client}", f"ms-{client}", *((f"gs-{client}",) if client in THREE else ()))


def handle_of(account: str) -> str:
    """Who they are on their platform."""
    kind, client = account.split("-")
    return {"bs": f"{client}.example", "ms": client, "gs": f"g{client}"}[kind]


def month_sheet() -> list[Row]:
    """Sixty rows."""
    found = []
    for client in CLIENTS:
        for number, when in enumerate(TIMES):
            price = 10 + number
            english, polish = (
                f"{client}: offer {number} for {price} zł, this week only",
                f"{client}: oferta {number} za {price} zł, tylko w tym tygodniu",
            )
            brief = BRIEFS.get(client, "") if number == 2 else ""
            found.append(Row(client, number, when, "" if brief else english, "" if brief else polish, brief))
    return found


HEADINGS = ("Client", "When", "Title", "Text EN", "Text PL", "Brief")


def sheet_rows() -> list[tuple[str, ...]]:
    """As a spreadsheet holds them: no accounts, so each row goes to all of its client's."""
    rows = ((row.client, row.when, row.title, row.english, row.polish, row.brief) for row in month_sheet())
    return [HEADINGS, *rows]


def workspace(sandbox: str, hook: str) -> str:
    """daypart.yaml."""
    lines = ["version: 1", "workspace_id: w-week", "name: Agency", f"timezone: {TZ}", "accounts:"]
    for account in (name for client in CLIENTS for name in accounts_of(client)):
        kind = account[:2]
        platform = "bluesky" if kind == "bs" else "mastodon"
        server = {"bs": "bluesky", "ms": "mastodon", "gs": "gotosocial"}[kind]
        language = "pl" if kind == "ms" else "en"
        lines.append(
            f'  {account}: {{ platform: {platform}, handle: {handle_of(account)}, server: "{sandbox}/{server}", languages: [{language}] }}'
        )
    lines.append("clients:")
    lines += [f"  {client}: {{ name: Client {client[1:]}, accounts: [{', '.join(accounts_of(client))}] }}" for client in CLIENTS]
    lines.append(f'llm: {{ base_url: "{sandbox}/model/v1", model: scripted }}')
    lines.append(f'notices: {{ to: [{{ name: hook, url: "{hook}", kinds: [{", ".join(sorted(AT_ONCE))}] }}] }}')
    return "\n".join([*lines, ""])


def rhythm() -> str:
    """A campaign without posts: everybody has a place on Friday at noon."""
    names = ", ".join(name for client in CLIENTS for name in accounts_of(client))
    return (
        f"version: 1\nid: rhythm\ntitle: Rhythm\nlanguages: [en, pl]\naccounts: [{names}]\n"
        'schedule:\n  slots:\n    noon: { rule: "FREQ=WEEKLY;BYDAY=FR", at: "12:00" }\n'
    )


def _is_late(view: DeliveryView, now: int) -> bool:
    return view.due is not None and view.due <= now


def instant(words: str) -> int:
    """UTC microseconds of a local time."""
    return parse_at(words.replace(" ", "T"), TZ).fixed.instant


@dataclass(slots=True)
class Agency:
    """The office, its service and its desk, all on one clock."""

    root: Path
    sandbox: Sandbox
    hook: Listener
    desk: Desk
    clock: LeapClock
    tally: Tally = field(default_factory=lambda: Tally(0, "one week"))

    @classmethod
    @asynccontextmanager
    async def open(cls, root: Path, sandbox: Sandbox, hook: Listener, monday: str) -> AsyncIterator[Agency]:
        """The service runs while the block lasts."""
        sandbox.reset()
        (root / "daypart.yaml").write_text(workspace(sandbox.url, hook.address), "utf-8")
        (root / "campaigns" / "rhythm").mkdir(parents=True)
        (root / "campaigns" / "rhythm" / "campaign.yaml").write_text(rhythm(), "utf-8")
        clock = LeapClock(instant(monday))
        sandbox.settings("clock", now=clock.wall(), speed=clock.speed)
        desk = await Desk.open(root, user="anna", clock=clock)
        made = cls(root, sandbox, hook, desk, clock)
        stop, ready = asyncio.Event(), asyncio.Event()
        await asyncio.gather(*(desk.connect(name, f"sandbox-{handle_of(name)}") for c in CLIENTS for name in accounts_of(c)))
        service = asyncio.create_task(run_service(root, stop=stop, clock=clock, ready=ready.set))
        try:
            await asyncio.wait({asyncio.create_task(ready.wait()), service}, return_when=asyncio.FIRST_COMPLETED)
            yield made
        finally:
            stop.set()
            await service
            await desk.close()

    # ── time ──

    def _leap(self, to: int) -> None:
        self.clock.leap(to)
        self.sandbox.settings("clock", now=self.clock.wall(), speed=self.clock.speed)

    async def pass_to(self, words: str) -> None:
        """The service lives through everything that is due until then."""
        end = instant(words)
        while self.clock.wall() < end:
            await self.settled()
            coming = [view.due for view in await self._in("queued") if view.due is not None and view.due > self.clock.wall()]
            self._leap(min([*coming, end]))
        await self.settled()

    async def settled(self) -> None:
        """Everything that is due and may go has come to rest; waits of the service are leapt over while nobody works on anything."""
        end = monotonic() + 60
        while unsettled := await self._unsettled():
            assert monotonic() < end, [(view.key, view.state, view.words) for view in unsettled][:9]
            await asyncio.sleep(0.05)
            if not any(view.state in LEASED for view in unsettled):
                self._leap(self.clock.wall() + 5 * SECOND)

    async def _unsettled(self) -> list[DeliveryView]:
        found = await self._in("queued", *WORKING)  # in one look: one that goes from the one to the other meanwhile is not missed
        out = {account.name for account in await self.desk.accounts() if account.state != "ok"}
        held = {hold.subject for hold in await self.desk.holds()}
        now = self.clock.wall()
        return [
            view for view in found if view.state != "queued" or (_is_late(view, now) and not {view.account, view.client} & {*out, *held})
        ]

    async def _in(self, *states: str) -> list[DeliveryView]:
        return await self.desk.deliveries(DeliveryQuery(states=states, limit=5_000))

    async def told(self) -> None:
        """Everything that must be told at once has been."""
        end = monotonic() + 60
        while any(notice.kind in AT_ONCE and notice.sent_at is None for notice in (await self.desk.notices()).notices):
            assert monotonic() < end, (await self.desk.notices()).notices
            await asyncio.sleep(0.1)
            self._leap(self.clock.wall() + 10 * SECOND)

    # ── people ──

    @asynccontextmanager
    async def sits_down(self, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Hands]:
        """Somebody opens the desk; whatever happened before was announced elsewhere already.

        What happened is read from the books, not from the list of notices: an event that made none is the surprise."""
        messages = " ".join(f"{one['title']} {one['message']}" for one in self.hook.told)
        for notice in (await self.desk.notices()).notices:
            if notice.kind in AT_ONCE:
                assert notice.sent_at is not None, f"nobody was told: {notice}"
        for event in await self._events():
            assert event in messages, f"nobody was told of {event}: {messages}"
        app = DaypartApp(self.desk, clock=self.clock)
        async with app.run_test(size=size, notifications=True) as pilot:
            await until(pilot, lambda: app.facts is not None, "the facts")
            yield Hands(pilot, self.desk, self.tally)

    # ── the books ──

    async def everything(self) -> list[DeliveryView]:
        """All deliveries."""
        return await self.desk.deliveries(ALL)

    async def yeses(self) -> dict[str, list[tuple[str, int]]]:
        """Every yes of each delivery, voided ones included: to which digest, and from when on it may leave."""
        sql = select(DELIVERY.c.key, APPROVAL.c.digest, APPROVAL.c.window_from).join(APPROVAL, APPROVAL.c.delivery_id == DELIVERY.c.id)
        rows = await self.desk.store.read(lambda conn: [tuple(row) for row in conn.execute(sql.order_by(APPROVAL.c.id))])
        found: dict[str, list[tuple[str, int]]] = {}
        for key, digest, window in rows:
            found.setdefault(key, []).append((digest, window))
        return found

    def public(self) -> list[tuple[str, str]]:
        """What everybody can read on the pretend platforms: on which account which words."""
        return [(str(entry["account"]), str(entry["text"])) for entry in self.sandbox.ledger()]

    async def questions(self) -> list[str]:
        """Keys that only a person could decide, whenever that was."""
        sql = select(DELIVERY.c.key).join(EVENT, EVENT.c.delivery_id == DELIVERY.c.id).where(EVENT.c.to == State.ASK)
        return await self.desk.store.read(lambda conn: list(conn.execute(sql).scalars()))

    async def _events(self) -> set[str]:
        """What nobody may learn of at the desk first: posts that only a person can help, accounts that are signed out, holds."""
        stuck = {view.key for view in await self._in("ask", "refused", "missed")} | set(await self.questions())
        signed_out = {account.name for account in await self.desk.accounts() if account.state == "reauth"}
        return stuck | signed_out | {hold.subject for hold in await self.desk.holds()}

    async def meanwhile(self, ask: Callable[[], Awaitable[bool]], what: str) -> None:
        """Wait for something that the service does, its pauses leapt over."""
        end = monotonic() + 60
        while not await ask():
            assert monotonic() < end, f"never: {what}"
            await asyncio.sleep(0.05)
            if not await self._in(*LEASED):
                self._leap(self.clock.wall() + 5 * SECOND)
