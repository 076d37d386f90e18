"""The brake at the desk: everything, one client or one campaign, at once; releasing asks, and what became late is decided post by post."""

from __future__ import annotations

from textual import work

from scheduler.desk.views import DeliveryView
from scheduler.errors import DeskError
from tui.dialogs.confirm import Confirm
from tui.dialogs.hold import HoldReason
from tui.dialogs.overdue import OverduePosts
from tui.dialogs.pick import Pick
from tui.lines.words import hold_question
from tui.program import Program
from tui.say import say
from tui.screens.items import ItemScreen
from tui.text import some


class Brake(Program, inherit_bindings=False):
    """What stops publishing and lets it go on."""

    @work(exclusive=True, group="hold", exit_on_error=False)
    async def action_hold(self) -> None:
        """At once; the reason comes after. Releasing asks."""
        if self.facts is not None and any(hold.scope == "all" for hold in self.facts.holds):
            await self._release()
        elif await self.attempt(self.desk.hold()):
            reason = await self.push_screen_wait(HoldReason())
            if reason:
                await self.attempt(self.desk.hold(reason=reason))

    async def _release(self) -> None:
        question = hold_question(self.facts, self.now())
        if await self.push_screen_wait(Confirm(say("Release the hold?"), question, yes=say("Release"), no=say("Stay on hold"))):
            done = await self.attempt(self.desk.release())
            if done is not None and done.keys:
                await self._decide()

    @work(exclusive=True, group="hold", exit_on_error=False)
    async def action_hold_client(self) -> None:
        """The client that is shown, else that of the post under the cursor, else one picked from the list."""
        here = await self._post_here()
        client = self.client or (here.client if here is not None else None) or await self._picked_client()
        if client is not None:
            await (self._release_client(client) if client in self.held("client") else self._hold_client(client))

    @work(exclusive=True, group="hold", exit_on_error=False)
    async def action_hold_campaign(self) -> None:
        """That of the post under the cursor, else one picked from the list."""
        here = await self._post_here()
        campaign = here.campaign if here is not None else await self._picked_campaign()
        if campaign is not None:
            await (self._release_campaign(campaign) if campaign in self.held("campaign") else self._hold_campaign(campaign))

    async def _post_here(self) -> DeliveryView | None:
        screen = self.screen_stack[0]
        return await screen.chosen() if isinstance(screen, ItemScreen) and screen.chosen_key() else None

    async def _picked_campaign(self) -> str | None:
        try:
            names = await self.desk.campaign_names()
        except DeskError as error:
            self.say_error(error)
            return None
        if not names:
            self.notify(say("There is no campaign yet: ‹all.hold› holds everything."), severity="warning")
            return None
        return await self.push_screen_wait(Pick(say("Hold or release which campaign?"), [(name, name) for name in names]))

    async def _picked_client(self) -> str | None:
        named = [(c.id, f"{c.name} · {some(c.accounts)}") for c in self.clients if c.id is not None]
        if not named:
            self.notify(say("This workspace has no clients: ‹all.hold› holds everything."), severity="warning")
            return None
        return await self.push_screen_wait(Pick(say("Hold or release which client?"), named))

    @work(exclusive=True, group="hold", exit_on_error=False)
    async def hold_client(self, client: str) -> None:
        """Stop one client only."""
        await self._hold_client(client)

    @work(exclusive=True, group="hold", exit_on_error=False)
    async def release_client(self, client: str) -> None:
        """Release one client, after a question."""
        await self._release_client(client)

    async def _hold_client(self, client: str) -> None:
        """At once; the reason comes after."""
        if await self.attempt(self.desk.hold(client=client)):
            reason = await self.push_screen_wait(HoldReason(self._name_of(client)))
            if reason:
                await self.attempt(self.desk.hold(client=client, reason=reason))

    async def _release_client(self, client: str) -> None:
        name = self._name_of(client)
        question = say("Planned posts of {name} go out at their times again. You decide about each whose time has passed.", name=name)
        if await self.push_screen_wait(Confirm(say("Release {name}?", name=name), question, yes=say("Release"), no=say("Stay on hold"))):
            done = await self.attempt(self.desk.release(client=client))
            if done is not None and done.keys:
                await self._decide(client)

    async def _hold_campaign(self, campaign: str) -> None:
        """At once; the reason comes after."""
        if await self.attempt(self.desk.hold(campaign=campaign)):
            reason = await self.push_screen_wait(HoldReason(say("campaign {campaign}", campaign=campaign), begins=True))
            if reason:
                await self.attempt(self.desk.hold(campaign=campaign, reason=reason))

    async def _release_campaign(self, campaign: str) -> None:
        question = say(
            "Planned posts of {campaign} go out at their times again. You decide about each whose time has passed.", campaign=campaign
        )
        if await self.push_screen_wait(
            Confirm(say("Release campaign {campaign}?", campaign=campaign), question, yes=say("Release"), no=say("Stay on hold"))
        ):
            done = await self.attempt(self.desk.release(campaign=campaign))
            if done is not None and done.keys:
                await self._decide(campaign=campaign)

    def _name_of(self, client: str) -> str:
        return next((c.name for c in self.clients if c.id == client), client)

    # ── what became late ──

    @work(exclusive=True, group="hold", exit_on_error=False)
    async def decide_overdue(self, key: str = "") -> None:
        """Posts whose time passed under a hold, and what becomes of each."""
        await self._decide(self.client, key)

    async def _decide(self, client: str | None = None, key: str = "", campaign: str | None = None) -> None:
        try:
            late = await self.desk.overdue(client=client, campaign=campaign)
        except DeskError as error:
            self.say_error(error)
            return
        if not late:
            self.notify(say("No post waits for such a decision."))
            return
        await self.push_screen_wait(OverduePosts(late, key))
        self.touch()
