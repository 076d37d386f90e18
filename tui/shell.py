"""What every screen and dialog may ask of the program: the Desk, the clock, the chosen client, safe toasts, live facts."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from textual import events, work
from textual.reactive import reactive
from textual.signal import Signal
from textual.worker import Worker, WorkerState

from config.desk_settings import DeskSettings
from scheduler.clock import Clock, SystemClock
from scheduler.desk.views import Done, Overview
from scheduler.errors import DeskError
from scheduler.scene import ClientView
from tui.keys.actions import changing
from tui.keys.in_turn import InTurn
from tui.lines.words import error_words, undo_words
from tui.say import is_aloud, say
from tui.text import ASCII, UNICODE, Glyphs, clean
from tui.told import told
from tui.widgets.where_line import WhereLine

if TYPE_CHECKING:
    from textual.actions import ActionParseResult
    from textual.dom import DOMNode
    from textual.driver import Driver

    from scheduler.desk.desk import Desk

MOST_PASTED = 100_000
"""Signs that can be pasted at once."""
_PARTS = re.compile("[\u200c\u200d\U000e0020-\U000e007f]")
"""Joiners and the tags of flags: a keyboard sends them inside an emoji (a family), or inside a Persian word."""
Severity = Literal["information", "warning", "error"]


def glyphs_for(encoding: str | None) -> Glyphs:
    """Signs this terminal can show."""
    return UNICODE if "utf" in (encoding or "").lower() else ASCII


def glyphs_of(signs: str, usual: Glyphs) -> Glyphs:
    """What the person said about signs, else what the terminal can."""
    return {"unicode": UNICODE, "ascii": ASCII}.get(signs, usual)


class Shell(InTurn, inherit_bindings=False):
    """The program as screens know it."""

    facts: reactive[Overview | None] = reactive(None, repaint=False)
    """The newest overview; None until the first answer."""
    client: reactive[str | None] = reactive(None, init=False, repaint=False)
    """The one client that is shown, or None for all."""
    trouble: reactive[str] = reactive("", repaint=False)
    """Why facts could not be read; empty when they could."""

    desk: Desk
    """Only once `opened` is set."""

    def __init__(self, desk: Desk | None, *, clock: Clock | None = None, glyphs: Glyphs | None = None) -> None:
        super().__init__()
        self.opened = asyncio.Event()
        """Set when the desk is there; the frame is painted before."""
        if desk is not None:
            self.desk = desk
            self.opened.set()
        self.glyphs = glyphs or glyphs_for(sys.stdout.encoding)
        self.settings = DeskSettings(language="en")
        self.settings_file: Path | None = None
        """Where the settings of this person are kept; None: nowhere."""
        self._usual_motion = self.animation_level
        self.clients: list[ClientView] = []
        self.changed: Signal[None] = Signal(self, "changed")
        self._clock = clock or SystemClock()

    def now(self) -> int:
        """UTC microseconds."""
        return self._clock.wall()

    def client_name(self) -> str:
        """Words for the chosen client; empty for all."""
        return next((clean(c.name) for c in self.clients if self.client is not None and c.id == self.client), "")

    async def on_event(self, event: events.Event) -> None:
        """A paste of a whole book would stop everything for seconds, and no post is that long."""
        if isinstance(event, events.Paste) and len(event.text) > MOST_PASTED:
            self.notify(say("Nothing was pasted: {count:,} signs are more than any post holds.", count=len(event.text)), severity="warning")
            return
        if isinstance(event, events.Key) and event.character is not None and _PARTS.fullmatch(event.character):
            event = events.Paste(event.character)  # of an emoji or a word, typed at once; as a key Textual would take it for none
        await asyncio.sleep(0)  # one event a turn, as on every screen
        await super().on_event(event)

    # ── saying ──

    def notify(
        self, message: str, *, title: str = "", severity: Severity = "information", timeout: float | None = None, markup: bool = False
    ) -> None:
        """A toast; text of others is never markup."""
        if severity == "information":  # whoever works fast is not to read the next post through what was done to the last ones
            for old in [note for note in self._notifications if note.severity == "information"]:
                self._unnotify(old, refresh=False)
        super().notify(clean(message), title=clean(title), severity=severity, timeout=timeout or 5, markup=markup)
        if is_aloud():
            for line in self.screen.query(WhereLine):
                line.say(message)

    def say_error(self, error: DeskError) -> None:
        """What happened, and what to do."""
        self.notify(error_words(error), severity="error", timeout=10)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """What somebody at work could not do, and did not say."""
        if event.state is WorkerState.ERROR and isinstance(event.worker.error, DeskError):
            self.say_error(event.worker.error)

    def _is_typing(self) -> bool:
        """Whether a letter would be text now."""
        return self.focused is not None and self.focused.check_consume_key("a", "a")

    async def attempt(self, job: Awaitable[Done]) -> Done | None:
        """Do something and say so; errors of ours become a toast and None."""
        try:
            done = await job
        except DeskError as error:
            self.say_error(error)
            self.touch()
            return None
        self.notify(undo_words(done.words, done.undo, typing=self._is_typing()))
        self.touch()
        return done

    # ── staying live ──

    def touch(self) -> None:
        """Something changed: everything visible reads again."""
        self.read_facts()
        self.changed.publish(None)

    @work(exclusive=True, group="facts", exit_on_error=False)
    async def read_facts(self) -> None:
        try:
            self.clients = await self.desk.clients()
            overview = await self.desk.overview(self.client)
        except DeskError as error:
            self.trouble = told(str(error))
            return
        self.trouble = ""
        self.facts = overview

    @property
    def unsaved(self) -> str:
        """Why nothing can be changed now: the store cannot be read, or not be written. Empty: it can."""
        return self.trouble or (self.facts.unsaved if self.facts is not None else "")

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """What would change the store is off while that cannot be saved, and says why. The brake is always tried."""
        label = changing(action if isinstance(action, str) else action[1])
        if label and self.unsaved:
            reason = told(clean(self.unsaved))
            self.notify(say("{label} is off: {reason}", label=say(label), reason=reason), severity="warning", timeout=8)
            return True
        return await super().run_action(action, default_namespace, namespaces)

    def watch_client(self) -> None:
        self.touch()

    def get_driver_class(self) -> type[Driver]:
        """On a terminal ours, where nobody said which."""
        found = super().get_driver_class()
        if found.__name__ != "LinuxDriver":
            return found
        from tui.terminal import TerminalDriver  # deferred: there are computers that have no such terminals

        return TerminalDriver

    async def save_words(self) -> bool:
        """What is being written is saved; False: not all of it could be."""
        return True

    async def leave_at_once(self) -> None:
        """Nobody is there to be asked any more."""
        self.exit()
