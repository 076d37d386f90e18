"""Library: posts to use again, media, ideas and what is proposed; found as one types."""

from __future__ import annotations

from textual import getters, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from scheduler.errors import DeskError
from tui.keys.action import bindings
from tui.keys.actions import LIBRARY, SCREENS
from tui.lines.library import (
    idea_row,
    media_row,
    post_row,
    proposed_rows,
)
from tui.lines.row import Row
from tui.lines.rows import filtered
from tui.say import later, say
from tui.screens.shelving import Shelving
from tui.text import clean
from tui.told import told
from tui.unhurried import PlainVertical
from tui.widgets.library_tabs import LibraryTabs
from tui.widgets.row_list import RowList

PAGE = 60
"""Lines read at once; more when the cursor comes to the last one."""
REST = 0.15
"""Seconds after a letter until the pane follows."""
TABS = (("posts", later("Posts")), ("media", later("Media")), ("ideas", later("Ideas")), ("proposed", later("Proposed")))
EMPTY = {
    "posts": later("No posts yet. ‹post.new› writes one; what went out can be used again here."),
    "media": later("No pictures or videos yet. They come here with the posts that use them."),
    "ideas": later("No ideas kept. ‹all.idea› keeps one in a line, from anywhere."),
    "proposed": later("Nothing has rested long enough, and nothing needs you. ‹library.evergreen› on a post lets it come round again."),
}


class LibraryScreen(Shelving):
    """Reads the list that is open; the words narrow it."""

    PLACE = "library"
    ACTIONS = SCREENS["library"]
    BINDINGS = bindings(LIBRARY)
    pane = getters.query_one("#pane-text", Static)

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        self._shown = ""
        """Words of the lines that are shown."""
        self._most = PAGE
        self._more = False
        self._later: Timer | None = None

    def compose_body(self) -> ComposeResult:
        yield LibraryTabs(TABS)
        with PlainVertical(id="panes"):
            with PlainVertical(id="list", classes="pane"):
                with Horizontal(id="seeker"):
                    yield Static("/", markup=False)
                    yield Input(placeholder=say("words to find, by their beginnings"), id="seek", compact=True)
                yield RowList(empty=EMPTY["posts"], glyphs=self.app.glyphs)
            with VerticalScroll(id="pane", classes="pane", can_focus=True):
                yield Static("", id="pane-text", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.rows.focus()
        self._title()

    # ── reading ──

    async def read(self) -> None:
        tab, words = self.tab, self._words
        rows = await self._read(tab, words)
        if (tab, words) == (self.tab, self._words):  # else an answer to what is not asked any more
            self.rows.empty = EMPTY[tab]
            self.rows.show(rows, words)
            self.query_one("#pane").display = bool(rows or words)  # an empty frame tells nothing; while somebody seeks it stays where it is
            if words != self._shown:
                self._shown = words
                self.rows.action_edge(-1)
            self._title()

    async def _read(self, tab: str, words: str) -> list[Row]:
        desk, client, now = self.app.desk, self.app.client, self.app.now()
        if tab == "posts":
            page = await desk.library(words, client=client, limit=self._most)
            self._more = page.more
            self.posts = {post.post: post for post in page.posts}
            return [post_row(post, desk.tz, now) for post in page.posts]
        self._more = False
        if tab == "media":
            files = await desk.media(words, client=client, limit=self._most)
            self._more = len(files) == self._most
            self.files = {media.sha256: media for media in files}
            return [media_row(media) for media in files]
        if tab == "ideas":
            ideas = await desk.ideas(client)
            self.ideas = {str(idea.id): idea for idea in ideas}
            return filtered([idea_row(idea, desk.tz, now) for idea in ideas], words)
        suggestions, reminders = await desk.suggestions(client), await desk.reminders(client)
        self.proposed = {f"again:{n}": one for n, one in enumerate(suggestions)}
        self.proposed |= {f"needs:{n}": one for n, one in enumerate(reminders)}
        return filtered(proposed_rows(suggestions, reminders, desk.tz, now), words)

    def _title(self) -> None:
        whose = self.app.client_name() or say("all clients")
        more = say(" · the newest {most:,}", most=self._most) if self._more else ""
        pane = self.query_one("#list")
        pane.border_title = Content(f"{say(dict(TABS)[self.tab])} · {whose}{more}")
        pane.border_subtitle = Content(say("find: {words} · esc removes", words=clean(self._words))) if self._words else None

    # ── lists ──

    @on(LibraryTabs.Picked)
    def _picked(self, event: LibraryTabs.Picked) -> None:
        self.open_tab(event.name)

    def action_tab(self, step: int) -> None:
        names = [name for name, _ in TABS]
        self.open_tab(names[(names.index(self.tab) + step) % len(names)])

    def open_tab(self, name: str) -> None:
        """Another list; the words stay."""
        if name != self.tab:
            self.tab, self._most = name, PAGE
            self.query_one(LibraryTabs).show(name)
            self.rows.show([])
            self.rows.read = False
            self.reload()
        self.rows.focus()
        self.refresh_bindings()

    # ── find ──

    def action_find(self) -> None:
        self.query_one("#seek", Input).focus()

    @on(Input.Changed, "#seek")
    def _seeking(self, event: Input.Changed) -> None:
        if event.value != self._words:
            self._words, self._most = event.value, PAGE
            self.reload()

    @on(Input.Submitted, "#seek")
    def _found(self) -> None:
        self.rows.focus()

    def action_back(self) -> None:
        if self._words:
            self.query_one("#seek", Input).value = ""
            self.rows.focus()
        elif not self.rows.has_focus:
            self.rows.focus()
        else:
            super().action_back()

    # ── the pane ──

    @on(RowList.Highlighted)
    def _highlighted(self, event: RowList.Highlighted) -> None:
        if self._more and event.key and self.rows.rows and event.key == self.rows.rows[-1].key:
            self._most *= 2
            self.reload()
        self.refresh_bindings()
        if self._later is not None:
            self._later.stop()
        if self.query_one("#seek", Input).has_focus:  # the pane waits until the fingers rest: the lines come first
            self._later = self.set_timer(REST, lambda: self.explain(event.key))
        else:
            self.explain(event.key)

    @work(exclusive=True, group="explain", exit_on_error=False)
    async def explain(self, key: str) -> None:
        """Fill the pane."""
        try:
            title, body = await self.told(key)
        except DeskError as error:
            title, body = "", Content(told(clean(str(error))))
        pane = self.query_one("#pane", VerticalScroll)
        pane.border_title = Content(clean(title)) if title else None
        self.pane.update(body)
        pane.scroll_home(animate=False)

    @on(RowList.Opened)
    def _opened(self) -> None:
        self.action_open()
