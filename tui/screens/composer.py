"""Write: the texts of one post, whether they fit each account, and what readers will see. Saves by itself."""

from __future__ import annotations

from typing import final

from textual import getters, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static, TextArea

from scheduler.desk.views import TEXT_MOST, Counter, DeliveryQuery
from scheduler.errors import DeskError, NotFoundError
from tui.dialogs.confirm import Confirm
from tui.keys.action import bindings
from tui.keys.actions import SCREENS, WRITE
from tui.lines.reading import label_words, preview_content
from tui.lines.rows import choice_rows
from tui.lines.writing import Draft, fits_until, is_head, models_words, moved_index, placeholder_of, troubles
from tui.say import is_aloud, say, say_count
from tui.screens.composing_media import ComposingMedia
from tui.text import clean, counted, field_words, full_when, one_line, sentence
from tui.told import told
from tui.unhurried import PlainVertical
from tui.widgets.caption_area import CaptionArea
from tui.widgets.counters import Counters
from tui.widgets.field_tabs import FieldTabs
from tui.widgets.media_list import MediaList
from tui.widgets.row_list import RowList
from tui.widgets.timeline import Timeline
from tui.widgets.variants import Variants

PREVIEW_AFTER = 0.15
"""Seconds after the last key."""
SAVE_AFTER = 0.8
"""Seconds after the first key that is not saved, however long one goes on typing."""


@final
class ComposerScreen(ComposingMedia):
    """One post at a time; without one, the drafts to choose from."""

    PLACE = "write"
    ACTIONS = SCREENS["write"]
    BINDINGS = bindings(WRITE)
    area = getters.query_one(CaptionArea)
    choice = getters.query_one(RowList)

    def __init__(self) -> None:
        super().__init__()
        self._counters: list[Counter] = []
        self._saver: Timer | None = None
        """Runs while something typed waits to be saved."""
        self._previewer: Timer | None = None
        self._loading = False
        self._loaded = ("", "")
        """The post and the text of it that are in the editor."""

    def compose_body(self) -> ComposeResult:
        with PlainVertical(id="choose", classes="pane"):
            yield RowList(empty=say("No drafts. ‹post.new› writes a new post."), glyphs=self.app.glyphs)
        with PlainVertical(id="compose"):
            with Horizontal(id="columns"):
                with PlainVertical(id="left"):
                    with PlainVertical(id="text", classes="pane"):
                        yield FieldTabs()
                        yield Static("", id="fixed", markup=False)
                        yield CaptionArea()
                    yield Timeline(self.app.glyphs)
                    yield MediaList(self.app.glyphs)
                    with VerticalScroll(id="fits", classes="pane", can_focus=True):
                        yield Counters("", id="counters", markup=False)
                with VerticalScroll(id="preview", classes="pane", can_focus=True):
                    yield Static("", id="preview-text", markup=False)
            yield Variants(self.app.glyphs)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#choose").border_title = Content(say("Write · choose a draft, or ‹post.new› for a new post"))
        self._arrange()
        self.watch(self, "focused", self.titles, init=False)

    def on_screen_resume(self) -> None:
        """Who asked to edit the post that is open here anyway begins to type, and no letter may count as a key."""
        wanted, self.app.into_text = self.app.into_text, False
        draft = self.draft
        if wanted and draft is not None and draft.post.post == self.app.writing and not (draft.fixed or draft.locked):
            self.area.focus()

    # ── reading ──

    async def read(self) -> None:
        if self.app.writing is None:
            drafts = await self.app.desk.deliveries(DeliveryQuery(client=self.app.client, states=("draft",), limit=2_000))
            self.choice.show(choice_rows(drafts, self.app.desk.tz, self.app.now()))
            return
        try:
            post = await self.app.desk.post(self.app.writing)
        except NotFoundError:
            if self.draft is not None and self.draft.post.post == self.app.writing and any(self.draft.texts.values()):
                self._keep_words()
                return
            if self.draft is not None and self.draft.post.post != self.app.writing and not await self.save_all():
                self.app.writing = self.draft.post.post  # what was to come in its place is not there
                raise
            self.app.writing, self.draft = None, None
            self._arrange()
            raise
        if self.deleted and self.draft is not None and self.draft.post.post == post.post:  # put back by whoever took it away
            self.deleted, self.save_trouble = False, ""
        if self.draft is not None and self.draft.post.post != post.post and not await self.save_all():
            self.app.writing = self.draft.post.post
            self.run_worker(self._leave_for(post.post), group="close", exclusive=True, exit_on_error=False)
        elif self.draft is None or self.draft.post.post != post.post:
            self._open(Draft.of(post))
        else:
            self.take_typed()
            self._follow(self.draft.follow(post))

    def _keep_words(self) -> None:
        """Somebody deleted the post that is open here: what it said and what was typed stay until the person leaves it."""
        self.take_typed()
        if not self.deleted:
            self.deleted = True
            self.save_trouble = say("deleted elsewhere: ‹write.save› makes a new post")
            self.titles()

    async def read_post(self) -> None:
        if self.app.writing is not None and self.draft is not None:
            post = await self.app.desk.post(self.app.writing)
            self.take_typed()
            self._follow(self.draft.follow(post))

    def take_typed(self) -> None:
        """A key is in the editor a moment before the screen is told: what comes from the store may not come in between."""
        draft = self.draft
        if draft is None or self._loaded != (draft.post.post, self._loaded[1]) or self.area.read_only:
            return
        passage = draft.passages.get(self._loaded[1])
        if passage is not None and passage.text != self.area.text:
            draft.type(self.area.text, self._loaded[1])
            self._saver = self._saver or self.set_timer(SAVE_AFTER, self._autosave)

    def show_newest(self) -> None:
        if self.draft is not None and self.area.text != self.draft.passage.text:
            self.load_passage()

    def _open(self, draft: Draft) -> None:
        self.let_go()
        self.draft, self._counters, self.shown = draft, [], 0
        if self.deleted:  # the post that was open before, whose words were tried once more on the way out of it
            self.deleted, self.save_trouble = False, ""
        self.close_model()
        self.close_parts()
        self._arrange()
        self._nothing_known()
        self.load_passage()
        (self.query_one("#fits") if draft.fixed or draft.locked else self.area).focus()

    def _nothing_known(self) -> None:
        """What was counted and shown is of another post."""
        self.query_one(Counters).tell(Content.styled(say("checking…"), "$quiet"))
        self.query_one("#preview-text", Static).update("")
        pane = self.query_one("#preview", VerticalScroll)
        pane.border_title, pane.border_subtitle = None, None

    def _follow(self, crossed: list[str]) -> None:
        assert self.draft is not None
        if crossed:
            names = ", ".join(field_words(name) for name in crossed)
            self.app.notify(
                say(
                    "{names} changed elsewhere too while you were writing; what you see here is kept. Both go together where they can.",
                    names=names,
                ),
                severity="warning",
                timeout=10,
            )
        self.show_newest()
        self.read_parts(self.draft)
        self.query_one(FieldTabs).show(list(self.draft.passages), self.draft.current, self.app.glyphs)
        self.area.spans = self.draft.passage.spans
        self.area.read_only = bool(self.draft.fixed) or self.draft.locked
        self.titles()
        self.count()

    def asked_again(self) -> None:
        self.close_post()

    def close_post(self) -> None:
        """Back to choosing; what was typed is saved first."""
        if self.draft is not None:
            self.run_worker(self._close(), group="close", exit_on_error=False)

    async def _close(self) -> None:
        if await self.save_all() or await self._may_lose():
            self.let_go()
            self.app.writing = None
            self.close_model()
            self._arrange()
            self.reload()

    async def _leave_for(self, post: str) -> None:
        """To another post, when words of this one cannot be saved: they go only after a question."""
        draft = self.draft
        if await self._may_lose() and self.draft is draft:
            self.let_go()
            self.app.writing = post
            self.reload()

    async def _may_lose(self) -> bool:
        title, question = say("Leave?"), say("The text is not saved.")
        answer = await self.app.push_screen_wait(Confirm(title, question, yes=say("Leave without it"), no=say("Stay"), danger=True))
        return bool(answer)

    def _arrange(self) -> None:
        self.query_one("#compose").display = self.draft is not None
        self.query_one("#choose").display = self.draft is None
        if self.draft is None:
            self.choice.focus()
        self.refresh_bindings()

    def load_passage(self) -> None:
        """Put the current text into the editor; the cursor stays where it was in the same text."""
        assert self.draft is not None
        old, new, this = self.area.text, self.draft.passage.text, (self.draft.post.post, self.draft.current)
        place = moved_index(old, new, self.area.index_at(self.area.cursor_location)) if self._loaded == this else len(new)
        self._loaded = this
        self._loading = True
        self.area.read_only = False
        self.area.placeholder = placeholder_of(self.draft.current)
        self.area.load_text(new)
        self.area.spans = self.draft.passage.spans
        self.area.read_only = bool(self.draft.fixed) or self.draft.locked
        self.area.move_cursor(self.area.location_at(place))
        self.query_one(FieldTabs).show(list(self.draft.passages), self.draft.current, self.app.glyphs)
        self.titles()
        self.count()

    # ── typing ──

    @on(TextArea.Changed, "#caption")
    def _typed(self) -> None:
        if self.draft is None or (self._loading and self.area.text == self.draft.passage.text):
            self._loading = False
            return
        self.draft.type(self.area.text)
        self.area.spans = self.draft.passage.spans
        self.titles()
        self.count()
        self._saver = self._saver or self.set_timer(SAVE_AFTER, self._autosave)

    def _later(self, timer: Timer | None, after: float, what: object) -> Timer:
        if timer is not None:
            timer.stop()
        return self.set_timer(after, what)  # type: ignore[arg-type]

    def _autosave(self) -> None:
        self._saver = None
        self.run_worker(self.save_all(), group="save", exit_on_error=False)

    @work(exclusive=True, group="count", exit_on_error=False)
    async def count(self) -> None:
        """Does it fit? At once; the preview follows a little later."""
        if self.draft is None:
            return
        self._previewer = self._later(self._previewer, PREVIEW_AFTER, self.look)
        try:
            self._counters = await self.app.desk.counters(self.draft.post.post, self.draft.texts)
        except DeskError as error:
            self.query_one(Counters).tell(Content(told(clean(str(error)))))
            return
        self.area.fits = fits_until(self._counters, self.draft.current, len(self.draft.passage.text))
        self.query_one(Counters).show(self._counters, self.app.glyphs)
        self.query_one("#fits").border_subtitle = Content(say("‹write.problem› next problem")) if troubles(self._counters) else None

    @property
    def counters(self) -> list[Counter]:
        return self._counters

    @work(exclusive=True, group="look", exit_on_error=False)
    async def look(self) -> None:
        """What readers of the shown account will see."""
        draft = self.draft
        if draft is None or not draft.post.accounts:
            return
        account = draft.post.accounts[self.shown % len(draft.post.accounts)]
        pane = self.query_one("#preview", VerticalScroll)
        try:
            item = await self.app.desk.preview(draft.post.post, account, draft.texts)
        except DeskError as error:
            self.query_one("#preview-text", Static).update(Content(told(clean(str(error)))))
            return
        number = f"{self.shown % len(draft.post.accounts) + 1}/{len(draft.post.accounts)}"
        pane.border_title = Content(f"{number} {one_line(item.delivery.platform_name)} {one_line(account)}")
        pane.border_subtitle = Content(say("‹write.preview› next")) if len(draft.post.accounts) > 1 else None
        body = preview_content(item, self.app.glyphs).append("\n\n").append(Content.styled(label_words(item), "$quiet"))
        if theirs := models_words(item.parts):
            body = body.append("\n").append(Content.styled(theirs, "$quiet"))
        self.query_one("#preview-text", Static).update(body)

    @on(CaptionArea.TooMuch)
    def _too_much(self, event: CaptionArea.TooMuch) -> None:
        words = say(
            "That is {pasted:,} characters; a text holds {text_most:,}. Nothing of it was pasted, your text is as it was.",
            pasted=event.pasted,
            text_most=TEXT_MOST,
        )
        self.app.notify(words, severity="warning", timeout=10)

    # ── titles ──

    def titles(self) -> None:
        """Whose post, which text, is it saved."""
        draft = self.draft
        if draft is None:
            return
        text = self.query_one("#text")
        text.border_title = Content(f"{one_line(draft.post.client_name)} · {one_line(draft.post.title)}")
        fixed = self.query_one("#fixed", Static)
        notes = [say("This post is {reason}.", reason=draft.fixed)] if draft.fixed else []
        if draft.locked and not draft.fixed:
            accounts = counted(len(draft.broken_by(draft.current)), "account")
            notes.append(say("Approved for {accounts}. ‹write.edit› edits it; that breaks the approval.", accounts=accounts))
        if self.save_trouble:
            notes.insert(0, f"{sentence(self.save_trouble) if is_aloud() else ''} {say('What you typed stays here.')}".strip())
        waiting = len(draft.post.proposals)
        if waiting:
            notes.append(
                say_count(
                    waiting,
                    "{count} text of the model waits for you: ‹write.model›.",
                    "{count} texts of the model wait for you: ‹write.model›.",
                )
            )
        words = clean(" ".join(notes))
        if str(fixed.content) != words:  # each change lays out the screen anew
            fixed.update(Content(words))
        fixed.display = bool(notes)
        quiet = say("read only") if draft.fixed or draft.locked else say("saving…") if draft.dirty else say("saved")
        saved = self.save_trouble or quiet
        text.border_subtitle = Content(clean(saved) if self.save_trouble else f"{saved} · {self._way_words()}")
        text.set_class(bool(self.save_trouble), "-trouble")
        fits = self.query_one("#fits")
        fits.border_title = Content(say("Does it fit? · {when_words} (‹write.when›)", when_words=self._when_words()))

    def _way_words(self) -> str:
        """Out of the text, or into it."""
        return say("esc leaves the text") if self.focused is self.area else say("‹write.edit› edits the text, esc goes back")

    def _when_words(self) -> str:
        times = {delivery.due for delivery in self.draft.post.deliveries if is_head(delivery)} if self.draft else set()
        return say("several times") if len(times) > 1 else full_when(next(iter(times), None), self.app.desk.tz)

    @on(FieldTabs.Picked)
    def _picked(self, event: FieldTabs.Picked) -> None:
        self.switch_to(event.field)

    @on(RowList.Opened)
    def _opened(self, event: RowList.Opened) -> None:
        self.app.open_post(event.key)

    def switch_to(self, name: str) -> None:
        """Another text into the editor."""
        self.take_typed()
        if self.draft is not None and name in self.draft.passages:
            self.draft.current = name
            self._preview_of(name)
            self.load_passage()

    def _preview_of(self, name: str) -> None:
        """Moving in one pane moves the other: the preview shows an account that sends this text."""
        accounts = self.draft.post.accounts if self.draft else ()
        senders = {counter.account: counter.field for counter in self._counters}
        if accounts and senders.get(accounts[self.shown % len(accounts)]) != name:
            self.shown = next((n for n, account in enumerate(accounts) if senders.get(account) == name), self.shown)
