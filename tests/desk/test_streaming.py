"""A model that writes while one listens: over real sockets, cut, slow, and stopped by the person. Nothing half is ever a text."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from scheduler.desk.write.views import Streamed
from scheduler.errors import UnreachableError
from tests.desk.house import WORKSPACE, House, house
from tests.drafting.speaking_model import speaking

OPENINGS = ("Fresh grounds", "Scales first", "Patience is half")


def answer(number: int) -> str:
    body = {"language": "en", "hook": f"{OPENINGS[number % 3]} of coffee for a good pot.", "body": "Measure, do not guess."}
    more = {"cta": "Come by and taste it.", "hashtags": ["coffee"], "alt_texts": [], "used_facts": [], "unsure": []}
    return json.dumps({**body, **more})


def workspace(url: str) -> str:
    return f"{WORKSPACE}llm: {{ base_url: '{url}', model: talker }}\n"


async def drafted(h: House) -> str:
    view = await h.desk.new_post(title="Ratio", text={"en": "coffee for a litre"}, accounts=["bs-kawa"])
    return view.post


async def until(condition: Callable[[], bool], what: str, within: float = 20.0) -> None:
    ends = time.monotonic() + within
    while not condition():
        assert time.monotonic() < ends, f"waited for {what}"
        await asyncio.sleep(0.005)


def words(heard: list[Streamed]) -> dict[int, str]:
    found: dict[int, str] = {}
    for piece in heard:
        found[piece.variant] = "" if piece.again else found.get(piece.variant, "") + piece.piece
    return found


async def test_three_variants_come_at_the_same_time(tmp_path: Path) -> None:
    async with speaking(answer, waits_at=60) as model, house(tmp_path, None, workspace(model.url)) as h:
        post, heard = await drafted(h), list[Streamed]()
        asking = asyncio.create_task(h.desk.draft(post, on_text=heard.append, languages=["en"], variants=3))
        await until(lambda: model.waiting == 3, "three answers under way at once")
        assert await h.desk.proposals(post) == []
        assert (await h.desk.post(post)).texts[0].text == "coffee for a litre"
        model.go_on.set()
        proposals = await asking
        assert sorted(p.variant for p in proposals) == [1, 2, 3]
        assert sorted(opening for opening in OPENINGS if any(p.text.startswith(opening) for p in proposals)) == sorted(OPENINGS)
        assert all(said.endswith("Come by and taste it.") for said in words(heard).values())
        assert h.desk.model_place().words == "talker on this computer"


async def test_who_stops_it_hangs_up_and_nothing_half_is_kept_as_a_text(tmp_path: Path) -> None:
    async with speaking(answer, waits_at=100) as model, house(tmp_path, None, workspace(model.url)) as h:
        post, heard = await drafted(h), list[Streamed]()
        asking = asyncio.create_task(h.desk.draft(post, on_text=heard.append, languages=["en"], variants=2))
        await until(lambda: model.waiting == 2, "two answers under way")
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await until(lambda: model.hung_up == 2, "both connections closed")
        assert await h.desk.proposals(post) == []
        assert [(saved.text, saved.by) for saved in await h.desk.former_texts(post)] == [("coffee for a litre", "anna")]
        runs = await h.desk.store.read(lambda conn: conn.execute(text("SELECT count(*) FROM generation_run")).scalar_one())
        assert runs == 2  # that a model was asked stays on record
        seen = max(words(heard).values(), key=len)
        assert "of coffee for a good pot" in seen
        await h.desk.save_text(post, "en", f"Mine: {seen.partition(' ')[2]}")
        assert (await h.desk.review(f"{post}@bs-kawa")).ai_share > 0.5  # and so do its words, typed by hand


async def test_one_that_is_whole_is_kept_when_the_rest_is_stopped(tmp_path: Path) -> None:

    async with speaking(answer, waits_at=60) as model, house(tmp_path, None, workspace(model.url)) as h:
        post = await drafted(h)
        first = asyncio.create_task(h.desk.draft(post, on_text=lambda _: None, languages=["en"], variants=1))
        await until(lambda: model.waiting == 1, "the first")
        model.go_on.set()
        assert len(await first) == 1
        model.go_on.clear()
        second = asyncio.create_task(h.desk.draft(post, on_text=lambda _: None, languages=["en"], variants=1))
        await until(lambda: model.waiting == 1, "the second")
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        assert len(await h.desk.proposals(post)) == 1


async def test_a_cut_connection_is_asked_again_and_what_came_is_void(tmp_path: Path) -> None:
    async with speaking(answer, waits_at=60) as model, house(tmp_path, None, workspace(model.url)) as h:
        model.go_on.set()
        post = await drafted(h)
        await h.desk.draft(post, on_text=lambda _: None, languages=["en"], variants=1)  # so that it is known to work
        model.asked, model.cuts, heard = 0, 1, list[Streamed]()
        [*_, newest] = await h.desk.draft(post, on_text=heard.append, languages=["en"], variants=1)
        assert any(piece.again for piece in heard)
        assert words(heard)[1].count("of coffee") == 1
        assert newest.text.startswith(OPENINGS[1])


async def test_a_connection_that_is_always_cut_is_said_and_changes_nothing(tmp_path: Path) -> None:
    async with speaking(answer, waits_at=60, cuts=99) as model, house(tmp_path, None, workspace(model.url)) as h:
        post, heard = await drafted(h), list[Streamed]()
        with pytest.raises(UnreachableError):
            await h.desk.draft(post, on_text=heard.append, languages=["en"], variants=3)
        assert len([piece for piece in heard if piece.trouble]) == 3
        assert await h.desk.proposals(post) == []
        assert (await h.desk.post(post)).texts[0].text == "coffee for a litre"


async def test_one_of_three_that_fails_leaves_the_others(tmp_path: Path) -> None:
    async with speaking(answer, waits_at=60, cuts=1) as model, house(tmp_path, None, workspace(model.url)) as h:
        model.go_on.set()
        post, heard = await drafted(h), list[Streamed]()
        proposals = await h.desk.draft(post, on_text=heard.append, languages=["en"], variants=3)
        assert len(proposals) in (2, 3)
        assert len(proposals) + len([piece for piece in heard if piece.trouble]) == 3


async def test_taking_a_text_and_throwing_away_are_taken_back(tmp_path: Path) -> None:
    async with speaking(answer) as model, house(tmp_path, None, workspace(model.url)) as h:
        post = await drafted(h)
        proposals = await h.desk.draft(post, on_text=lambda _: None, languages=["en"], variants=2)
        done = await h.desk.accept(proposals[0].id)
        assert done.undo == "take your own text back"
        assert (await h.desk.post(post)).texts[0].text.startswith(proposals[0].text[:20])
        await h.desk.undo()
        assert (await h.desk.post(post)).texts[0].text == "coffee for a litre"
        assert [p.id for p in await h.desk.proposals(post)] == [p.id for p in proposals]
        await h.desk.discard_all([p.id for p in proposals])
        assert await h.desk.proposals(post) == []
        await h.desk.undo()
        assert len(await h.desk.proposals(post)) == 2


# ── a Reel ──

BEAT = {"voice": "Measure it.", "screen": "MEASURE", "shot": "scales", "source": "film"}


def reel(number: int) -> str:
    beats = [{**BEAT, "duration_s": 4.0, "voice": f"Grams matter, number {['one', 'two', 'three'][n]}."} for n in range(2)]
    whole = {"language": "en", "title": "Grams", "target_s": 12.0, "hook": {**BEAT, "duration_s": 2.0}, "beats": beats}
    return json.dumps({**whole, "cta": {**BEAT, "duration_s": 2.0}, "caption": json.loads(answer(number))})


async def test_a_script_streams_is_taken_with_its_caption_and_taken_back(tmp_path: Path) -> None:
    async with speaking(reel) as model, house(tmp_path, None, workspace(model.url)) as h:
        post, heard = await drafted(h), list[Streamed]()
        proposals = await h.desk.draft(post, on_text=heard.append, languages=["en"], reel_seconds=12)
        assert "Grams matter, number one." in words(heard)[1]
        await h.desk.accept(proposals[0].id)
        script = await h.desk.script(post, "en")
        assert [beat.voice for beat in script.beats] == [
            "Measure it.",
            "Grams matter, number one.",
            "Grams matter, number two.",
            "Measure it.",
        ]
        assert (await h.desk.former_texts(post, "script:en"))[0].by == "the model"
        assert [(mark.start, mark.end) for mark in script.beats[1].voice_marks] == [(0, len("Grams matter, number one."))]
        await h.desk.save_script(post, "en", script.text.replace("number one", "number one and mine"), base=script.text)
        [_, beat, *_] = (await h.desk.script(post, "en")).beats
        assert [beat.voice[mark.start : mark.end] for mark in beat.voice_marks] == ["Grams matter, number one "]
        await h.desk.save_script(post, "en", "target: 12 s\n")
        for _ in range(2):  # what is brought back is whose it was
            await h.desk.undo()
        assert all(beat.voice_marks and beat.screen_marks and beat.shot_marks for beat in (await h.desk.script(post, "en")).beats)
        await h.desk.undo()
        assert (await h.desk.script(post, "en")).beats == ()
        assert (await h.desk.post(post)).texts[0].text == "coffee for a litre"


async def test_what_is_written_while_the_model_writes_stays_what_goes_out(tmp_path: Path) -> None:
    async with speaking(answer, waits_at=60) as model, house(tmp_path, None, workspace(model.url)) as h:
        post = await drafted(h)
        asking = asyncio.create_task(h.desk.draft(post, on_text=lambda _: None, languages=["en"], variants=1))
        await until(lambda: model.waiting == 1, "an answer under way")
        await h.desk.save_text(post, "en", "coffee, and milk that was written meanwhile")
        model.go_on.set()
        await asking
        item = await h.desk.review(f"{post}@bs-kawa")
        assert (item.parts[0].text, item.delivery.ai) == ("coffee, and milk that was written meanwhile", "human, AI-checked")


async def test_what_is_approved_while_the_model_writes_waits_for_a_new_yes(tmp_path: Path) -> None:
    async with speaking(answer, waits_at=60) as model, house(tmp_path, None, workspace(model.url)) as h:
        await h.connected("bs-kawa")
        made = await h.desk.new_post(title="", text={"en": "coffee"}, accounts=["bs-kawa"], when="tomorrow 9:30")
        asking = asyncio.create_task(h.desk.draft(made.post, on_text=lambda _: None, languages=["en"], variants=1))
        await until(lambda: model.waiting == 1, "an answer under way")
        await h.approve(made.deliveries[0].key)
        model.go_on.set()
        await asking
        view = await h.desk.delivery(made.deliveries[0].key)
        assert (view.state, view.approval) == ("draft", None)


async def test_what_a_model_saw_or_wrote_is_known_of_a_copy_too(tmp_path: Path) -> None:
    async with speaking(answer) as model, house(tmp_path, None, workspace(model.url)) as h:
        post = await drafted(h)
        [proposal] = await h.desk.draft(post, on_text=lambda _: None, languages=["en"], variants=1)
        copy = await h.desk.duplicate(post)
        key = copy.deliveries[0].key
        await h.desk.save_text(copy.post, "en", "coffee for two litres")
        assert (await h.desk.delivery(key)).ai == "human, AI-checked"
        await h.desk.save_text(copy.post, "en", proposal.text)
        assert (await h.desk.delivery(key)).ai == "AI-generated"


async def test_a_model_s_words_in_the_first_comment_label_the_post(tmp_path: Path) -> None:
    async with speaking(answer) as model, house(tmp_path, None, workspace(model.url)) as h:
        made = await h.desk.new_post(title="Ratio", text={"en": "coffee for a litre"}, accounts=["ig-kawa"])
        post, key = made.post, made.deliveries[0].key
        proposals = await h.desk.draft(post, on_text=lambda _: None, languages=["en"], variants=1)
        await h.desk.accept(proposals[0].id)
        await h.desk.save_text(post, "en", "Sixty grams, I weighed them.")
        assert (await h.desk.review(key)).delivery.ai == "human, AI-checked"
        await h.desk.save_text(post, "first_comment", proposals[0].text)
        seen = await h.desk.review(key)
        assert (seen.delivery.ai, seen.needs_facts_check) == ("AI-generated", True)
