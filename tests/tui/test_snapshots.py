"""Pictures of each place in its main states; a person looks at each new one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

import pytest
from textual.pilot import Pilot

from scheduler.errors import BusyError
from tests.tui.fake_desk import FakeDesk
from tests.tui.seeds import make_late, put_notices, seeded
from tests.tui.waiting import Shown, screen_text, still, titles_are_dim, until

SMALL = (80, 24)
LARGE = (120, 40)
Snap = Callable[..., bool]
Run = Callable[[Pilot[None]], Coroutine[None, None, None]]


@dataclass(frozen=True, slots=True)
class Picture:
    """One state to draw: keys that lead there, and the words that show that it is reached."""

    name: str
    keys: tuple[str, ...]
    shows: str
    size: tuple[int, int] = SMALL
    state: str = ""
    theme: str = "daypart-dark"


PLACES = (
    ("today", "1", "TO APPROVE THIS WEEK 5"),
    ("calendar", "2", "≠"),
    ("choose", "3", "DRAFTS 4"),
    ("approvals", "4", "exactly this"),
    ("outbox", "5", "NOW 2"),
)
PICTURES = (
    *(Picture(name, (key,), shows) for name, key, shows in PLACES),
    *(Picture(f"{name}-large", (key,), shows, LARGE) for name, key, shows in PLACES),
    *(
        Picture(f"{name}-empty", (key,), shows, state="empty")
        for (name, key, _), shows in zip(
            PLACES, ("Your week is empty", "Nothing planned on this day", "No drafts", "Nothing waits", "Nothing planned"), strict=True
        )
    ),
    Picture("write", ("3", "enter"), "123 of 2,200"),
    Picture("write-large", ("3", "enter"), "123 of 2,200", LARGE),
    Picture("write-model", ("3", "enter", "ctrl+l"), "56%"),
    Picture("write-light", ("3", "enter", "ctrl+l"), "56%", theme="daypart-light"),
    Picture("write-contrast", ("3", "enter", "ctrl+l"), "56%", theme="daypart-contrast"),
    Picture("calendar-light", ("2",), "≠", LARGE, theme="daypart-light"),
    Picture("today-hold", ("1",), "ON HOLD since", state="hold"),
    Picture("calendar-hold", ("2",), "≠", state="hold"),
    Picture("outbox-stopped", ("5",), "Nothing is published", state="stopped"),
    Picture("outbox-error", ("5",), "is locked", state="error"),
    Picture("outbox-loading", ("5",), "5 Outbox", state="loading"),
    Picture("too-small", ("5",), "Make the window larger", (50, 12)),
    Picture("dialog-approve", ("4", "a"), "Facts checked"),
    Picture("dialog-hold", ("5", "!"), "No reason (esc)"),
    Picture("dialog-overdue", ("5", "down", "down", "down", "s"), "m moves it to", state="late"),
    Picture("dialog-hold-client", ("5", "H"), "No reason (esc)"),
    Picture("dialog-new", ("2", "n"), "Where? (tab goes on, space picks"),
    Picture("dialog-schedule", ("3", "enter", "f5"), "New time:"),
    Picture("dialog-help", ("4", "?"), "Keys · Approvals"),
    Picture("today-notices", ("1",), "could not be sent", LARGE, state="notices"),
    Picture("dialog-notices", ("1", "N"), "WAITING 2", LARGE, state="notices"),
    Picture("outbox-no-color", ("5",), "NOW 2", state="no-color"),
    Picture("calendar-no-color", ("2",), "≠", state="no-color"),
)


def desk_for(state: str) -> FakeDesk:
    desk = FakeDesk() if state == "empty" else seeded()
    if state == "late":
        make_late(desk, 2)
    if state == "notices":
        put_notices(desk)
    desk.running = state != "stopped"
    desk.fail_read = BusyError("The store is locked by another program.", "It is tried again.") if state == "error" else None
    desk.slow = asyncio.Event() if state == "loading" else None
    return desk


def steps(picture: Picture) -> Run:
    """Presses the keys and waits until the picture stands still."""

    async def run(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, Shown)
        await until(pilot, lambda: app.facts is not None, "the facts")
        if picture.state == "hold":
            await app.desk.hold(reason="storm in the news")
            app.touch()
        for key in picture.keys:
            await pilot.press(key)
            # beneath a dialog nothing is laid out any more: a quick key would leave a place there as it was half way
            await still(pilot, looks=2, busy=lambda: at_work(pilot, picture))
        app.clear_notifications()  # in a small window one lies over what is waited for
        await until(pilot, lambda: picture.shows in screen_text(pilot), picture.shows)
        if picture.state == "loading":
            await until(pilot, lambda: titles_are_dim(pilot), "the dimmed title")
        app.clear_notifications()
        await still(pilot, busy=lambda: at_work(pilot, picture))

    return run


def at_work(pilot: Pilot[None], picture: Picture) -> bool:
    """Whether a job of a screen is under way (the watcher goes on for ever, and what hands keys on; some ask a person)."""
    aside = {"keys", "live", "hold", "new", "act", "model", *(["read"] if picture.state == "loading" else [])}
    return any(worker.group not in aside and not worker.is_finished for worker in pilot.app.workers)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_picture(picture: Picture, snap_compare: Snap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    if picture.state == "no-color":
        monkeypatch.setenv("NO_COLOR", "1")
    app = Shown(desk_for(picture.state), theme=picture.theme)
    assert snap_compare(app, terminal_size=picture.size, run_before=steps(picture))


def test_not_too_many_pictures() -> None:
    assert len(PICTURES) <= 40
