"""Pictures for people who differ: each place in light, in high contrast and without colour, in Polish, read aloud, in plain signs."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.desk_settings import DeskSettings, write_settings
from tests.tui.test_snapshots import LARGE, SMALL, Picture, Snap, desk_for, steps
from tests.tui.waiting import Shown

PLACES = (
    ("today", ("1",), "TO APPROVE THIS WEEK"),
    ("calendar", ("2",), "≠"),
    ("write", ("3", "enter"), "123 of 2,200"),
    ("approvals", ("4",), "exactly this"),
    ("outbox", ("5",), "NOW 2"),
    ("accounts", ("6",), "SIGN IN"),
    ("library", ("7",), "Posts"),
    ("report", ("9",), "KAWA WROCŁAW"),
    ("settings", ("comma",), "[As the computer]"),
)
POLISH = (
    ("today", ("1",), "DO ZAAKCEPTOWANIA"),
    ("calendar", ("2",), "listopad 2026"),
    ("write", ("3", "enter"), "123"),
    ("approvals", ("4",), "dokładnie to wyjdzie"),
    ("outbox", ("5",), "TERAZ 2"),
    ("accounts", ("6",), "POŁĄCZONE"),
    ("library", ("7",), "Posty"),
    ("report", ("9",), "KAWA WROCŁAW"),
    ("settings", ("comma",), "[Polski]"),
    ("help", ("5", "?"), "Klawisze · Wysyłka"),
    ("new", ("2", "n"), "spacja zaznacza"),
    ("approve", ("4", "a"), "Fakty sprawdzone"),
)
LOOKS = {"light": DeskSettings(theme="light"), "contrast": DeskSettings(theme="contrast"), "no-color": DeskSettings()}
PICTURES = (
    *((look, Picture(f"{name}-{look}", keys, shows, LARGE, state=look)) for look in LOOKS for name, keys, shows in PLACES),
    *(("pl", Picture(f"{name}-pl", keys, shows, SMALL)) for name, keys, shows in POLISH),
    ("aloud", Picture("outbox-aloud", ("5",), "line 2 of", SMALL)),
    ("aloud", Picture("calendar-aloud", ("2",), "Agenda ·", SMALL)),
    ("ascii", Picture("outbox-ascii", ("5",), "NOW 2", SMALL)),
    ("tiny", Picture("dialog-tiny", ("5", "!"), "No reason (esc)", (40, 10))),
)
MORE = {
    "pl": DeskSettings(language="pl"),
    "aloud": DeskSettings(language="en", reading="aloud"),
    "ascii": DeskSettings(signs="ascii"),
    "tiny": DeskSettings(),
}


@pytest.mark.parametrize(("look", "picture"), PICTURES, ids=lambda value: value.name if isinstance(value, Picture) else "")
def test_picture(look: str, picture: Picture, snap_compare: Snap, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    if look == "no-color":
        monkeypatch.setenv("NO_COLOR", "1")
    file = tmp_path / "desk.toml"
    write_settings(file, (LOOKS | MORE)[look])
    app = Shown(desk_for(picture.state), settings_file=file)
    app.settings_file = None  # its folder has another name each time, and Settings shows it
    assert snap_compare(app, terminal_size=picture.size, run_before=steps(picture))
