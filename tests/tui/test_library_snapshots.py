"""Pictures of the library: each list, nothing there, wide."""

from __future__ import annotations

import pytest

from tests.tui.seeds import seeded
from tests.tui.test_snapshots import LARGE, Picture, Snap, steps
from tests.tui.waiting import Shown

PICTURES = (
    Picture("posts", ("7", "down"), "comes round again every 40"),
    Picture("posts-large", ("7", "down"), "comes round again every 40", LARGE),
    Picture("posts-empty", ("7",), "No posts yet", state="empty"),
    Picture("media", ("7", "right"), "A cup on a window sill"),
    Picture("ideas", ("7", "right", "right"), "c makes a post of it"),
    Picture("ideas-empty", ("7", "right", "right"), "No ideas kept", state="empty"),
    Picture("proposed", ("7", "left"), "COULD GO OUT AGAIN 1"),
)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_picture(picture: Picture, snap_compare: Snap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    desk = seeded()
    desk.shelf_empty = picture.state == "empty"
    assert snap_compare(Shown(desk), terminal_size=picture.size, run_before=steps(picture))
