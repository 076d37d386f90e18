"""Pictures of the report and its ledger; a person looks at each new one."""

from __future__ import annotations

import pytest

from tests.tui.test_snapshots import LARGE, Picture, Snap, desk_for, steps
from tests.tui.waiting import Shown

PICTURES = (
    Picture("report", ("9",), "KAWA WROCŁAW"),
    Picture("report-large", ("9",), "KAWA WROCŁAW", LARGE),
    Picture("report-ledger", ("9", "v"), "WHO APPROVED WHAT"),
    Picture("report-empty", ("9",), "Nothing here yet", state="empty"),
    Picture("report-no-color", ("9",), "KAWA WROCŁAW", state="no-color"),
)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_picture(picture: Picture, snap_compare: Snap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    if picture.state == "no-color":
        monkeypatch.setenv("NO_COLOR", "1")
    app = Shown(desk_for(picture.state), theme=picture.theme)
    assert snap_compare(app, terminal_size=picture.size, run_before=steps(picture))
