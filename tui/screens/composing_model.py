"""Writing with a model: its words come into a pane of their own while one goes on writing; taken is only what a person takes."""

from __future__ import annotations

from textual import getters, on, work
from textual.worker import Worker

from scheduler.desk.views import ProposalView
from scheduler.errors import DeskError
from tui.actions import VARIANTS, Action
from tui.say import say
from tui.screens.composing import Composing
from tui.widgets.caption_area import CaptionArea
from tui.widgets.variants import Variants
from tui.writing import Draft

WANTED = 3
"""Variants asked for where no brief says how many."""


class ComposingModel(Composing):
    """F8 and what follows."""

    variants = getters.query_one(Variants)

    def __init__(self) -> None:
        super().__init__()
        self._stream: Worker[None] | None = None

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
        if self.asking:
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
            await self._ask(draft)

    async def _ask(self, draft: Draft) -> None:
        """Ask for texts in the language of the editor. Whatever goes wrong, what is whole can be taken, and nothing else is touched."""
        try:
            place = self.app.desk.model_place()
        except DeskError as error:
            self.app.say_error(error)
            return
        if draft.locked and not draft.fixed and not await self._may_break(draft):  # whoever asks a model voids the approval
            return
        language = self._language(draft)
        self.add_class("-variants")
        self.variants.begin(place)
        if not self.query_one(CaptionArea).has_focus:
            self.variants.focus()
        try:
            await self.app.desk.draft(
                draft.post.post, on_text=self.variants.hear, language=language or None, variants=WANTED, reel_seconds=self.reel_seconds
            )
        except DeskError as error:
            self.app.say_error(error)
        finally:
            self.run_worker(self._settle(draft), group="settle", exit_on_error=False)

    async def _settle(self, draft: Draft) -> None:
        """What is whole now."""
        try:
            proposals = await self.app.desk.proposals(draft.post.post)
        except DeskError as error:
            self.app.say_error(error)
            proposals = []
        if self.draft is draft and self.asking:
            self.variants.settle(self._for_current(draft, proposals))
            self._close_when_empty()
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
        await self._ask(draft)

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
