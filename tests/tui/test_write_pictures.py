"""Pictures of Write in its depth: own texts, the script, pictures, the model's pane, earlier texts."""

from __future__ import annotations

import pytest

from scheduler.desk.write.views import RequestView
from tests.tui.fake_desk import FakeDesk
from tests.tui.fake_world import Text
from tests.tui.seeds import seeded
from tests.tui.seeds_writing import POST, deep, scripted, talking
from tests.tui.test_snapshots import LARGE, Picture, Snap, steps
from tests.tui.waiting import Shown

OPEN = ("3", "enter")
PICTURES = (
    Picture("own-text", (*OPEN, "ctrl+o"), "≠ ig-kawa"),
    Picture("script-empty", (*OPEN, "ctrl+t"), "No script yet", state="empty-script"),
    Picture("script", (*OPEN, "ctrl+t", "down"), "its words take"),
    Picture("script-large", (*OPEN, "ctrl+t", "down"), "its words take", LARGE),
    Picture("script-no-color", (*OPEN, "ctrl+t", "down"), "its words take", state="no-color"),
    Picture("script-model", (*OPEN, "ctrl+t"), "AI say", state="scripted"),
    Picture("script-model-no-color", (*OPEN, "ctrl+t"), "AI say", state="scripted no-color"),
    Picture("dialog-beat", (*OPEN, "ctrl+t", "enter"), "What is said:"),
    Picture("pictures-empty", (*OPEN, "f4"), "No picture yet", state="empty-script"),
    Picture("pictures", (*OPEN, "f4", "down"), "does not take it"),
    Picture("pictures-large", (*OPEN, "f4", "down"), "does not take it", LARGE),
    Picture("dialog-add-picture", (*OPEN, "f4", "n"), "Path, or words"),
    Picture("dialog-look", (*OPEN, "f4", "v"), "1080×1350"),
    Picture("dialog-ask-model", (*OPEN, "f8"), "It is sent to", state="asking"),
    Picture("dialog-no-model", (*OPEN, "f8"), "No model is set up", state="no-model"),
    Picture("model-writing", (*OPEN, "f8", "f8"), "Writing…", state="talking"),
    Picture("model-writing-large", (*OPEN, "f8", "f8"), "Writing…", LARGE, state="talking"),
    Picture("model-offers", (*OPEN, "f8"), "1 of 2"),
    Picture("model-offers-large", (*OPEN, "f8", "2"), "2 of 2", LARGE),
    Picture("dialog-former", (*OPEN, "ctrl+f", "down"), "Go back to this"),
    Picture("dialog-crossed", (*OPEN, "x", "ctrl+s"), "Two people wrote", state="crossed"),
)


def desk_for(state: str) -> FakeDesk:
    if state == "talking":
        return talking()
    if state.startswith("scripted"):
        return scripted()
    if state == "asking":
        desk = talking()
        facts = ("from Tuesday 24 November", "39 zł, both shops")
        desk.requests[POST] = RequestView("the winter menu is here", facts, "warm, short", ("pl",), ("pl", "en"), written=True, fixed="")
        return desk
    if state == "no-model":
        desk = talking()
        desk.model = False
        return desk
    if state == "crossed":
        return Crossing()
    return seeded() if state == "empty-script" else deep()


class Crossing(FakeDesk):
    """Jan saves the same line just before we do."""

    def __init__(self) -> None:
        super().__init__()
        known = deep()
        self.works, self.items = known.works, known.items

    async def save_text(self, post: str, field: str, text: str, *, base: str | None = None, may_void: bool = True):  # type: ignore[no-untyped-def]
        self.works[POST].texts[field] = Text("Zimowe menu od środy. Jan")
        return await super().save_text(post, field, text, base=base, may_void=may_void)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_picture(picture: Picture, snap_compare: Snap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    if picture.state.endswith("no-color"):
        monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(Shown(desk_for(picture.state)), terminal_size=picture.size, run_before=steps(picture))
