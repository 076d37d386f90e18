"""Write, by keys only: own texts, the model beside the caption, the script, pictures, earlier texts, two people at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from adapters.contract import Problem
from config.desk_settings import DeskSettings, write_settings
from scheduler.desk.views import Counter, ProposalView
from scheduler.errors import DiskError
from scheduler.outage import Outage
from tests.tui.fake_desk import FakeDesk, Text
from tests.tui.fake_writing import Mouth
from tests.tui.seeds import seeded
from tests.tui.seeds_writing import POST, deep, scripted, talking
from tests.tui.waiting import Shown, gone, opened, see, type_text, until
from tui.screens.composer import ComposerScreen
from tui.widgets import caption_area
from tui.widgets.caption_area import CaptionArea
from tui.widgets.timeline import Timeline


@asynccontextmanager
async def writing(desk: FakeDesk, post: str = POST, size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[Pilot[None], ComposerScreen]]:
    async with opened(desk, size=size) as pilot:
        app = pilot.app
        assert isinstance(app, Shown)
        app.open_post(post)
        await see(pilot, "Does it fit?", "^l next text" if post == POST else "")
        screen = app.screen
        assert isinstance(screen, ComposerScreen)
        yield pilot, screen


def area_of(screen: ComposerScreen) -> CaptionArea:
    return screen.query_one(CaptionArea)


async def ask(pilot: Pilot[None]) -> None:
    """F8, and once more to send the request as it stands."""
    await pilot.press("f8")
    await see(pilot, "What is it about?", "It is sent to")
    await pilot.press("f8")


# ── an account's own text ──


async def test_a_network_gets_its_own_text_and_goes_back_after_a_question() -> None:
    desk = seeded()
    async with writing(desk) as (pilot, screen):
        await pilot.press("ctrl+o")
        await see(pilot, "≠ ig-kawa", "Instagram ig-kawa (own text)", "A text of its own for ig-kawa")
        await type_text(pilot, "!")
        await until(pilot, lambda: desk.works[POST].texts["pl@ig-kawa"].text.endswith("!"), "the own text saved")
        assert not desk.works[POST].texts["pl"].text.endswith("!")
        await pilot.press("ctrl+o")
        await see(pilot, "Back to the common text?")
        await pilot.press("escape")
        await gone(pilot, "Back to the common text?")
        assert "pl@ig-kawa" in desk.works[POST].texts
        await pilot.press("ctrl+o", "y")
        await gone(pilot, "≠ ig-kawa")
        assert screen.draft is not None
        assert screen.draft.current == "pl"
        await pilot.press("escape", "z")
        await see(pilot, "≠ ig-kawa")


async def test_an_own_text_that_is_emptied_keeps_the_cursor_in_it() -> None:
    desk = seeded()
    async with writing(desk) as (pilot, screen):
        await pilot.press("ctrl+o")
        await see(pilot, "≠ ig-kawa")
        area_of(screen).clear()
        await until(pilot, lambda: desk.works[POST].texts["pl@ig-kawa"].text == "", "the emptied text saved")
        del desk.works[POST].texts["pl@ig-kawa"]  # as the Desk shows it: it gave way to the common one
        desk.poke()
        await until(pilot, lambda: screen.draft is not None and "pl@ig-kawa" not in {t.field for t in screen.draft.post.texts}, "the news")
        await type_text(pilot, "New")
        assert screen.draft is not None
        assert (screen.draft.current, screen.draft.passage.text) == ("pl@ig-kawa", "New")
        assert desk.works[POST].texts["pl"].text.startswith("Zimowe")


async def test_posts_from_files_get_no_own_text() -> None:
    async with writing(seeded(), "harbour/signing") as (pilot, _):
        await pilot.press("ctrl+o")
        await see(pilot, "An own text is off: this post is written in")


# ── the model ──


async def test_the_model_writes_beside_the_caption_while_one_types() -> None:
    desk = talking()
    async with writing(desk, size=(120, 40)) as (pilot, screen):
        before = area_of(screen).text
        await ask(pilot)
        await see(pilot, "sent to small-model on this computer", "Writing…", "F8 goes there", "Winter menu: variant 1", "variant 3")
        await type_text(pilot, " Mine.")
        assert area_of(screen).text == f"{before} Mine."
        await until(pilot, lambda: desk.works[POST].texts["pl"].text == f"{before} Mine.", "what was typed, saved")
        assert desk.mouth.gate is not None
        desk.mouth.gate.set()
        await see(pilot, "1 of 3", "we keep a table warm.", "▸ 1 · Polish · caption")
        await gone(pilot, "Writing…")
        assert area_of(screen).text == f"{before} Mine."
        await pilot.press("f8", "2")
        await see(pilot, "▸ 2 · Polish", "2 of 3", "⏎ takes it")
        await pilot.press("enter")
        await gone(pilot, "The model ·")
        assert area_of(screen).text.startswith("Winter menu: variant 2.")
        await pilot.press("escape", "z")
        await until(pilot, lambda: area_of(screen).text == f"{before} Mine.", "the own text again")


async def test_one_at_a_time_where_the_window_is_narrow() -> None:
    desk = deep()
    async with writing(desk) as (pilot, _):
        await pilot.press("f8")
        await see(pilot, "1 of 2", "▸ 1 · English · caption")
        await gone(pilot, "2 · English · script")
        await pilot.press("2")
        await see(pilot, "▸ 2 · English · script", "Stop scrolling: it snows chocolate.")


async def test_esc_stops_and_then_throws_away() -> None:
    desk = talking()
    async with writing(desk) as (pilot, screen):
        before = area_of(screen).text
        await ask(pilot)
        await see(pilot, "Writing…", "variant 1")
        await pilot.press("escape")
        await until(pilot, lambda: screen.variants.has_focus, "the pane")
        await see(pilot, "esc stops")
        await pilot.press("escape")
        await see(pilot, "Stopped.")
        await gone(pilot, "The model ·")
        assert area_of(screen).text == before
        assert await desk.proposals(POST) == []
        desk.mouth = Mouth()
        await ask(pilot)
        await see(pilot, "1 of 3")
        await until(pilot, lambda: not screen.variants.offers.writing, "all of them")
        await pilot.press("f8", "escape")
        await see(pilot, "Thrown away: 3.")
        await gone(pilot, "The model ·")
        await pilot.press("escape", "z")
        await until(pilot, lambda: len(desk._ready) == 3, "them back")


async def test_a_cut_connection_is_said_and_the_caption_is_untouched() -> None:
    desk = talking()
    desk.mouth.breaks = True
    async with writing(desk) as (pilot, screen):
        before = area_of(screen).text
        await ask(pilot)
        await see(pilot, "Writing…")
        await type_text(pilot, "?")
        assert desk.mouth.gate is not None
        desk.mouth.gate.set()
        await see(pilot, "127.0.0.1 broke off in the middle of its answer")
        await gone(pilot, "Writing…")
        await see(pilot, "Your own text is as it was.")
        assert area_of(screen).text == f"{before}?"
        await pilot.press("escape", "escape")
        await gone(pilot, "The model ·")


async def test_asking_about_an_approved_post_asks_first() -> None:
    desk = seeded()
    async with writing(desk, "winter/beans") as (pilot, _):
        await pilot.press("f8")
        await see(pilot, "This breaks the approval of")
        await pilot.press("escape")
        await gone(pilot, "This breaks the approval of")
        assert desk.asked == 0


async def test_the_request_is_filled_in_sent_and_there_again() -> None:
    desk = talking()
    desk.mouth = Mouth()
    async with writing(desk) as (pilot, screen):
        await pilot.press("f8")
        await see(pilot, "Ask the model · Kawa Wrocław", "It is sent to small-model on this computer", "[x] Polish", "[ ] English")
        await type_text(pilot, "snow")
        await pilot.press("tab")
        await type_text(pilot, "39 zl\nboth shops")
        await pilot.press("tab")
        await type_text(pilot, "warm")
        await pilot.press("tab", "down", "space", "enter")
        await see(pilot, "1 of 6")
        kept = desk.requests[POST]
        assert (kept.topic, kept.facts, kept.tone, kept.languages) == ("snow", ("39 zl", "both shops"), "warm", ("pl", "en"))
        await until(pilot, lambda: not screen.variants.offers.writing, "all of them")
        await pilot.press("f8", "n")
        await see(pilot, "snow", "39 zl", "both shops", "warm", "[x] English")
        await pilot.press("escape")
        await gone(pilot, "What is it about?")
        assert desk.asked == 1
        desk.requests[POST] = replace(kept, languages=("en",))
        await pilot.press("n")
        await see(pilot, "[x] Polish", "[ ] English")  # the text in the editor


async def test_without_a_topic_nothing_is_sent() -> None:
    desk = seeded()
    for name in desk.works[POST].texts:
        desk.works[POST].texts[name] = Text("")
    desk._ready = []
    async with writing(desk) as (pilot, _):
        await pilot.press("f8")
        await see(pilot, "What is it about?", desk.works[POST].title)
        await pilot.press("ctrl+u", "enter")
        await see(pilot, "Please say in a few words what it is about.", "Ask (⏎ or F8)")
        assert desk.asked == 0


async def test_a_brief_from_a_file_is_shown_and_asked_for() -> None:
    desk = seeded()
    async with writing(desk, "harbour/signing") as (pilot, _):
        await pilot.press("f8")
        await see(pilot, "Ask the model about an approved post", "This breaks the approval of")
        await pilot.press("y")
        await see(pilot, "the brief of this post stands in", "Ask (⏎ or F8)")
        await pilot.press("enter")
        await until(pilot, lambda: desk.asked == 1, "the question")
        assert desk.requests == {}


async def test_a_model_elsewhere_and_no_network() -> None:
    desk = talking()
    desk.place, desk.mouth = replace(desk.place, host="api.openai.com", here=False), Mouth(breaks=True)
    desk.outage = Outage(desk.clock.at, desk.clock.at, ())
    async with writing(desk) as (pilot, _):
        await pilot.press("f8")
        await see(pilot, "It is sent to small-model at api.openai.com.", "No network since", "F8 works again later.")
        await pilot.press("enter")
        await see(pilot, "Is there a network? F8", "works again later, everything else goes on.", "F8 asks again")
        await pilot.press("escape")
        await see(pilot, "n asks again · esc closes")
        await pilot.press("f8")
        await see(pilot, "What is it about?")


# ── the script ──


async def test_a_script_by_hand_from_nothing() -> None:
    desk = seeded()
    async with writing(desk) as (pilot, screen):
        await pilot.press("ctrl+t")
        await see(pilot, "No script yet.", "0 s of 30 read aloud")
        await pilot.press("n")
        await see(pilot, "New beat 1")
        await type_text(pilot, "It snows chocolate")
        await see(pilot, "takes 1.7 s to say")
        await pilot.press("enter")
        await see(pilot, "▸ 1   0–3 s", "1.7 s of 30 read aloud")
        await pilot.press("n")
        await type_text(pilot, "Come in")
        await pilot.press("enter")
        await see(pilot, "▸ 2   3–6 s")
        await pilot.press("+")
        await see(pilot, "3–6.5 s")
        await pilot.press("[")
        await see(pilot, "▸ 1   0–3.5 s")
        await pilot.press("d")
        await see(pilot, "Beat 1 is taken out.")
        assert [beat.voice for beat in desk.scripts[POST, "pl"].beats] == ["It snows chocolate"]
        await pilot.press("z")
        await until(pilot, lambda: len(desk.scripts[POST, "pl"].beats) == 2, "the beat back")
        await pilot.press("T", "ctrl+u")
        await type_text(pilot, "15")
        await pilot.press("enter")
        await see(pilot, "of 15 read aloud")
        await pilot.press("escape")
        await see(pilot, "^l next text")
        assert screen.query_one(CaptionArea).has_focus


async def test_a_beat_that_is_too_long_says_why_and_is_mended() -> None:
    desk = deep()
    async with writing(desk) as (pilot, screen):
        await pilot.press("ctrl+t", "down")
        await see(pilot, "its words take")
        await pilot.press("enter")
        await see(pilot, "Beat 2 · Kawa")
        voice = pilot.app.screen.query_one("#voice", Input)
        voice.value = "Short rib and charred leeks."
        await pilot.press("enter")
        await gone(pilot, "its words take")
        timeline = screen.query_one(Timeline)
        assert timeline.script is not None
        assert timeline.script.beats[1].faults == ()


async def test_seconds_that_are_none_are_refused_in_the_dialog() -> None:
    desk = deep()
    async with writing(desk) as (pilot, _):
        await pilot.press("ctrl+t", "enter")
        await see(pilot, "Beat 1 · Kawa")
        pilot.app.screen.query_one("#seconds", Input).value = "long"
        await pilot.press("enter")
        await see(pilot, "Please write the length in seconds")


def marked(timeline: Timeline) -> list[str]:
    """What is underlined in it."""
    strips = [timeline.render_line(y) for y in range(timeline.size.height)]
    return [segment.text.strip() for strip in strips for segment in strip if segment.style is not None and segment.style.underline]


async def test_the_models_words_in_a_script_are_marked_until_they_are_edited(tmp_path: Path) -> None:
    desk = scripted()
    async with writing(desk) as (pilot, screen):
        await pilot.press("ctrl+t")
        await see(pilot, "AI say    Stop scrolling, it snows", "AI screen IT SNOWS")
        timeline = screen.query_one(Timeline)
        theirs = ["Stop scrolling,", "chocolate.", "IT SNOWS", "CHOCOLATE", "close-up, cocoa over milk foam"]
        assert marked(timeline) == theirs
        await pilot.press("enter")
        await see(pilot, "Beat 1 · Kawa")
        pilot.app.screen.query_one("#shot", Input).value = "our counter"
        await pilot.press("enter")
        await see(pilot, "our counter")
        assert "our counter" not in marked(timeline)
    file = tmp_path / "desk.toml"
    write_settings(file, DeskSettings(reading="aloud"))
    async with opened(scripted(), settings_file=file) as pilot:
        app = pilot.app
        assert isinstance(app, Shown)
        app.open_post(POST)
        await see(pilot, "Zimowe menu")
        await pilot.press("ctrl+t")
        await see(pilot, "of the model: Stop scrolling, …", "all of it is the model's")


# ── pictures ──


async def test_pictures_are_added_ordered_described_and_taken_out() -> None:
    desk = seeded()
    async with writing(desk) as (pilot, screen):
        await pilot.press("f4")
        await see(pilot, "No picture yet. n adds one")
        await pilot.press("n")
        await see(pilot, "campaigns/winter/media/shop.jpg")
        await type_text(pilot, "nowhere.png")
        await pilot.press("enter")
        await see(pilot, "'nowhere.png' cannot be read")
        await pilot.press("ctrl+u")
        await type_text(pilot, "menu")
        await pilot.press("enter")
        await see(pilot, "▸ 1 menu.jpg", "1080×1350 · 4:5 · 412 kB", "✓ Instagram ig-kawa: takes it", "! alt: nothing yet")
        await pilot.press("n")
        await type_text(pilot, "shop")
        await pilot.press("enter")
        await see(pilot, "▸ 2 shop.jpg")
        await pilot.press("[")
        await see(pilot, "▸ 1 shop.jpg", "2 menu.jpg")
        await pilot.press("enter")
        await see(pilot, "Alt text 1", "Say what is seen, for people")
        await type_text(pilot, "Our shop")
        await until(pilot, lambda: desk.works[POST].texts.get("alt:0", Text("")).text == "Our shop", "the alt text saved")
        await pilot.press("f4")
        await see(pilot, "▸ 1 shop.jpg")
        await pilot.press("d")
        await see(pilot, "▸ 1 menu.jpg")
        await pilot.press("v")
        await see(pilot, "menu.jpg · Kawa Wrocław", "▀▀▀")
        await pilot.press("escape", "f4")
        await until(pilot, lambda: screen.query_one(CaptionArea).has_focus, "the caption")


async def test_g_says_whether_ai_made_a_picture() -> None:
    async with writing(deep()) as (pilot, screen):
        await pilot.press("f4")
        await see(pilot, "▸ 1 menu.jpg")
        for made in ("edited", "generated"):
            await pilot.press("g")
            await until(pilot, lambda made=made: [item.ai for item in screen.pictures.page.items] == [made, "edited", "none"], made)
        await see(pilot, "made by AI")
        await pilot.press("g")
        await gone(pilot, "made by AI")
        assert [item.ai for item in screen.pictures.page.items] == ["none", "edited", "none"]


async def test_saying_what_ai_made_of_an_approved_post_asks_first() -> None:
    desk = deep()
    desk.pages["winter/beans"] = desk.pages[POST]
    async with writing(desk, "winter/beans") as (pilot, _):
        await pilot.press("f4")
        await see(pilot, "▸ 1 menu.jpg")
        await pilot.press("g")
        await see(pilot, "This breaks the approval of")
        await pilot.press("escape")
        await gone(pilot, "This breaks the approval of")
        assert desk.pages["winter/beans"].items[0].ai == "none"
        await pilot.press("g")
        await see(pilot, "This breaks the approval of")
        await pilot.press("y")
        await until(pilot, lambda: desk.pages["winter/beans"].items[0].ai == "edited", "what was said")


async def test_what_is_wrong_with_a_picture_is_a_sentence_with_its_key() -> None:
    async with writing(deep()) as (pilot, _):
        await pilot.press("f4", "down")
        await see(pilot, "✗ Instagram ig-kawa does not take it", "crop it")
        await pilot.press("down")
        await see(pilot, "its file is gone from this computer")


async def test_the_next_problem_is_where_it_is_mended() -> None:
    desk = deep()
    async with writing(desk) as (pilot, screen):
        screen._counters = [
            Counter("ig-kawa", "Instagram", 10, 2_200, 10, "", (Problem("E602", "'wide.jpg' is too wide", field="media[1]"),), "pl")
        ]
        await pilot.press("f9")
        await see(pilot, "▸ 2 wide.jpg", "'wide.jpg' is too wide")


async def test_the_open_text_is_in_sight_among_many() -> None:
    desk = seeded()
    for name in ("pl@ig-kawa", "en@bs-kawa", "alt:0:pl", "alt:0:en"):
        desk.works[POST].texts[name] = Text("x")
    async with writing(desk) as (pilot, screen):
        screen.switch_to("alt:0:en")
        await see(pilot, "…", "Alt text 1, English   ^l next text")
        screen.switch_to("pl")
        await see(pilot, " Polish  English  ≠ ig-kawa …  ^l next text")


# ── earlier texts, two people ──


async def test_back_to_an_earlier_text() -> None:
    desk = deep()
    async with writing(desk) as (pilot, screen):
        await pilot.press("ctrl+f")
        await see(pilot, "Earlier texts · Kawa Wrocław", "tester · Polish", "kept aside")
        await pilot.press("enter")
        await see(pilot, "This is the text of now.")
        await pilot.press("down", "enter")
        await until(pilot, lambda: area_of(screen).text == "Zimowe menu: żeberka, pory, czekolada.", "the earlier text")


async def test_what_somebody_else_wrote_elsewhere_in_the_text_is_put_together() -> None:
    desk = seeded()
    async with writing(desk) as (pilot, screen):
        text = desk.works[POST].texts["pl"].text
        await type_text(pilot, "!")
        desk.works[POST].texts["pl"] = Text(text.replace("Zimowe menu już jest", "Zimowe menu jest"))
        await until(pilot, lambda: "menu jest" in area_of(screen).text and area_of(screen).text.endswith("!"), "both changes")
        assert area_of(screen).cursor_location[1] > 10


async def test_two_people_on_one_line_and_a_person_decides() -> None:
    desk = seeded()
    async with writing(desk, "harbour/reading") as (pilot, screen):
        desk.works["harbour/reading"].texts["en"] = Text("Jan was faster.")
        await type_text(pilot, "!")
        await see(pilot, "jan changed the same lines")
        assert desk.works["harbour/reading"].texts["en"].text == "Jan was faster."
        assert area_of(screen).text.endswith("!")
        await pilot.press("ctrl+s")
        await see(pilot, "Two people wrote · Harbour Books", "Jan was faster.")
        await pilot.press("m")
        await until(pilot, lambda: desk.works["harbour/reading"].texts["en"].text.endswith("tickets.!"), "mine, saved after theirs")
        await gone(pilot, "jan changed the same lines")


async def test_a_person_takes_what_the_other_wrote() -> None:
    desk = seeded()
    async with writing(desk, "harbour/reading") as (pilot, screen):
        desk.works["harbour/reading"].texts["en"] = Text("Jan was faster.")
        await type_text(pilot, "!")
        await see(pilot, "jan changed the same lines")
        await pilot.press("ctrl+s", "t")
        await until(pilot, lambda: area_of(screen).text == "Jan was faster.", "theirs")
        assert desk.former[0].aside


async def test_a_million_signs_are_refused_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caption_area, "TEXT_MOST", 400)
    desk = seeded()
    async with writing(desk) as (pilot, screen):
        before = area_of(screen).text
        pilot.app.post_message(events.Paste("x" * 1_000_000))
        await see(pilot, "Nothing was pasted")
        pilot.app.post_message(events.Paste("x" * 390))
        await see(pilot, "That is 390 characters", "your text is as it was")
        assert area_of(screen).text == before
        pilot.app.post_message(events.Paste(" and more"))
        await until(pilot, lambda: area_of(screen).text == f"{before} and more", "a paste that fits")


async def test_typing_without_a_rest_is_saved_all_the_same() -> None:
    desk = seeded()
    async with writing(desk) as (pilot, _):
        async with asyncio.timeout(20):  # seconds; saved only after a rest, it never would be
            while not desk.saved:
                await pilot.press("x")


async def test_what_cannot_be_saved_is_tried_again_by_itself() -> None:
    desk = seeded()
    desk.fail_save = DiskError("The disk is full.", "Make room.")
    async with writing(desk) as (pilot, _):
        await type_text(pilot, "!")
        await see(pilot, "not saved: The disk is full.", "What you typed stays here.")
        desk.fail_save = None
        await until(pilot, lambda: bool(desk.saved), "the text, without a key")
        await asyncio.sleep(0)


async def test_a_family_and_a_persian_word_typed_sign_by_sign_are_whole() -> None:
    desk = seeded()
    async with writing(desk) as (pilot, screen):
        before, typed = area_of(screen).text, " 👨\u200d👩\u200d👧 می\u200cخواهم"
        for sign in typed:
            pilot.app.post_message(events.Key("space" if sign == " " else f"u{ord(sign):x}", sign))
        await until(pilot, lambda: area_of(screen).text == f"{before}{typed}", "every sign, joiners too")


async def test_the_accounts_of_what_is_over_are_not_asked_for() -> None:
    async with writing(seeded(), "winter/latte") as (pilot, _):
        await pilot.press("f2")
        await see(pilot, "This post is public or cancelled everywhere")
        await gone(pilot, "Where does")


async def test_the_next_text_in_a_script_is_the_script_of_the_next_language() -> None:
    async with writing(seeded()) as (pilot, _):
        await pilot.press("ctrl+t")
        await see(pilot, "Script · Polish")
        await pilot.press("ctrl+l")
        await see(pilot, "Script · English")


async def test_the_hint_below_the_text_says_the_way_that_there_is() -> None:
    async with writing(seeded()) as (pilot, _):
        await see(pilot, "esc leaves the text")
        await pilot.press("escape")
        await see(pilot, "e edits the text, esc goes back")


async def test_words_that_cannot_be_saved_leave_for_another_post_only_after_a_question() -> None:
    desk = seeded()
    desk.fail_save = DiskError("The disk is full.", "Make room.")
    async with writing(desk) as (pilot, screen):
        app = pilot.app
        assert isinstance(app, Shown)
        await type_text(pilot, " Mine.")
        await see(pilot, "not saved: The disk is full.")
        for answer, post in (("escape", POST), ("y", "winter/beans")):
            app.open_post("winter/beans")
            await see(pilot, "Leave?", "The text is not saved.")
            assert area_of(screen).text.endswith(" Mine.")
            await pilot.press(answer)
            await gone(pilot, "Leave?")
            await until(pilot, partial(lambda post: screen.draft is not None and screen.draft.post.post == post, post), post)
        await see(pilot, "Beans of the month")
        assert not screen.save_trouble


async def test_who_may_break_one_approval_is_asked_about_the_next_one() -> None:
    desk = seeded()
    desk.works["winter/beans"].texts["en@bs-kawa"] = Text("Beans, in their own words.")
    async with writing(desk, "winter/beans") as (pilot, screen):
        await pilot.press("e")
        await see(pilot, "This breaks the approval of", "for Mastodon")
        await pilot.press("y")
        await until(pilot, lambda: not area_of(screen).read_only, "the common text to be open")
        await pilot.press("ctrl+l")
        await see(pilot, "Approved for 1 account.")
        assert area_of(screen).read_only


async def test_a_beat_is_kept_where_it_stands_now_and_never_over_another_one() -> None:
    desk = scripted()
    async with writing(desk) as (pilot, screen):
        [(where, before)] = desk.scripts.items()
        await pilot.press("ctrl+t", "down", "down", "down", "enter")
        await see(pilot, "Beat 4 · Kawa")
        desk.scripts[where] = replace(before, beats=before.beats[1:])
        desk.poke()
        await until(pilot, lambda: screen.timeline.script is not None and len(screen.timeline.script.beats) == 3, "the news")
        pilot.app.screen.query_one("#voice", Input).value = "Mine."
        await pilot.press("enter")
        await until(pilot, lambda: desk.scripts[where].beats[2].voice == "Mine.", "the beat in its place")
        kept = desk.scripts[where]
        assert [beat.voice for beat in kept.beats[:2]] == [beat.voice for beat in before.beats[1:3]]
        await gone(pilot, "Beat 4 · Kawa")
        await pilot.press("enter")
        await see(pilot, "Beat 3 · Kawa")
        desk.scripts[where] = replace(kept, beats=(*kept.beats[:2], kept.beats[2].model_copy(update={"voice": "Theirs."})))
        pilot.app.screen.query_one("#voice", Input).value = "Mine again."
        await pilot.press("enter")
        await see(pilot, "Somebody else changed this script meanwhile")
        assert desk.scripts[where].beats[2].voice == "Theirs."


async def test_the_picture_that_goes_is_the_one_that_was_chosen() -> None:
    desk = seeded()
    for name in desk.files:
        await desk.add_media("winter/beans", Path(name))
    async with writing(desk, "winter/beans") as (pilot, screen):
        await pilot.press("f4", "down", "d")
        await see(pilot, "This breaks the approval of")
        await desk.remove_media("winter/beans", 0)
        desk.poke()
        await until(pilot, lambda: len(screen.pictures.page.items) == 2, "the news")
        await pilot.press("y")
        await see(pilot, "Taken out: shop.jpg")
        assert [item.name for item in desk.pages["winter/beans"].items] == ["reel.mp4"]


async def test_what_nobody_at_work_said_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = seeded()

    async def broken(post: str | None = None) -> list[ProposalView]:
        raise DiskError("The disk is gone.", "Look for it.")

    async with writing(desk) as (pilot, _):
        monkeypatch.setattr(desk, "proposals", broken)
        await pilot.press("f8")
        await see(pilot, "The disk is gone. Look for it.")


async def test_what_could_not_be_saved_and_is_taken_out_again_is_no_trouble() -> None:
    desk = seeded()
    desk.fail_save = DiskError("The disk is full.", "Make room.")
    async with writing(desk) as (pilot, screen):
        before = area_of(screen).text
        await type_text(pilot, "!")
        await see(pilot, "not saved: The disk is full.")
        await pilot.press("backspace")
        assert area_of(screen).text == before
        await gone(pilot, "not saved: The disk is full.")
