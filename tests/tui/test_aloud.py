"""Read aloud: lists in place of grids, no frames, a line that says where one is, and nothing that changes by itself."""

from __future__ import annotations

import re
from pathlib import Path

from config.desk_settings import DeskSettings, write_settings
from tests.tui.waiting import gone, opened, screen_text, see, type_text, until
from tui.lines.charts import bar, sparkline
from tui.say import speak
from tui.text import UNICODE
from tui.widgets.caption_area import CaptionArea
from tui.widgets.row_list import RowList
from tui.widgets.where_line import spoken_words

FRAMES = re.compile("[\u2500-\u259f]")
"""Box drawing and blocks."""


def aloud(tmp_path: Path) -> Path:
    file = tmp_path / "desk.toml"
    write_settings(file, DeskSettings(reading="aloud"))
    return file


async def test_every_place_without_frames(tmp_path: Path) -> None:
    async with opened(settings_file=aloud(tmp_path)) as pilot:
        for key, words in (
            ("1", "Needs you"),
            ("2", "Agenda ·"),
            ("4", "To check"),
            ("5", "Refused"),
            ("6", "SIGN IN"),
            ("9", "Report"),
            ("comma", "Settings"),
        ):
            await pilot.press(key)
            await see(pilot, words)
            assert not FRAMES.search(screen_text(pilot)), (key, screen_text(pilot))


async def test_the_line_says_where_one_is(tmp_path: Path) -> None:
    async with opened(settings_file=aloud(tmp_path), place="5") as pilot:
        await see(pilot, "line 2 of")
        first = screen_text(pilot).splitlines()[1]
        assert "Needs you" in first
        await pilot.press("down")
        await see(pilot, "line 3 of")
        await pilot.press("/")
        await see(pilot, "Line to type in")
        await type_text(pilot, "menu")
        await see(pilot, "Line to type in: menu")


async def test_dialogs_say_their_title_and_their_buttons(tmp_path: Path) -> None:
    async with opened(settings_file=aloud(tmp_path), place="4") as pilot:
        await see(pilot, "line 2 of")
        await pilot.press("a")
        await see(pilot, "Approve for", "Facts checked:", "[ ] “Tuesday”", "[ ] “both shops”")
        await pilot.press("tab", "tab")
        await see(pilot, "Button: Not yet (esc)")
        assert not FRAMES.search(screen_text(pilot))


async def test_the_calendar_is_a_list(tmp_path: Path) -> None:
    async with opened(settings_file=aloud(tmp_path), place="2") as pilot:
        await see(pilot, "Agenda ·")
        await pilot.press("v")
        await see(pilot, "View is off: a screen reader reads the agenda")


async def test_nothing_counts_down(tmp_path: Path) -> None:
    async with opened(settings_file=aloud(tmp_path), place="5") as pilot:
        await see(pilot, "line 2 of")
        assert not re.search(r"\bin \d+ (?:min|h|days?)\b", screen_text(pilot))
        assert not re.search(r"\d+ (?:min|h|days?) ago", screen_text(pilot))


async def test_switched_on_in_settings_it_is_there_at_once(tmp_path: Path) -> None:
    from tui.screens.settings import SettingsScreen

    async with opened(settings_file=tmp_path / "desk.toml", place="comma") as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, SettingsScreen)
        screen.listed.highlighted = screen.listed.get_option_index("reading")
        await pilot.press("right")
        await see(pilot, "[To be read aloud]")
        await until(pilot, lambda: not FRAMES.search(screen_text(pilot)), "no frames")


def test_charts_are_silent() -> None:
    speak("en", aloud=True)
    assert sparkline([1, 2, 3], UNICODE) == ""
    assert bar(3, 4, 10, UNICODE) == ""


def test_before_the_answer_nobody_is_told_that_there_is_nothing() -> None:
    listed = RowList(empty="Nothing here")
    assert spoken_words(listed) == "Reading…"
    listed.read = True
    assert spoken_words(listed) == "Nothing here"


async def test_words_of_the_model_under_the_cursor_are_called_so(tmp_path: Path) -> None:
    async with opened(settings_file=aloud(tmp_path), place="3") as pilot:
        await pilot.press("enter", "ctrl+l")
        await see(pilot, "Text, line 3 of 3")
        await gone(pilot, "words of the model")
        area = pilot.app.screen.query_one(CaptionArea)
        await until(pilot, lambda: area.wrapped_document.height > area.document.line_count, "long lines laid out, for up to go through")
        await pilot.press("up", "up")
        await see(pilot, "Text, line 3 of 3", "words of the model")
