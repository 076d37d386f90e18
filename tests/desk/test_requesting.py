"""What a model is asked for: filled in here, kept with the post, held against its words when a person approves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scheduler.errors import UsageError
from tests.desk.house import CAMPAIGN, WORKSPACE, house
from tests.desk.test_streaming import workspace
from tests.desk.test_writing import menu
from tests.drafting.speaking_model import speaking

PRICED = {"language": "en", "hook": "The winter menu is here for 39 zł.", "body": "Short rib and leeks.", "cta": "", "hashtags": []}
BRIEFED = CAMPAIGN.partition("  - id")[0] + (
    "  - id: ratio\n    at: 2026-12-01T09:00\n    accounts: [bs-kawa]\n    brief: { goal: How much coffee }\n"
)


def answer(_: int) -> str:
    return json.dumps(PRICED | {"alt_texts": [], "used_facts": [], "unsure": []})


async def test_a_fact_of_the_request_needs_no_tick(tmp_path: Path) -> None:
    async with speaking(answer) as model, house(tmp_path, None, workspace(model.url)) as h:
        post = await menu(h, text={"en": "", "pl": ""}, accounts=["bs-kawa"], title="Winter menu")
        await h.desk.keep_request(post, topic="the winter menu", languages=["en"])
        [first, *_] = await h.desk.draft(post, on_text=lambda _: None)
        assert {p.language for p in await h.desk.proposals(post)} == {"en"}
        await h.desk.accept(first.id)
        assert [fact for fact in (await h.desk.review(f"{post}@bs-kawa")).facts if "39" in fact]
        await h.desk.keep_request(post, facts=["the menu costs 39 zł", " the menu costs 39 zł", ""])
        assert not [fact for fact in (await h.desk.review(f"{post}@bs-kawa")).facts if "39" in fact]
        kept = await h.desk.request(post)
        assert (kept.topic, kept.facts, kept.languages) == ("the winter menu", ("the menu costs 39 zł",), ("en",))
        await h.desk.undo()
        assert (await h.desk.request(post)).facts == ()


async def test_what_a_model_wrote_is_never_offered_as_the_topic(tmp_path: Path) -> None:
    """A topic counts among the facts: numbers of the model would vouch for themselves."""
    async with speaking(answer) as model, house(tmp_path, None, workspace(model.url)) as h:
        post = await menu(h, text={"en": ""}, accounts=["bs-kawa"])
        await h.desk.accept((await h.desk.draft(post, on_text=lambda _: None))[0].id)
        assert "39" in (await h.desk.post(post)).title
        assert (await h.desk.request(post)).topic == ""
        await h.desk.keep_request(post, tone="warm")
        assert [fact for fact in (await h.desk.review(f"{post}@bs-kawa")).facts if "39" in fact]


async def test_the_tone_of_a_client_is_offered_for_its_next_post(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        first, second = await menu(h, title="First"), await menu(h, title="Second", text={"en": ""})
        assert (await h.desk.request(second)).tone == ""
        await h.desk.keep_request(first, topic="soup", facts=["soup costs 9 zł"], tone="warm and dry", languages=["pl"])
        offered = await h.desk.request(second)
        assert (offered.tone, offered.topic, offered.facts, offered.languages) == ("warm and dry", "Second", (), ())


async def test_a_brief_in_a_file_is_changed_there(tmp_path: Path) -> None:
    async with house(tmp_path, BRIEFED, WORKSPACE) as h:
        await h.apply()
        kept = await h.desk.request("autumn/ratio")
        assert kept.topic == "How much coffee"
        assert "campaigns/autumn" in kept.fixed
        with pytest.raises(UsageError, match="edit it there"):
            await h.desk.keep_request("autumn/ratio", tone="dry")


async def test_languages_and_facts_that_cannot_be(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        post = await menu(h)
        with pytest.raises(UsageError, match="no language of this post"):
            await h.desk.keep_request(post, languages=["xx"])
        with pytest.raises(UsageError, match="a fact has 501 characters"):
            await h.desk.keep_request(post, facts=["x" * 501])
        assert (await h.desk.request(post)).facts == ()
