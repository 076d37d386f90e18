"""What can be done to a plan in any view: moving by a day, free slots, marks, copies, narrowing what is shown."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from textual import work
from textual.content import Content

from scheduler.desk.calendar.views import STATES, Filter, FreeSlot, Weighed
from scheduler.desk.views import CalendarRow, DeliveryQuery, DeliveryView
from scheduler.errors import DeskError
from tui.dialogs.confirm import Confirm
from tui.dialogs.pick import Pick
from tui.lines.week import Spot
from tui.lines.words import name_words
from tui.say import say, say_count
from tui.screens.items import FIXED, ItemScreen
from tui.text import Glyphs, clean, counted, day_words, local, one_line, sentence, short_clock, some
from tui.theme import LOOKS, SIGN_WORDS
from tui.told import told
from tui.widgets.paint import sign_text

NARROWS = ("account", "platform", "campaign", "state")
OTHER = "other"
EVERYTHING = "*"


def spot_words(row: CalendarRow | None, spot: Spot, of_day: int, glyphs: Glyphs) -> Content:
    """Two lines about the post under the cursor."""
    if row is None:
        return Content.styled(say("{day}: nothing planned. ‹post.new› writes a post here.", day=day_words(spot.day)), "$quiet")
    more = say(" · {number} of {of_day}", number=spot.place + 1, of_day=of_day)
    return Content.assemble(
        (f"{sign_text(row.sign, glyphs)} {say(SIGN_WORDS[row.sign])}", f"bold ${LOOKS[row.sign].color}"),
        (f" · {day_words(row.day)} {short_clock(row.time)} · {one_line(row.client_name)} · {one_line(row.account)}{more}\n", "bold"),
        one_line(row.title) or say("no text yet"),
        (f" · {say('AI label: {ai}', ai=told(row.ai))}" if row.ai else "", "$quiet"),
    )


def slot_words(slot: FreeSlot) -> str:
    """`17:00 · Kawa Wrocław bs-kawa · slot “evening”`."""
    return say(
        "{clock} · {client_name} {account} · slot “{slot}”",
        clock=short_clock(slot.time),
        client_name=slot.client_name,
        account=slot.account,
        slot=slot.slot,
    ) + (f" · {told(slot.note)}" if slot.note else "")


class PlanningScreen(ItemScreen):
    """A place that shows a plan by days."""

    def __init__(self) -> None:
        super().__init__()
        self.only = Filter()
        self.marked: frozenset[date] = frozenset()
        self.picked: dict[str, str] = {}
        """Posts that are marked, by key: how each is called. What is done is done to all of them."""

    @property
    @abstractmethod
    def day(self) -> date:
        """The day under the cursor."""

    @abstractmethod
    def seek(self, day: date, key: str = "") -> None:
        """Put the cursor on a day, and on a post when it stands there."""

    @abstractmethod
    def chosen_row(self) -> CalendarRow | None:
        """The post under the cursor."""

    @abstractmethod
    def new_post_time(self) -> str:
        """For a new post."""

    @abstractmethod
    def free_on(self, day: date) -> list[FreeSlot]:
        """Free slots of a day."""

    @abstractmethod
    def retitle(self) -> None:
        """What is shown has other bounds now."""

    @abstractmethod
    def marks_changed(self) -> None:
        """Other days are marked."""

    # ── narrowing ──

    def wanted(self) -> Filter:
        """What is shown."""
        return replace(self.only, client=self.app.client)

    def chips(self) -> list[str]:
        """What is left out, for the frame."""
        found = [one_line(value) for value in (getattr(self.only, name) for name in NARROWS) if value]
        marks = [
            say("{number} marked", number=counted(number, what))
            for number, what in ((len(self.marked), "day"), (len(self.picked), "post"))
            if number
        ]
        return [*([say("only {found}", found=", ".join(found))] if found else []), *marks]

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
            (EVERYTHING, say("Everything")),
            *((f"state:{name}", say("State: {name}", name=name)) for name in STATES),
            *((f"platform:{name}", say("Network: {words}", words=words)) for name, words in platforms.items()),
            *((f"account:{a.name}", say("Account: {a} · {client_name}", a=a.name, client_name=a.client_name)) for a in accounts),
            *((f"campaign:{name}", say("Campaign: {name}", name=name)) for name in campaigns),
        ]
        picked = await self.app.push_screen_wait(Pick(say("Show only what? A second choice narrows further."), choices))
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
        if self.may("shift", say("Moving")) and row is not None:
            self.move_to(row.key, row.day + timedelta(days=days))

    @work(exclusive=True, group="shift", exit_on_error=False)
    async def move_to(self, key: str, day: date) -> None:
        """To another day; asks only when the approval would be lost."""
        try:
            delivery = await self.app.desk.delivery(key)
            if delivery.sign in FIXED:
                self.app.notify(say("Moving is off: {reason}.", reason=say(FIXED[delivery.sign])), severity="warning")
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
                self.app.notify(sentence(told(weighed.note)), severity="warning", timeout=10)

    # ── marks, free slots, copies ──

    def action_mark(self) -> None:
        """The post where posts are listed, else the day."""
        row = self.chosen_row() if self.in_posts() else None
        if row is None:
            self._mark(self.marked ^ {self.day})
            return
        if self.picked.pop(row.key, None) is None:
            self.picked[row.key] = f"“{one_line(row.title) or say('no text yet')}” ({one_line(row.account)})"
        self._mark(self.marked)

    def why_off(self, action: str) -> str:
        """What is done to marked posts does not depend on the one under the cursor."""
        return "" if self.picked and action in {"shift", "delete", "duplicate"} else super().why_off(action)

    @abstractmethod
    def in_posts(self) -> bool:
        """Whether the cursor is on a post, not on a day."""

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
        choices = [*((str(n), slot_words(slot)) for n, slot in enumerate(free)), (OTHER, say("Another time"))]
        return await self.app.push_screen_wait(Pick(say("Free on {day}", day=day_words(self.day)), choices))

    async def _fill_marked(self) -> None:
        today = local(self.app.now(), self.app.desk.tz).date()
        days = sorted(day for day in self.marked if day >= today)
        if not days:
            self.app.notify(say("The marked days are over. Mark days to come, or press esc."), severity="warning")
            return
        try:
            drafts = await self.app.desk.deliveries(DeliveryQuery(client=self.app.client, states=("draft",)))
        except DeskError as error:
            self.app.say_error(error)
            return
        posts = {view.post: view for view in drafts}
        choices = [(post, f"{view.client_name} · {name_words(view)}") for post, view in posts.items()]
        if not choices:
            self.app.notify(
                say("There is no draft to fill the days from. esc takes the marks away, ‹post.new› writes one."), severity="warning"
            )
            return
        picked = await self.app.push_screen_wait(
            Pick(say("Fill the free slots of {days} from which draft?", days=counted(len(days), "day")), choices)
        )
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
        title = say("Move {posts} by a day?", posts=counted(len(keys), "post"))
        if costs and not await self.app.push_screen_wait(Confirm(title, costs, yes=say("Move them"), no=say("Leave them there"))):
            return
        row, day = self.chosen_row(), self.day
        if await self.app.attempt(self.app.desk.move_days(keys, days, anyway=True)) is not None and row is not None and row.key in keys:
            self.seek(day + timedelta(days=days), row.key)

    @work(exclusive=True, group="act", exit_on_error=False)
    async def cancel_picked(self) -> None:
        """Names them, asks, and takes all of them off the plan."""
        keys, names = list(self.picked), some(tuple(self.picked.values()))
        words = say("Take {names} off the plan? None of them will be sent.", names=names)
        title = say("Cancel {posts}?", posts=counted(len(keys), "post"))
        question = Confirm(title, words, yes=say("Cancel {posts}", posts=counted(len(keys), "post")), danger=True)
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
            self.app.notify(say("Duplicate is off: there is no post under the cursor."), severity="warning")
            return
        try:
            made = await self.app.desk.duplicate(delivery.post)
        except DeskError as error:
            self.app.say_error(error)
            return
        self.app.touch()
        self.app.notify(
            say("{client_name}: “{post}” once more, a draft without a time.", client_name=delivery.client_name, post=name_words(delivery))
        )
        self.app.open_post(made.post)


def many_cost(weighed: Sequence[Weighed]) -> str:
    """What moving all of them costs, in sentences; empty: nothing."""
    lost = sum(one.loses_approval for one in weighed)
    full = next((one.no_room for one in weighed if one.no_room), "")
    needs = ""
    if lost:
        needs = say_count(
            lost, "{count} of {all} needs a new approval there.", "{count} of {all} need a new approval there.", all=len(weighed)
        )
    waits = say("{full} There a post waits its turn.", full=sentence(told(clean(full)))) if full else ""
    return f"{needs} {waits}".strip()


def _asks(delivery: DeliveryView, weighed: Weighed) -> Confirm:
    words = say(
        "“{post}” on {platform_name} {account} is approved for {window}.",
        post=name_words(delivery),
        platform_name=delivery.platform_name,
        account=delivery.account,
        window=told(weighed.window),
    )
    return Confirm(
        say("This needs a new approval · {client_name}", client_name=delivery.client_name),
        say("{words} {words2} is outside that: This needs a new approval.", words=words, words2=weighed.words),
        yes=say("Move it"),
        no=say("Leave it there"),
    )


def _waits(delivery: DeliveryView, weighed: Weighed) -> Confirm:
    what = say(
        "On {words} “{post}” waits its turn, and is missed if its window ends first.", words=told(weighed.words), post=name_words(delivery)
    )
    words = f"{sentence(clean(weighed.no_room))} {what}"
    return Confirm(
        say("No room then · {client_name}", client_name=delivery.client_name), words, yes=say("Move it"), no=say("Leave it there")
    )
