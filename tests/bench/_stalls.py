"""Watches the event loop: how long each turn kept it busy, on the CPU and on the wall, and what the program was doing."""

from __future__ import annotations

import asyncio
import gc
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from textual._context import active_app
from textual.message import Message
from textual.message_pump import MessagePump

KEPT = 12
"""The longest turns that are kept."""


@dataclass(frozen=True, slots=True, order=True)
class Turn:
    """One turn of the loop, from taking a step up to giving control back."""

    cpu: float
    wall: float
    what: str


@dataclass
class Stalls:
    """While it is open, every turn of every loop of this thread is measured."""

    turns: int = 0
    cpus: list[float] = field(default_factory=list)
    longest: list[Turn] = field(default_factory=list)
    _doing: list[str] = field(default_factory=list)
    _since: float = 0.0

    def __enter__(self) -> Stalls:
        self._run, self._dispatch = asyncio.Handle._run, MessagePump._dispatch_message  # type: ignore[attr-defined]
        run, dispatch, doing = self._run, self._dispatch, self._doing

        def timed(handle: asyncio.Handle) -> None:
            doing.clear()
            wall, cpu = time.perf_counter(), time.thread_time()
            run(handle)
            self._note(time.thread_time() - cpu, time.perf_counter() - wall, handle)

        async def named(pump: MessagePump, message: Message) -> Any:
            doing.append(f"{type(pump).__name__} ← {type(message).__qualname__}")
            return await dispatch(pump, message)

        gc.callbacks.append(self._rubbish)
        asyncio.Handle._run = timed  # type: ignore[attr-defined]
        MessagePump._dispatch_message = named  # type: ignore[method-assign]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        gc.callbacks.remove(self._rubbish)
        asyncio.Handle._run = self._run  # type: ignore[attr-defined]
        MessagePump._dispatch_message = self._dispatch  # type: ignore[method-assign]

    def _rubbish(self, phase: str, facts: dict[str, int]) -> None:
        if phase == "start":
            self._since = time.perf_counter()
        elif (took := time.perf_counter() - self._since) > 0.001:
            self._doing.append(f"rubbish of age {facts['generation']}: {took * 1_000:.0f} ms")

    def _note(self, cpu: float, wall: float, handle: asyncio.Handle) -> None:
        self.turns += 1
        self.cpus.append(cpu)
        if len(self.longest) < KEPT or cpu > self.longest[-1].cpu:
            self.longest.append(Turn(cpu, wall, self._words(handle)))
            self.longest.sort(reverse=True)
            del self.longest[KEPT:]

    def _words(self, handle: asyncio.Handle) -> str:
        callback = handle._callback  # type: ignore[attr-defined]
        task = getattr(callback, "__self__", None)
        name = task.get_name() if isinstance(task, asyncio.Task) else getattr(callback, "__qualname__", repr(callback))
        app = handle._context.get(active_app, None)  # type: ignore[attr-defined]
        shown = type(app.screen_stack[-1]).__name__ if app is not None and app.screen_stack else "no screen"
        return f"{name}: {', '.join(self._doing[-3:]) or 'a step'} ({shown})"
