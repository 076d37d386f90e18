"""Texts beside the newest common one: an account's own, two people at once, and those that were saved before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from scheduler.desk.desk import Desk
from scheduler.errors import CrossedError, NotFoundError, UsageError
from tests.desk.house import House, house
from tests.desk.test_writing import menu

MINUTE = 60_000_000


@asynccontextmanager
async def two(tmp_path: Path) -> AsyncIterator[tuple[House, Desk]]:
    """Anna's desk, and Jan's on the same store."""
    async with house(tmp_path, None) as h:
        jan = await Desk.open(tmp_path, user="jan", clock=h.clock)
        try:
            yield h, jan
        finally:
            await jan.close()


async def texts_of(desk: Desk, post: str) -> dict[str, str]:
    return {text.field: text.text for text in (await desk.post(post)).texts}


# ── an account's own text ──


async def test_an_own_text_begins_as_a_copy_and_breaks_no_approval(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        await h.connected("bs-kawa", "ms-kawa")
        post = await menu(h)
        for account in ("bs-kawa", "ms-kawa"):
            await h.approve(f"{post}@{account}")
        done = await h.desk.own_text(post, "ms-kawa", "pl")
        assert (done.details["field"], done.undo) == ("pl@ms-kawa", "let ms-kawa share the common text again")
        assert (await texts_of(h.desk, post))["pl@ms-kawa"] == "Zimowe menu."
        assert await h.state(f"{post}@ms-kawa") == "queued"
        await h.desk.save_text(post, "pl@ms-kawa", "Menu na zimę.")
        assert (await h.desk.review(f"{post}@ms-kawa")).parts[0].text.endswith("Menu na zimę.")
        assert await h.state(f"{post}@bs-kawa") == "queued"
        counters = {counter.account: counter.field for counter in await h.desk.counters(post, {})}
        assert counters == {"bs-kawa": "en", "ms-kawa": "en"}


async def test_the_models_words_stay_the_models_in_the_copy(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h, text={"en": ""})
        await h.desk.change(lambda conn: h.desk._save(conn, post, {"en": "Short rib and charred leeks, from Tuesday on."}, "ai:run-1"))
        await h.desk.own_text(post, "bs-kawa")
        [own] = [text for text in (await h.desk.post(post)).texts if text.field == "en@bs-kawa"]
        assert {span.origin for span in own.spans} == {"model"}
        assert (await h.desk.review(f"{post}@bs-kawa")).ai_share == 1.0


async def test_back_to_the_common_text_and_taken_back(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h)
        await h.desk.own_text(post, "bs-kawa")
        await h.desk.save_text(post, "en@bs-kawa", "Menu!")
        with pytest.raises(UsageError, match="has a text of its own already"):
            await h.desk.own_text(post, "bs-kawa", "en")
        await h.desk.common_text(post, "bs-kawa")
        assert "en@bs-kawa" not in await texts_of(h.desk, post)
        assert (await h.desk.review(f"{post}@bs-kawa")).parts[0].text == "Winter menu is here."
        await h.desk.undo()
        assert (await h.desk.review(f"{post}@bs-kawa")).parts[0].text == "Menu!"
        await h.desk.common_text(post, "bs-kawa")
        with pytest.raises(UsageError, match="sends the common text already"):
            await h.desk.common_text(post, "bs-kawa")


async def test_an_own_text_for_an_account_without_languages(tmp_path: Path) -> None:
    from tests.desk.house import WORKSPACE

    async with house(tmp_path, None, WORKSPACE.replace(", languages: [en] }", " }")) as h:
        post = await menu(h, text={"": "One for all."}, accounts=["bs-kawa"])
        done = await h.desk.own_text(post, "bs-kawa")
        await h.desk.save_text(post, done.details["field"], "Only there.")
        assert (await h.desk.review(f"{post}@bs-kawa")).parts[0].text == "Only there."


async def test_own_texts_that_cannot_be(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        post = await menu(h, text={"en": ""})
        with pytest.raises(UsageError, match="no common text yet"):
            await h.desk.own_text(post, "bs-kawa")
        with pytest.raises(NotFoundError, match="does not go to 'ig-kawa'"):
            await h.desk.own_text(post, "ig-kawa")
        await h.apply()
        with pytest.raises(UsageError, match="comes from a file"):
            await h.desk.own_text("autumn/teaser", "bs-kawa")


# ── two people at once ──


async def test_changes_of_different_lines_are_put_together(tmp_path: Path) -> None:
    async with two(tmp_path) as (h, jan):
        base = "Winter menu is here.\n\nFrom Tuesday."
        post = await menu(h, text={"en": base}, accounts=["bs-kawa"])
        await jan.save_text(post, "en", "Winter menu is here.\n\nFrom Wednesday.", base=base)
        await h.desk.save_text(post, "en", "The winter menu is here.\n\nFrom Tuesday.", base=base)
        assert (await texts_of(jan, post))["en"] == "The winter menu is here.\n\nFrom Wednesday."


async def test_changes_of_one_line_are_never_overwritten(tmp_path: Path) -> None:
    async with two(tmp_path) as (h, jan):
        post = await menu(h, text={"en": "39 zł"}, accounts=["bs-kawa"])
        await jan.save_text(post, "en", "42 zł", base="39 zł")
        with pytest.raises(CrossedError, match="jan changed the same lines") as caught:
            await h.desk.save_text(post, "en", "45 zł", base="39 zł")
        assert (caught.value.theirs, caught.value.by) == ("42 zł", "jan")
        assert (await texts_of(h.desk, post))["en"] == "42 zł"
        former = await h.desk.former_texts(post)
        assert [(text.text, text.by, text.aside, text.current) for text in former] == [
            ("45 zł", "anna", True, False),
            ("42 zł", "jan", False, True),
            ("39 zł", "anna", False, False),
        ]
        await h.desk.save_text(post, "en", "45 zł", base=caught.value.theirs)
        assert (await texts_of(jan, post))["en"] == "45 zł"


async def test_what_was_kept_aside_can_come_back(tmp_path: Path) -> None:
    async with two(tmp_path) as (h, jan):
        post = await menu(h, text={"en": "39 zł"}, accounts=["bs-kawa"])
        await jan.save_text(post, "en", "42 zł", base="39 zł")
        with pytest.raises(CrossedError):
            await h.desk.save_text(post, "en", "45 zł", base="39 zł")
        aside = next(text for text in await h.desk.former_texts(post) if text.aside)
        await h.desk.restore_text(post, aside.id)
        assert (await texts_of(jan, post)) == {"en": "45 zł"}


# ── earlier texts ──


async def test_going_back_to_an_earlier_text_and_taken_back(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h, accounts=["bs-kawa"])
        h.clock.now += 20 * MINUTE
        await h.desk.save_text(post, "en", "Everything is new.")
        former = await h.desk.former_texts(post, "en")
        assert [(text.text, text.current) for text in former] == [("Everything is new.", True), ("Winter menu is here.", False)]
        done = await h.desk.restore_text(post, former[1].id)
        assert done.words == "the text that anna saved is back"
        assert (await texts_of(h.desk, post))["en"] == "Winter menu is here."
        assert [text.text for text in await h.desk.former_texts(post, "en")][:2] == ["Winter menu is here.", "Everything is new."]
        await h.desk.undo()
        assert (await texts_of(h.desk, post))["en"] == "Everything is new."
        with pytest.raises(NotFoundError, match="no earlier text 9999"):
            await h.desk.restore_text(post, 9999)


async def test_typing_is_one_earlier_text_and_what_was_taken_out_is_another(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h, text={"en": ""}, accounts=["bs-kawa"])
        whole = "Short rib, charred leeks and a hot chocolate that should be illegal."
        for end in range(6, len(whole) + 1, 6):
            await h.desk.save_text(post, "en", whole[:end])
            h.clock.now += MINUTE // 4
        await h.desk.save_text(post, "en", whole)
        await h.desk.save_text(post, "en", "Short rib.")
        assert [text.text for text in await h.desk.former_texts(post)] == ["Short rib.", whole]


async def test_typing_is_one_step_to_take_back(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h, accounts=["bs-kawa"])
        for text in ("Winter", "Winter is", "Winter is here"):
            await h.desk.save_text(post, "en", text)
            h.clock.now += MINUTE // 30
        await h.desk.undo()
        assert (await texts_of(h.desk, post))["en"] == "Winter menu is here."


async def test_a_text_that_no_post_holds_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h)
        with pytest.raises(UsageError, match="1,000,000 characters; a post holds 100,000"):
            await h.desk.save_text(post, "en", "x" * 1_000_000)
        assert (await texts_of(h.desk, post))["en"] == "Winter menu is here."
