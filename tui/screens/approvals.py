"""Approvals: what waits for a person's yes, read once per post with all its accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.containers import VerticalScroll
from textual.content import Content
from textual.timer import Timer

from config.weeks import week_of
from scheduler.desk.views import DeliveryQuery, DeliveryView, Done, Overview, ReviewItem
from scheduler.errors import DiskError
from tui.dialogs.approve import Approve
from tui.dialogs.ask_words import AskWords, needs_words
from tui.dialogs.details import Details
from tui.dialogs.schedule import Schedule
from tui.keys.action import bindings
from tui.keys.actions import APPROVALS, SCREENS
from tui.lines.reading import changes, review, review_title
from tui.lines.rows import SENT_BACK, approval_rows, review_groups
from tui.lines.words import name_words
from tui.lines.writing import is_head
from tui.say import is_aloud, later, say
from tui.screens.lists import ListScreen
from tui.text import clean, counted, full_when, local, one_line
from tui.told import told

if TYPE_CHECKING:
    from scheduler.desk.desk import Desk

SAID_FOR = 10.0
"""Seconds for which the list says what was approved."""


class ApprovalsScreen(ListScreen):
    """The list on the left, exactly what will go out on the right or below."""

    PLACE = "approvals"
    ACTIONS = SCREENS["approvals"]
    TITLE_WORDS = later("Approvals")
    EMPTY = later("Nothing waits for you. ‹post.new› writes a post; once it has a time, it comes here.")
    STOPPED = later("Nothing waits for you. Approved posts leave when the publishing service runs.")
    BINDINGS = bindings(APPROVALS)

    def __init__(self) -> None:
        super().__init__()
        self._groups: dict[str, list[ReviewItem]] = {}
        self._back: list[DeliveryView] = []
        """What was sent back and waits for its writer."""
        self._done = ""
        """What was approved just now, in words."""
        self._fading: Timer | None = None
        self._waits: dict[str, str] = {}
        """Whose yes is missing and since when, by key."""

    def on_mount(self) -> None:
        super().on_mount()
        pane = self.query_one("#pane", VerticalScroll)
        for part in ("scroll_y", "show_vertical_scrollbar"):
            self.watch(pane, part, self._say_more)

    def _say_more(self) -> None:
        """Whether the text goes on below."""
        pane = self.query_one("#pane", VerticalScroll)
        below = pane.show_vertical_scrollbar and (not pane.scroll_y or pane.scroll_y < pane.max_scroll_y)  # its end is known late
        pane.border_subtitle = say("‹review.on› reads on") if below else None

    async def read(self) -> None:
        desk = self.app.desk
        groups = review_groups(await desk.waiting(self.app.client))
        drafts = await desk.deliveries(DeliveryQuery(client=self.app.client, states=("draft",), limit=2_000))
        back = [delivery for delivery in drafts if delivery.words == SENT_BACK and is_head(delivery)]
        self._waits = {one.delivery.key: one.words for one in await desk.missing(self.app.client)}
        self._show(groups, back)
        wanted, self.app.reviewing = self.app.reviewing, None
        if wanted is not None:
            self._go_to(next((key for key in self._groups if key.partition("#")[0] == wanted), ""))
            self.rows.focus()

    def _go_to(self, key: str) -> None:
        """To a post; words that were sought do not hide it."""
        if not self.rows.choose(key) and key and self.finder.leave():
            self.rows.show(self._all)
            self.rows.choose(key)

    def _show(self, groups: dict[str, list[ReviewItem]], back: list[DeliveryView]) -> None:
        """Both at once: a key pressed meanwhile finds what is under the cursor. The Desk answers with 500 keys at most."""
        self._groups, self._back = groups, back
        self.show_rows(approval_rows(groups, back, self.app.desk.tz, self.app.now()))

    def facts_changed(self, overview: Overview | None) -> None:
        stopped = overview is not None and not overview.service.running
        self.rows.empty = self.STOPPED if stopped else self.EMPTY

    def title_words(self) -> str:
        accounts = sum(len(items) for items in self._groups.values())
        if not accounts:
            return self.TITLE_WORDS
        return say("{posts} for {accounts} to approve", posts=counted(len(self._groups), "post"), accounts=counted(accounts, "account"))

    # ── what is under the cursor ──

    @property
    def items(self) -> list[ReviewItem]:
        """The post under the cursor, one item per account."""
        return self._groups.get(super().chosen_key(), [])

    def chosen_key(self) -> str:
        return self.items[0].key if self.items else super().chosen_key()

    async def chosen(self) -> DeliveryView | None:
        return self.items[0].delivery if self.items else await super().chosen()

    def why_off(self, action: str) -> str:
        items = self.items
        if not items and action in {"approve", "send_back"}:
            return say("it was sent back; change it first, then it waits here again") if self.chosen_key() else say("nothing waits here")
        if action == "diff" and not any(item.changed for item in items):
            return say("it was never approved before") if items else say("nothing waits here")
        if action == "review_file" and not self.chosen_key():
            return say("nothing waits here")
        if action == "approve" and all(item.blocked for item in items):
            return say("{why} · ‹post.edit› edits it", why=told(items[0].blocked or ""))
        return super().why_off(action) if not items else ""

    def action_read_on(self) -> None:
        """Without leaving the list: reading and saying yes are one pass."""
        pane = self.query_one("#pane", VerticalScroll)
        if pane.scroll_offset.y >= pane.max_scroll_y:
            pane.scroll_home(animate=False)
        else:
            pane.scroll_page_down(animate=False)

    def explain(self, key: str) -> object:  # type: ignore[override]
        """The pane is the text itself."""
        items = self._groups.get(key, [])
        if items:
            self.show_pane(review_title(items), self._text(items))
        else:
            return super().explain(key)
        return None

    def _text(self, items: list[ReviewItem]) -> Content:
        return review(items, self.app.desk.tz, self.app.glyphs, self._waits)

    # ── deciding ──

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_approve(self) -> None:
        items = self.items
        if not self.may("approve", say("Approve")):
            return
        approved = await self.app.push_screen_wait(Approve(items, self.app.desk.tz))
        if approved is not None:
            self._leave_out(approved)
            self.call_after_refresh(self._approved, items[0].delivery, len(approved))

    def _leave_out(self, approved: frozenset[str]) -> None:
        """What has its yes goes at once and the next post stands there, before anything else is said or read."""
        left = {name: [item for item in items if item.key not in approved] for name, items in self._groups.items()}
        self._show({name: items for name, items in left.items() if items}, self._back)
        self.explain(self.rows.chosen.key if self.rows.chosen else "")

    def _approved(self, first: DeliveryView, accounts: int) -> None:
        """What was done, and what the store says now."""
        if accounts:
            self._say_done(self._approved_words(first, counted(accounts, "account")))
        self.app.touch()

    def _approved_words(self, first: DeliveryView, accounts: str) -> str:
        """Until when one waits; and where one sees it, where that is now."""
        if first.due is not None and first.due <= self.app.now():
            return say(
                "Approved: {client_name}, {accounts} · “{title}” goes out now; ‹place.outbox› shows it.",
                client_name=first.client_name, accounts=accounts, title=name_words(first),
            )  # fmt: skip
        return say(
            "Approved: {client_name}, {accounts} · “{title}” goes out {when}.",
            client_name=first.client_name, accounts=accounts, title=name_words(first), when=full_when(first.due, self.app.desk.tz),
        )  # fmt: skip

    def _say_done(self, words: str) -> None:
        """On the frame of the list: whoever approves one post after the other is to read the next one, not a toast on it."""
        if is_aloud() or self.finder.chip:
            self.app.notify(words)
            return
        self._done = words
        self._title()
        if self._fading is not None:
            self._fading.stop()
        self._fading = self.set_timer(SAID_FOR, self._fade)

    def _fade(self) -> None:
        self._done = ""
        self._title()

    def _title(self) -> None:
        super()._title()
        if self._done and not self.finder.chip:
            self.query_one("#list").border_subtitle = Content.styled(clean(self._done), "$success")

    def action_send_back(self) -> None:
        items = self.items
        if not self.may("send_back", say("Send back")):
            return
        first = items[0].delivery
        self.app.push_screen(
            AskWords(
                say("Send back · {client_name}", client_name=one_line(first.client_name)),
                say("What should change?"),
                details=say(
                    "“{post}”, {accounts}. It stays a draft; nothing goes out.",
                    post=name_words(first),
                    accounts=counted(len(items), "account"),
                ),
                yes=say("Send back"),
                placeholder=say("for example: the price is wrong"),
                check=needs_words(say("a reason, so that the writer knows what to change")),
                job=lambda reason: _reject(self.app.desk, items, reason),
            )
        )

    def action_diff(self) -> None:
        """What is another since the last yes, account by account."""
        if self.may("diff", say("What changed")):
            first = self.items[0].delivery
            self.app.push_screen(
                Details(
                    say("What changed · {client_name} · “{post}”", client_name=one_line(first.client_name), post=name_words(first)),
                    changes(self.items),
                )
            )

    def action_client_word(self) -> None:
        """A client said yes outside of this program."""
        from tui.dialogs.client_word import ClientWord  # deferred: rarely opened

        items = self.items
        self.app.push_screen(ClientWord(self.chosen_key(), self.app.desk.tz, items[0].delivery.client_name if items else ""))

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_review_file(self) -> None:
        """One file for the client of the post under the cursor."""
        if not self.may("review_file", say("Review file")):
            return
        chosen = await self.chosen()
        if chosen is None:
            return
        desk, client = self.app.desk, chosen.client
        week = week_of(local(chosen.due or self.app.now(), desk.tz).date()).name
        self.app.push_screen(
            AskWords(
                say("Review file · {client_name}", client_name=one_line(chosen.client_name)),
                say("Which week? For example this, next, or 2026-W49."),
                details=say("One HTML file that needs no network: the posts as readers see them, with a seal for each account."),
                yes=say("Write it"),
                value=week,
                check=needs_words(say("which week")),
                job=lambda words: _export(desk, client, words),
            )
        )

    def action_reschedule(self) -> None:  # type: ignore[override]
        if not self.items:
            super().action_reschedule()
        else:
            self.app.push_screen(Schedule([item.delivery for item in self.items], self.app.desk, self.app.now()))

    def action_open(self) -> None:  # type: ignore[override]
        """The whole text, large."""
        if not self.items:
            super().action_open()
        else:
            self.app.push_screen(Details(review_title(self.items), self._text(self.items)))

    def action_copy(self) -> None:  # type: ignore[override]
        if self.items:
            self.app.copy_to_clipboard("\n".join(f"{item.key} {item.digest}" for item in self.items))
            self.app.notify(say("Copied: the full seals."))


async def _export(desk: Desk, client: str | None, week: str) -> Done:
    try:
        made = await desk.export_review(client, week, desk.root)
    except OSError as error:
        raise DiskError(say("The file could not be written: {strerror}", strerror=error.strerror or error)) from error
    return Done(f"{made.words}: {made.file}")


async def _reject(desk: Desk, items: list[ReviewItem], reason: str) -> Done:
    done = [await desk.reject(item.key, reason) for item in items]
    first = items[0].delivery
    return (
        done[0]
        if len(done) == 1
        else Done(
            say(
                "Sent back: {client_name}, “{post}” on {accounts}.",
                client_name=first.client_name,
                post=name_words(first),
                accounts=counted(len(done), "account"),
            )
        )
    )
