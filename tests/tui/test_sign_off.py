"""A client's sign-off at the desk: what changed, whose yes is missing, the file that goes out, the seal that comes back."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input

from tests.desk.house import CAMPAIGN, House, house
from tests.desk.test_client_word import SECOND
from tests.tui.test_real_desk import TEASER, desk_on
from tests.tui.waiting import gone, see, type_text, until


async def ready(h: House) -> str:
    await h.connected("bs-kawa")
    await h.apply()
    return (await h.desk.delivery(TEASER)).seal


async def test_the_file_goes_out_and_a_seal_comes_back(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        seal = await ready(h)
        async with desk_on(h, "4") as pilot:
            await see(pilot, "TO APPROVE 1", "Waits since Sun 22 Nov for anybody here")
            await pilot.press("R")
            await see(pilot, "Review file · Kawa Wrocław", "2026-W49")
            await pilot.press("enter")
            await gone(pilot, "Review file · Kawa")
            assert seal in (tmp_path / "review-kawa-2026-W49.html").read_text("utf-8")
            await see(pilot, "Kawa Wrocław was asked on Sun 22 Nov")
            await pilot.press("w")
            await see(pilot, "A client's word · Kawa Wrocław")
            await type_text(pilot, "Jan")
            await pilot.press("enter", "enter")
            await see(pilot, "A seal has eight signs")
            pilot.app.screen.query_one("#seals", Input).value = f"OK, {seal.upper()}. Thanks"
            await see(pilot, f"{seal} Kawa Wrocław · Bluesky bs-kawa", "Something darker")
            await pilot.press("enter")
            await gone(pilot, "A client's word")
            await see(pilot, "Nothing waits for you.")
        approval = (await h.desk.delivery(TEASER)).approval
        assert approval is not None
        assert approval.words == "approved for the client by Jan, recorded by anna"


async def test_a_seal_of_an_older_text_says_what_changed_and_records_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        seal = await ready(h)
        h.edit("on the shelf.", "on the table.")
        await h.apply()
        async with desk_on(h, "4") as pilot:
            await see(pilot, "TO APPROVE 1")
            await pilot.press("w")
            await type_text(pilot, "Jan")
            await pilot.press("enter")
            pilot.app.screen.query_one("#seals", Input).value = seal
            await see(pilot, "Kawa Wrocław changed since", "resting on the shelf.; + Something")
            await pilot.press("enter")
            await until(pilot, lambda: pilot.app.screen.has_class("-noted"), "the reason")
            await pilot.press("escape")
            await gone(pilot, "A client's word")
        assert await h.state(TEASER) == "draft"


async def test_a_seal_that_two_posts_share_means_the_one_under_the_cursor(tmp_path: Path) -> None:
    async with house(tmp_path, CAMPAIGN + SECOND) as h:
        seal = await ready(h)
        async with desk_on(h, "4") as pilot:
            await see(pilot, "TO APPROVE 2")
            await pilot.press("w")
            await type_text(pilot, "Jan")
            await pilot.press("enter")
            pilot.app.screen.query_one("#seals", Input).value = seal
            await see(pilot, "Mon 30 Nov")
            await pilot.press("enter")
            await see(pilot, "TO APPROVE 1")
        assert [await h.state(key) for key in (TEASER, "autumn/twin@bs-kawa")] == ["queued", "draft"]


async def test_facts_are_ticked_for_a_client_too(tmp_path: Path) -> None:
    campaign = CAMPAIGN.replace("    media:", "    text_ai: generated\n    media:").replace("shelf.", "shelf for 39 zł in Opole.", 1)
    async with house(tmp_path, campaign) as h:
        seal = await ready(h)
        async with desk_on(h, "4") as pilot:
            await see(pilot, "TO APPROVE 1")
            await pilot.press("enter")
            await see(pilot, "[ ] 39 zł", "[ ] Opole")  # a checklist, nothing of it hidden
            await pilot.press("escape")
            await gone(pilot, "[ ] Opole")
            await pilot.press("w")
            await type_text(pilot, "Jan")
            await pilot.press("enter")
            pilot.app.screen.query_one("#seals", Input).value = seal
            await see(pilot, "[ ] Facts checked: “39 zł”")
            await pilot.press("enter")
            await see(pilot, "Tick with space that you checked")
            assert await h.state(TEASER) == "draft"
            await pilot.press("space")
            await see(pilot, "[x] Facts checked")
            await pilot.click("#yes")
            await gone(pilot, "A client's word")
        assert await h.state(TEASER) == "queued"


async def test_d_shows_what_changed_since_the_last_yes(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await ready(h)
        async with desk_on(h, "4") as pilot:
            await see(pilot, "TO APPROVE 1")
            await pilot.press("d")
            await see(pilot, "it was never approved before")
        await h.approve(TEASER)
        h.edit("on the shelf.", "on the table.")
        await h.apply()
        async with desk_on(h, "4") as pilot:
            await see(pilot, "TO APPROVE 1", "Changed since it was last approved")
            await pilot.press("d")
            await see(
                pilot, "What changed · Kawa Wrocław", "- Something darker is resting on the shelf.", "+ Something darker is resting on the"
            )
            await pilot.press("escape")
            await gone(pilot, "What changed · Kawa")


async def test_the_outbox_says_whose_word_it_was(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        seal = await ready(h)
        await h.desk.record_word("Jan", [seal])
        async with desk_on(h, "5") as pilot:
            await see(pilot, "WAITING 1", "approved for the client by Jan, recorded by anna")
