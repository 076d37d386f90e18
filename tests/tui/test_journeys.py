"""With keys only, as a manager would: questions before what cannot be taken back, and what each key does (on the pretend desk)."""

from __future__ import annotations

import asyncio

from scheduler.desk.views import ReviewItem, Sign
from tests.tui.fake_desk import FakeDesk
from tests.tui.seeds import seeded
from tests.tui.waiting import gone, opened, see, type_text, until


async def test_hold_works_while_typing_and_in_dialogs() -> None:
    desk = seeded()
    async with opened(desk, place="3") as pilot:
        await see(pilot, "DRAFTS")
        await pilot.press("enter")
        await see(pilot, "Does it fit?")
        await pilot.press("f5")
        await see(pilot, "When? · Kawa")
        await pilot.press("ctrl+g")
        await until(pilot, lambda: len(desk.found_holds) == 1, "the hold")


async def test_send_back_wants_a_reason() -> None:
    desk = seeded()
    async with opened(desk, place="4") as pilot:
        await see(pilot, "3 posts for 5 accounts")
        await pilot.press("b")
        await see(pilot, "Send back · Kawa Wrocław")
        await pilot.press("enter")
        await see(pilot, "Please write a reason")
        await type_text(pilot, "wrong price")
        await pilot.press("enter")
        await see(pilot, "2 posts for 2 accounts", "SENT BACK 3")
        assert desk.items["winter/menu@ig-kawa"].sent_back == "wrong price"
        await pilot.press("G")
        await see(pilot, "“wrong price”")
        await pilot.press("a")
        await see(pilot, "Approve is off: it was sent back")


class SlowReader(FakeDesk):
    """Takes its time to say what waits, once it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = asyncio.Event()
        self.answers.set()

    async def waiting(self, client: str | None = None) -> list[ReviewItem]:
        await self.answers.wait()
        return await super().waiting(client)


async def test_the_next_post_stands_there_before_the_store_is_read_again() -> None:
    desk = seeded(SlowReader())
    async with opened(desk, place="4") as pilot:
        await see(pilot, "exactly this will go out", "TO APPROVE 3")
        await pilot.press("down")
        await see(pilot, "Harbour Books · exactly")
        desk.answers.clear()
        await pilot.press("a", "a")
        await see(pilot, "TO APPROVE 2", "Approved: Harbour Books")
        await gone(pilot, "Harbour Books · exactly")
        desk.answers.set()


async def test_each_fact_that_a_model_wrote_needs_a_tick() -> None:
    desk = seeded()
    async with opened(desk, place="4") as pilot:
        await see(pilot, "exactly this will go out")
        await pilot.press("a")
        await see(pilot, "Facts checked:", "[ ] “Tuesday”", "[ ] “both shops”")
        await pilot.press("a")
        await see(pilot, "Tick with space that you checked")
        await pilot.press("space")
        await see(pilot, "[x] “Tuesday”", "[ ] “both shops”")
        await pilot.press("a")
        assert desk.items["winter/menu@bs-kawa"].state == "draft", "one fact of two is not all of them"
        await pilot.press("space", "a")
        await see(pilot, "2 posts for 2 accounts")
        assert {desk.items[f"winter/menu@{account}"].state for account in ("bs-kawa", "ms-kawa", "ig-kawa")} == {"queued"}


async def test_a_text_that_changed_while_it_was_read_is_not_approved() -> None:
    desk = seeded()
    async with opened(desk, place="4") as pilot:
        await see(pilot, "exactly this will go out")
        await pilot.press("down")
        await see(pilot, "Harbour Books · exactly")
        await pilot.press("a")
        await see(pilot, "Approve for Harbour Books?")
        desk.works["harbour/reading"].texts["en"].text = "Another text"
        await pilot.press("a")
        await see(pilot, "The text changed")
        assert desk.items["harbour/reading@bs-harbour"].state == "draft"


async def test_sending_again_warns_and_looks_first() -> None:
    desk = seeded()
    async with opened(desk, place="1") as pilot:
        await see(pilot, "NEEDS YOU")
        await pilot.press("s")
        await see(pilot, "sending again makes a second one", "Look, then send again")
        await pilot.press("escape")
        await gone(pilot, "makes a second one")
        assert desk.items["winter/hours@ms-kawa"].state == "ask"
        await pilot.press("s", "y")
        await until(pilot, lambda: desk.items["winter/hours@ms-kawa"].sign is Sign.CHECKING, "the look")


async def test_drop_asks_and_the_keys_leave_with_the_question() -> None:
    desk = seeded()
    async with opened(desk, place="5") as pilot:
        await see(pilot, "x Drop")
        await pilot.press("x", "y")
        await until(pilot, lambda: desk.items["winter/hours@ms-kawa"].state == "cancelled", "the drop")
        await gone(pilot, "i It is there")


async def test_moving_in_the_calendar_and_taking_it_back() -> None:
    desk = seeded()
    before = desk.items["harbour/signing@bs-harbour"].due
    async with opened(desk, place="2") as pilot:
        await see(pilot, "Latte art class")
        await pilot.press("v")
        await see(pilot, "23–29 November 2026", "bs-kawa · 1 of 7")
        await pilot.press("right", "right", "down")
        await see(pilot, "Thu 26 Nov 18:00 · Harbour Books")
        await pilot.press("]")
        await see(pilot, "Fri 27 Nov 18:00 · Harbour Books")
        await pilot.press("z")
        await see(pilot, "Thu 26 Nov 18:00 · Harbour Books")
        assert desk.items["harbour/signing@bs-harbour"].due == before


async def test_editing_an_approved_post_asks_first() -> None:
    desk = seeded()
    async with opened(desk, place="5") as pilot:
        await see(pilot, "WAITING 5")
        await pilot.press("slash")
        await type_text(pilot, "beans")
        await pilot.press("enter", "e")
        await see(pilot, "Approved for 2 accounts. e edits it", "read only")
        await type_text(pilot, "xx")
        await pilot.press("e")
        await see(pilot, "This breaks the approval of")
        await pilot.press("y")
        await gone(pilot, "This breaks the approval of")
        await type_text(pilot, "!")
        await until(
            pilot, lambda: [text for _, _, text in desk.saved] == ["Beans of the month: Huila, washed, plum and cocoa.!"], "the text saved"
        )
        assert desk.items["winter/beans@bs-kawa"].state == "draft"


async def test_two_clients_never_share_a_post() -> None:
    async with opened(FakeDesk()) as pilot:
        await pilot.press("n")
        await see(pilot, "[ ] Harbour Books · Bluesky")
        await pilot.press("tab", "space")
        await see(pilot, "[x] Harbour Books · Bluesky")
        await pilot.press("down", "down", "space")
        await see(pilot, "[ ] Harbour Books · Bluesky", "[x] Kawa Wrocław · Bluesky", "Now only Kawa Wrocław")


async def test_deleting_a_draft_asks_and_no_is_the_default() -> None:
    desk = seeded()
    async with opened(desk, place="2") as pilot:
        await see(pilot, "Latte art class")
        await pilot.press("right")
        await see(pilot, "Wed 25 Nov · 3 posts", "Winter menu")
        await pilot.press("d")
        await see(pilot, "Delete the draft")
        await pilot.press("enter")
        await gone(pilot, "Delete the draft")
        assert "winter/menu" in desk.works
        await pilot.press("d", "y")
        await until(pilot, lambda: "winter/menu" not in desk.works, "the draft to be deleted")


async def test_esc_goes_back_and_never_leaves() -> None:
    async with opened(seeded(), place="5") as pilot:
        await see(pilot, "WAITING")
        for _ in range(4):
            await pilot.press("escape")
        assert pilot.app.is_running
        await pilot.press("3")
        await see(pilot, "DRAFTS")
        await pilot.press("enter")
        await see(pilot, "Does it fit?")
        await pilot.press("escape", "escape")
        await see(pilot, "DRAFTS")
