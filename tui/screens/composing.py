"""What can be done while writing: save, time, accounts, problems, the model, leaving."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Sequence

from textual import events, work
from textual.containers import VerticalScroll
from textual.timer import Timer

from adapters.limits import LIMITS
from scheduler.desk.views import Counter, DeliveryView
from scheduler.errors import CrossedError, DeskError, NotFoundError, WouldVoidError
from tui.dialogs.confirm import Confirm
from tui.dialogs.crossed import MINE, THEIRS, Crossed
from tui.dialogs.former import Former
from tui.dialogs.post_accounts import PostAccounts
from tui.dialogs.schedule import Schedule
from tui.frame import RETRY, DeskScreen
from tui.lines.words import error_words, undo_words
from tui.lines.writing import SETTLED, Draft, Passage, is_head, troubles
from tui.say import say
from tui.text import one_line, sentence, some
from tui.told import told
from tui.widgets.caption_area import CaptionArea
from tui.widgets.row_list import RowList

COMMENT = "first_comment"
ENDED = frozenset({"published", "cancelled"})
"""States of a delivery behind which nothing comes."""
NEEDS_POST = {
    "when", "problem", "preview", "review", "model", "save", "next_text", "own_text", "script", "pictures", "first_comment",
    "former", "accounts", "delete",
}  # fmt: skip


class Composing(DeskScreen):
    """The composer's actions; the screen itself draws."""

    def __init__(self) -> None:
        super().__init__()
        self.draft: Draft | None = None
        self.shown = 0
        """Which account the preview shows."""
        self.save_trouble = ""
        self.crossed: dict[str, CrossedError] = {}
        self.approved_meanwhile = self.deleted = False
        """What somebody else did to the post that is written here."""
        """Texts of which somebody else changed the same lines; a person decides."""
        self._problem = -1
        self._lock = asyncio.Lock()
        self._again: Timer | None = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.draft is not None or action not in NEEDS_POST

    # ── what the screen gives ──

    @property
    @abstractmethod
    def counters(self) -> list[Counter]:
        """The newest counts."""

    @abstractmethod
    def titles(self) -> None:
        """Redraw titles."""

    @abstractmethod
    def count(self) -> object:
        """Count and preview again."""

    @abstractmethod
    def look(self) -> object:
        """Preview again."""

    @abstractmethod
    def switch_to(self, name: str) -> None:
        """Another text into the editor."""

    @abstractmethod
    def take_typed(self) -> None:
        """What stands in the editor and was not told of yet: before anything else may come there."""

    @abstractmethod
    def show_newest(self) -> None:
        """The editor shows the text as it is now, where somebody else's words came into it."""

    @abstractmethod
    def close_post(self) -> None:
        """Back to choosing."""

    @abstractmethod
    def close_parts(self) -> None:
        """The caption again, in place of script or pictures."""

    @abstractmethod
    def go_to_media(self, field: str) -> object:
        """To the pictures; `field` names one of them, as `media[0].alt`."""

    async def read_post(self) -> None:
        """The post as it is saved now."""

    def let_go(self) -> None:
        """Nothing is written here any more, and nothing of it is in the way of what comes next."""
        self.draft, self.save_trouble = None, ""
        self.approved_meanwhile = self.deleted = False
        self.crossed.clear()

    # ── saving ──

    async def save_all(self) -> bool:
        """Save every text that was typed; False when one could not be saved (it stays in the editor)."""
        async with self._lock:
            self.take_typed()
            draft = self.draft
            if draft is None or not draft.dirty:
                self._nothing_to_save()
                return True
            self.save_trouble = ""
            self.crossed.clear()
            self.approved_meanwhile = False
            for name in draft.dirty:
                await self._save_one(draft, name)
            if self.save_trouble:
                self.titles()
                self._try_again_soon()
                return False
            self.query_one(CaptionArea).spans = draft.passage.spans
            self.titles()
            self.app.touch()
            return True

    def _nothing_to_save(self) -> None:
        """What could not be saved was taken out again: then there is no trouble. A post that is gone stays gone."""
        if self.save_trouble and not self.deleted:
            self.save_trouble, self.approved_meanwhile = "", False
            self.crossed.clear()
            self.titles()

    def _try_again_soon(self) -> None:
        """Whatever keeps it from being saved may end without a key being pressed."""
        if self.crossed or self.approved_meanwhile or self.deleted:
            return
        if self._again is not None:
            self._again.stop()
        self._again = self.set_timer(RETRY, lambda: self.run_worker(self.save_all(), group="save", exit_on_error=False))

    async def _save_one(self, draft: Draft, name: str) -> None:
        text, base = draft.passages[name].text, draft.passages[name].saved
        try:
            post = await self.app.desk.save_text(draft.post.post, name, text, base=base, may_void=draft.may_void(name))
            self.take_typed()
        except WouldVoidError:
            self.approved_meanwhile = True
            self.save_trouble = say("not saved, approved meanwhile: ‹write.save› decides")
        except NotFoundError:
            self.deleted = True
            self.save_trouble = say("deleted elsewhere: ‹write.save› makes a new post")
        except CrossedError as error:
            self.crossed[name] = error
            self.save_trouble = say("{error}: ‹write.save› decides", error=told(str(error)))
        except DeskError as error:
            self.save_trouble = say("not saved: {error}", error=error_words(error))
        else:
            draft.passages[name].saved = text
            draft.follow(post)
            self.show_newest()

    def on_screen_suspend(self) -> None:
        self.run_worker(self.save_all(), group="save", exit_on_error=False)

    def on_descendant_blur(self, _: events.DescendantBlur) -> None:
        if self.draft is not None and self.draft.dirty:
            self.run_worker(self.save_all(), group="save", exit_on_error=False)

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_save(self) -> None:
        if self.draft is not None and self.draft.fixed:
            self.app.notify(say("Nothing to save: {reason}.", reason=self.draft.fixed), severity="warning")
        elif await self.save_all():
            self.app.notify(say("Saved."))
        elif self.crossed and self.draft is not None:
            await self._decide(self.draft, *next(iter(self.crossed.items())))
        elif self.draft is not None and (self.approved_meanwhile or self.deleted):
            await self._keep_or_leave(self.draft)

    async def _keep_or_leave(self, draft: Draft) -> None:
        """Somebody approved or deleted what was being written: nothing of theirs is undone without a word."""
        if self.deleted:
            accounts = tuple(dict.fromkeys(delivery.account for delivery in draft.post.deliveries))
            texts = {name: one for name, one in draft.texts.items() if one and "@" not in name and ":" not in name}
            await self.app.write_new(title=draft.post.title, texts=texts, accounts=accounts)
            if self.app.writing != draft.post.post:  # its words are in the new one
                self.let_go()
            return
        await self.read_post()
        broken = {delivery.key: delivery for name in draft.dirty for delivery in draft.broken_by(name)}
        if (not broken or await self._may_break(draft, list(broken.values()))) and await self.save_all():
            self.app.touch()

    async def _decide(self, draft: Draft, name: str, crossed: CrossedError) -> None:
        """Both texts to read; whichever is not taken stays among the earlier ones."""
        mine = draft.passages[name]
        answer = await self.app.push_screen_wait(Crossed(draft.post.client_name, crossed.by, mine.text, crossed.theirs))
        if answer == MINE:
            mine.saved = crossed.theirs
        elif answer == THEIRS:
            self.switch_to(name)
            draft.passages[name] = Passage(crossed.theirs, crossed.theirs)
            self.show_newest()
        if answer is not None and await self.save_all():
            self.app.touch()

    # ── looking around ──

    def action_next_text(self) -> None:
        if self.draft is not None:
            self.draft.step(1)
            self.switch_to(self.draft.current)

    def action_preview(self) -> None:
        self.shown += 1
        self.look()

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_own_text(self) -> None:
        """The account of the preview gets a text of its own; with one, it goes back to the common one, after a question."""
        draft = self.draft
        if draft is None or not draft.post.accounts:
            return
        language, _, account = draft.current.partition("@")
        account = account or draft.post.accounts[self.shown % len(draft.post.accounts)]
        if not await self.may_write(draft, say("An own text"), draft.broken_by(f"{language}@{account}")):
            return
        if ":" in language:
            self.app.notify(say("Go to the text of a language first."), severity="warning")
        elif f"{language}@{account}" in draft.passages:
            await self._common_again(draft, account, language)
        elif await self.save_all() and (done := await self.app.attempt(self.app.desk.own_text(draft.post.post, account, language))):
            await self.read_post()
            self.switch_to(done.details["field"])

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_first_comment(self) -> None:
        """Its text into the editor; it goes where there is such a thing, and nowhere else."""
        draft = self.draft
        if draft is None or not await self.may_write(draft, say("A first comment")):
            return
        takers = [delivery.account for delivery in draft.post.deliveries if is_head(delivery) and LIMITS[delivery.platform].first_comment]
        if not takers:
            self.app.notify(say("None of these networks has a first comment; Instagram has."), severity="warning")
            return
        draft.pin(COMMENT, "")
        self.close_parts()
        self.switch_to(COMMENT)
        self.query_one(CaptionArea).focus()
        self.app.notify(say("It goes to {takers}, below the post.", takers=some(takers)))

    async def _common_again(self, draft: Draft, account: str, language: str) -> None:
        question = say(
            "{account} then sends the common text again. Its own stays among the earlier texts; ‹all.undo› brings it back.", account=account
        )
        title = say("Back to the common text? · {client_name}", client_name=draft.post.client_name)
        if not await self.app.push_screen_wait(Confirm(title, question, yes=say("Go back"))) or not await self.save_all():
            return
        done = await self.app.attempt(self.app.desk.common_text(draft.post.post, account, language))
        if done is not None:
            draft.current = done.details["field"]
            await self.read_post()
            self.switch_to(draft.current)

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_former(self) -> None:
        """Texts as they were, and back to one of them."""
        draft = self.draft
        if draft is None or not await self.save_all():
            return
        try:
            found = await self.app.desk.former_texts(draft.post.post)
        except DeskError as error:
            self.app.say_error(error)
            return
        wanted = [text for text in found if text.field == draft.current] or found
        if not wanted:
            self.app.notify(say("Nothing was saved yet."))
            return
        picked = await self.app.push_screen_wait(Former(draft.post.client_name, wanted, self.app.desk.tz, self.app.now()))
        if picked is None or not await self.may_write(draft, say("Going back")):
            return
        done = await self.app.attempt(self.app.desk.restore_text(draft.post.post, picked))
        if done is not None:
            await self.read_post()
            self.switch_to(done.details["field"])

    async def may_write(self, draft: Draft, what: str, breaks: list[DeliveryView] | None = None) -> bool:
        """Whether texts can change; an approval is broken only after a question. `breaks`: which ones; None: all there are."""
        if draft.fixed:
            self.app.notify(say("{what} is off: this post is {reason}.", what=what, reason=draft.fixed), severity="warning", timeout=8)
            return False
        breaks = draft.approved if breaks is None else breaks
        return draft.may_break(breaks) or await self._may_break(draft, breaks)

    def action_problem(self) -> None:
        """Jump to the next thing that does not fit."""
        found = troubles(self.counters)
        if not found or self.draft is None:
            self.app.notify(say("Everything fits."))
            return
        self._problem = (self._problem + 1) % len(found)
        trouble = found[self._problem]
        area = self.query_one(CaptionArea)
        if trouble.text and trouble.text != self.draft.current:
            self.switch_to(trouble.text)
        if trouble.field.startswith("media"):
            self.go_to_media(trouble.field)
        elif trouble.field == "text":
            self.close_parts()
            area.move_cursor(area.location_at(trouble.at))
            area.focus()
        words = " ".join(sentence(told(one_line(words))) for words in (trouble.message, *trouble.hints))
        self.app.notify(f"{trouble.platform_name} {trouble.account}: {words}", severity="warning")

    def action_into_text(self) -> None:
        if self.draft is None:
            choice = self.query_one(RowList)
            if choice.chosen is not None:
                self.app.open_post(choice.chosen.key)
        elif self.draft.locked and not self.draft.fixed:
            self._unlock(self.draft)
        else:
            self.query_one(CaptionArea).focus()

    @work(exclusive=True, group="act", exit_on_error=False)
    async def _unlock(self, draft: Draft) -> None:
        if await self._may_break(draft, draft.broken_by(draft.current)):
            self.query_one(CaptionArea).focus()
            await self.save_all()

    async def _may_break(self, draft: Draft, breaks: Sequence[DeliveryView], *, asking: bool = False) -> bool:
        """`asking`: a model, not typing."""
        places = some([f"{delivery.platform_name} {delivery.account}" for delivery in breaks])
        question = say(
            "This breaks the approval of “{title}” for {places}. It waits for approval again and does not go out until then.",
            title=draft.post.title,
            places=places,
        )
        title = say("Edit an approved post · {client_name}", client_name=draft.post.client_name)
        if asking:
            title = say("Ask the model about an approved post · {client_name}", client_name=draft.post.client_name)
        yes = say("Ask the model") if asking else say("Edit it")
        if not await self.app.push_screen_wait(Confirm(title, question, yes=yes, danger=True)):
            return False
        draft.grant(breaks)
        self.switch_to(draft.current)
        return True

    def action_back(self) -> None:
        """First out of the text, then to the drafts or where one came from."""
        if self.query_one(CaptionArea).has_focus:
            self.query_one("#fits", VerticalScroll).focus()
        elif self.draft is not None and self.app.opened_from == "write":
            self.close_post()
        else:
            self.app.go(self.app.came_from)

    # ── the post ──

    def _movable(self) -> list[DeliveryView]:
        return [d for d in self.draft.post.deliveries if d.sign not in SETTLED and is_head(d)] if self.draft else []

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_when(self) -> None:
        await self.save_all()
        deliveries = self._movable()
        if not deliveries:
            self.app.notify(say("The time cannot change any more: it is sent, or on its way."), severity="warning")
            return
        await self.app.push_screen_wait(Schedule(deliveries, self.app.desk, self.app.now()))

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_review(self) -> None:
        if self.draft is not None and await self.save_all():
            waiting = [d for d in self.draft.post.deliveries if d.state == "draft"]
            untimed = [d for d in self._movable() if d.due is None]
            if untimed and await self.app.push_screen_wait(Schedule(untimed, self.app.desk, self.app.now())) is None:
                self.app.notify(say("It has no time yet, so nobody can approve it. ‹write.when› gives it one."), severity="warning")
            elif waiting or self.draft.post.deliveries == ():
                self.app.open_review(self.draft.post.post)
            else:
                self.app.notify(say("Nothing of this post waits for approval."), severity="warning")

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_accounts(self) -> None:
        """Where it goes: more accounts of its client, or fewer."""
        draft = self.draft
        if draft is None:
            return
        if draft.post.managed_by == "files":
            words = say("This post lives in {file}: change its accounts there, then apply.", file=draft.post.file or "a file")
            self.app.notify(words, severity="warning")
            return
        heads = [delivery for delivery in draft.post.deliveries if is_head(delivery)]
        if heads and all(delivery.state in ENDED for delivery in heads):
            words = say("This post is public or cancelled everywhere: its accounts cannot change any more. ‹post.new› writes a new one.")
            self.app.notify(words, severity="warning", timeout=8)
            return
        if not await self.save_all():
            return
        try:
            known = await self.app.desk.accounts()
        except DeskError as error:
            self.app.say_error(error)
            return
        done = await self.app.push_screen_wait(PostAccounts(draft.post, known))
        if done is not None:
            self.app.notify(undo_words(done.words, done.undo, typing=isinstance(self.focused, CaptionArea)))
            self.app.touch()
            await self.read_post()
            self.switch_to(draft.current)

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_delete(self) -> None:
        if self.draft is None:
            return
        post = self.draft.post
        if post.managed_by == "files":
            self.app.notify(
                say("This post lives in {file}: take it out there, then apply.", file=post.file or "a file"), severity="warning"
            )
            return
        question = say(
            "Delete “{title}” of {client_name}, with its texts, for all its accounts?", title=post.title, client_name=post.client_name
        )
        if await self.app.push_screen_wait(
            Confirm(say("Delete · {client_name}", client_name=post.client_name), question, yes=say("Delete"), danger=True)
        ) and await self.app.attempt(self.app.desk.delete_draft(post.post)):
            self.close_post()
