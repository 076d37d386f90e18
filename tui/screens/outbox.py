"""Outbox: what needs you, what is on its way, what waits, what is done; each with its history."""

from __future__ import annotations

from scheduler.clock import DAY
from scheduler.desk.views import DeliveryQuery
from tui.actions import OUTBOX, SCREENS, bindings
from tui.rows import outbox_rows
from tui.screens.lists import ListScreen

UNSETTLED = ("queued", "claimed", "sending", "processing", "unknown", "checking", "ask", "refused", "missed")
SETTLED = ("published", "cancelled")
KEPT_DAYS = 30
"""How far back what is done is listed."""
MOST = 20_000


class OutboxScreen(ListScreen):
    """Live: rows change when the store does."""

    PLACE = "outbox"
    ACTIONS = SCREENS["outbox"]
    TITLE_WORDS = "Outbox"
    EMPTY = "Nothing planned. Approved posts appear here."
    BINDINGS = bindings(OUTBOX)

    async def read(self) -> None:
        desk, now, client = self.app.desk, self.app.now(), self.app.client
        unsettled = await desk.deliveries(DeliveryQuery(client=client, states=UNSETTLED, limit=MOST))
        settled = await desk.deliveries(DeliveryQuery(client=client, states=SETTLED, since=now - KEPT_DAYS * DAY, limit=MOST))
        found = [*unsettled, *settled]
        self.show_rows(await self.build(len(found), lambda: outbox_rows(found, desk.tz, now)))
