"""The palette: every command of this place and of everywhere, places, themes, clients, posts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from scheduler.desk.views import DeliveryQuery
from scheduler.errors import DeskError
from tui.actions import EVERYWHERE, Action
from tui.frame import DeskScreen
from tui.say import say
from tui.shell import Shell
from tui.text import full_when
from tui.theme import THEME_WORDS
from tui.words import name_words, place_words

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


class ShellProvider(Provider):
    """Knows the program; text of others is never markup."""

    @property
    def shell(self) -> Shell:
        """The program."""
        app = self.app
        assert isinstance(app, Shell)
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


class Commands(ShellProvider):
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
        yield Entry(say("Decide about late posts"), say("Send now, move or drop what a hold made late"), self.shell.decide_overdue)
        yield from self._clients()
        for theme, words in THEME_WORDS.items():
            yield Entry(say("Colours: {name}", name=say(words)), say("How the desk looks"), partial(self.shell.prefer, "theme", theme))

    def _entry(self, action: Action) -> Entry:
        name = say("Go to: {label}", label=say(action.label)) if action.id.startswith("place.") else say(action.label)
        everywhere = action in EVERYWHERE
        target = self.shell if everywhere else self.screen
        return Entry(name, f"{action.first_key}  {say(action.tip)}", partial(target.run_action, action.action))

    def _clients(self) -> Iterator[Entry]:
        held = self.shell.held("client")
        for client in self.shell.clients:
            if client.id is None:
                continue
            name = client.id
            if held & {name, client.name}:
                yield Entry(
                    say("Release {client}", client=client.name),
                    say("Let this client's posts go out again"),
                    partial(self.shell.release_client, name),
                )
            else:
                yield Entry(
                    say("Hold {client} only", client=client.name),
                    say("Nothing of this client leaves"),
                    partial(self.shell.hold_client, name),
                )

    async def discover(self) -> Hits:
        for entry in self.entries():
            yield DiscoveryHit(Content(entry.name), entry.run, text=entry.name, help=plain(entry.help))

    async def search(self, query: str) -> Hits:
        for entry in self.entries():
            if hit := self.hit(entry, query):
                yield hit


class Posts(ShellProvider):
    """Finds posts by title, client or account, and opens them."""

    LIMIT = 50

    async def startup(self) -> None:
        self._found: dict[str, Entry] = {}
        shell = self.shell
        try:
            deliveries = await shell.desk.deliveries(DeliveryQuery(client=shell.client, limit=2_000))
        except DeskError:
            return
        for delivery in deliveries:
            name = say("Post: {post} · {client_name}", post=name_words(delivery), client_name=delivery.client_name)
            where = f"{place_words(delivery)}, {full_when(delivery.due, shell.desk.tz)}"
            self._found.setdefault(delivery.post, Entry(name, where, partial(shell.open_post, delivery.post)))

    async def search(self, query: str) -> Hits:
        """Whole words in any order, after the commands: letters scattered over a text are no match."""
        words = query.casefold().split()
        fitting = (entry for entry in self._found.values() if all(word in f"{entry.name} {entry.help}".casefold() for word in words))
        for entry in islice(fitting, self.LIMIT):
            yield Hit(LAST, Content(entry.name), entry.run, text=entry.name, help=plain(entry.help))
