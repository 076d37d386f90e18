"""Pictures of the calendar's week and agenda: usual, empty, on hold. The month stands among the places."""

from __future__ import annotations

import pytest

from tests.tui.test_snapshots import Picture, Snap, desk_for, steps
from tests.tui.waiting import Shown

PICTURES = (
    Picture("week", ("2", "v"), "bs-kawa · 1 of 7"),
    Picture("week-empty", ("2", "v"), "nothing planned. n writes a post here.", state="empty"),
    Picture("week-hold", ("2", "v"), "▮18:00 BS", state="hold"),
    Picture("agenda", ("2", "v", "v"), "26 days without a post"),
    Picture("agenda-empty", ("2", "v", "v"), "Nothing here. n writes a post", state="empty"),
    Picture("agenda-hold", ("2", "v", "v"), "▮ Tue 24 Nov 11:00", state="hold"),
)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_picture(picture: Picture, snap_compare: Snap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    assert snap_compare(Shown(desk_for(picture.state), theme=picture.theme), terminal_size=picture.size, run_before=steps(picture))
