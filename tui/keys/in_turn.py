"""Keys act one after the other. A slow line delivers many at once, and a quick hand types ahead of a dialog that is still opening: each is
done with, and what has the focus after it has it, before the next is handed on. Else `/kawa` would approve with its `a`."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, TypeVar, overload

from textual import events
from textual.app import App, ScreenStackError
from textual.command import CommandPalette
from textual.keys import _character_to_key
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker, get_current_worker

from tui.keys.actions import HOLD
from tui.say import say

Answer = TypeVar("Answer")
Typed = events.Key | events.Paste | events.MouseDown | events.MouseUp
READS = frozenset({"read", "look-up", CommandPalette._GATHER_COMMANDS_GROUP})
"""Workers whose answer the next command is about: the lines of a place, commands or seals that were looked for."""
BESIDE = frozenset({
    "count", "day", "explain", "facts", "keys", "live", "look", "model", "opening", "overdue-text", "page", "save", "service",
    "settle", "sign-in", "signs", "test",
})  # fmt: skip
"""Workers no key waits for: they show more of what is there, or take as long as a network does. All others do what a key asked for."""
_LETTER = events.Key("a", "a")
LOOK = 0.005
"""Seconds between two looks at who is still at work."""


class Landed(Message):
    """Takes the same way as a key, behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.there = asyncio.Event()


class InTurn(App[None], inherit_bindings=False):
    """A program that never acts on a key before it knows what the one before has done."""

    PATIENCE = 2.0
    """Seconds a key waits for what an earlier one began. After that it is let go: nobody saw what it would act on."""
    PATIENCE_FOR_LINES = 0.5
    """Seconds a key waits for lines that are being read. After that it acts on what is shown."""

    def __init__(self) -> None:
        super().__init__()
        self._typist = Typist(self, super().on_event)

    async def on_event(self, event: events.Event) -> None:
        clicks = isinstance(event, events.MouseEvent)
        if isinstance(event, Typed) and not event.is_forwarded and not (clicks and self._typist.is_idle):
            self._typist.take(event)
        else:
            await super().on_event(event)

    @overload
    async def push_screen_wait(self, screen: Screen[Answer], *, mode: str | None = None) -> Answer: ...

    @overload
    async def push_screen_wait(self, screen: str, *, mode: str | None = None) -> Any: ...

    async def push_screen_wait(self, screen: Screen[Any] | str, *, mode: str | None = None) -> Any:
        with self._typist.asking(screen):
            return await super().push_screen_wait(screen, mode=mode)

    def on_landed(self, message: Landed) -> None:
        message.there.set()


class Typist:
    """Takes keys as they come and hands them on one at a time."""

    def __init__(self, app: InTurn, act: Callable[[Typed], Awaitable[None]]) -> None:
        self.app, self.act = app, act
        self.waiting: deque[Typed] = deque()
        """What came and was not handed on yet."""
        self._came = asyncio.Event()
        self._begun = self._acting = False
        self._asking: dict[Worker[Any], Screen[Any]] = {}
        """Who waits for a person's answer, and which dialog asks for it."""
        self._before: set[Worker[Any]] = set()
        """Who was at work already when the last command was handed on."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing that came before has still to be done with: then a click needs not stand in line."""
        return not self.waiting and not self._acting

    def take(self, event: Typed) -> None:
        """A key, a paste or a click came; while the program closes, too late."""
        if not self.app.is_running:
            return
        self.waiting.append(event)
        self._came.set()
        if not self._begun:
            self._begun = True
            self.app.run_worker(self._hand_on_until_the_end(), group="keys")

    @contextmanager
    def asking(self, screen: Screen[Any] | str) -> Iterator[None]:
        """While a worker waits for the answer to a dialog, nothing waits for the worker."""
        worker = get_current_worker()
        if isinstance(screen, Screen):
            self._asking[worker] = screen
        try:
            yield
        finally:
            self._asking.pop(worker, None)

    # ── one after the other ──

    async def _hand_on_until_the_end(self) -> None:
        try:
            await self._hand_on()
        except ScreenStackError:  # as nothing is left that a key could act on when the program closes
            if self.app.is_running:
                raise

    async def _hand_on(self) -> None:
        """Runs as long as the program."""
        writes = False
        while True:
            while not self.waiting:
                self._acting = False
                self._came.clear()
                await self._came.wait()
            self._acting = True
            self._part_escape()
            if writes and not self._is_text(self.waiting[0]):
                await self._all_done()  # a command after text: what the text asked for comes first
                writes = False
                continue
            writes = self._is_text(self.waiting[0])
            if not writes:
                self._before = {worker for worker in self.app.workers if not self._asks(worker)}
            await self.act(self.waiting.popleft())
            if not writes:
                await self._all_done()

    def _part_escape(self) -> None:
        """Escape and a letter behind it in one packet look like one key with alt, and no key of ours has it. In a text it stays one: there
        the letter is more likely meant as one of another alphabet."""
        event = self.waiting[0]
        if isinstance(event, events.Key) and event.key.startswith("alt+") and event.is_printable and not self._is_text(_LETTER):
            self.waiting.popleft()
            letter = event.character or ""
            self.waiting.extendleft([events.Key(_character_to_key(letter), letter), events.Key("escape", "\x1b")])

    def _is_text(self, event: Typed) -> bool:
        """Whether it is only written down by what has the focus: nothing else can come of it, so nothing waits for it."""
        focused = self.app.focused
        if isinstance(event, events.MouseEvent):
            return False
        if isinstance(event, events.Paste) or focused is None:
            return focused is not None and focused.check_consume_key("a", "a")
        return focused.check_consume_key(event.key, event.character)

    async def _all_done(self) -> None:
        """Until everything that the last key began is done, asks something, or takes too long."""
        try:
            async with asyncio.timeout(self.app.PATIENCE):
                await self._calm()
        except TimeoutError:
            self._let_go()

    async def _calm(self) -> None:
        began = monotonic()
        while True:
            busy = self._someone_works(monotonic() - began)
            await self._land()
            if not busy and not self._someone_works(monotonic() - began):
                return
            await asyncio.sleep(LOOK)

    def _someone_works(self, since: float) -> bool:
        """Whether somebody whom the last key set to work does something that the next one could be about."""
        groups = {w.group for w in self.app.workers if w not in self._before and not w.is_finished and not self._asks(w)} - BESIDE
        if not groups <= READS:
            return True
        text_next = bool(self.waiting) and self._is_text(self.waiting[0])
        return bool(groups) and not text_next and since < self.app.PATIENCE_FOR_LINES

    def _asks(self, worker: Worker[Any]) -> bool:
        screen = self._asking.get(worker)
        return screen is not None and any(screen in stack for stack in self.app._screen_stacks.values())

    def _let_go(self) -> None:
        """What was typed blind goes nowhere, but for the brake and for no. A click goes where it was seen to go."""
        safe = {*self.app._keymap.get(HOLD.id, HOLD.keys).split(","), "exclamation_mark", "ctrl+g", "escape"}
        kept = [event for event in self.waiting if not isinstance(event, events.Paste | events.Key) or getattr(event, "key", "") in safe]
        if len(kept) < len(self.waiting):
            self.app.notify(say("What you typed meanwhile was not taken: the desk was still at work."), severity="warning")
        self.waiting = deque(kept)
        self._before = set(self.app.workers)

    # ── on the way ──

    async def _land(self) -> None:
        """Until the last key and everything that was said because of it has been heard, and what has the focus stays."""
        while True:
            at = self._at()
            await self._follow(at)
            if self._at() is at and not self._something_is_said():
                return

    def _at(self) -> Widget:
        """What a key would go to now."""
        return self.app.focused or self.app.screen

    async def _follow(self, at: Widget) -> None:
        landed = Landed()
        if not at.post_message(landed):  # it is on its way out
            await asyncio.sleep(LOOK)
            return
        while not landed.there.is_set() and self._at() is at:
            try:
                async with asyncio.timeout(LOOK):
                    await landed.there.wait()
            except TimeoutError:
                continue

    def _something_is_said(self) -> bool:
        pumps: list[MessagePump] = [self.app, *self.app.screen.walk_children(with_self=True)]
        return any(not pump._message_queue.empty() for pump in pumps)
