"""Writing with a model: its words come into a pane of their own while one goes on writing; taken is only what a person takes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

from textual import getters, on, work
from textual.worker import Worker

from scheduler.desk.views import ProposalView
from scheduler.desk.write.views import ModelPlace
from scheduler.errors import DeskError, SettingsError, UnreachableError
from tui.dialogs.ask_model import AskModel, NoModel
from tui.keys.action import Action
from tui.keys.actions import VARIANTS
from tui.lines.words import error_words
from tui.lines.writing import SETTLED, Draft
from tui.say import say
from tui.screens.composing import Composing
from tui.text import clean, one_line, sentence, when_words
from tui.told import told
from tui.widgets.caption_area import CaptionArea
from tui.widgets.variants import Variants

WANTED = 3
"""Variants asked for where no brief says how many."""
USUAL, SHORT = sys.getswitchinterval(), 0.0005
"""Seconds: the longest that another thread computes while this one waits to go on; the second while Write is shown."""


class ComposingModel(Composing):
    """F8 and what follows."""

    PIECE = 0.002
    variants = getters.query_one(Variants)

    def __init__(self) -> None:
        super().__init__()
        self._stream: Worker[None] | None = None

    def on_screen_resume(self) -> None:
        """The loop asks for its turn anew after each read of a socket. While texts stream in and a saved one is compared in a thread, waits
        of 10 to 20 ms come of the usual 5; where a place reads many posts, long turns are better."""
        sys.setswitchinterval(SHORT)

    def on_screen_suspend(self) -> None:
        sys.setswitchinterval(USUAL)

    async def _draw_widgets(self) -> bool:
        """Putting the lines together takes as long as a piece: what streams in has its turn before it."""
        drawn = await super()._draw_widgets()
        await asyncio.sleep(0)
        return drawn

    @property
    def reel_seconds(self) -> float | None:
        """The length of the script to ask for; None: a caption, or what the brief says."""
        return None

    @property
    def asking(self) -> bool:
        """The pane of the model is open."""
        return self.has_class("-variants")

    @property
    def helped(self) -> tuple[Action, ...]:
        return (*VARIANTS, *self.ACTIONS) if self.asking else self.ACTIONS

    def action_back(self) -> None:
        """Out of the text into the pane of the model, while it is open."""
        if self.asking and self.query_one(CaptionArea).has_focus:
            self.variants.focus()
        else:
            super().action_back()

    def action_model(self) -> None:
        """Into the pane where it is open; else show what is proposed, and ask when nothing is."""
        offers = self.variants.offers
        if self.asking and (offers.found or offers.writing):
            self.variants.focus()
        elif self.draft is not None:
            self._stream = self._open_model(self.draft)

    @work(exclusive=True, group="model", exit_on_error=False)
    async def _open_model(self, draft: Draft) -> None:
        if not await self.save_all():
            return
        waiting = self._for_current(draft, await self.app.desk.proposals(draft.post.post))
        if waiting:
            self._show(waiting)
            self.variants.focus()
        else:
            await self._request(draft)

    async def _request(self, draft: Draft) -> None:
        """What to ask for, and where it is sent; then ask."""
        try:
            place = self.app.desk.model_place()
            asked = await self.app.desk.request(draft.post.post)
        except SettingsError as error:
            await self.app.push_screen_wait(NoModel(error))
            return
        except DeskError as error:
            self.app.say_error(error)
            return
        if draft.post.deliveries and all(delivery.sign in SETTLED for delivery in draft.post.deliveries):
            self.app.notify(say("The model is off: this post is {reason}.", reason=draft.fixed), severity="warning")
            return
        # whoever asks a model voids the approval
        if not draft.may_break(draft.approved) and not await self._may_break(draft, draft.approved, asking=True):
            return
        title = say("Ask the model · {client_name}", client_name=one_line(draft.post.client_name))
        if self.reel_seconds:
            title = say("Ask for a script of {seconds:g} s · {client_name}", seconds=self.reel_seconds, client_name=draft.post.client_name)
        dialog = AskModel(title, draft.post.post, asked, place, self._language(draft), self.app.desk, self._offline(place))
        languages = await self.app.push_screen_wait(dialog)
        if languages is not None and self.draft is draft:
            await self._ask(draft, place, languages)

    def _offline(self, place: ModelPlace) -> str:
        """What the service's last calls say, where a model is elsewhere."""
        outage = self.app.facts.outage if self.app.facts is not None else None
        if outage is None or not outage.is_network or place.here:
            return ""
        return say(
            "No network since {since}: ‹write.model› works again later.", since=when_words(outage.since, self.app.desk.tz, self.app.now())
        )

    async def _ask(self, draft: Draft, place: ModelPlace, languages: Sequence[str]) -> None:
        """Whatever goes wrong, what is whole can be taken, and nothing else is touched."""
        trouble = ""
        self.add_class("-variants")
        self.variants.begin(place)
        if not self.query_one(CaptionArea).has_focus:
            self.variants.focus()
        try:
            await self.app.desk.draft(
                draft.post.post, on_text=self.variants.hear, languages=languages, variants=WANTED, reel_seconds=self.reel_seconds
            )
        except DeskError as error:
            trouble = _trouble(error, place)
        finally:
            self.run_worker(self._settle(draft, trouble), group="settle", exit_on_error=False)

    async def _settle(self, draft: Draft, trouble: str) -> None:
        """What is whole now; why there is nothing stays to be read in the pane."""
        try:
            proposals = await self.app.desk.proposals(draft.post.post)
        except DeskError as error:
            self.app.say_error(error)
            proposals = []
        if self.draft is draft and self.asking:
            self.variants.settle(self._for_current(draft, proposals), trouble)
            if not trouble:
                self._close_when_empty()
            elif self.variants.offers.found:
                self.app.notify(trouble, severity="error", timeout=10)
        self.app.touch()

    def _show(self, proposals: list[ProposalView]) -> None:
        self.add_class("-variants")
        self.variants.settle(proposals)

    def _for_current(self, draft: Draft, proposals: list[ProposalView]) -> list[ProposalView]:
        return sorted(proposals, key=lambda p: (p.language != self._language(draft), p.language, p.variant, p.id))

    @staticmethod
    def _language(draft: Draft) -> str:
        """Of the text in the editor; an alternative text is about the post as a whole."""
        name = draft.current.partition("@")[0]
        names = [name, *(other.partition("@")[0] for other in draft.passages)]
        return next((n for n in names if n and ":" not in n and n not in ("text", "first_comment")), "")

    # ── in the pane ──

    @on(Variants.Stopped)
    def _stop(self) -> None:
        """Closes the connection; what is whole already can still be taken."""
        self.variants.offers.stop()
        if self._stream is not None:
            self._stream.cancel()
        self.app.notify(say("Stopped. What was not whole is thrown away; your own text is untouched."))

    @on(Variants.Again)
    def _new_ones(self) -> None:
        if self.draft is not None:
            self._stream = self._ask_again(self.draft)

    @work(exclusive=True, group="model", exit_on_error=False)
    async def _ask_again(self, draft: Draft) -> None:
        await self._request(draft)

    @on(Variants.Taken)
    def _taken(self, event: Variants.Taken) -> None:
        if self.draft is not None:
            self._take(self.draft, event.proposal)

    @work(exclusive=True, group="take", exit_on_error=False)
    async def _take(self, draft: Draft, proposal: ProposalView) -> None:
        """What was typed is saved first: it stays among the earlier texts."""
        if not await self.save_all():
            self.app.notify(say("Your own text is not saved yet; the model's was not taken."), severity="warning")
            return
        if await self.app.attempt(self.app.desk.accept(proposal.id)):
            self.close_model()
            await self.read_post()
            self.switch_to(proposal.language if proposal.language in draft.passages else draft.current)
            self.query_one(CaptionArea).focus()

    @on(Variants.Thrown)
    def _thrown(self, event: Variants.Thrown) -> None:
        self._throw(event.proposals)

    @work(exclusive=True, group="take", exit_on_error=False)
    async def _throw(self, proposals: tuple[int, ...]) -> None:
        if await self.app.attempt(self.app.desk.discard_all(proposals)) and self.draft is not None:
            left = await self.app.desk.proposals(self.draft.post.post)
            self.variants.settle(self._for_current(self.draft, left))
            self._close_when_empty()

    @on(Variants.Closed)
    def close_model(self) -> None:
        """The caption has all the room again."""
        had_focus = self.variants.has_focus
        self.remove_class("-variants")
        if had_focus:
            self.query_one(CaptionArea).focus()

    def _close_when_empty(self) -> None:
        if not self.variants.offers.found:
            self.close_model()


def _trouble(error: DeskError, place: ModelPlace) -> str:
    """Why nothing came, and when it is worth another try."""
    if place.here or not isinstance(error, UnreachableError):
        return error_words(error)
    later = say("Is there a network? ‹write.model› works again later, everything else goes on.")
    return f"{sentence(told(clean(str(error))))} {later}"
