"""Pictures of the library: each list, nothing there, wide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.seeds import seeded
from tests.tui.test_snapshots import LARGE, SMALL, settle
from tests.tui.waiting import Shown, screen_text, until


@dataclass(frozen=True, slots=True)
class Picture:
    """Keys that lead to a state, and the words that show that it is reached."""

    name: str
    keys: tuple[str, ...]
    shows: str
    size: tuple[int, int] = SMALL
    empty: bool = False


PICTURES = (
    Picture("posts", ("7", "down"), "comes round again every 40"),
    Picture("posts-large", ("7", "down"), "comes round again every 40", LARGE),
    Picture("posts-empty", ("7",), "No posts yet", empty=True),
    Picture("media", ("7", "right"), "A cup on a window sill"),
    Picture("ideas", ("7", "right", "right"), "c makes a post of it"),
    Picture("ideas-empty", ("7", "right", "right"), "No ideas kept", empty=True),
    Picture("proposed", ("7", "left"), "COULD GO OUT AGAIN 1"),
)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_picture(picture: Picture, snap_compare: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    desk = seeded()
    desk.shelf_empty = picture.empty

    async def run(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, Shown)
        await until(pilot, lambda: app.facts is not None, "the facts")
        for key in picture.keys:
            await pilot.press(key)
            await settle(pilot)
        await until(pilot, lambda: picture.shows in screen_text(pilot), picture.shows)
        for box in app.screen.query(Input):
            box.cursor_blink = False
        await settle(pilot)

    assert snap_compare(Shown(desk), terminal_size=picture.size, run_before=run)
