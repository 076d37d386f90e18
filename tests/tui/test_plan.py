"""The Plan place on the real Desk, with keys only: mistakes, applying, too many cancellations, a sheet from file to drafts."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from textual.widgets import Input, Static

from tests.desk.house import CAMPAIGN, house
from tests.scheduler.importing.workbooks import comma, workbook
from tests.tui.test_real_desk import TEASER, desk_on
from tests.tui.waiting import gone, screen_text, see, type_text, until
from tui.screens.plan import PlanScreen

HEAD = ("Id", "Date", "Time", "Client", "Account", "Text EN")
LATTE = ("latte", "30.11.2026", "9:30", "Kawa Wrocław", "bs-kawa", "Latte art on Friday")
LIGHTS = ("lights", "1.12.2026", "18:00", "Bike Shop", "bs-bike", "Lights on")


async def test_new_posts_are_shown_and_applied_after_a_question(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        async with desk_on(h, "8") as pilot:
            await see(pilot, "NEW 1", "teaser", "All files", "campaign.yaml")
            await pilot.press("A")
            await see(pilot, "Apply the files?", "1 created: autumn/teaser@bs-kawa", "0 cancelled")
            await pilot.press("escape")
            await gone(pilot, "Apply the files?")
            assert await h.desk.deliveries() == []
            await pilot.press("A", "y")
            await see(pilot, "Nothing would change")
        assert await h.state(TEASER) == "draft"


async def test_a_changed_text_says_that_an_approval_is_lost(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        await h.apply()
        await h.approve(TEASER)
        h.edit("Something darker", "Something lighter")
        async with desk_on(h, "8") as pilot:
            await see(pilot, "CHANGED 1 · 1 loses its approval")
            await pilot.press("tab", "enter")
            await see(pilot, "- Something darker is resting on the shelf.", "+ Something lighter is resting on the shelf.")
            await pilot.press("escape", "A")
            await see(pilot, "1 changed or moved", "loses its approval")


async def test_a_mistake_shows_its_line_and_its_place_is_copied(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.edit("accounts: [bs-kawa]", "accounts: [bs-kawaa]")
        async with desk_on(h, "8") as pilot:
            await see(pilot, "ERRORS 1", "unknown account 'bs-kawaa'")
            await pilot.press("A")
            await see(pilot, "Apply is off: 1 mistake in the files")
            await pilot.press("tab", "enter")
            await see(pilot, "^^^^^^^^", "did you mean 'bs-kawa'?")
            await pilot.press("escape", "y")
            await until(pilot, lambda: pilot.app.clipboard == "campaigns/autumn/campaign.yaml:4", "the place on the clipboard")
            h.edit("accounts: [bs-kawaa]", "accounts: [bs-kawa]")
            pilot.app.touch()  # type: ignore[attr-defined]
            await see(pilot, "NEW 1")


async def test_more_cancellations_than_allowed_need_their_number(tmp_path: Path) -> None:
    posts = "".join(f"  - {{ id: p{n}, at: 2026-12-0{n + 1}T12:15, text: Post {n} }}\n" for n in range(7))
    head = CAMPAIGN.partition("posts:\n")[0] + "posts:\n"
    async with house(tmp_path, campaign=head + posts) as h:
        await h.apply()
        h.campaign(head.replace("posts:\n", ""))
        async with desk_on(h, "8") as pilot:
            await see(pilot, "CANCELLED 7")
            await pilot.press("A")
            await see(pilot, "Cancel 7 posts?", "policy.max_cancel")
            await type_text(pilot, "5")
            await pilot.press("enter")
            await see(pilot, "Type 7, or press esc.")
            assert {view.state for view in await h.desk.deliveries()} == {"draft"}
            await pilot.press("backspace")
            await type_text(pilot, "7")
            await pilot.press("enter")
            await see(pilot, "Nothing would change")
        assert {view.state for view in await h.desk.deliveries()} == {"cancelled"}


async def test_a_file_narrows_the_list_and_find_narrows_it_too(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.campaign(
            CAMPAIGN.replace("id: autumn", "id: spring").replace("teaser", "tulips").replace("2026-11-30", "2026-12-02"), name="spring"
        )
        async with desk_on(h, "8") as pilot:
            await see(pilot, "NEW 2", "teaser", "tulips")
            await pilot.press("tab", "tab", "G")
            await see(pilot, "NEW 1", "tulips")
            await pilot.press("g", "/")
            await type_text(pilot, "teas")
            await pilot.press("enter")
            await until(pilot, lambda: "tulips" not in screen_text(pilot), "only what was looked for")
            await pilot.press("escape")
            await see(pilot, "tulips")


async def test_no_files_yet_says_what_to_do(tmp_path: Path) -> None:
    async with house(tmp_path, campaign=None) as h, desk_on(h, "8") as pilot:
        await see(pilot, "No campaign files yet. L loads posts from a sheet")


async def test_a_sheet_becomes_drafts_with_keys_only(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        comma(tmp_path / "October.csv", [HEAD, LATTE, LIGHTS])
        async with desk_on(h, "8") as pilot:
            await see(pilot, "Nothing would change")
            await pilot.press("L")
            await see(pilot, "Which file?", "October.csv")
            await type_text(pilot, "Oct")
            await pilot.press("right", "enter")
            await see(pilot, "COLUMNS 6", "ROWS 2 · 2 new", "Import 2")
            await pilot.press("A")
            await see(pilot, "Import these rows?", "For Kawa Wrocław, Bike Shop")
            await pilot.press("y")
            await see(pilot, "2 made; each is a draft")
        assert {view.key for view in await h.desk.deliveries()} == {TEASER, "desk/latte@bs-kawa", "desk/lights@bs-bike"}


async def test_a_column_is_given_its_meaning_and_a_wrong_row_is_omitted(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        wrong = ("bad", "31.11.2026", *LATTE[2:])
        workbook(tmp_path / "October.xlsx", [(*HEAD[:5], "Blurb"), LATTE, wrong])
        async with desk_on(h, "8") as pilot:
            await pilot.press("L")
            await see(pilot, "October.xlsx")
            await pilot.press("down", "enter")
            await see(pilot, "the column 'Blurb' is not known")
            await pilot.press("A")
            await see(pilot, "Say what the columns mean first.")
            await until(pilot, lambda: bool(pilot.app.screen.query_one("#sheet-lines").rows), "the lines")  # type: ignore[attr-defined]
            for _ in range(20):
                if "Column F Blurb" in screen_text(pilot):
                    break
                await pilot.press("down")
            await pilot.press("enter")
            await see(pilot, "Column F “Blurb” holds")
            for _ in range(20):
                if "text, English" in screen_text(pilot) and pilot.app.screen.query_one("OptionList").highlighted == 7:  # type: ignore[attr-defined]
                    break
                await pilot.press("down")
            await pilot.press("enter")
            await see(pilot, "you said so", "there is no such day")
            await pilot.press("A")
            await see(pilot, "omit the wrong rows with O")
            await pilot.press("O")
            await see(pilot, "their rows are left out")
            await pilot.press("A")
            await see(pilot, "Import these rows?")
            await pilot.press("y")
            await see(pilot, "1 made; each is a draft")
        assert [view.key for view in await h.desk.deliveries()] == ["desk/latte@bs-kawa"]
        assert await h.desk.kept_columns() == {"blurb": "text.en"}


async def test_a_file_that_is_not_there_and_one_that_is_no_sheet(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 and then nothing")
        async with desk_on(h, "8") as pilot:
            await pilot.press("L")
            await type_text(pilot, "none.csv")
            await pilot.press("enter")
            await see(pilot, "There is no file")
            note = pilot.app.screen.query_one("#note", Static)
            for none in ("~nobody-of-this-name/none.csv", f"{'n' * 300}.csv"):
                pilot.app.screen.query_one("#path", Input).value = none
                await pilot.press("enter")
                await until(pilot, partial(lambda name: name in str(note.content), none), "the note about it")
            await pilot.press("escape", "L")
            await see(pilot, "broken.xlsx")
            await pilot.press("down", "enter")
            await see(pilot, "the workbook is damaged: its end is missing")
            await pilot.press("escape")
            await gone(pilot, "its end is missing")


async def test_which_sheet_is_asked(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        workbook(tmp_path / "Year.xlsx", {"October": [HEAD, LATTE], "November": [HEAD, LATTE, LIGHTS]})
        async with desk_on(h, "8") as pilot:
            await pilot.press("L")
            await see(pilot, "Year.xlsx")
            await pilot.press("down", "enter")
            await see(pilot, "Which sheet?", "November")
            await pilot.press("down", "enter")
            await see(pilot, "ROWS 2 · 2 new")


async def test_a_moved_post_is_listed_at_its_new_time_and_one_without_a_text_says_which_keys_give_it_one(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        h.edit("at: 2026-11-30T12:15", "at: 2026-12-01T09:45")
        bare = "  - id: bare\n    at: 2026-12-02T08:00\n    brief: { goal: Beans }\n"
        h.edit("posts:\n", "posts:\n" + bare)
        async with desk_on(h, "8") as pilot:
            await see(pilot, "MOVED 1", "Tue 1 Dec 9:45")
            await pilot.press("end")
            await see(pilot, "No text yet. Write it into the file; or A")
            screen = pilot.app.screen
            assert isinstance(screen, PlanScreen)
            screen.explain("change:99")  # a line of the files as they were before they were read again
            await pilot.press("e")
            await see(pilot, "It is not in the calendar yet")
            await pilot.press("A", "y")
            await gone(pilot, "MOVED 1")
            await pilot.press("e")
            await see(pilot, "Kawa Wrocław · Beans", "it has no text yet")
