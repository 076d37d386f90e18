"""Pictures of the Plan place and of a sheet; a person looks at each new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.test_snapshots import LARGE, Picture, Snap, desk_for, steps
from tests.tui.waiting import Shown

PICTURES = (
    Picture("plan", ("8",), "CHANGED 1"),
    Picture("plan-large", ("8",), "CHANGED 1", LARGE),
    Picture("plan-errors", ("8",), "ERRORS 2", state="errors"),
    Picture("plan-done", ("8",), "Nothing would change", state="done"),
    Picture("plan-nothing", ("8",), "No campaign files yet", state="nothing"),
    Picture("plan-no-color", ("8",), "CHANGED 1", LARGE, state="no-color"),
    Picture("dialog-apply", ("8", "A"), "Apply the files?"),
    Picture("dialog-too-many", ("8", "A"), "Cancel 7 posts?", state="many"),
    Picture("dialog-pick-sheet", ("8", "L"), "newest first"),
    Picture("dialog-sheet", ("8", "L", "down", "enter"), "WRONG 1"),
    Picture("dialog-sheet-large", ("8", "L", "down", "enter"), "WRONG 1", LARGE),
)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_picture(picture: Picture, snap_compare: Snap, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    if picture.state == "no-color":
        monkeypatch.setenv("NO_COLOR", "1")
    desk = desk_for("" if picture.state in ("errors", "done", "nothing", "many") else picture.state)
    desk.board_state = picture.state
    desk.root = tmp_path
    (tmp_path / "October.xlsx").touch()
    assert snap_compare(Shown(desk, theme=picture.theme), terminal_size=picture.size, run_before=steps(picture))
