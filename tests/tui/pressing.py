"""A pressed key is waited for until the desk has done it. Textual's pilot rests for 40 ms after each, whatever came of it."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest
from textual import _wait
from textual._context import active_app
from textual.message_pump import MessagePump
from textual.widgets import Input, TextArea

from tui.keys.in_turn import InTurn

AS_LONG = 0.05
"""Seconds for what no key waits for, as a look into the store for a count."""
STEP = 0.002


def no_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key is let go where the computer is so busy that a person would have waited, and none is waited for longer than it takes."""
    monkeypatch.setattr(InTurn, "PATIENCE", 60.0)
    for user in ("textual.app", "textual.pilot"):
        monkeypatch.setattr(f"{user}.wait_for_idle", rest)


def no_blinking(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cursor beneath a dialog stays as it was when the dialog opened, light or dark; one that is never dark looks the same each time."""
    for line in (Input, TextArea):
        monkeypatch.setattr(line.cursor_blink, "_default", False)


async def rest(min_sleep: float = _wait.SLEEP_GRANULARITY, max_sleep: float = 1.0) -> None:
    """In the place of `textual._wait.wait_for_idle`: until the desk is at rest, at most as long as there."""
    app = active_app.get(None)
    if not isinstance(app, InTurn):
        await _wait.wait_for_idle(min_sleep, max_sleep)
        return
    for _ in range(5):  # what was posted from outside the loop is in the app's queue after two turns
        await asyncio.sleep(0)
    began, since = monotonic(), 0.0
    while since < max_sleep and _is_busy(app, since):
        await asyncio.sleep(STEP)
        since = monotonic() - began


def _is_busy(app: InTurn, since: float) -> bool:
    """Whether keys are under way, or somebody is at work who is soon done."""
    pumps: list[MessagePump] = [app, *app.screen.walk_children(with_self=True)]
    if not app._typist.is_idle or any(not pump._message_queue.empty() for pump in pumps):
        return True
    return since < AS_LONG and any(worker.group not in {"keys", "live"} and not worker.is_finished for worker in app.workers)
