"""Settings: every choice by keys and by mouse, at once and kept; a key that is another's is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widget import Widget

from config.desk_settings import CHOICES, DeskSettings, read_settings, write_settings
from tests.tui.fake_desk import FakeDesk
from tests.tui.seeds import seeded
from tests.tui.waiting import Shown, gone, opened, screen_text, see, type_text, until
from tui.keys import keymap
from tui.keys.action import REMAPPED
from tui.keys.actions import PLACES, everything
from tui.lines.settings import LABELS, VALUES, settings_lines
from tui.screens.settings import SettingsScreen
from tui.theme import DARK
from tui.widgets.caption_area import CaptionArea


async def go(pilot: Pilot[None], name: str) -> None:
    """Put the cursor on a setting."""
    screen = pilot.app.screen
    assert isinstance(screen, SettingsScreen)
    screen.listed.highlighted = screen.listed.get_option_index(name)
    await until(pilot, lambda: screen.chosen_name() == name, name)


def test_every_choice_has_words() -> None:
    assert set(LABELS) == set(VALUES) == set(CHOICES)
    assert all(len(VALUES[name]) == len(CHOICES[name]) for name in CHOICES)


def test_every_action_has_its_line_once() -> None:
    names = [line.name for line in settings_lines() if line.action is not None]
    assert len(names) == len(set(names))
    assert {name.removeprefix("keys.") for name in names} == {action.id for action in everything()}


async def test_the_theme_changes_at_once_and_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    async with opened(settings_file=file) as pilot:
        await pilot.press("comma")
        await see(pilot, "Settings", "[Dark]", "Kept in")
        await go(pilot, "theme")
        await pilot.press("right")
        await until(pilot, lambda: pilot.app.theme == "daypart-light", "the light theme")
        await see(pilot, "[Light]")
        await pilot.press("enter")
        await until(pilot, lambda: read_settings(file).settings.theme == "contrast", "the file")
        await pilot.press("left", "u")
        await until(pilot, lambda: read_settings(file).settings.theme == "dark", "the usual theme again")
    write_settings(file, DeskSettings(theme="light"))
    async with opened(settings_file=file) as pilot:
        assert pilot.app.theme == "daypart-light"


async def test_a_click_changes_too(tmp_path: Path) -> None:
    async with opened(settings_file=tmp_path / "desk.toml", place="comma") as pilot:
        await see(pilot, "[Dark]")
        y = next(n for n, line in enumerate(screen_text(pilot).splitlines()) if "[Dark]" in line)
        await pilot.click(offset=(10, y))
        await until(pilot, lambda: pilot.app.theme == "daypart-light", "the light theme")
        await pilot.press("1")
        await see(pilot, "Today · all clients")
        grounds = {widget.background_colors[1].hex.lower() for widget in pilot.app.screen.walk_children(Widget)}
        assert not grounds & {DARK.background, DARK.surface}, "the place that was shown before is still dark"


async def test_polish_at_once_everywhere(tmp_path: Path) -> None:
    async with opened(settings_file=tmp_path / "desk.toml", place="5") as pilot:
        await see(pilot, "NEEDS YOU")
        await pilot.press("comma")
        await go(pilot, "language")
        await pilot.press("left")
        await see(pilot, "[Polski]", "Ustawienia", "5 Wysyłka")
        await until(pilot, lambda: pilot.app.focused is not None and pilot.app.focused.id == "settings", "the focus where it was")
        await pilot.press("5")
        await see(pilot, "CZEKA NA CIEBIE", "Wysyłka · wszyscy klienci")
        await pilot.press("2")
        await see(pilot, "listopad 2026", " pon ", " nd ")
        await pilot.press("4", "?")
        await see(pilot, "Klawisze · Akceptacje", "Zaakceptuj")


async def test_words_that_were_typed_survive_another_language(tmp_path: Path) -> None:
    async with opened(settings_file=tmp_path / "desk.toml", place="3") as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: bool(pilot.app.screen.query(CaptionArea)), "the composer")
        pilot.app.screen.query_one(CaptionArea).insert("Kept words. ")
        await pilot.press("escape", "comma")
        await go(pilot, "language")
        await pilot.press("left")
        await see(pilot, "[Polski]")
        desk = pilot.app.desk  # type: ignore[attr-defined]
        await until(
            pilot,
            lambda: any("Kept words." in t.text for work in desk.works.values() for t in work.texts.values()),
            "the words in the store",
        )


async def test_words_that_cannot_be_saved_stay_where_they_are(tmp_path: Path) -> None:
    from scheduler.errors import BusyError

    desk = seeded()
    async with opened(desk, settings_file=tmp_path / "desk.toml", place="3") as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: bool(pilot.app.screen.query(CaptionArea)), "the composer")
        desk.fail_save = BusyError("The store is locked.", "Try again.")
        pilot.app.screen.query_one(CaptionArea).insert("Kept words. ")
        await pilot.press("escape", "comma")
        await go(pilot, "language")
        await pilot.press("left")
        await see(pilot, "[Polski]")
        await pilot.press("escape")
        await until(pilot, lambda: bool(pilot.app.screen.query(CaptionArea)), "the composer again")
        assert "Kept words." in pilot.app.screen.query_one(CaptionArea).text


# ── keys ──


async def test_another_key_works_at_once_and_is_shown(tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    async with opened(settings_file=file, place="comma") as pilot:
        await go(pilot, "keys.review.approve")
        await pilot.press("enter")
        await see(pilot, "A key for “Approve”")
        await pilot.press("b")
        await see(pilot, "b is the key of “Send back” (Approvals)")
        await pilot.press("f7")
        await gone(pilot, "A key for")
        await see(pilot, "(yours)")
        assert read_settings(file).settings.keys == {"review.approve": "f7"}
        await pilot.press("4")
        await see(pilot, "F7 Approve")
        await pilot.press("f7")
        await see(pilot, "Approve for")
        await pilot.press("escape")
        await gone(pilot, "Approve for")
        await pilot.press("a", "?")
        await see(pilot, "F7 ", "Keys · Approvals")


async def test_the_old_key_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    write_settings(file, DeskSettings(keys={"review.approve": "f7"}))
    async with opened(settings_file=file, place="comma") as pilot:
        await go(pilot, "keys.review.approve")
        await pilot.press("delete", "4")
        await see(pilot, "a Approve")
        assert read_settings(file).settings.keys == {}


async def test_keys_in_the_file_that_cannot_be_are_said_and_left_out(tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    write_settings(file, DeskSettings(keys={"review.approve": "b", "all.undo": "f7", "no.such": "f8"}))
    async with opened(settings_file=file) as pilot:
        await see(pilot, "b is the key of “Send back”")
        assert REMAPPED == {"all.undo": "f7"}


async def test_a_broken_file_is_said(tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    file.write_text("theme = ")
    async with opened(settings_file=file) as pilot:
        await see(pilot, "is no good TOML")


async def test_what_cannot_be_written_holds_until_one_leaves(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with opened(settings_file=tmp_path / "file" / "desk.toml", place="comma") as pilot:
        await go(pilot, "theme")
        await pilot.press("right")
        await see(pilot, "It holds until you leave")
        assert pilot.app.theme == "daypart-light"


async def test_find_narrows(tmp_path: Path) -> None:
    async with opened(place="comma") as pilot:
        await pilot.press("/")
        await type_text(pilot, "undo")
        await see(pilot, "Undo", "find: undo")
        await gone(pilot, "Take the")
        await gone(pilot, "KEYS IN CALENDAR")
        await pilot.press("escape", "g")
        await see(pilot, "High contrast")


@pytest.mark.parametrize(
    ("action", "key", "says"),
    [
        ("review.approve", "escape", "keeps its meaning"),
        ("review.approve", "z", "is the key of “Undo” (everywhere)"),
        ("all.undo", "a", "is the key of “Approve”"),
        ("write.when", "w", "while you write"),
        ("all.back", "f7", "keeps its key"),
        ("no.such", "f7", "There is no action"),
        ("all.palette", "1", "is the key of “Today”"),
    ],
)
def test_keys_that_cannot_be(action: str, key: str, says: str) -> None:
    assert says in keymap.judge({action: key}, action)


def test_keys_that_can_be() -> None:
    assert keymap.judge({"review.approve": "f7"}, "review.approve") == ""
    assert keymap.judge({"review.approve": "b", "review.back": "f7"}, "review.approve") == ""
    assert keymap.judge({"all.undo": ";"}, "all.undo") == ""
    assert keymap.use({"all.hold": "f7"}) == {"all.hold": "f7,ctrl+g"}


def test_nothing_is_in_the_way_of_its_own_keys() -> None:
    from tui.keys.keymap import FIXED, split

    for action in everything():
        if split(action.keys)[0] not in FIXED:
            assert keymap.judge({action.id: action.keys}, action.id) == "", action
    assert len(PLACES) < len(everything())


def test_a_desk_without_a_file_keeps_nothing() -> None:
    app = Shown(FakeDesk())
    app.prefer("theme", "light")
    assert app.settings.theme == "light"
    assert app.settings_file is None
