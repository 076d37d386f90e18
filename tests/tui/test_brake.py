"""The brake at the desk: one client by one key, and what a hold made late is decided post by post."""

from __future__ import annotations

from textual.pilot import Pilot

from tests.tui.fake_desk import FakeDesk
from tests.tui.seeds import make_late, seeded
from tests.tui.waiting import Shown, gone, opened, screen_text, see, type_text, until
from tui.dialogs.overdue import OverduePosts


def late(count: int = 3) -> FakeDesk:
    """A desk on which a hold made so many posts late."""
    desk = seeded()
    make_late(desk, count)
    return desk


async def fake(pilot: Pilot[None]) -> FakeDesk:
    assert isinstance(pilot.app, Shown)
    desk = pilot.app.desk
    assert isinstance(desk, FakeDesk)
    return desk


async def test_one_key_holds_the_client_under_the_cursor_and_asks_before_it_releases() -> None:
    async with opened(place="5") as pilot:
        desk = await fake(pilot)
        await pilot.press("H")
        await see(pilot, "is on hold", "Why?")
        [hold] = desk.found_holds
        assert hold.scope == "client"
        await type_text(pilot, "storm")
        await pilot.press("enter")
        await until(pilot, lambda: [hold.reason for hold in desk.found_holds] == ["storm"], "the reason")
        await see(pilot, "ON HOLD:")
        await pilot.press("H")
        await see(pilot, "Release ", "Stay on hold (esc)")
        await pilot.press("y")
        await until(pilot, lambda: not desk.found_holds, "the release")


async def test_one_key_holds_the_campaign_under_the_cursor_and_asks_before_it_releases() -> None:
    async with opened(place="5") as pilot:
        desk = await fake(pilot)
        await pilot.press("P")
        await see(pilot, "is on hold", "Why?")
        [hold] = desk.found_holds
        assert hold.scope == "campaign"
        await pilot.press("escape")
        await see(pilot, f"ON HOLD: campaign {hold.subject}", "P releases a campaign")
        await pilot.press("P")
        await see(pilot, f"Release campaign {hold.subject}?", "Stay on hold (esc)")
        await pilot.press("y")
        await until(pilot, lambda: not desk.found_holds, "the release")


async def test_with_nothing_under_the_cursor_the_client_is_picked() -> None:
    async with opened(place="2") as pilot:
        await pilot.press("3")
        await see(pilot, "DRAFTS")
        await pilot.press("H")
        await see(pilot, "Hold or release which client?")
        await pilot.press("escape")
        assert (await fake(pilot)).found_holds == []


async def test_releasing_asks_about_each_late_post() -> None:
    async with opened(late(3), place="5") as pilot:
        desk = await fake(pilot)
        keys = [view.key for view in await desk.overdue()]
        await desk.hold()
        pilot.app.touch()  # type: ignore[attr-defined]
        await see(pilot, "ON HOLD since")
        await pilot.press("!")
        await see(pilot, "Release (y)")
        await pilot.press("y")
        await see(pilot, "3 posts became late", "was due", "m moves it to", "Send now (s)")
        for key, choice in zip("smx", ("send", "move", "drop"), strict=True):
            count = len(desk.decided)
            await until(pilot, lambda: _read(pilot), "the text of the post")
            await pilot.press(key)
            await until(pilot, lambda count=count: len(desk.decided) == count + 1, choice)  # type: ignore[misc]
        assert [choice for _, choice in desk.decided] == ["send", "move", "drop"]
        assert sorted(key for key, _ in desk.decided) == sorted(keys)
        await gone(pilot, "became late")


def _read(pilot: Pilot[None]) -> bool:
    """The chosen post is shown as it would go out."""
    screen = pilot.app.screen
    assert isinstance(screen, OverduePosts)
    return screen._shown is not None and screen._rows.chosen is not None and screen._shown.key == screen._rows.chosen.key


async def test_all_at_once_asks_first_and_esc_leaves_them() -> None:
    async with opened(late(2), place="5") as pilot:
        desk = await fake(pilot)
        await pilot.press("down", "down", "down", "s")
        await see(pilot, "2 posts became late")
        await pilot.press("M")
        await see(pilot, "Move 2 posts to their next free times?")
        await pilot.press("escape")
        await see(pilot, "2 posts became late")
        assert desk.decided == []
        await pilot.press("M")
        await see(pilot, "Move 2 posts to their next free times?")
        await pilot.press("y")
        await until(pilot, lambda: len(desk.decided) == 2, "both")
        await gone(pilot, "became late")


async def test_the_pane_says_what_is_safe_first_and_what_each_choice_risks() -> None:
    async with opened(place="5", size=(120, 40)) as pilot:
        await see(pilot, "Next: Open", "i it is there", "s send again", "What was sent:", "no answer within 60 s")
        shown = screen_text(pilot)
        assert shown.index("Next: Open") < shown.index("i it is there") < shown.index("s send again") < shown.index("What was sent:")


async def test_where_no_post_is_under_the_cursor_one_is_not_looked_for() -> None:
    for place in ("6", "8"):
        async with opened(place=place) as pilot:
            await see(pilot, "ig-kawa" if place == "6" else "campaign.yaml")
            await pilot.press("tab", "H")
            await see(pilot, "Hold or release which client?")
            assert not pilot.app._notifications
