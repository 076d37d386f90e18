"""The library by keys, on the real Desk and its store."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from scheduler.errors import UsageError
from tests.desk.house import House, house, instant
from tests.tui.test_real_desk import desk_on
from tests.tui.waiting import gone, see, type_text, until
from tui.screens.shelving import rule


async def public(h: House, title: str, words: str, account: str = "bs-kawa", at: str = "2026-11-20T12:00") -> str:
    made = await h.desk.new_post(title=title, text={"en": words}, accounts=[account])
    await h.put(f"{made.post}@{account}", "published", published_at=instant(at))
    return made.post


async def test_a_post_is_found_as_one_types_and_used_again(tmp_path: Path) -> None:
    async with house(tmp_path, campaign=None) as h:
        await h.connected("bs-kawa", "ms-kawa", "ig-kawa", "bs-bike")
        await public(h, "Soup", "Żurek today")
        await public(h, "Lights", "Lights for the dark", "bs-bike")
        async with desk_on(h, "7") as pilot:
            await see(pilot, "Posts · all clients", "Soup", "Lights", "Kawa Wrocław")
            await pilot.press("slash")
            await type_text(pilot, "zur")
            await see(pilot, "Soup", "find: zur")
            await gone(pilot, "Lights")
            await pilot.press("enter", "c")
            await see(pilot, "Use again · Kawa Wrocław · Soup", "[x] Bluesky bs-kawa", "[ ] Mastodon ms-kawa")
            await gone(pilot, "bs-bike")
            await pilot.press("enter")
            await see(pilot, "refused until Sun 20 Dec", "⏎ once more")
            await pilot.press("tab", "tab")
            await type_text(pilot, "the evening moved")
            await pilot.press("enter")
            await see(pilot, "Kawa Wrocław · Soup", "Żurek today")
            await pilot.press("escape", "escape")
        posts = (await h.desk.library("zur")).posts
        assert [post.post for post in posts] == ["desk/soup-2", "desk/soup"]
        why = (await h.desk.history("desk/soup-2@bs-kawa"))[0].why
        assert why == "made from desk/soup; again because: the evening moved"


async def test_words_stay_from_list_to_list_and_escape_removes_them(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        async with desk_on(h, "7") as pilot:
            await see(pilot, "Something darker")
            await pilot.press("right")
            await see(pilot, "[Media]", "shelf.jpg", "1080×1080 (1:1)", "Paper bags on a shelf", "taken by")
            await pilot.press("slash")
            await type_text(pilot, "pizza")
            await see(pilot, "Nothing has the words “pizza”")
            await pilot.press("escape")
            await see(pilot, "shelf.jpg")
            await until(pilot, lambda: pilot.app.screen.query_one("#seek", Input).value == "", "no words")
            await pilot.press("d")
            await see(pilot, "only ideas are let go")


async def test_an_idea_from_anywhere_becomes_a_post(tmp_path: Path) -> None:
    async with house(tmp_path, campaign=None) as h:
        async with desk_on(h, "1") as pilot:
            await pilot.press("I")
            await see(pilot, "Note an idea · any client")
            await type_text(pilot, "open evening")
            await pilot.press("enter")
            await see(pilot, "Kept: “open evening”")
            await pilot.press("7", "right", "right")
            await see(pilot, "[Ideas]", "open evening", "c makes a post of it")
            await pilot.press("c")
            await see(pilot, "Make a post · any client", "[ ] Kawa Wrocław · Bluesky bs-kawa")
            await pilot.press("enter")
            await see(pilot, "pick at least one account")
            await pilot.press("space", "enter")
            await see(pilot, "open evening", "nothing written yet")
        assert await h.desk.ideas() == []


async def test_a_post_comes_round_again_as_a_draft(tmp_path: Path) -> None:
    async with house(tmp_path, campaign=None) as h:
        await h.connected("bs-kawa")
        await public(h, "Soup", "Soup today", at="2026-09-20T12:00")
        async with desk_on(h, "7") as pilot:
            await see(pilot, "Soup", "rested")
            await pilot.press("E")
            await see(pilot, "Comes round again · Kawa Wrocław · Soup")
            await type_text(pilot, "often")
            await pilot.press("enter")
            await see(pilot, "days and how often, or off")
            pilot.app.screen.query_one(Input).value = "60 4"
            await pilot.press("enter")
            await see(pilot, "every 60 days, 1 of 4 times")
            await pilot.press("left")
            await see(pilot, "COULD GO OUT AGAIN 1", "NEEDS A PERSON", "nothing is planned that day")
            await pilot.press("c")
            await see(pilot, "[x] Bluesky bs-kawa", "2026-11-23 10:00")
            await pilot.press("enter")
            await see(pilot, "Kawa Wrocław · Soup", "Mon 23 Nov 10:00")
        assert await h.desk.suggestions() == []


async def test_one_client_only(tmp_path: Path) -> None:
    async with house(tmp_path, campaign=None) as h:
        await public(h, "Soup", "Soup today")
        await public(h, "Lights", "Lights", "bs-bike")
        async with desk_on(h, "7") as pilot:
            await see(pilot, "Soup", "Lights")
            pilot.app.client = "bike"  # type: ignore[attr-defined]
            await see(pilot, "Posts · Bike Shop", "Lights")
            await gone(pilot, "Soup")


async def test_what_is_typed_fast_shows_the_last_answer_and_the_end_brings_more(tmp_path: Path) -> None:
    async with house(tmp_path, campaign=None) as h:
        for n in range(130):
            await h.desk.store.write(lambda conn, n=n: conn.exec_driver_sql(  # type: ignore[misc]
                "INSERT INTO post (workspace_id, campaign, slug, title, managed_by, created_by, created_at)"
                f" VALUES ('w', 'c', 'p{n}', 'Post number {n}', 'tui', '', 0)"
            ))  # fmt: skip
        async with desk_on(h, "7") as pilot:
            await see(pilot, "the newest 60", "Post number 129")
            await pilot.press("G")
            await see(pilot, "the newest 120")
            await pilot.press("G")
            await gone(pilot, "the newest")
            await pilot.press("G")
            await see(pilot, "Post number 0")
            await pilot.press("slash")
            await type_text(pilot, "number 17")
            await see(pilot, "find: number 17", "▸…", "Post number 17 ")
            await gone(pilot, "Post number 129")


@pytest.mark.parametrize(("words", "said"), [("60", (60, None)), ("60 5", (60, 5)), ("OFF", None)])
def test_rules_are_read(words: str, said: tuple[int, int | None] | None) -> None:
    assert rule(words) == said


@pytest.mark.parametrize("words", ["", "often", "60 5 1", "-3", "6 x", "999999"])
def test_other_rules_are_not(words: str) -> None:
    with pytest.raises(UsageError):
        rule(words)
