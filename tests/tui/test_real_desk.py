"""Journeys whose end is in the store: on the real Desk, with keys only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from scheduler.desk.desk import Desk
from tests.desk.house import House, house
from tests.tui.waiting import gone, see, type_text, until
from tui.app import DaypartApp
from tui.widgets.caption_area import CaptionArea

TEASER = "autumn/teaser@bs-kawa"


@asynccontextmanager
async def desk_on(h: House, place: str) -> AsyncIterator[Pilot[None]]:
    app = DaypartApp(h.desk, clock=h.clock)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: app.facts is not None, "the facts")
        await pilot.press(place)
        yield pilot


async def test_from_a_free_day_to_the_outbox(tmp_path: Path) -> None:
    """Plan, write, too long, fix, schedule, approve, see it wait."""
    async with house(tmp_path) as h:
        await h.connected("bs-kawa", "ms-kawa", "ig-kawa", "bs-bike")
        async with desk_on(h, "2") as pilot:
            await see(pilot, "November 2026")
            await pilot.press("pagedown")
            await see(pilot, "December 2026", "nothing planned", "n writes a post here.")
            await pilot.press("n")
            await see(pilot, "[ ] Bike Shop · Bluesky bs-bike")
            await type_text(pilot, "Lights")
            await pilot.press("tab", "space", "enter")
            await see(pilot, "Bike Shop · Lights", "nothing written yet")
            area = pilot.app.screen.query_one(CaptionArea)
            area.insert("Winter is dark, lights are not. " * 10)
            await see(pilot, "✗ Bluesky bs-bike", "of 300")
            await pilot.press("f9")
            await until(pilot, lambda: area.cursor_location == (0, 300), "the cursor where it stops fitting")
            area.load_text("Winter is dark, lights are not.")
            await see(pilot, "✓ Bluesky bs-bike", "31 of 300")
            await pilot.press("f5")
            await see(pilot, "When? · Bike Shop")
            await type_text(pilot, "someday")
            await pilot.press("enter")
            await see(pilot, "is not a time that is understood")
            await pilot.press("ctrl+u")
            await type_text(pilot, "tomorrow 9:30")
            await pilot.press("enter")
            await gone(pilot, "When? · Bike Shop")
            await see(pilot, "Mon 23 Nov 9:30")
            await pilot.press("ctrl+r")
            await see(pilot, "Bike Shop · exactly this will go out")
            await pilot.press("a")
            await see(pilot, "Approve for Bike Shop?")
            await pilot.press("a")
            await see(pilot, "Nothing waits for you.")
            await pilot.press("5")
            await see(pilot, "WAITING 1", "◷ Mon 23 Nov 9:30", "Bike Shop")
        [delivery] = await h.desk.deliveries()
        assert delivery.state == "queued"
        assert delivery.approval is not None


async def test_hold_at_once_and_release_after_a_question(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        await h.apply()
        await h.approve(TEASER)
        async with desk_on(h, "5") as pilot:
            await see(pilot, "WAITING 1")
            await pilot.press("!")
            await see(pilot, "ON HOLD since", "Everything is on hold")
            assert [hold.reason for hold in await h.desk.holds()] == [""], "the hold comes before any question"
            await type_text(pilot, "storm")
            await pilot.press("enter")
            await see(pilot, "· storm", "▮", "on hold")
            await pilot.press("!")
            await see(pilot, "Release the hold?", "Stay on hold (esc)")
            await pilot.press("enter")
            await gone(pilot, "Release the hold?")
            assert [hold.reason for hold in await h.desk.holds()] == ["storm"]
            await pilot.press("!")
            await see(pilot, "Release the hold?")
            await pilot.press("y")
            await gone(pilot, "ON HOLD since")
        assert await h.desk.holds() == []


async def test_send_back_and_the_reason_is_shown(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        await h.apply()
        async with desk_on(h, "4") as pilot:
            await see(pilot, "TO APPROVE 1", "Something darker")
            await pilot.press("b")
            await type_text(pilot, "warmer, please")
            await pilot.press("enter")
            await see(pilot, "SENT BACK 1", "“warmer, please”")


async def test_what_needs_a_person_is_decided(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        await h.apply()
        await h.approve(TEASER)
        await h.put(TEASER, "ask", reason="Bluesky did not answer")
        async with desk_on(h, "5") as pilot:
            await see(pilot, "NEEDS YOU 1", "Bluesky did not answer", "i It is there")
            await pilot.press("i")
            await see(pilot, "Paste the link")
            await type_text(pilot, "there")
            await pilot.press("enter")
            await see(pilot, "Please paste the whole link")
            await pilot.press("ctrl+u")
            await type_text(pilot, "https://bsky.example/p/1")
            await pilot.press("enter")
            await see(pilot, "DONE 1", "bsky.example/p/1")
        assert await h.state(TEASER) == "published"


async def test_texts_from_files_are_read_only_and_name_the_file(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        await h.apply()
        async with desk_on(h, "3") as pilot:
            await see(pilot, "DRAFTS 1")
            await pilot.press("enter")
            await see(pilot, "campaign.yaml", "read only", "Something darker")


async def test_an_undo_that_costs_an_approval_asks_first(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        await h.apply()
        await h.desk.move(TEASER, "2026-12-09T12:15")
        await h.desk.move(TEASER, "2026-12-20T12:15")
        await h.approve(TEASER)
        async with desk_on(h, "5") as pilot:
            await see(pilot, "WAITING 1")
            await pilot.press("z")
            await see(pilot, "Undo, and lose an approval?", "on bs-kawa (Kawa Wrocław)", "Leave it as it is (esc)")
            await pilot.press("escape")
            await gone(pilot, "lose an approval?")
            assert await h.state(TEASER) == "queued"
            await pilot.press("z")
            await see(pilot, "lose an approval?")
            await pilot.press("y")
            await see(pilot, "Moved back to Wed 9 Dec")
        assert await h.state(TEASER) == "draft"


async def test_a_full_day_is_said_before_a_post_is_moved_there(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.workspace("bs-kawa: { platform: bluesky,", "bs-kawa: { pace: { per_day: 1 }, platform: bluesky,")
        await h.connected("bs-kawa")
        await h.apply()
        made = await h.desk.new_post(title="Soup", text={"en": "Soup"}, accounts=["bs-kawa"], when="2026-11-24T09:00")
        await h.approve(made.deliveries[0].key)
        async with desk_on(h, "5") as pilot:
            await see(pilot, "WAITING 1", "Soup")
            await pilot.press("r")
            await see(pilot, "When? · Kawa")
            await type_text(pilot, "2026-11-30 18:00")
            await pilot.press("enter")
            await see(pilot, "There is no room on bs-kawa then", "1 Dec 12:15 CET or later", "Enter moves")
            assert (await h.desk.delivery(made.deliveries[0].key)).wall == "2026-11-24T09:00"
            await pilot.press("enter")
            await gone(pilot, "When? · Kawa")
        assert (await h.desk.delivery(made.deliveries[0].key)).wall == "2026-11-30T18:00"


async def test_review_of_a_post_without_a_time_asks_when_first(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-bike")
        made = await h.desk.new_post(title="Bells", text={"en": "New bells"}, accounts=["bs-bike"])
        async with desk_on(h, "3") as pilot:
            await see(pilot, "DRAFTS 1")
            await pilot.press("enter")
            await see(pilot, "Does it fit? · no time yet")
            await pilot.press("ctrl+r")
            await see(pilot, "When? · Bike Shop")
            await pilot.press("escape")
            await see(pilot, "It has no time yet", "Does it fit?")
            await pilot.press("ctrl+r")
            await see(pilot, "When? · Bike Shop")
            await type_text(pilot, "tomorrow 9:30")
            await pilot.press("enter")
            await see(pilot, "TO APPROVE 1", "Bike Shop · exactly this will go out")
        assert (await h.desk.delivery(f"{made.post}@bs-bike")).wall == "2026-11-23T09:30"


async def test_a_first_comment_goes_where_there_is_one(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.picture("shelf.jpg")
        picture = tmp_path / "campaigns/autumn/media/shelf.jpg"
        made = await h.desk.new_post(
            title="Soup", text={"en": "Soup", "pl": "Zupa"}, accounts=["bs-kawa", "ig-kawa"], media=[picture], alts=["A bowl"]
        )
        bells = await h.desk.new_post(title="Bells", text={"en": "New bells"}, accounts=["bs-bike"])
        async with desk_on(h, "3") as pilot:
            app = pilot.app
            assert isinstance(app, DaypartApp)
            app.open_post(bells.post)
            await see(pilot, "Bike Shop · Bells")
            await pilot.press("ctrl+n")
            await see(pilot, "None of these networks has a first comment")
            app.open_post(made.post)
            await see(pilot, "Kawa Wrocław · Soup")
            await pilot.press("ctrl+n")
            await see(pilot, "It goes to ig-kawa")
            await type_text(pilot, "Recipe?")
            await pilot.press("ctrl+s")
            await see(pilot, "Saved.")
        assert (await h.desk.review(f"{made.post}@ig-kawa")).first_comment == "Recipe?"
        assert (await h.desk.review(f"{made.post}@bs-kawa")).first_comment is None


async def test_the_palette_finds_a_post_by_any_word_of_its_text_and_its_client(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        made = await h.desk.new_post(title="Lunch", text={"en": "Żurek today"}, accounts=["bs-kawa"])
        await h.desk.new_post(title="Bells", text={"en": "Żurek for riders"}, accounts=["bs-bike"])
        async with desk_on(h, "1") as pilot:
            await pilot.press("ctrl+p")
            await type_text(pilot, "zurek wroc")
            await see(pilot, "Post: Lunch · Kawa Wrocław", "bs-kawa · not used yet")
            await gone(pilot, "Bells")
            await pilot.press("enter")
            await see(pilot, "Kawa Wrocław · Lunch")
            assert pilot.app.writing == made.post  # type: ignore[attr-defined]


async def test_a_post_that_somebody_approves_while_one_writes_keeps_the_approval_and_the_words(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        made = await h.desk.new_post(title="Lunch", text={"en": "Soup"}, accounts=["bs-kawa"], when="tomorrow 9:30")
        key = made.deliveries[0].key
        async with desk_on(h, "3") as pilot:
            app = pilot.app
            assert isinstance(app, DaypartApp)
            app.open_post(made.post)
            await see(pilot, "Kawa Wrocław · Lunch")
            area = app.screen.query_one(CaptionArea)
            other = await Desk.open(tmp_path, user="ben", clock=h.clock)
            area.insert(" of the day")
            await other.approve(key, (await other.review(key)).digest)
            await see(pilot, "not saved, approved meanwhile")
            assert (await h.desk.delivery(key)).state == "queued"
            assert area.text == "Soup of the day"
            assert any(former.aside and former.text == "Soup of the day" for former in await h.desk.former_texts(made.post))
            await pilot.press("ctrl+s")
            await see(pilot, "This breaks the approval of “Lunch”")
            await pilot.press("y")
            await gone(pilot, "This breaks the approval")
            await see(pilot, "saved ·")
            await other.close()
        assert (await h.desk.delivery(key)).state == "draft"
        assert [text.text for text in (await h.desk.post(made.post)).texts] == ["Soup of the day"]


async def test_a_post_that_somebody_deletes_while_one_writes_leaves_the_words(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        made = await h.desk.new_post(title="Lunch", text={"en": "Soup"}, accounts=["bs-kawa"])
        async with desk_on(h, "3") as pilot:
            app = pilot.app
            assert isinstance(app, DaypartApp)
            app.open_post(made.post)
            await see(pilot, "Kawa Wrocław · Lunch")
            area = app.screen.query_one(CaptionArea)
            other = await Desk.open(tmp_path, user="ben", clock=h.clock)
            await other.delete_draft(made.post)
            await see(pilot, "deleted elsewhere")
            await other.undo()
            await gone(pilot, "deleted elsewhere")
            await other.delete_draft(made.post)
            await see(pilot, "deleted elsewhere")
            area.insert(" of the day")
            await pilot.press("ctrl+s")
            await see(pilot, "What is it about?")
            await pilot.press("enter")
            await gone(pilot, "deleted elsewhere")
            await other.close()
        [kept] = (await h.desk.library("")).posts
        assert [text.text for text in (await h.desk.post(kept.post)).texts] == ["Soup of the day"]


async def test_a_draft_gets_another_account_and_loses_it_again(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa", "ms-kawa")
        made = await h.desk.new_post(title="Menu", text={"en": "Winter menu is here."}, accounts=["bs-kawa"], when="tomorrow 9:30")
        key = f"{made.post}@bs-kawa"
        await h.approve(key)
        async with desk_on(h, "3") as pilot:
            app = pilot.app
            assert isinstance(app, DaypartApp)
            app.open_post(made.post)
            await see(pilot, "1/1 Bluesky bs-kawa")
            await pilot.press("f2")
            await see(pilot, "Accounts · Kawa Wrocław", "[x] Kawa Wrocław · Bluesky bs-kawa", "[ ] Kawa Wrocław · Mastodon ms-kawa")
            await gone(pilot, "bs-bike")
            await pilot.press("down", "space")
            await see(pilot, "[x] Kawa Wrocław · Mastodon ms-kawa")
            await pilot.press("enter")
            await see(pilot, "✓ Mastodon ms-kawa", "1/2 Bluesky bs-kawa")
            assert await h.state(key) == "queued"
            await pilot.press("f2")
            await see(pilot, "[x] Kawa Wrocław · Mastodon ms-kawa")
            await pilot.press("space", "enter")
            await see(pilot, "Take it off, and lose an approval?", "on bs-kawa")
            await pilot.press("escape")
            await gone(pilot, "lose an approval?")
            assert await h.state(key) == "queued"
            await pilot.press("enter", "y")
            await see(pilot, "1/1 Mastodon ms-kawa")
            await gone(pilot, "✓ Bluesky bs-kawa")
            await pilot.press("z")
            await see(pilot, "✓ Bluesky bs-kawa", "✓ Mastodon ms-kawa")
        assert await h.state(key) == "draft"
