"""The desk: places, themes, the keys that work everywhere, and the start of it all."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from config.desk_settings import read_settings, settings_path
from scheduler.clock import Clock
from scheduler.errors import DeskError, WouldVoidError
from tui.dialogs.confirm import Confirm
from tui.dialogs.help import help_page
from tui.dialogs.new_post import NewPost
from tui.dialogs.notices import notices_page
from tui.dialogs.pick import Pick
from tui.frame import DeskScreen
from tui.keys.action import bindings
from tui.keys.actions import EVERYWHERE, place_name
from tui.lines.words import error_words, undo_words
from tui.live import watch_store
from tui.opening import Open
from tui.personal import Personal
from tui.plain_letters import write_as_the_terminal_reads
from tui.providers import Commands, Days, Posts
from tui.say import say
from tui.screens.today import TodayScreen
from tui.text import some
from tui.theme import FALLBACKS
from tui.widgets.choices import Palette

if TYPE_CHECKING:
    from scheduler.desk.desk import Desk
    from scheduler.desk.first_run import FirstRun
    from tui.welcome import Next

EVERYBODY = "*"
LATER = {
    "calendar": ("calendar", "CalendarScreen"),
    "write": ("composer", "ComposerScreen"),
    "approvals": ("approvals", "ApprovalsScreen"),
    "outbox": ("outbox", "OutboxScreen"),
    "library": ("library", "LibraryScreen"),
    "accounts": ("accounts", "AccountsScreen"),
    "plan": ("plan", "PlanScreen"),
    "report": ("report", "ReportScreen"),
    "settings": ("settings", "SettingsScreen"),
}
"""Places whose modules the first frame does not wait for, in the order in which they are likely wanted."""
STYLES = Path(__file__).parent / "styles"


def _load(place: str) -> type[DeskScreen]:
    """Import a place, unless it is there."""
    module, name = LATER[place]
    screen: type[DeskScreen] = getattr(import_module(f"tui.screens.{module}"), name)
    return screen


def _made(place: str) -> DeskScreen:
    return _load(place)()


class DaypartApp(Personal, inherit_bindings=False):
    """Places are modes: built once, kept."""

    TITLE = "daypart"
    CSS_PATH = [STYLES / name for name in ("base.tcss", "dialogs.tcss", "places.tcss", "library.tcss", "plan.tcss", "write.tcss")]
    MODES = {"today": TodayScreen, **{place: partial(_made, place) for place in LATER}}
    DEFAULT_MODE = "today"
    COMMANDS = {Commands, Days, Posts}
    BINDINGS = [*bindings(EVERYWHERE), ("ctrl+c", "say_leave", "")]
    ENABLE_COMMAND_PALETTE = True
    NOTIFICATION_TIMEOUT = 6

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return FALLBACKS

    def at_work(self) -> None:
        self.read_facts()
        self.run_worker(watch_store(self), group="live", exit_on_error=False)
        self.begin()

    async def get_ready(self) -> None:
        """The other places are imported while the person looks at the first one."""
        for place in LATER:
            await asyncio.to_thread(_load, place)

    # ── places ──

    async def action_place(self, place: str) -> None:
        if place in LATER and f"tui.screens.{LATER[place][0]}" not in sys.modules:  # somebody is quicker than `get_ready`
            await asyncio.to_thread(_load, place)
        screen = self.screen_stack[0]
        if isinstance(screen, DeskScreen) and place == screen.PLACE:
            screen.asked_again()
        self.go(place)

    def action_help(self) -> None:
        screen = self.screen_stack[0]
        if isinstance(screen, DeskScreen):
            self.push_screen(help_page(place_name(screen.PLACE), screen.helped))

    def action_command_palette(self) -> None:
        if not any(isinstance(screen, Palette) for screen in self.screen_stack):
            self.push_screen(Palette(placeholder=say("Find a command, a place, a post")))

    @work(exclusive=True, group="client", exit_on_error=False)
    async def action_client(self) -> None:
        choices = [
            (EVERYBODY, say("All clients")),
            *((c.id, f"{c.name} · {some(c.accounts)}") for c in self.clients if c.id is not None),
        ]
        picked = await self.push_screen_wait(Pick(say("Show which client?"), choices, chosen=self.client or EVERYBODY))
        if picked is not None:
            self.client = None if picked == EVERYBODY else picked

    @work(exclusive=True, group="notices", exit_on_error=False)
    async def action_notices(self) -> None:
        try:
            view = await self.desk.see_notices()
        except DeskError as error:
            self.say_error(error)
            return
        self.touch()
        self.push_screen(notices_page(view, self.now()))

    # ── posts ──

    @work(exclusive=True, group="new", exit_on_error=False)
    async def action_new_post(self) -> None:
        screen = self.screen_stack[0]
        await (screen.new_here() if isinstance(screen, DeskScreen) else self.write_new())

    async def write_new(
        self, *, when: str = "", title: str = "", texts: dict[str, str] | None = None, accounts: tuple[str, ...] = ()
    ) -> None:
        """Ask for accounts, make the post, open it."""
        try:
            known = await self.desk.accounts()
        except DeskError as error:
            self.say_error(error)
            return
        made = await self.push_screen_wait(NewPost(known, client=self.client, when=when, title=title, texts=texts, picked=accounts))
        if made is not None:
            self.touch()
            self.open_post(made)

    def action_idea(self) -> None:
        from tui.dialogs.ask_words import AskWords, needs_words

        whose, client, desk = self.client_name(), self.client, self.desk
        self.push_screen(
            AskWords(
                say("Note an idea · {whose}", whose=whose or say("any client")),
                say("In one line:"),
                details=say("It waits in the Library (‹place.library›) until somebody makes a post of it."),
                yes=say("Keep it"),
                placeholder=say("for example: open evening for regulars"),
                check=needs_words(say("an idea")),
                job=lambda words: desk.add_ideas([words], client),
            )
        )

    @work(exclusive=True, group="undo", exit_on_error=False)
    async def action_undo(self) -> None:
        """At once, but for what would cost an approval."""
        try:
            done = await self.desk.undo()
        except WouldVoidError as error:
            title, question = say("Undo, and lose an approval?"), error_words(error)
            if not await self.push_screen_wait(Confirm(title, question, yes=say("Undo it"), no=say("Leave it as it is"), danger=True)):
                return
            await self.attempt(self.desk.undo(knowing=True))
            return
        except DeskError as error:
            self.say_error(error)
            self.touch()
            return
        self.notify(undo_words(done.words, done.undo))
        self.touch()

    # ── leaving ──

    @work(exclusive=True, group="leave", exit_on_error=False)
    async def action_leave(self) -> None:
        """Saves what is being written first; asks only when that fails."""
        if await self.save_words():
            if await self.may_leave():
                self.exit()
            return
        question = Confirm(say("Leave?"), say("The text is not saved."), yes=say("Leave without it"), no=say("Stay"), danger=True)
        if await self.push_screen_wait(question):
            self.exit()

    async def leave_at_once(self) -> None:
        """What is being written is saved, as far as it can be."""
        await self.save_words()
        self.exit()

    async def save_words(self) -> bool:
        """What is being written, everywhere."""
        return all([await screen.save_all() for screen in self._mode_screens()])

    def _mode_screens(self) -> list[DeskScreen]:
        stacks = (stack for stack in self._screen_stacks.values() if stack)
        return [stack[0] for stack in stacks if isinstance(stack[0], DeskScreen)]

    def action_say_leave(self) -> None:
        self.notify(say("‹all.quit› leaves the desk. Saved is everything you wrote."))


def fit_to(terminal: Mapping[str, str] | None) -> None:
    """Before anything is drawn: what this terminal lacks is not sent to it. `terminal`: its environment; None: it is none."""
    if terminal is not None:
        write_as_the_terminal_reads(terminal, read_settings(settings_path()).settings.signs)


async def run(desk: Desk, *, clock: Clock | None = None, place: str = "", connect: str = "") -> None:
    """Open the desk on a workspace, until the person leaves. `connect`: sign in to this account first; `*`: ask to which."""
    app = DaypartApp(desk, clock=clock, settings_file=settings_path())
    app.begin_at, app.begin_with = place, connect
    await app.run_async()


async def open_and_run(opening: Open, *, clock: Clock | None = None) -> Desk | None:
    """Paint the frame, then open the workspace; until the person leaves. Answers the desk, which the caller closes.

    Raises, when the terminal is given back, what opening it raised."""
    app = DaypartApp(None, opening=opening, clock=clock, settings_file=settings_path())
    await app.run_async()
    return await app.outcome()


async def welcome(root: Path) -> tuple[FirstRun, Next | None]:
    """Three questions, where there is no workspace yet."""
    from tui.welcome import welcome as ask  # deferred: only ever once

    return await ask(root)
