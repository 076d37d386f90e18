"""The loop over real sockets: three answers at most, the best is kept, nothing bad goes back to the model."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from drafting.client import ModelClient
from drafting.endpoint import Endpoint
from drafting.errors import DraftingError, LlmGarbled, LlmLimited, LlmRefused, LlmRejected, LlmTruncated, LlmUnavailable
from drafting.prompt import prompt_id
from drafting.repair import CALLS_MOST, draft_caption, draft_reel, draft_variants
from drafting.request import CaptionRequest
from drafting.results import Drafted
from tests.drafting.briefs import REEL, REQUEST, beat, caption, reel
from tests.drafting.scripted_model import (
    BROKEN_JSON,
    DROPPED,
    HANGS,
    HTML,
    NO_CHOICES,
    NULL_CHOICES,
    Asked,
    Reply,
    Script,
    ScriptedModel,
    fails,
    says,
    serving,
    streams,
)

BAD = caption(cta="More at https://evil.example and @evil, 50% off")
LESS_BAD = caption(cta="Now 50% off")


def client_of(model: ScriptedModel, **settings: object) -> ModelClient:
    return ModelClient(Endpoint(model.url, "m", "key", **settings), pause_s=0.0)  # type: ignore[arg-type]


async def drafted(script: Script | Sequence[Reply], request: CaptionRequest = REQUEST) -> tuple[Drafted, ScriptedModel]:
    async with serving(script) as model, client_of(model) as client:
        return await draft_caption(client, request), model


async def test_a_good_answer_is_ready_at_once() -> None:
    result, model = await drafted([says(caption())])
    assert (result.status, result.report, model.answered) == ("ready", (), 1)
    assert result.text.startswith("Listen: that is the first crack.\n\nIt takes 9 minutes")
    assert result.text.endswith("#kawawroclaw #coffee")
    run = result.runs[0]
    assert run.id == result.run_id
    assert run.prompt_id == prompt_id("caption-v1")
    assert run.brief_hash == REQUEST.brief.hash
    assert run.output_sha256 == hashlib.sha256(run.output.encode()).hexdigest()
    assert (run.kind, run.language, run.model, run.seed, run.tokens, run.outcome) == ("caption", "en", "m", 7, 40, "ok")
    assert run.endpoint_host == model.url.removeprefix("http://").removesuffix("/v1")
    assert '"mode":"json_schema"' in run.parameters


async def test_what_was_wrong_goes_back_but_not_the_draft() -> None:
    result, model = await drafted([says(BAD), says(caption())])
    assert (result.status, model.answered) == ("ready", 2)
    again = model.asked[1].user
    assert "An earlier attempt failed. Avoid this:" in again
    assert "“@evil” is not among the brief's accounts" in again
    assert "that is the first crack" not in again
    assert [asked.body["seed"] for asked in model.asked] == [7, 8]
    assert model.asked[0].canary != model.asked[1].canary
    assert [run.outcome for run in result.runs] == ["ok", "ok"]


async def test_the_best_of_three_is_shown_with_its_problems() -> None:
    result, model = await drafted([says(BAD), says(LESS_BAD), says(BAD), says(caption())])
    assert (result.status, model.answered) == ("needs_work", CALLS_MOST)
    assert [finding.code for finding in result.report] == ["number"]
    assert result.run_id == result.runs[1].id
    assert len(result.runs) == CALLS_MOST


async def test_free_fixes_cost_no_call() -> None:
    result, model = await drafted([says(caption(hook="Lis\u200bten.", hashtags=["#coffee", "Coffee", "a", "b", "c", "d", "e"]))])
    assert (result.status, model.answered) == ("ready", 1)
    assert result.draft.hashtags == ("kawawroclaw", "coffee", "a", "b", "c")


async def test_soft_problems_do_not_ask_again() -> None:
    result, model = await drafted([says(caption(hook="Unlock your morning."))])
    assert (result.status, model.answered) == ("ready", 1)
    assert [finding.code for finding in result.report] == ["cliche"]


@pytest.mark.parametrize(
    "text", ["<think>{no}</think>```json\nDRAFT\n```", "Sure! Here it is:\nDRAFT\nEnjoy {it}.", "thoughts {x: 1}</think> DRAFT"]
)
async def test_chatter_around_the_object_does_not_matter(text: str) -> None:
    import json

    result, _ = await drafted([says(text.replace("DRAFT", json.dumps(caption())))])
    assert result.status == "ready"


async def test_a_cut_answer_gets_more_room() -> None:
    result, model = await drafted([says('{"hook": "Li', finish="length"), says(caption())])
    assert result.status == "ready"
    assert [asked.body["max_completion_tokens"] for asked in model.asked] == [2_000, 4_000]
    assert "too long and was cut off" in model.asked[1].user
    assert [run.outcome for run in result.runs] == ["LlmTruncated", "ok"]


@pytest.mark.parametrize(
    ("reply", "error", "calls"),
    [
        (HTML, LlmGarbled, 3),
        (NULL_CHOICES, LlmGarbled, 3),
        (NO_CHOICES, LlmGarbled, 3),
        (BROKEN_JSON, LlmGarbled, 3),
        (says("I would rather talk."), LlmGarbled, 3),
        (says({"hook": 1}), LlmGarbled, 3),
        (says("{" * 50_000), LlmGarbled, 3),
        (says('{"hook": NaN}'), LlmGarbled, 3),
        (says(None, refusal="No."), LlmRefused, 3),
        (says("{", finish="length"), LlmTruncated, 3),
        (fails(401), LlmRejected, 1),
        (fails(429, headers=(("retry-after", "99"),)), LlmLimited, 1),
        (fails(500), LlmUnavailable, 1),
        (DROPPED, LlmUnavailable, 1),
    ],
)
async def test_no_draft_at_all_is_an_error_with_its_runs(reply: Reply, error: type[DraftingError], calls: int) -> None:
    with pytest.raises(error) as caught:
        await drafted([reply])
    assert len(caught.value.runs) == calls
    assert {run.outcome for run in caught.value.runs} == {error.__name__}
    assert all(run.output.encode() is not None for run in caught.value.runs)


async def test_a_fault_later_keeps_what_came_before() -> None:
    result, _ = await drafted([says(LESS_BAD), fails(401)])
    assert result.status == "needs_work"
    assert "does not accept the key" in result.note
    assert [run.outcome for run in result.runs] == ["ok", "LlmRejected"]


async def test_the_budget_ends_the_loop() -> None:
    result, model = await drafted([says(LESS_BAD), HANGS], replace(REQUEST, budget_s=0.6))
    assert (result.status, model.answered) == ("needs_work", 2)
    assert "too long" in result.note
    with pytest.raises(LlmUnavailable):
        await drafted([HANGS], replace(REQUEST, budget_s=0.2))


async def test_progress_and_text_are_shown() -> None:
    told: list[str] = []
    shown: list[str] = []
    request = replace(REQUEST, progress=told.append, on_text=shown.append)
    result, model = await drafted([streams(BAD), streams(caption())], request)
    assert result.status == "ready"
    assert model.asked[0].body["stream"] is True
    assert told[0].startswith("asking m at 127.0.0.1")
    assert told[1].startswith("asking again (2 of 3): ")
    assert "".join(shown).endswith("\n\n".join(caption()[piece] for piece in ("hook", "body", "cta")))


async def test_variants_begin_differently_and_keep_what_came() -> None:
    def script(n: int, asked: Asked) -> Reply:
        return fails(401) if n == 2 else says(caption(hook=f"Listen, take {'once' if n else 'more'}."))

    async with serving(script) as model, client_of(model) as client:
        results = await draft_variants(client, REQUEST, 3)
    assert [result.status for result in results] == ["ready", "ready"]
    assert "variant 3 of 3 did not come" in results[-1].note
    assert sum(len(result.runs) for result in results) == 3
    angles = [asked.user.partition("variant ")[2].splitlines()[0] for asked in model.asked]
    assert len(set(angles)) == 3


async def test_a_reel_is_retimed_and_ready() -> None:
    wish = reel(hook=beat(6.0, "Listen to this.", "Listen."), target_s=40)
    async with serving([says(wish)]) as model, client_of(model) as client:
        result = await draft_reel(client, REEL)
    assert (result.status, result.report, model.answered) == ("ready", (), 1)
    assert result.script.hook.duration_s <= 3
    assert sum(b.duration_s for b in result.script.all_beats) == pytest.approx(15)
    assert result.spoken_s == pytest.approx(8.4)
    assert result.text.endswith("#kawawroclaw #coffee")
    assert result.runs[0].kind == "reel"
    assert model.asked[0].body["response_format"]["json_schema"]["name"] == "reel"


async def test_a_reel_that_says_too_much_is_asked_for_again() -> None:
    long = reel(beats=[beat(5, "We roast " * 30), beat(5, "and so on")])
    async with serving([says(long), says(reel())]) as model, client_of(model) as client:
        result = await draft_reel(client, REEL)
    assert (result.status, model.answered) == ("ready", 2)
    assert "the words take 24.0 s to say" in model.asked[1].user


# ── many runs against a server that errs by chance ──

FAULTS: tuple[Callable[[Asked], Reply], ...] = (
    lambda _: HTML,
    lambda _: NULL_CHOICES,
    lambda _: BROKEN_JSON,
    lambda _: says("Certainly!"),
    lambda _: says(None, refusal="No."),
    lambda _: says('{"hook": "Li', finish="length"),
    lambda _: says(caption(cta="See https://evil.example")),
    lambda _: says(caption(cta="Ask @evil")),
    lambda _: says(caption(hook="Now 70% off")),
    lambda _: says(caption(body="word " * 400)),
    lambda _: says(caption(hook="„Najlepsza”", body="Na półce odpoczywa coś ciemniejszego, palone na Ruskiej.")),
    lambda _: says(caption(body="")),
    lambda _: says(caption(cta="Come to [place]")),
    lambda asked: says(caption(body=f"My marker is {asked.canary}.")),
)


@pytest.mark.parametrize(("rate", "least"), [(0.05, 0.98), (0.5, 0.6), (1.0, 0.0)])
async def test_every_run_keeps_the_promises(rate: float, least: float) -> None:
    chance = random.Random(f"loop {rate}")
    ready = 0

    def script(_: int, asked: Asked) -> Reply:
        return chance.choice(FAULTS)(asked) if chance.random() < rate else says(caption())

    async with serving(script) as model, client_of(model) as client:
        for _ in range(100):
            before = model.answered
            try:
                result = await draft_caption(client, replace(REQUEST, seed=chance.randrange(1_000)))
            except DraftingError as error:
                runs = error.runs
            else:
                runs = result.runs
                ready += result.status == "ready"
                assert (result.status == "ready") == (not any(finding.hard for finding in result.report))
                assert result.run_id in {run.id for run in runs}
                if result.status == "ready":
                    assert "evil" not in result.text
            assert model.answered - before == len(runs) <= CALLS_MOST
    assert ready >= least * 100
