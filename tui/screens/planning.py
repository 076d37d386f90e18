"""What can be done to a plan in any view: moving by a day, free slots, marks, copies, narrowing what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from textual import work
from textual.content import Content

from scheduler.desk.planned import STATES, Filter, FreeSlot, Weighed
from scheduler.desk.views import CalendarRow, DeliveryQuery, DeliveryView, Sign
from scheduler.errors import DeskError
from tui.dialogs.confirm import Confirm
from tui.dialogs.pick import Pick
from tui.screens.items import FIXED, ItemScreen
from tui.text import Glyphs, clean, counted, day_words, local, one_line, sentence, some
from tui.theme import LOOKS
from tui.week import Spot
from tui.widgets.paint import sign_text
from tui.words import name_words

SIGN_WORDS: dict[Sign, str] = {
    Sign.DRAFT: "Draft", Sign.AI_DRAFT: "AI draft – needs you", Sign.NEEDS_TEXT: "No text yet",
    Sign.SCHEDULED: "Scheduled", Sign.HELD: "On hold",
    Sign.SENDING: "Sending", Sign.CHECKING: "Checking whether it is there", Sign.NEEDS_YOU: "Needs you", Sign.PUBLISHED: "Published",
    Sign.REFUSED: "Refused", Sign.MISSED: "Missed", Sign.CANCELLED: "Cancelled",
}  # fmt: skip
NARROWS = ("account", "platform", "campaign", "state")
OTHER = "other"
EVERYTHING = "*"


def spot_words(row: CalendarRow | None, spot: Spot, of_day: int, glyphs: Glyphs) -> Content:
    """Two lines about the post under the cursor."""
    if row is None:
        return Content.styled(f"{day_words(spot.day)}: nothing planned. n writes a post here.", "$quiet")
    more = f" · {spot.place + 1} of {of_day}"
    return Content.assemble(
        (f"{sign_text(row.sign, glyphs)} {SIGN_WORDS[row.sign]}", f"bold ${LOOKS[row.sign].color}"),
        (f" · {day_words(row.day)} {row.time} · {one_line(row.client_name)} · {one_line(row.account)}{more}\n", "bold"),
        one_line(row.title) or "no text yet",
        (f" · {row.ai}" if row.ai else "", "$quiet"),
    )


def slot_words(slot: FreeSlot) -> str:
    """`17:00 · Kawa Wrocław bs-kawa · slot “evening”`."""
    clock = slot.time[1:] if slot.time.startswith("0") else slot.time
    return f"{clock} · {slot.client_name} {slot.account} · slot “{slot.slot}”" + (f" · {slot.note}" if slot.note else "")


class PlanningScreen(ItemScreen):
    """A place that shows a plan by days."""

    def __init__(self) -> None:
        super().__init__()
        self.only = Filter()
        self.marked: frozenset[date] = frozenset()
        self.picked: dict[str, str] = {}
        """Posts that are marked, by key: how each is called. What is done is done to all of them."""

    @property
    def day(self) -> date:
        """The day under the cursor."""
        raise NotImplementedError

    def seek(self, day: date, key: str = "") -> None:
        """Put the cursor on a day, and on a post when it stands there."""
        raise NotImplementedError

    def chosen_row(self) -> CalendarRow | None:
        """The post under the cursor."""
        raise NotImplementedError

    def new_post_time(self) -> str:
        """For a new post."""
        raise NotImplementedError

    def free_on(self, day: date) -> list[FreeSlot]:
        """Free slots of a day."""
        raise NotImplementedError

    def retitle(self) -> None:
        """What is shown has other bounds now."""
        raise NotImplementedError

    def marks_changed(self) -> None:
        """Other days are marked."""
        raise NotImplementedError

    # ── narrowing ──

    def wanted(self) -> Filter:
        """What is shown."""
        return replace(self.only, client=self.app.client)

    def chips(self) -> list[str]:
        """What is left out, for the frame."""
        found = [one_line(value) for value in (getattr(self.only, name) for name in NARROWS) if value]
        marks = [f"{counted(number, what)} marked" for number, what in ((len(self.marked), "day"), (len(self.picked), "post")) if number]
        return [*([f"only {', '.join(found)}"] if found else []), *marks]

    @work(exclusive=True, group="narrow", exit_on_error=False)
    async def action_filter(self) -> None:
        try:
            accounts = [a for a in await self.app.desk.accounts() if self.app.client in (None, a.client)]
            campaigns = await self.app.desk.campaign_names()
        except DeskError as error:
            self.app.say_error(error)
            return
        platforms = {account.platform: account.platform_name for account in accounts}
        choices = [
            (EVERYTHING, "Everything"),
            *((f"state:{name}", f"State: {name}") for name in STATES),
            *((f"platform:{name}", f"Network: {words}") for name, words in platforms.items()),
            *((f"account:{a.name}", f"Account: {a.name} · {a.client_name}") for a in accounts),
            *((f"campaign:{name}", f"Campaign: {name}") for name in campaigns),
        ]
        picked = await self.app.push_screen_wait(Pick("Show only what? A second choice narrows further.", choices))
        if picked is not None:
            name, _, value = picked.partition(":")
            self.narrow(Filter() if picked == EVERYTHING else replace(self.only, **{name: value}))

    def narrow(self, only: Filter) -> None:
        """Show something else."""
        self.only = only
        self.retitle()
        self.reload()

    def clear_narrowing(self) -> bool:
        """One `esc` takes the marks away, the next the filter. False: there was neither."""
        if self.marked or self.picked:
            self.picked = {}
            self._mark(frozenset())
        elif self.only != Filter():
            self.narrow(Filter())
        else:
            return False
        return True

    # ── moving ──

    def action_shift(self, days: int) -> None:
        """One day earlier or later, at the same time of day; with marked posts all of them."""
        if self.picked:
            self.shift_picked(days)
            return
        row = self.chosen_row()
        if self.may("shift", "Moving") and row is not None:
            self.move_to(row.key, row.day + timedelta(days=days))

    @work(exclusive=True, group="shift", exit_on_error=False)
    async def move_to(self, key: str, day: date) -> None:
        """To another day; asks only when the approval would be lost."""
        try:
            delivery = await self.app.desk.delivery(key)
            if delivery.sign in FIXED:
                self.app.notify(f"Moving is off: {FIXED[delivery.sign]}.", severity="warning")
                return
            weighed = await self.app.desk.weigh_day(key, day)
        except DeskError as error:
            self.app.say_error(error)
            return
        if weighed.loses_approval and not await self.app.push_screen_wait(_asks(delivery, weighed)):
            return
        if weighed.no_room and not await self.app.push_screen_wait(_waits(delivery, weighed)):
            return
        done = await self.app.attempt(self.app.desk.move(key, weighed.when, anyway=True))
        if done is not None:
            self.seek(day, key)
            if weighed.note:
                self.app.notify(sentence(weighed.note), severity="warning", timeout=10)

    # ── marks, free slots, copies ──

    def action_mark(self) -> None:
        """The post where posts are listed, else the day."""
        row = self.chosen_row() if self.in_posts() else None
        if row is None:
            self._mark(self.marked ^ {self.day})
            return
        if self.picked.pop(row.key, None) is None:
            self.picked[row.key] = f"“{one_line(row.title) or 'no text yet'}” ({one_line(row.account)})"
        self._mark(self.marked)

    def why_off(self, action: str) -> str:
        """What is done to marked posts does not depend on the one under the cursor."""
        return "" if self.picked and action in {"shift", "delete", "duplicate"} else super().why_off(action)

    def in_posts(self) -> bool:
        """Whether the cursor is on a post, not on a day."""
        raise NotImplementedError

    def _mark(self, days: frozenset[date]) -> None:
        self.marked = days
        self.marks_changed()
        self.retitle()

    async def new_here(self) -> None:
        """With marked days: fill their free slots. On a day with free slots: which one. Else a new post on the day."""
        if self.marked:
            await self._fill_marked()
            return
        free = self.free_on(self.day)
        slot = await self._which(free) if free else None
        if slot == OTHER or not free:
            await self.app.write_new(when=self.new_post_time())
        elif slot is not None:
            found = free[int(slot)]
            await self.app.write_new(when=f"{found.day:%Y-%m-%d} {found.time}", accounts=(found.account,))

    async def _which(self, free: Sequence[FreeSlot]) -> str | None:
        choices = [*((str(n), slot_words(slot)) for n, slot in enumerate(free)), (OTHER, "Another time")]
        return await self.app.push_screen_wait(Pick(f"Free on {day_words(self.day)}", choices))

    async def _fill_marked(self) -> None:
        today = local(self.app.now(), self.app.desk.tz).date()
        days = sorted(day for day in self.marked if day >= today)
        if not days:
            self.app.notify("The marked days are over. Mark days to come, or press esc.", severity="warning")
            return
        try:
            drafts = await self.app.desk.deliveries(DeliveryQuery(client=self.app.client, states=("draft",)))
        except DeskError as error:
            self.app.say_error(error)
            return
        posts = {view.post: view for view in drafts}
        choices = [(post, f"{view.client_name} · {name_words(view)}") for post, view in posts.items()]
        if not choices:
            self.app.notify("There is no draft to fill the days from. esc takes the marks away, n writes one.", severity="warning")
            return
        picked = await self.app.push_screen_wait(Pick(f"Fill the free slots of {counted(len(days), 'day')} from which draft?", choices))
        if picked is not None and await self.app.attempt(self.app.desk.fill(picked, days)) is not None:
            self._mark(frozenset())

    # ── all posts that are marked ──

    @work(exclusive=True, group="shift", exit_on_error=False)
    async def shift_picked(self, days: int) -> None:
        """All of them by a day; asks only when it costs something. They stay marked, to be moved on."""
        keys = list(self.picked)
        try:
            weighed = await self.app.desk.weigh_days(keys, days)
        except DeskError as error:
            self.app.say_error(error)
            return
        costs = many_cost(weighed)
        title = f"Move {counted(len(keys), 'post')} by a day?"
        if costs and not await self.app.push_screen_wait(Confirm(title, costs, yes="Move them", no="Leave them there")):
            return
        await self.app.attempt(self.app.desk.move_days(keys, days, anyway=True))

    @work(exclusive=True, group="act", exit_on_error=False)
    async def cancel_picked(self) -> None:
        """Names them, asks, and takes all of them off the plan."""
        keys, names = list(self.picked), some(tuple(self.picked.values()))
        words = f"Take {names} off the plan? None of them will be sent."
        title = f"Cancel {counted(len(keys), 'post')}?"
        question = Confirm(title, words, yes=f"Cancel {counted(len(keys), 'post')}", danger=True)
        if await self.app.push_screen_wait(question) and await self.app.attempt(self.app.desk.cancel_many(keys)) is not None:
            self._unpick()

    def action_delete(self) -> None:  # type: ignore[override]
        """What is marked, else the post under the cursor."""
        if self.picked:
            self.cancel_picked()
        else:
            super().action_delete()

    def _unpick(self) -> None:
        self.picked = {}
        self._mark(self.marked)

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_duplicate(self) -> None:
        """The same once more, opened for writing; of marked posts a copy each."""
        if self.picked:
            if await self.app.attempt(self.app.desk.duplicate_many(list(self.picked))) is not None:
                self._unpick()
            return
        delivery = await self.chosen()
        if delivery is None:
            self.app.notify("Duplicate is off: there is no post under the cursor.", severity="warning")
            return
        try:
            made = await self.app.desk.duplicate(delivery.post)
        except DeskError as error:
            self.app.say_error(error)
            return
        self.app.touch()
        self.app.notify(f"{delivery.client_name}: “{name_words(delivery)}” once more, a draft without a time.")
        self.app.open_post(made.post)


def many_cost(weighed: Sequence[Weighed]) -> str:
    """What moving all of them costs, in sentences; empty: nothing."""
    lost = sum(one.loses_approval for one in weighed)
    full = next((one.no_room for one in weighed if one.no_room), "")
    needs = f"{lost} of {len(weighed)} need{'s' if lost == 1 else ''} a new approval there." if lost else ""
    return f"{needs} {f'{sentence(clean(full))} There a post waits its turn.' if full else ''}".strip()


def _asks(delivery: DeliveryView, weighed: Weighed) -> Confirm:
    words = f"“{name_words(delivery)}” on {delivery.platform_name} {delivery.account} is approved for {weighed.window}."
    return Confirm(
        f"This needs a new approval · {delivery.client_name}",
        f"{words} {weighed.words} is outside that: This needs a new approval.",
        yes="Move it",
        no="Leave it there",
    )


def _waits(delivery: DeliveryView, weighed: Weighed) -> Confirm:
    what = f"On {weighed.words} “{name_words(delivery)}” waits its turn, and is missed if its window ends first."
    words = f"{sentence(clean(weighed.no_room))} {what}"
    return Confirm(f"No room then · {delivery.client_name}", words, yes="Move it", no="Leave it there")
