"""Pictures of a post made here: what each network does with them, adding, taking out, their order and alternative texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.errors import DiskError, NotFoundError, UsageError
from tests.desk.house import House, house
from tests.desk.test_writing import menu


async def with_pictures(h: House, *names: str, **more: object) -> str:
    post = await menu(h, accounts=["bs-kawa", "ig-kawa"], **more)
    for name in names:
        h.picture(name, size=(1080, 1080 + len(name)))
        await h.desk.add_media(post, Path("campaigns/autumn/media") / name, f"alt of {name}")
    return post


async def names(h: House, post: str) -> list[str]:
    return [item.name for item in (await h.desk.post_media(post)).items]


async def test_a_post_without_a_picture_says_who_needs_one(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        post = await with_pictures(h)
        page = await h.desk.post_media(post)
        assert page.items == ()
        assert page.problems == ("Instagram ig-kawa: Instagram needs a picture or video",)


async def test_what_each_network_does_with_a_file(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        post = await with_pictures(h)
        h.picture("wide.jpg", size=(2400, 800))
        done = await h.desk.add_media(post, Path("campaigns/autumn/media/wide.jpg"))
        assert (done.words, done.undo) == ("added: wide.jpg", "take wide.jpg out again")
        [item] = (await h.desk.post_media(post)).items
        assert item.facts.startswith("2400×800 · 3.00:1 · ")
        bluesky, instagram = item.verdicts
        assert (bluesky.taken, bluesky.words) == (True, "")
        assert (instagram.taken, instagram.mend) == (False, "crop it")
        assert "ratio 3.00" in instagram.words
        await h.desk.undo()
        assert await names(h, post) == []


async def test_order_and_alternative_texts_stay_together(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        post = await with_pictures(h, "a.jpg", "b.jpg", "c.jpg")
        await h.desk.save_text(post, "alt:0:en", "An A")
        await h.desk.save_text(post, "alt:0:pl", "Litera A")
        await h.desk.move_media(post, 0, 2)
        assert await names(h, post) == ["b.jpg", "c.jpg", "a.jpg"]
        alts = [{alt.field: alt.text for alt in item.alts} for item in (await h.desk.post_media(post)).items]
        assert alts[2] == {"alt:2:en": "An A", "alt:2:pl": "Litera A"}
        assert set(alts[0].values()) == {"alt of b.jpg"}
        sent = (await h.desk.review(f"{post}@ig-kawa")).parts[0].media
        assert [line.rpartition("alt: ")[2] for line in sent] == ["alt of b.jpg", "alt of c.jpg", "An A Litera A"]
        assert (await h.desk.review(f"{post}@bs-kawa")).parts[0].media[2].endswith("alt: An A")
        await h.desk.remove_media(post, 2)
        await h.desk.add_media(post, Path("campaigns/autumn/media/a.jpg"), "again")
        assert {alt.text for alt in (await h.desk.post_media(post)).items[2].alts} == {"again"}
        await h.desk.undo()
        await h.desk.undo()
        assert {alt.text for alt in (await h.desk.post_media(post)).items[2].alts} == {"An A", "Litera A"}
        with pytest.raises(UsageError, match="at the end already"):
            await h.desk.move_media(post, 2, 1)
        with pytest.raises(NotFoundError, match="no picture 7"):
            await h.desk.remove_media(post, 6)


async def test_a_picture_breaks_the_approval(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        post = await menu(h, accounts=["bs-kawa"])
        await h.approve(f"{post}@bs-kawa")
        await h.desk.add_media(post, h.root / "campaigns/autumn/media/shelf.jpg", "A shelf")
        view = await h.desk.delivery(f"{post}@bs-kawa")
        assert (view.state, view.approval) == ("draft", None)


async def test_what_ai_made_labels_the_post_and_is_told(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa", "ig-kawa")
        post = await with_pictures(h, "a.jpg")
        key = f"{post}@ig-kawa"
        await h.approve(key)
        done = await h.desk.declare_media(post, 0, "generated")
        assert (done.words, done.undo) == ("a.jpg: made by AI", "say of a.jpg what was said before")
        view = await h.desk.delivery(key)
        assert (view.state, view.approval, view.ai) == ("draft", None, "AI-generated")
        assert dict(view.disclosure.flags) == {"is_ai_generated": True}
        assert (await h.desk.delivery(f"{post}@bs-kawa")).ai == "AI-generated"
        assert [item.made for item in (await h.desk.post_media(post)).items] == ["made by AI"]
        texts = (*(await h.desk.post(post)).texts, *await h.desk.former_texts(post))
        assert not any(text.field.startswith("made:") for text in texts), "it is no text"
        await h.desk.undo()
        view = await h.desk.delivery(key)
        assert (view.ai, dict(view.disclosure.flags)) == ("human", {})
        assert (await h.desk.declare_media(post, 0, "edited")).words == "a.jpg: changed by AI"
        assert (await h.desk.delivery(key)).ai == "AI-assisted"
        assert (await h.desk.declare_media(post, 0, "none")).words == "a.jpg: not made by AI"
        with pytest.raises(NotFoundError, match="no picture 2"):
            await h.desk.declare_media(post, 1, "edited")
        await h.apply()
        with pytest.raises(UsageError, match="comes from a file"):
            await h.desk.declare_media("autumn/teaser", 0, "generated")


async def test_each_file_keeps_what_was_said_of_it(tmp_path: Path) -> None:
    """Also where the post as a whole is told alike, so that its digest is the same."""
    async with house(tmp_path) as h:
        post = await with_pictures(h, "a.jpg", "bb.jpg")
        await h.desk.declare_media(post, 0, "generated")
        await h.desk.undo()
        await h.desk.declare_media(post, 1, "generated")
        assert [item.ai for item in (await h.desk.post_media(post)).items] == ["none", "generated"]
        await h.desk.declare_media(post, 0, "generated")
        await h.desk.move_media(post, 1, -1)
        await h.desk.remove_media(post, 1)
        assert (await h.desk.delivery(f"{post}@ig-kawa")).ai == "AI-generated"
        await h.desk.declare_media(post, 0, "none")
        assert (await h.desk.delivery(f"{post}@ig-kawa")).ai == "human"
        await h.desk.undo()
        await h.desk.undo()
        assert [(item.name, item.ai) for item in (await h.desk.post_media(post)).items] == [("bb.jpg", "generated"), ("a.jpg", "generated")]
        await h.desk.remove_media(post, 0)
        await h.desk.remove_media(post, 0)
        await h.desk.add_media(post, Path("campaigns/autumn/media/a.jpg"))
        assert (await h.desk.delivery(f"{post}@ig-kawa")).ai == "AI-generated", "it was said of this file of the post"


async def test_files_that_cannot_be_added(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        post = await with_pictures(h)
        (tmp_path / "notes.txt").write_text("no picture")
        with pytest.raises(UsageError, match="is not a picture or video that we know"):
            await h.desk.add_media(post, Path("notes.txt"))
        with pytest.raises((UsageError, NotFoundError), match="cannot be read"):
            await h.desk.add_media(post, Path("nowhere.jpg"))
        with pytest.raises((UsageError, NotFoundError), match="cannot be read"):
            await h.desk.add_media(post, Path("~nobody-of-this-name/nowhere.jpg"))
        assert await names(h, post) == []
        await h.apply()
        with pytest.raises(UsageError, match="comes from a file"):
            await h.desk.add_media("autumn/teaser", Path("campaigns/autumn/media/shelf.jpg"))


async def test_a_file_that_vanished_is_said(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        post = await with_pictures(h, "a.jpg")
        for kept in h.desk.store.assets.iterdir():
            kept.unlink()
        [item] = (await h.desk.post_media(post)).items
        assert not item.there
        with pytest.raises(DiskError, match="cannot be read any more"):
            await h.desk.thumbnail(post, 0, 20, 20)


async def test_a_small_picture_and_the_files_that_are_offered(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        post = await with_pictures(h, "a.jpg")
        shown = await h.desk.thumbnail(post, 0, 40, 20)
        assert 0 < len(shown.rows) <= 20
        assert {len(row) for row in shown.rows} == {len(shown.rows[0])}
        red, green, blue = shown.rows[3][3]
        assert red > green > blue  # brown
        assert "campaigns/autumn/media/a.jpg" in await h.desk.media_files()
        assert not any(".daypart" in file for file in await h.desk.media_files())
        files = ("bike-shop/z.jpg", "all/y.jpg", "kawa/x.jpg", "kawaii/w.jpg")
        for file in files:
            (h.root / file).parent.mkdir()
            (h.root / file).write_bytes(b"")
        offered = [file for file in await h.desk.media_files(await h.desk.post(post)) if file in files]
        assert offered == ["kawa/x.jpg", "all/y.jpg", "kawaii/w.jpg", "bike-shop/z.jpg"], "its client's, nobody's, another client's"
