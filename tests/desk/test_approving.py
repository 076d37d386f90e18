"""The moment of a yes: asked once more inside the transaction, kept with what was said, and nothing less is taken."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text, update

from scheduler.desk.approvals.approving import Said
from scheduler.errors import NotFoundError, StaleError, UsageError
from scheduler.store.statements import DELIVERY
from tests.desk.house import House, house

KEY = "autumn/teaser@bs-kawa"


async def planned(h: House) -> str:
    """The digest of a post on a connected account."""
    await h.connected("bs-kawa")
    await h.apply()
    return (await h.desk.review(KEY)).digest or ""


async def test_what_was_said_is_kept_with_the_yes(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        done = await h.desk.approve(f"{KEY}/2", await planned(h), facts_checked=True)  # any part of it stands for the whole
        assert (done.keys, set(done.details)) == ((KEY,), {"digest"})
        review = await h.desk.store.read(lambda conn: conn.execute(text("SELECT review FROM approval")).scalar_one())
        assert json.loads(review) == {"facts_checked": True, "os_user": h.desk.who.os_user, "label": "human"}
        assert (await h.desk.history(KEY))[-1].why == "approved"


async def test_facts_count_as_unchecked_until_somebody_says_so(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.desk.approve(KEY, await planned(h))
        review = await h.desk.store.read(lambda conn: conn.execute(text("SELECT review FROM approval")).scalar_one())
        assert json.loads(review)["facts_checked"] is False


@pytest.mark.parametrize("change", ["another digest", "no text", "gone"])
async def test_what_changed_since_it_was_shown_is_seen_inside_the_transaction(tmp_path: Path, change: str) -> None:
    async with house(tmp_path) as h:
        digest = await planned(h)
        view = await h.desk.delivery(KEY)
        if change == "gone":
            view = replace(view, key="autumn/gone@bs-kawa")
        else:
            values = {"digest": "0" * 64} if change == "another digest" else {"content_id": None}
            await h.desk.store.write(lambda conn: conn.execute(update(DELIVERY).where(DELIVERY.c.key == KEY).values(values)).rowcount)
        with pytest.raises(StaleError, match="changed while you looked at it") as caught:
            await h.desk.change(lambda conn: h.desk._approve(conn, view, Said(digest)), name="approve")
        assert caught.value.hint == f"read it again: daypart post show {view.key}"
        assert await h.state(KEY) == "draft"


async def test_a_seal_alone_is_no_client_s_word(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        digest = await planned(h)
        for word in ({"seal": digest[:8]}, {"on_behalf": "Jan"}):
            with pytest.raises(UsageError, match="with its seal and the name of who gave it"):
                await h.desk.approve(KEY, digest, **word)
        with pytest.raises(StaleError, match="does not have the seal"):
            await h.desk.approve(KEY, digest, on_behalf="Jan", seal="z" * 8)
        assert await h.state(KEY) == "draft"
        words = (await h.desk.approve(KEY, digest, on_behalf="J" * 99, seal=digest)).words
        assert words.startswith(f"approved for the client by {'J' * 80}, recorded by anna")
        review = await h.desk.store.read(lambda conn: conn.execute(text("SELECT review FROM approval")).scalar_one())
        assert (json.loads(review)["on_behalf"], json.loads(review)["seal"]) == ("J" * 80, digest[:8])


async def test_what_has_no_text_yet_says_what_comes_next(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        digest = await planned(h)
        await h.desk.store.write(lambda conn: conn.execute(update(DELIVERY).where(DELIVERY.c.key == KEY).values(content_id=None)).rowcount)
        with pytest.raises(UsageError, match="it has no text yet") as caught:
            await h.desk.approve(KEY, digest)
        assert caught.value.hint == (await h.desk.delivery(KEY)).next
        with pytest.raises(NotFoundError):
            await h.desk.approve("autumn/nothing@bs-kawa", digest)


async def test_who_may_not_be_approved_yet_says_what_comes_next(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        view = await h.desk.delivery(KEY)
        with pytest.raises(UsageError, match="not connected") as caught:
            await h.desk.approve(KEY, view.digest or "")
        assert caught.value.hint == view.next != ""


async def test_sending_back_says_what_was_said(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await planned(h)
        done = await h.desk.reject(KEY, "say the price")
        assert (done.words, done.keys) == ("sent back: say the price", (KEY,))


async def test_a_file_that_is_gone_stops_the_yes_and_is_named_with_its_reason(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        digest = await planned(h)
        for asset in h.desk.store.assets.iterdir():
            asset.unlink()
        assert (await h.desk.review(KEY)).blocked == "its file shelf.jpg is missing from the store: take it out and add it again"
        with pytest.raises(UsageError, match="a media file is missing from the store") as caught:
            await h.desk.approve(KEY, digest)
        assert caught.value.hint == "No such file or directory"
