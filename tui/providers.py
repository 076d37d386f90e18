"""The palette: every command of this place and of everywhere, places, themes, clients, posts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from scheduler.errors import DeskError
from tui.frame import DeskScreen
from tui.keys.action import Action
from tui.keys.actions import EVERYWHERE
from tui.program import Program
from tui.say import is_aloud, say
from tui.text import day_words, local, one_line
from tui.theme import THEME_WORDS
from tui.told import told

_DAY = re.compile(r"[^\W\d_]|\d-\d|\+\d")
"""A word or the signs of a date: digits alone are a time of day."""
LAST = 0.01
"""Score of what stands below every command."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the palette."""

    name: str
    help: str
    run: Callable[[], object]


def plain(words: str) -> str:
    """The palette reads help as markup; ready content passes through it untouched."""
    return cast("str", Content(words))


class ProgramProvider(Provider):
    """Knows the program; text of others is never markup."""

    @property
    def program(self) -> Program:
        """The program."""
        app = self.app
        assert isinstance(app, Program)
        return app

    def hit(self, entry: Entry, query: str) -> Hit | None:
        """A match with its letters marked."""
        matcher = self.matcher(query)
        score, places = matcher.fuzzy_search.match(query, entry.name)
        if score <= 0:
            return None
        shown = Content(entry.name)
        for place in places:
            shown = shown.stylize("bold underline", place, place + 1)
        return Hit(score, shown, entry.run, text=entry.name, help=plain(entry.help))


class Commands(ProgramProvider):
    """What can be done, by name."""

    def entries(self) -> Iterator[Entry]:
        """This place first."""
        screen = self.screen
        here = screen.ACTIONS if isinstance(screen, DeskScreen) else ()
        for action in (*here, *EVERYWHERE):
            if not action.id.startswith(
                ("list.", "week.left", "week.right", "week.up", "week.down", "all.palette", "all.back", "all.pane")
            ):
                yield self._entry(action)
        yield Entry(say("Decide about late posts"), say("Send now, move or drop what a hold made late"), self.program.decide_overdue)
        yield from self._clients()
        for theme, words in THEME_WORDS.items():
            yield Entry(say("Colours: {name}", name=say(words)), say("How the desk looks"), partial(self.program.prefer, "theme", theme))

    def _entry(self, action: Action) -> Entry:
        name = say("Go to: {label}", label=say(action.label)) if action.id.startswith("place.") else say(action.label)
        everywhere = action in EVERYWHERE
        target = self.program if everywhere else self.screen
        return Entry(name, f"{action.first_key}  {say(action.tip)}", partial(target.run_action, action.action))

    def _clients(self) -> Iterator[Entry]:
        held = self.program.held("client")
        for client in self.program.clients:
            if client.id is None:
                continue
            name = client.id
            if held & {name, client.name}:
                yield Entry(
                    say("Release {client}", client=client.name),
                    say("Let this client's posts go out again"),
                    partial(self.program.release_client, name),
                )
            else:
                yield Entry(
                    say("Hold {client} only", client=client.name),
                    say("Nothing of this client leaves"),
                    partial(self.program.hold_client, name),
                )

    async def discover(self) -> Hits:
        for entry in self.entries():
            yield DiscoveryHit(Content(entry.name), entry.run, text=entry.name, help=plain(entry.help))

    async def search(self, query: str) -> Hits:
        for entry in self.entries():
            if hit := self.hit(entry, query):
                yield hit


class Days(ProgramProvider):
    """Goes to a day of the calendar, typed as times are: tomorrow, fri, 24 Dec, 2027-03-28."""

    async def search(self, query: str) -> Hits:
        """Below the commands: `mon` may as well begin one."""
        program = self.program
        if is_aloud() or not _DAY.search(query):  # a screen reader reads the agenda, which is one list
            return
        from config.times import TimeError  # deferred: brings models of files, and the first frame waits for them
        from config.typed_time import parse_typed

        try:
            day = local(parse_typed(query, program.now(), program.desk.tz).instant, program.desk.tz).date()
        except TimeError:
            return
        name = say("Go to: {day}", day=f"{day_words(day)} {day.year}")
        yield Hit(2 * LAST, Content(name), partial(program.open_day, day), text=name, help=plain(say("The calendar, on this day")))


class Posts(ProgramProvider):
    """Finds posts by their words, client or account, as the Library does, and opens them."""

    LIMIT = 30

    async def search(self, query: str) -> Hits:
        """After the commands, newest first: letters scattered over a text are no match."""
        if not any(sign.isalnum() for sign in query):
            return
        shell = self.program
        try:
            page = await shell.desk.library(query, client=shell.client, limit=self.LIMIT)
        except DeskError:  # the line above the keys says what is wrong
            return
        for post in page.posts:
            name = say("Post: {post} · {client_name}", post=one_line(post.title), client_name=one_line(post.client_name))
            where = one_line(f"{', '.join(post.accounts)} · {told(post.words)}")
            yield Hit(LAST, Content(name), partial(shell.open_post, post.post), text=name, help=plain(where))
