"""Posts made at the desk: texts, counters, times, and taking things back."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from scheduler.desk.desk import Desk
from scheduler.desk.views import DeliveryQuery, Done
from scheduler.errors import DiskError, NotFoundError, UsageError, WouldVoidError
from tests.desk.house import House, house


async def menu(h: House, **more: object) -> str:
    """A post for two accounts of one client."""
    said = {
        "title": "",
        "text": {"en": "Winter menu is here.", "pl": "Zimowe menu."},
        "accounts": ["bs-kawa", "ms-kawa"],
        "when": "tomorrow 9:30",
    }
    view = await h.desk.new_post(**(said | more))  # type: ignore[arg-type]
    return view.post


async def test_a_new_post_has_a_unit_for_each_account(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h)
        assert post == "desk/winter-menu-is-here"
        view = await h.desk.post(post)
        assert (view.title, view.managed_by, view.file, view.client_name) == ("Winter menu is here.", "tui", None, "Kawa Wrocław")
        assert [(t.field, t.text) for t in view.texts] == [("en", "Winter menu is here."), ("pl", "Zimowe menu.")]
        assert [(d.key, d.wall, d.words) for d in view.deliveries] == [
            (f"{post}@bs-kawa", "2026-11-23T09:30", "waits for approval"),
            (f"{post}@ms-kawa", "2026-11-23T09:30", "waits for approval"),
        ]
        item = await h.desk.review(f"{post}@ms-kawa")
        assert item.parts[0].text == "Winter menu is here.\n\n· · ·\n\nZimowe menu."
        assert item.options == {"languages": "en, pl"}
        assert (await h.desk.review(f"{post}@bs-kawa")).parts[0].text == "Winter menu is here."
        assert (await menu(h)) == f"{post}-2"


async def test_the_plan_does_not_see_posts_made_here(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await menu(h)
        await h.apply()
        plan = await h.desk.plan()
        assert (plan.empty, plan.unchanged) == (True, 1)


async def test_the_wrong_client_s_account(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        with pytest.raises(UsageError, match="accounts of Bike Shop, Kawa Wrocław"):
            await menu(h, accounts=["bs-kawa", "bs-bike"])
        with pytest.raises(NotFoundError, match="there is no account 'bs-nobody'"):
            await menu(h, accounts=["bs-nobody"])
        with pytest.raises(UsageError, match="at least one account"):
            await menu(h, accounts=[])
        assert await h.desk.deliveries() == []


async def test_times_that_cannot_be(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        with pytest.raises(UsageError, match="is not a time that is understood"):
            await menu(h, when="sometime")
        with pytest.raises(UsageError, match="has passed"):
            await menu(h, when="2026-11-01T09:00")
        with pytest.raises(UsageError, match="does not exist in Europe/Warsaw"):
            await menu(h, when="2027-03-28T02:30")
        post = await menu(h, when=None)
        item = await h.desk.review(f"{post}@bs-kawa")
        assert (item.delivery.due, item.delivery.words, item.blocked) == (None, "in the backlog", "it has no time yet: give it one first")
        assert await h.desk.waiting() == []


async def test_saving_a_text_voids_what_changed_and_only_that(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        await h.connected("bs-kawa", "ms-kawa")
        post = await menu(h)
        for account in ("bs-kawa", "ms-kawa"):
            await h.approve(f"{post}@{account}")
        await h.desk.save_text(post, "pl", "Zimowe menu już jest.")
        assert await h.state(f"{post}@bs-kawa") == "queued"  # posts in English only
        view = await h.desk.delivery(f"{post}@ms-kawa")
        assert (view.state, view.reason) == ("draft", "The text changed after it was approved, so it was not sent. Approve it again.")
        item = await h.desk.review(f"{post}@ms-kawa")
        assert item.changed == ("- Zimowe menu.", "+ Zimowe menu już jest.")
        await h.desk.undo()
        assert (await h.desk.review(f"{post}@ms-kawa")).parts[0].text.endswith("Zimowe menu.")
        assert await h.state(f"{post}@ms-kawa") == "draft"


async def test_a_text_of_its_own_for_one_account_and_back(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h)
        await h.desk.save_text(post, "en@bs-kawa", "Menu!")
        assert (await h.desk.review(f"{post}@bs-kawa")).parts[0].text == "Menu!"
        assert (await h.desk.review(f"{post}@ms-kawa")).parts[0].text.startswith("Winter menu")
        await h.desk.save_text(post, "en@bs-kawa", "")
        assert (await h.desk.review(f"{post}@bs-kawa")).parts[0].text == "Winter menu is here."


async def test_threads_comments_and_alternative_texts(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        picture = tmp_path / "campaigns/autumn/media/shelf.jpg"
        post = await menu(h, media=[picture], alts=["A shelf"])
        await h.desk.save_text(post, "en", "One.\n---\nTwo.")
        view = await h.desk.post(post)
        own = [d for d in view.deliveries if "@bs-kawa" in d.key]
        assert [(d.key.rpartition("@")[2], d.part, d.parts) for d in own] == [("bs-kawa", 1, 2), ("bs-kawa/2", 2, 2)]
        item = await h.desk.review(f"{post}@bs-kawa")
        assert [part.text for part in item.parts] == ["One.", "Two."]
        assert "alt: A shelf" in item.parts[0].media[0]
        assert item.parts[1].media == ()
        await h.desk.save_text(post, "alt:0", "A shelf with paper bags")
        assert "alt: A shelf with paper bags" in (await h.desk.review(f"{post}@bs-kawa")).parts[0].media[0]
        with pytest.raises(UsageError, match="is no text of this post"):
            await h.desk.save_text(post, "en@ig-kawa", "x")


async def test_files_are_edited_as_files(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        view = await h.desk.post("autumn/teaser")
        assert (view.managed_by, view.file) == ("files", "campaigns/autumn/campaign.yaml")
        assert [(t.field, t.text) for t in view.texts] == [("en", "Something darker is resting on the shelf.")]
        with pytest.raises(UsageError, match=r"edit campaigns/autumn/campaign\.yaml"):
            await h.desk.save_text("autumn/teaser", "en", "x")


async def test_counters_and_previews_follow_the_typing(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h)
        [bluesky, mastodon] = await h.desk.counters(post, {"en": "x" * 312})
        assert (bluesky.account, bluesky.used, bluesky.allowed, bluesky.fits_until, bluesky.field) == ("bs-kawa", 312, 300, 300, "en")
        assert bluesky.words == "312 of 300 · 12 too many"
        assert [p.code for p in bluesky.problems] == ["E501"]
        assert (mastodon.used, mastodon.allowed, mastodon.fits_until) == (312 + 9 + 12, 500, 312)
        [_, mastodon] = await h.desk.counters(post, {"en": "short", "pl": "ł" * 600})
        assert (mastodon.field, mastodon.fits_until) == ("pl", 500 - len("short\n\n· · ·\n\n"))
        item = await h.desk.preview(post, "ms-kawa", {"en": "Typed, not saved."})
        assert item.parts[0].text.startswith("Typed, not saved.")
        assert item.blocked == "it is not saved yet"
        assert (await h.desk.review(f"{post}@ms-kawa")).parts[0].text.startswith("Winter menu")


async def test_counters_are_fast(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h)
        await h.desk.counters(post, {"en": "a"})
        started = time.process_time()
        for n in range(50):
            await h.desk.counters(post, {"en": "word " * n})
        assert (time.process_time() - started) / 50 < 0.02


async def test_cancelling_and_deleting_can_be_taken_back(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        await h.connected("bs-kawa", "ms-kawa")
        post = await menu(h)
        key = f"{post}@bs-kawa"
        await h.approve(key)
        done = await h.desk.cancel(key)
        assert (await h.state(key), done.undo) == ("cancelled", "bring it back as a draft")
        await h.desk.undo()
        view = await h.desk.delivery(key)
        assert (view.state, view.approval, view.wall) == ("draft", None, "2026-11-23T09:30")
        done = await h.desk.delete_draft(post)
        assert done.words == "deleted: Winter menu is here."
        with pytest.raises(NotFoundError):
            await h.desk.post(post)
        await h.desk.undo()
        assert [d.state for d in (await h.desk.post(post)).deliveries] == ["draft", "draft"]


async def test_what_was_sent_cannot_be_cancelled_or_deleted(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h)
        key = f"{post}@bs-kawa"
        for state, words in (("sending", "on its way right now"), ("published", "cancelling does not take it away")):
            await h.put(key, state)
            with pytest.raises(UsageError, match=words):
                await h.desk.cancel(key)
            with pytest.raises(UsageError, match="cannot be deleted"):
                await h.desk.delete_draft(post)
            with pytest.raises(UsageError):
                await h.desk.move(key, "tomorrow 9:00")


async def test_an_undo_that_would_void_an_approval_changes_nothing_until_it_is_said(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        await h.connected("bs-kawa", "ms-kawa")
        post = await menu(h)
        key = f"{post}@bs-kawa"
        await h.desk.save_text(post, "en", "Winter menu, with soup.")
        await h.approve(key)
        for _ in range(2):  # the step stays the last one
            with pytest.raises(WouldVoidError, match=r"void the approval of “Winter menu, with soup.” on bs-kawa \(Kawa Wrocław\)"):
                await h.desk.undo()
        assert (await h.state(key), (await h.desk.delivery(key)).title) == ("queued", "Winter menu, with soup.")
        await h.desk.undo(knowing=True)
        assert await h.state(key) == "draft"
        assert (await h.desk.review(key)).parts[0].text != "Winter menu, with soup."


async def test_an_undo_of_many_steps_at_once_is_done_wholly_or_not_at_all(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        await h.apply()
        post = await menu(h, accounts=["bs-kawa"], when=None)
        await h.desk.fill(post, [date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 27)])
        copies = [view.key for view in await h.desk.deliveries() if view.key.startswith("desk/") and view.post != post]
        await h.approve(copies[1])
        with pytest.raises(WouldVoidError):
            await h.desk.undo()
        assert [await h.state(key) for key in copies] == ["draft", "queued"]
        await h.desk.undo(knowing=True)
        assert [await h.state(key) for key in copies] == ["cancelled", "cancelled"]


async def test_undo_says_when_there_is_nothing(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        with pytest.raises(UsageError, match="nothing to undo"):
            await h.desk.undo()


async def test_lists_and_filters(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        post = await menu(h)
        await h.desk.new_post(title="Bikes", text={"en": "Spring check."}, accounts=["bs-bike"], when="2026-12-24T10:00")
        keys = [d.key for d in await h.desk.deliveries()]
        assert keys == [f"{post}@bs-kawa", f"{post}@ms-kawa", "autumn/teaser@bs-kawa", "desk/bikes@bs-bike"]
        assert [d.client_name for d in await h.desk.deliveries(DeliveryQuery(client="bike"))] == ["Bike Shop"]
        assert [d.key for d in await h.desk.deliveries(DeliveryQuery(account="ms-kawa"))] == [f"{post}@ms-kawa"]
        assert [d.key for d in await h.desk.deliveries(DeliveryQuery(post="desk/bikes"))] == ["desk/bikes@bs-bike"]
        assert await h.desk.deliveries(DeliveryQuery(states=("queued",))) == []
        assert [c.name for c in await h.desk.clients()] == ["Kawa Wrocław", "Bike Shop"]
        overview = await h.desk.overview()
        assert (overview.planned, overview.to_approve, overview.needs_you, overview.next) == (0, 4, 0, None)
        assert overview.service.words == "The publishing service is not running. Planned posts wait."
        assert (await h.desk.overview("bike")).to_approve == 1


async def test_hostile_words_are_harmless_when_they_leave_the_desk(tmp_path: Path) -> None:
    evil = "Menu \x1b]0;owned\x07\x1b[31mred\u202e reversed\u200b"
    async with house(tmp_path, None) as h:
        post = await menu(h, title=evil, text={"en": evil})
        view = await h.desk.post(post)
        assert view.title == "Menu red reversed"
        item = await h.desk.review(f"{post}@bs-kawa")
        assert "\x1b" not in item.parts[0].text + item.preview.text
        assert [p.code for p in item.problems if "nobody sees" in p.message] == ["W502"]


async def test_an_undo_leaves_what_somebody_else_wrote_since(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = (await h.desk.new_post(title="", text={"en": "one\ntwo\nthree"}, accounts=["bs-kawa"])).post
        await h.desk.save_text(post, "en", "ONE\ntwo\nthree")
        berta = await Desk.open(tmp_path, user="berta", clock=h.clock)
        await berta.save_text(post, "en", "ONE\ntwo\nTHREE", base="ONE\ntwo\nthree")
        await berta.close()
        await h.desk.undo()
        assert (await h.desk.post(post)).texts[0].text == "one\ntwo\nTHREE"


async def test_an_undo_that_the_disk_refuses_can_be_tried_again(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = (await h.desk.new_post(title="", text={"en": "one"}, accounts=["bs-kawa"])).post
        full = [DiskError("the disk is full")]

        async def back() -> Done:
            if full:
                raise full.pop()
            return await h.desk.move(f"{post}@bs-kawa", "tomorrow 9:30")

        h.desk.undoable("do it", back)
        with pytest.raises(DiskError):
            await h.desk.undo()
        assert (await h.desk.undo()).keys == (f"{post}@bs-kawa",)
