"""What can be done to a delivery wherever one is under the cursor: edit, move, cancel, open, copy, decide."""

from __future__ import annotations

from textual import work
from textual.content import Content

from scheduler.desk.views import DeliveryView, Sign
from scheduler.errors import DeskError
from tui.detail import EVIDENT, detail, detail_title
from tui.dialogs.ask_words import AskWords, needs_link
from tui.dialogs.confirm import Confirm
from tui.dialogs.details import Details
from tui.dialogs.schedule import Schedule
from tui.frame import DeskScreen
from tui.lines.words import name_words, place_words
from tui.say import later, say
from tui.text import clean, sentence
from tui.told import told

FIXED = {
    Sign.PUBLISHED: later("it is published"),
    Sign.SENDING: later("it is being sent"),
    Sign.CHECKING: later("it was sent and we look whether it is there"),
    Sign.CANCELLED: later("it is cancelled"),
    Sign.NEEDS_YOU: later("first say whether it is there (‹ask.there›, ‹ask.again› or ‹ask.drop›)"),
}
"""States whose time and text nobody can change."""


class ItemScreen(DeskScreen):
    """A place with a delivery under the cursor."""

    def chosen_key(self) -> str:
        """Key of the delivery under the cursor; empty: none."""
        return ""

    def chosen_sign(self) -> Sign | None:
        """Its state."""
        return None

    def chosen_is_late(self) -> bool:
        """Its time passed under a hold, and nobody has decided about it."""
        return False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        sign = self.chosen_sign()
        if action == "again" and self.chosen_is_late():
            return True
        if action in {"there", "again"}:
            return sign is Sign.NEEDS_YOU
        return sign in {Sign.NEEDS_YOU, Sign.REFUSED, Sign.MISSED} if action == "drop" else True

    def why_off(self, action: str) -> str:
        sign = self.chosen_sign()
        if sign is None and action in {"open", "edit", "delete", "copy", "browse", "reschedule", "shift"}:
            return say("there is no post under the cursor")
        if action in {"reschedule", "shift"} and sign in FIXED:
            return say("{reason}, its time cannot change any more", reason=say(FIXED[sign]))
        if action == "delete" and sign in FIXED:
            return say("{reason}; it cannot be taken back from here", reason=say(FIXED[sign]))
        return ""

    async def chosen(self) -> DeliveryView | None:
        """The delivery under the cursor, read now."""
        key = self.chosen_key()
        if not key:
            return None
        try:
            return await self.app.desk.delivery(key)
        except DeskError as error:
            self.app.say_error(error)
            return None

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_edit(self) -> None:
        if self.may("edit", say("Edit")) and (delivery := await self.chosen()):
            self.app.open_post(delivery.post)

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_open(self) -> None:
        """Everything that is known about it."""
        delivery = await self.chosen()
        if delivery is None:
            return
        try:
            events = await self.app.desk.history(delivery.key)
            known = await self.app.desk.evidence(delivery.key) if delivery.sign in EVIDENT else None
        except DeskError as error:
            self.app.say_error(error)
            return
        body = Content(f"{delivery.key}\n").append(detail(delivery, events, self.app.desk.tz, self.app.now(), self.app.glyphs, known))
        self.app.push_screen(Details(detail_title(delivery), body))

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_reschedule(self) -> None:
        if self.may("reschedule", say("Reschedule")) and (delivery := await self.chosen()):
            self.app.push_screen(Schedule([delivery], self.app.desk, self.app.now()))

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_delete(self) -> None:
        delivery = await self.chosen() if self.may("delete", say("Cancel")) else None
        if delivery is None:
            return
        if delivery.sign in {Sign.DRAFT, Sign.AI_DRAFT, Sign.NEEDS_TEXT} and delivery.managed_by != "files":
            await self._delete_draft(delivery)
        else:
            await self._cancel(delivery)

    async def _delete_draft(self, delivery: DeliveryView) -> None:
        question = say(
            "Delete the draft “{post}” of {client_name}, for all its accounts?", post=name_words(delivery), client_name=delivery.client_name
        )
        if await self.app.push_screen_wait(
            Confirm(say("Delete · {client_name}", client_name=delivery.client_name), question, yes=say("Delete"), danger=True)
        ):
            await self.app.attempt(self.app.desk.delete_draft(delivery.post))

    async def _cancel(self, delivery: DeliveryView) -> None:
        question = say(
            "Take “{post}” off the plan for {place}? It will not be sent.", post=name_words(delivery), place=place_words(delivery)
        )
        if await self.app.push_screen_wait(
            Confirm(say("Cancel · {client_name}", client_name=delivery.client_name), question, yes=say("Cancel the post"), danger=True)
        ):
            await self.app.attempt(self.app.desk.cancel(delivery.key))

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_browse(self) -> None:
        delivery = await self.chosen()
        if delivery is None:
            return
        if delivery.remote_url and delivery.remote_url.startswith(("https://", "http://")):
            self.app.open_url(delivery.remote_url)
            self.app.notify(say("Opening {remote_url}", remote_url=delivery.remote_url))
        else:
            self.app.notify(say("There is no page to open: this post is not published."), severity="warning")

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_copy(self) -> None:
        if delivery := await self.chosen():
            text = delivery.remote_url or delivery.key
            self.app.copy_to_clipboard(text)
            self.app.notify(say("Copied: {text}", text=text))

    # ── only on an item that needs a person ──

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_there(self) -> None:
        delivery = await self.chosen()
        if delivery is None:
            return
        desk, key = self.app.desk, delivery.key
        self.app.push_screen(
            AskWords(
                say("It is there · {place}", place=place_words(delivery)),
                say("Paste the link of the published post:"),
                details=say("“{post}” counts as published then, and is never sent again.", post=name_words(delivery)),
                yes=say("It is there"),
                placeholder=say("for example: https://server/post/1"),
                check=needs_link,
                job=lambda url: desk.resolve_published(key, url),
            )
        )

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_again(self) -> None:
        delivery = await self.chosen()
        if delivery is None:
            return
        if delivery.state == "missed":
            self.app.decide_overdue(delivery.key)
            return
        question = say(
            "{why} If “{post}” is on {place} already, sending again makes a second one. We look once more before "
            "anything is sent. Are you sure that it is not there?",
            why=sentence(told(clean(delivery.reason or delivery.words))),
            post=name_words(delivery),
            place=place_words(delivery),
        )
        if await self.app.push_screen_wait(
            Confirm(
                say("Send again · {client_name}", client_name=delivery.client_name),
                question,
                yes=say("Look, then send again"),
                no=say("Not now"),
                danger=True,
            )
        ):
            await self.app.attempt(self.app.desk.resolve_send_again(delivery.key))

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_drop(self) -> None:
        delivery = await self.chosen()
        if delivery is None:
            return
        question = say(
            "Give up “{post}” on {place}? It is not sent any more. If it is there already, it stays there.",
            post=name_words(delivery),
            place=place_words(delivery),
        )
        if await self.app.push_screen_wait(
            Confirm(say("Drop · {client_name}", client_name=delivery.client_name), question, yes=say("Drop it"), danger=True)
        ):
            await self.app.attempt(self.app.desk.resolve_drop(delivery.key))
