"""A Desk in memory: everything a person can do, kept in dictionaries. For tests and trying out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.limits import LIMITS
from scheduler.clock import DAY, SECOND
from scheduler.desk.approvals.reminding import Missing
from scheduler.desk.views import ApprovalView, Counter, DeliveryView, Done, EventView, PostView, ReviewItem, Sign
from scheduler.errors import StaleError, UsageError
from scheduler.holds import name_of, scope_of
from scheduler.lifecycle import HELD_OVER
from scheduler.scene import HoldView
from scheduler.units.model import Timing
from tests.tui.fake_accounts import FakeAccounts
from tests.tui.fake_library import FakeLibrary
from tests.tui.fake_plan import FakePlan
from tests.tui.fake_reading import FakeReading
from tests.tui.fake_world import CLIENTS, NAMES, NOW, PLATFORM, TZ, FakeClock, Item, Text, Work, micros
from tests.tui.fake_writing import FakeWriting


class FakeDesk(FakeWriting, FakeAccounts, FakeLibrary, FakePlan, FakeReading):
    """Everything the Desk promises."""

    async def missing(self, client: str | None = None) -> list[Missing]:
        return []

    # ── writing ──

    async def new_post(
        self,
        *,
        title: str,
        text: Mapping[str, str],
        accounts: Sequence[str],
        media: Sequence[Path] = (),
        alts: Sequence[str] = (),
        when: str | None = None,
        campaign: str = "desk",
        anyway: bool = False,
    ) -> PostView:
        due = self._parse(when, self.clock.at) if when else None
        slug = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-") or "post"
        while f"{campaign}/{slug}" in self.works:
            slug += "-2"
        client = next(c.id for c in CLIENTS if accounts[0] in c.accounts)
        post = f"{campaign}/{slug}"
        self.works[post] = Work(post, title, client or "", {name: Text(words) for name, words in text.items()}, list(accounts))
        for account in accounts:
            self._add(Item(post, account, "draft", Sign.DRAFT if any(text.values()) else Sign.NEEDS_TEXT, due, "draft"))
        return await self.post(post)

    def _add(self, item: Item) -> None:
        self.items[item.key] = item

    async def counters(self, post: str, texts: Mapping[str, str]) -> list[Counter]:
        found = []
        for item in (i for i in self.items.values() if i.post == post):
            limits, text = LIMITS[PLATFORM[item.account[:2]]], self._text(item, texts)
            problems = self._problems(item, text)
            found.append(
                Counter(
                    item.account, limits.label, len(text), limits.text.maximum, min(len(text), limits.text.maximum),
                    f"{len(text):,} of {limits.text.maximum:,}", problems, self._field(item),
                )
            )  # fmt: skip
        return found

    async def preview(self, post: str, account: str, texts: Mapping[str, str]) -> ReviewItem:
        return self._review(self._item(f"{post}@{account}"), texts)

    def _parse(self, when: str, base: int) -> int:
        words = when.strip().casefold()
        today = datetime.fromtimestamp(self.clock.at / SECOND, ZoneInfo(TZ))
        if words == "now":
            return self.clock.at
        if match := re.fullmatch(r"([+-])(\d+)d", words):
            return base + int(match[2]) * DAY * (1 if match[1] == "+" else -1)
        if match := re.fullmatch(r"(today|tomorrow)?\s*(\d{1,2}):(\d\d)", words):
            day = today.date() + timedelta(days=1 if match[1] == "tomorrow" else 0)
            return micros(f"{day} {int(match[2]):02}:{match[3]}")
        if match := re.fullmatch(r"(\d{4}-\d\d-\d\d)[t ](\d{1,2}):(\d\d)", words):
            return micros(f"{match[1]} {int(match[2]):02}:{match[3]}")
        raise UsageError(f"“{when}” is no time we can read.", "Try: tomorrow 9:30, +2d, 2026-12-01 9:00")

    async def move(self, key: str, when: str, *, anyway: bool = False) -> Done:
        item = self._item(key)
        if item.state not in {"draft", "queued", "missed", "refused"}:
            raise UsageError(f"{key} is {item.words}: its time cannot change any more.")
        old, item.due = item.due, self._parse(when, item.due or self.clock.at)
        self._undo.append((f"the time of {key}", lambda: setattr(item, "due", old)))
        moment = datetime.fromtimestamp(item.due / SECOND, ZoneInfo(TZ))
        name = NAMES[self.works[item.post].client].name
        return Done(f"{name} {item.account}: {moment:%a %-d %b} {moment:%-H:%M}.", (key,), undo="puts it back")

    async def cancel(self, key: str) -> Done:
        item = self._item(key)
        before = (item.state, item.sign, item.words)
        item.state, item.sign, item.words = "cancelled", Sign.CANCELLED, "cancelled"
        self._undo.append((f"cancelling {key}", lambda: self._restore(item, before)))
        return Done(f"{NAMES[self.works[item.post].client].name} {item.account}: taken off the plan.", (key,), undo="plans it again")

    @staticmethod
    def _restore(item: Item, before: tuple[str, Sign, str]) -> None:
        item.state, item.sign, item.words = before

    async def delete_draft(self, post: str) -> Done:
        work = self._work(post)
        del self.works[post]
        gone = [key for key, item in self.items.items() if item.post == post]
        for key in gone:
            del self.items[key]
        return Done(f"{NAMES[work.client].name}: the draft “{work.title}” is deleted.", tuple(gone))

    async def undo(self, *, knowing: bool = False) -> Done:
        if not self._undo:
            raise UsageError("There is nothing to undo.")
        words, back = self._undo.pop()
        back()
        return Done(f"Undone: {words}.")

    # ── the gate ──

    async def approve(self, key: str, digest: str, *, facts_checked: bool = False, on_behalf: str = "", seal: str = "") -> Done:
        item = self._item(key)
        review = self._review(item)
        if review.digest != digest:
            raise StaleError("The text changed while you were reading.", "Look at it again.")
        if review.needs_facts_check and not facts_checked:
            raise UsageError("A model wrote some of this: tick that you checked the facts.")
        if review.blocked:
            raise UsageError(review.blocked)
        item.state, item.sign, item.words, item.changed = "queued", Sign.SCHEDULED, "scheduled", ()
        item.approved = ApprovalView("tester", self.clock.at)
        item.events.append(EventView(self.clock.at, "draft", "queued", "person:tester", "approved as shown"))
        return Done(f"Approved: {NAMES[self.works[item.post].client].name} {item.account}.", (key,))

    async def reject(self, key: str, reason: str) -> Done:
        item = self._item(key)
        item.state, item.sign, item.words, item.sent_back, item.reason = "draft", Sign.DRAFT, "sent back", reason, reason
        return Done(f"Sent back: {NAMES[self.works[item.post].client].name} {item.account}.", (key,))

    # ── the brake ──

    async def hold(self, *, client: str | None = None, account: str | None = None, campaign: str | None = None, reason: str = "") -> Done:
        scope, subject = scope_of(client, account, campaign)
        for n, hold in enumerate(self.found_holds):
            if (hold.scope, hold.subject) == (scope, subject):
                self.found_holds[n] = replace(hold, reason=reason or hold.reason)
                return Done("Noted.")
        self._ids += 1
        self.found_holds.append(HoldView(self._ids, scope, subject, reason, "tester", self.clock.at))
        what = NAMES[client].name if client else name_of(scope, subject).capitalize()
        return Done(f"{what} is on hold. Nothing leaves.")

    async def release(self, *, client: str | None = None, account: str | None = None, campaign: str | None = None) -> Done:
        mine = scope_of(client, account, campaign)
        self.found_holds = [h for h in self.found_holds if (h.scope, h.subject) != mine]
        late = tuple(view.key for view in await self.overdue(client=client, campaign=campaign))
        return Done("Released. Planned posts go out at their times again.", late)

    async def overdue(self, *, client: str | None = None, account: str | None = None, campaign: str | None = None) -> list[DeliveryView]:
        late = (item for item in self._of(client) if item.state == "missed" and item.reason == HELD_OVER)
        return [self._view(item) for item in late if campaign in (None, item.post.partition("/")[0])]

    async def next_free(self, key: str) -> Timing:
        return Timing((self._item(key).due or 0) + 24 * 3_600_000_000, self.tz, "")

    async def decide_overdue(self, key: str, choice: str, *, digest: str | None = None) -> Done:
        item = self._item(key)
        assert choice == "drop" or digest, "nothing goes out that was not shown"
        self.decided.append((key, choice))
        item.state, item.sign = ("cancelled", Sign.CANCELLED) if choice == "drop" else ("queued", Sign.SCHEDULED)
        item.reason = None
        return Done(f"{item.account}: {choice}", (key,))

    async def resolve_published(self, key: str, url: str, *, anyway: bool = False) -> Done:
        item = self._item(key)
        item.state, item.sign, item.words, item.url, item.published_at = "published", Sign.PUBLISHED, "published", url, self.clock.at
        item.reason = None
        return Done(f"{NAMES[self.works[item.post].client].name} {item.account}: it is there. It is never sent again.", (key,))

    async def resolve_send_again(self, key: str) -> Done:
        item = self._item(key)
        item.state, item.sign, item.words, item.reason = "checking", Sign.CHECKING, "looking once more before it is sent", None
        return Done(f"{NAMES[self.works[item.post].client].name} {item.account}: we look once more, then send.", (key,))

    async def resolve_drop(self, key: str) -> Done:
        item = self._item(key)
        item.state, item.sign, item.words = "cancelled", Sign.CANCELLED, "dropped"
        return Done(f"{NAMES[self.works[item.post].client].name} {item.account}: dropped.", (key,))


__all__ = ["NOW", "TZ", "FakeClock", "FakeDesk", "Item", "Text", "Work", "micros"]
