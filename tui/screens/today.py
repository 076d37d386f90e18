"""Today: what needs you, what goes out in the next 36 hours, what went out."""

from __future__ import annotations

from scheduler.clock import DAY, HOUR
from scheduler.desk.views import DeliveryQuery, Overview
from tui.actions import SCREENS, TODAY, bindings
from tui.rows import today_rows
from tui.screens.lists import ListScreen
from tui.text import full_when
from tui.words import place_words


class TodayScreen(ListScreen):
    """The first look of the day."""

    PLACE = "today"
    ACTIONS = SCREENS["today"]
    TITLE_WORDS = "Today"
    EMPTY = "Your week is empty. n writes a post."
    BINDINGS = bindings(TODAY)

    async def read(self) -> None:
        desk, now, client = self.app.desk, self.app.now(), self.app.client
        asks = await desk.deliveries(DeliveryQuery(client=client, states=("ask", "refused", "missed"), limit=1_000))
        drafts = await desk.deliveries(
            DeliveryQuery(client=client, states=("draft",), since=now - 12 * HOUR, until=now + 7 * DAY, limit=1_000)
        )
        near = await desk.deliveries(DeliveryQuery(client=client, since=now - 2 * DAY, until=now + 36 * HOUR, limit=5_000))
        known = {delivery.key: delivery for delivery in (*asks, *drafts, *near)}
        self.show_rows(today_rows(list(known.values()), desk.tz, now))

    def facts_changed(self, overview: Overview | None) -> None:
        if overview is not None and overview.next is not None:
            self.rows.empty = f"Nothing needs you. Next post: {full_when(overview.next.due, overview.tz)}, {place_words(overview.next)}."
        else:
            self.rows.empty = self.EMPTY
        self.rows.refresh()
