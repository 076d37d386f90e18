"""Outbox: what needs you, what is on its way, what waits, what is done; each with its history."""

from __future__ import annotations

import asyncio

from scheduler.clock import DAY
from scheduler.desk.views import DeliveryQuery
from tui.keys.action import bindings
from tui.keys.actions import OUTBOX, SCREENS
from tui.lines.rows import outbox_rows
from tui.say import later
from tui.screens.lists import ListScreen

OPEN = ("sending", "processing", "unknown", "checking", "ask", "refused", "missed")
WAITING = ("queued", "claimed")
SETTLED = ("published", "cancelled")
KEPT_DAYS = 30
"""How far back what is done is listed."""
MOST = 5_000
LISTED = 1_000
"""Posts that wait, and posts that are done: so many are listed, the nearest ones. The Calendar and the Library have all of them."""


class OutboxScreen(ListScreen):
    """Live: rows change when the store does."""

    PLACE = "outbox"
    ACTIONS = SCREENS["outbox"]
    TITLE_WORDS = later("Outbox")
    EMPTY = later("Nothing planned. ‹post.new› writes a post; approved ones appear here.")
    BINDINGS = bindings(OUTBOX)

    async def read(self) -> None:
        desk, now, client = self.app.desk, self.app.now(), self.app.client
        found = await desk.deliveries(DeliveryQuery(client=client, states=OPEN, limit=MOST))
        waiting = await desk.deliveries(DeliveryQuery(client=client, states=WAITING, limit=LISTED + 1))
        done = await desk.deliveries(
            DeliveryQuery(client=client, states=SETTLED, since=now - KEPT_DAYS * DAY, limit=LISTED + 1, newest=True)
        )
        self.show_rows(await asyncio.to_thread(outbox_rows, [*found, *waiting, *done], desk.tz, now, LISTED))
