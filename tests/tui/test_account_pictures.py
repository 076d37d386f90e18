"""Pictures of Accounts and of the first run; a person looks at each new one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from scheduler.desk.first_run import FirstRun
from tests.tui.seeds import seeded
from tests.tui.waiting import Shown, see, still
from tui.welcome import Welcome

Snap = Callable[..., bool]
SMALL, LARGE = (80, 24), (120, 40)
EMPTY = Path("/home/anna/my-week")
"""Shown, never opened: a folder of the tests has another name each time."""


async def _still(pilot: Pilot[None], words: str) -> None:
    """Until the words stand there and nothing changes any more."""
    await see(pilot, words)
    pilot.app.clear_notifications()
    await still(pilot, looks=5)


@pytest.mark.parametrize(
    ("name", "keys", "words", "size"),
    [
        ("accounts", (), "Languages: pl, en", SMALL),
        ("accounts-large", (), "Languages: pl, en", LARGE),
        ("accounts-empty", (), "No accounts yet", SMALL),
        ("dialog-connect", ("c", "enter"), "You need", SMALL),
        ("dialog-leave", ("q",), "would wait", SMALL),
    ],
    ids=["accounts", "accounts-large", "accounts-empty", "dialog-connect", "dialog-leave"],
)
def test_picture(
    name: str, keys: tuple[str, ...], words: str, size: tuple[int, int], snap_compare: Snap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    desk = seeded()
    desk.no_accounts = name.endswith("empty")

    async def run(pilot: Pilot[None]) -> None:
        await see(pilot, "planned")
        if name == "dialog-leave":
            desk.running, desk.would_wait = False, tuple(view for view in await desk.deliveries() if view.state == "queued")
        await pilot.press("6")
        await _still(pilot, "No accounts yet" if desk.no_accounts else "SIGN IN 1")
        for key in keys:
            await pilot.press(key)
            await still(pilot, looks=2)
        await _still(pilot, words)

    assert snap_compare(Shown(desk), terminal_size=size, run_before=run)


@pytest.mark.parametrize(("keys", "words"), [((), "Begin (⏎)"), (("enter",), "1 of 3")], ids=["welcome", "welcome-name"])
def test_first_run(keys: tuple[str, ...], words: str, snap_compare: Snap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")

    async def run(pilot: Pilot[None]) -> None:
        await see(pilot, "Begin (⏎)")
        await pilot.press(*keys)
        await _still(pilot, words)

    assert snap_compare(Welcome(FirstRun(EMPTY)), terminal_size=SMALL, run_before=run)
