"""A Reels script by hand: saved like a text, never public, and never over somebody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.errors import StaleError, UsageError
from tests.desk.house import house
from tests.desk.test_writing import menu

LINES = "target: 12 s\n\n[3 s]\nvoice: It snows chocolate in both shops.\nscreen: IT SNOWS\nshot: close-up\n\n[9 s]\nvoice: Come in.\n"


async def test_a_script_without_a_model(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h)
        empty = await h.desk.script(post, "en")
        assert (empty.beats, empty.target, empty.words) == ((), 30.0, "0 s of 30 read aloud")
        done = await h.desk.save_script(post, "en", LINES, base=empty.text)
        assert done.words == "script saved: 2 beats, 3.2 s of 12 read aloud"
        view = await h.desk.script(post, "en")
        assert [(beat.start, beat.seconds, beat.voice) for beat in view.beats][1] == (3.0, 9.0, "Come in.")
        assert view.text == LINES
        assert "the end takes 9 s" in view.beats[1].faults[0]
        assert (await h.desk.script(post, "pl")).beats == ()
        await h.desk.undo()
        assert (await h.desk.script(post, "en")).beats == ()


async def test_a_script_is_no_text_of_the_post_and_breaks_no_approval(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        await h.connected("bs-kawa", "ms-kawa")
        post = await menu(h, accounts=["bs-kawa"])
        await h.approve(f"{post}@bs-kawa")
        await h.desk.save_script(post, "en", LINES)
        view = await h.desk.post(post)
        assert [text.field for text in view.texts] == ["en", "pl"]
        assert await h.state(f"{post}@bs-kawa") == "queued"
        assert [text.field for text in await h.desk.former_texts(post, "script:en")] == ["script:en"]


async def test_an_earlier_script_comes_back(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h)
        await h.desk.save_script(post, "en", LINES)
        await h.desk.save_script(post, "en", "target: 5 s\n")
        former = [text for text in await h.desk.former_texts(post, "script:en") if not text.current]
        await h.desk.restore_text(post, former[0].id)
        assert (await h.desk.script(post, "en")).text == LINES


async def test_somebody_else_changed_it_meanwhile(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h)
        seen = (await h.desk.script(post, "en")).text
        await h.desk.save_script(post, "en", LINES, base=seen)
        with pytest.raises(StaleError, match="somebody else changed this script"):
            await h.desk.save_script(post, "en", "target: 9 s\n", base=seen)
        assert (await h.desk.script(post, "en")).text == LINES


async def test_lines_that_are_none(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h)
        with pytest.raises(UsageError, match="line 2"):
            await h.desk.save_script(post, "en", "[3 s]\nsong: la la")
        with pytest.raises(UsageError, match="characters"):
            await h.desk.save_script(post, "en", "x" * 200_000)


async def test_hostile_words_are_harmless(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h)
        await h.desk.save_script(post, "en", "[3 s]\nvoice: hello \x1b[31mred\u202e\n")
        assert (await h.desk.script(post, "en")).beats[0].voice == "hello red"
