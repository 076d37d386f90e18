"""Today: what needs you, what will go wrong unless you act, what goes out in the next 36 hours, what went out."""

from __future__ import annotations

from textual import work
from textual.content import Content

from scheduler.clock import DAY, HOUR
from scheduler.desk.today.views import Risk
from scheduler.desk.views import DeliveryQuery, DeliveryView, Overview, Sign
from tui.keys.action import bindings
from tui.keys.actions import SCREENS, TODAY
from tui.lines.rows import risk_key, today_rows
from tui.lines.words import place_words
from tui.say import later, say
from tui.screens.lists import ListScreen
from tui.text import full_when, one_line, sentence
from tui.told import told

PLACE_OF = {"unapproved": "approvals", "no_text": "write", "no_media": "write", "sign_in": "accounts", "quota": "accounts"}
WAY_OUT = {
    "unapproved": later("⏎ reads and approves it."),
    "no_text": later("⏎ writes it."),
    "no_media": later("⏎ opens it: it has no picture yet."),
    "sign_in": later("⏎ goes to Accounts: ‹account.connect› signs in again."),
    "quota": later("⏎ goes to Accounts. What exceeds waits its turn; move a post (‹post.reschedule›) to choose which."),
}
"""What `enter` does about each kind of risk."""


class TodayScreen(ListScreen):
    """The first look of the day."""

    PLACE = "today"
    ACTIONS = SCREENS["today"]
    TITLE_WORDS = later("Today")
    EMPTY = later("Your week is empty. ‹post.new› writes a post.")
    BINDINGS = bindings(TODAY)

    def __init__(self) -> None:
        super().__init__()
        self._risks: dict[str, Risk] = {}
        """By the key of their line."""
        self._deliveries: list[DeliveryView] | None = None

    async def read(self) -> None:
        desk, now, client = self.app.desk, self.app.now(), self.app.client
        asks = await desk.deliveries(DeliveryQuery(client=client, states=("ask", "refused", "missed"), limit=1_000))
        drafts = await desk.deliveries(
            DeliveryQuery(client=client, states=("draft",), since=now - 12 * HOUR, until=now + 7 * DAY, limit=1_000)
        )
        near = await desk.deliveries(DeliveryQuery(client=client, since=now - 2 * DAY, until=now + 36 * HOUR, limit=5_000))
        risks = await desk.risks(client)
        known = {delivery.key: delivery for delivery in (*asks, *drafts, *near)}
        self._risks = {risk_key(risk): risk for risk in risks}
        self._deliveries = list(known.values())
        self._fill()

    def _fill(self) -> None:
        """What was read, and what is known of the plan."""
        if self._deliveries is not None:
            risks = list(self._risks.values())
            self.show_rows(today_rows(self._deliveries, self.app.desk.tz, self.app.now(), risks, self._idle_words()))

    def _idle_words(self) -> str:
        overview = self.app.facts
        if overview is None:
            return ""
        if overview.next is None or overview.next.due is None:
            return say("NOTHING IS PLANNED · ‹post.new› writes a post")
        return say("NEXT 36 HOURS 0 · after that {when}", when=full_when(overview.next.due, overview.tz))

    def facts_changed(self, overview: Overview | None) -> None:
        self._fill()
        if overview is not None and overview.next is not None:
            self.rows.empty = say(
                "Nothing needs you. Next post: {when}, {place}.",
                when=full_when(overview.next.due, overview.tz),
                place=place_words(overview.next),
            )
        else:
            self.rows.empty = self.EMPTY
        self.rows.refresh()

    # ── risks ──

    @property
    def _risk(self) -> Risk | None:
        """Under the cursor."""
        return self._risks.get(self.rows.chosen.key) if self.is_mounted and self.rows.chosen else None

    def chosen_key(self) -> str:
        risk = self._risk
        return super().chosen_key() if risk is None else risk.about if risk.is_post else ""

    def chosen_sign(self) -> Sign | None:
        risk = self._risk
        return super().chosen_sign() if risk is None else Sign.DRAFT if risk.is_post else None

    def why_off(self, action: str) -> str:
        return "" if action == "open" and self._risk is not None else super().why_off(action)

    async def chosen(self) -> DeliveryView | None:
        return await super().chosen() if self.chosen_key() else None

    @work(exclusive=True, group="explain", exit_on_error=False)
    async def explain(self, key: str) -> None:
        """A risk is named with the way out; everything else as in every list."""
        risk = self._risks.get(key)
        if risk is None:
            await self.explain_delivery(key)
            return
        about = f"{one_line(risk.client_name)} · {one_line(risk.title or risk.account)}"
        lines = [
            *([Content(one_line(risk.account))] if risk.title else []),
            Content.styled(sentence(told(one_line(risk.words))), "bold"),
            Content(say(WAY_OUT[risk.kind])),
            Content.styled(one_line(risk.command), "$quiet"),
        ]
        self.show_pane(about, Content("\n").join(lines))

    def action_open(self) -> None:  # type: ignore[override]
        """Of a risk: to where it is mended."""
        risk = self._risk
        if risk is None:
            super().action_open()
        elif risk.kind == "unapproved":
            self.app.open_review(risk.about.partition("@")[0])
        elif risk.is_post:
            self.app.open_post(risk.about.partition("@")[0])
        else:
            self.app.go(PLACE_OF[risk.kind])
