"""The accounts of a post made at the desk change: what is added is as in a new post, what goes is asked about first."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.errors import NoRoomError, NotFoundError, UsageError, WouldVoidError
from scheduler.units.model import RETIRED
from tests.desk.house import WORKSPACE, House, house
from tests.desk.test_writing import menu


async def going(h: House, post: str) -> list[str]:
    """Accounts with what each sends, as the next one who opens it sees them."""
    return [d.account for d in (await h.desk.post(post)).deliveries]


async def test_an_added_account_gets_time_files_and_texts_of_the_others_and_nobody_s_approval_is_touched(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa", "ms-kawa")
        picture = tmp_path / "campaigns/autumn/media/shelf.jpg"
        post = await menu(h, accounts=["bs-kawa"], media=[picture], alts=["A shelf"])
        await h.approve(f"{post}@bs-kawa")
        await h.desk.counters(post, {})
        done = await h.desk.change_accounts(post, ["bs-kawa", "ms-kawa"], may_void=False)
        assert done.words == "now also for ms-kawa"
        assert [c.account for c in await h.desk.counters(post, {})] == ["bs-kawa", "ms-kawa"]
        assert (await h.desk.preview(post, "ms-kawa", {})).parts[0].text.endswith("Zimowe menu.")
        item = await h.desk.review(f"{post}@ms-kawa")
        assert item.parts[0].text == "Winter menu is here.\n\n· · ·\n\nZimowe menu."
        assert "alt: A shelf" in item.parts[0].media[0]
        assert (item.delivery.wall, item.delivery.state, item.delivery.approval) == ("2026-11-23T09:30", "draft", None)
        assert await h.state(f"{post}@bs-kawa") == "queued"
        assert (await h.desk.undo()).words == "“Winter menu is here.” goes where it went before"
        assert await going(h, post) == ["bs-kawa"]
        assert await h.state(f"{post}@bs-kawa") == "queued"
        await h.desk.change_accounts(post, ["bs-kawa", "ms-kawa"])  # the key is free again
        assert await going(h, post) == ["bs-kawa", "ms-kawa"]


async def test_a_taken_account_keeps_its_own_text_for_the_way_back(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h)
        await h.desk.save_text(post, "en@bs-kawa", "Menu!")
        assert (await h.desk.change_accounts(post, ["ms-kawa"])).words == "no longer for bs-kawa"
        view = await h.desk.post(post)
        assert (view.accounts, [d.account for d in view.deliveries]) == (("ms-kawa",), ["ms-kawa"])
        assert [text.field for text in view.texts] == ["en", "pl"]
        with pytest.raises(NotFoundError, match="does not go to 'bs-kawa'"):
            await h.desk.preview(post, "bs-kawa", {})
        with pytest.raises(NotFoundError):
            await h.desk.review(f"{post}@bs-kawa")
        assert all(RETIRED not in d.key for d in await h.desk.deliveries())
        await h.desk.undo()
        assert (await h.desk.review(f"{post}@bs-kawa")).parts[0].text == "Menu!"
        assert "en@bs-kawa" in {text.field for text in (await h.desk.post(post)).texts}


async def test_one_comes_as_another_goes_and_one_step_takes_both_back(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h, accounts=["bs-kawa"])
        done = await h.desk.change_accounts(post, ["ms-kawa"])
        assert done.words == "now also for ms-kawa; no longer for bs-kawa"
        await h.desk.undo()
        assert await going(h, post) == ["bs-kawa"]


async def test_an_approval_is_not_lost_without_a_word(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        await h.connected("bs-kawa", "ms-kawa")
        post = await menu(h)
        await h.approve(f"{post}@bs-kawa")
        with pytest.raises(WouldVoidError, match=r"void the approval of “Winter menu is here\.” on bs-kawa"):
            await h.desk.change_accounts(post, ["ms-kawa"], may_void=False)
        assert await h.state(f"{post}@bs-kawa") == "queued"
        assert await going(h, post) == ["bs-kawa", "ms-kawa"]
        await h.desk.change_accounts(post, ["ms-kawa"])
        await h.desk.undo()
        assert await h.state(f"{post}@bs-kawa") == "draft"
        await h.desk.change_accounts(post, ["ms-kawa"])
        await h.desk.change_accounts(post, ["bs-kawa", "ms-kawa"])
        await h.approve(f"{post}@bs-kawa")
        with pytest.raises(WouldVoidError):
            await h.desk.undo()
        assert await h.state(f"{post}@bs-kawa") == "queued"


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("published", "is public on bs-kawa"),
        ("sending", "on its way right now"),
        ("ask", "on its way right now"),
        ("claimed", "on its way"),
    ],
)
async def test_what_was_sent_stays_with_its_reason(tmp_path: Path, state: str, reason: str) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h)
        await h.put(f"{post}@bs-kawa", state, **({"published_at": h.clock.now} if state == "published" else {}))
        with pytest.raises(UsageError, match=reason):
            await h.desk.change_accounts(post, ["ms-kawa", "ig-kawa"])
        assert await going(h, post) == ["bs-kawa", "ms-kawa"]
        await h.desk.change_accounts(post, ["bs-kawa", "ms-kawa", "ig-kawa"])
        assert await h.state(f"{post}@ig-kawa") == "draft"


async def test_never_another_client_s_account_nor_none_at_all(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        post = await menu(h)
        for accounts in (["bs-kawa", "bs-bike"], ["bs-bike"]):
            with pytest.raises(UsageError, match="an account of Bike Shop"):
                await h.desk.change_accounts(post, accounts)
        with pytest.raises(UsageError, match="at least one account"):
            await h.desk.change_accounts(post, [])
        with pytest.raises(NotFoundError, match="no account 'bs-nobody'"):
            await h.desk.change_accounts(post, ["bs-kawa", "bs-nobody"])
        with pytest.raises(UsageError, match="its accounts stand in campaigns/autumn/campaign"):
            await h.desk.change_accounts("autumn/teaser", ["bs-kawa", "ms-kawa"])
        assert await going(h, post) == ["bs-kawa", "ms-kawa"]


async def test_what_somebody_else_added_meanwhile_stays(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h, accounts=["bs-kawa"])
        await h.desk.change_accounts(post, ["bs-kawa", "ms-kawa"])
        await h.desk.change_accounts(post, ["bs-kawa", "ig-kawa"], base=["bs-kawa"])
        assert await going(h, post) == ["bs-kawa", "ig-kawa", "ms-kawa"]


async def test_a_language_nobody_has_written_gets_a_text_to_write_in(tmp_path: Path) -> None:
    async with house(tmp_path, None, WORKSPACE.replace("wroclaw, languages: [en, pl]", "wroclaw, languages: [pl]")) as h:
        post = await menu(h, text={"en": "Winter menu is here."}, accounts=["bs-kawa"])
        await h.desk.change_accounts(post, ["bs-kawa", "ig-kawa"])
        assert [(text.field, text.text) for text in (await h.desk.post(post)).texts] == [("en", "Winter menu is here."), ("pl", "")]
        await h.desk.undo()
        assert [text.field for text in (await h.desk.post(post)).texts] == ["en"]
        assert {text.field for text in await h.desk.former_texts(post)} == {"en"}, "nothing empty is among the earlier texts"


async def test_a_time_without_room_is_said_first(tmp_path: Path) -> None:
    pace = WORKSPACE.replace("languages: [en, pl] }\n  ig", "languages: [en, pl], pace: { per_day: 1 } }\n  ig")
    async with house(tmp_path, None, pace) as h:
        await menu(h, accounts=["ms-kawa"])
        post = await menu(h, accounts=["bs-kawa"])
        with pytest.raises(NoRoomError, match="no room on ms-kawa"):
            await h.desk.change_accounts(post, ["bs-kawa", "ms-kawa"])
        await h.desk.change_accounts(post, ["bs-kawa", "ms-kawa"], anyway=True)
        assert await going(h, post) == ["bs-kawa", "ms-kawa"]
