"""Captions and a Reels script from the stand-in model, through everything that is real."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from drafting.client import ModelClient
from drafting.endpoint import Endpoint
from drafting.errors import LlmLimited, LlmRejected
from drafting.repair import draft_caption, draft_reel, draft_variants
from drafting.request import ReelRequest
from tests.drafting.briefs import REQUEST
from tests.sandbox_process import Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> ModelClient:
    sandbox.reset()
    return ModelClient(Endpoint(sandbox.at("model/v1"), "sandbox-writer"), pause_s=0.0)


@pytest.mark.parametrize("language", ["en", "pl"])
async def test_captions_become_ready(client: ModelClient, language: str) -> None:
    shown: list[str] = []
    async with client:
        result = await draft_caption(client, replace(REQUEST, language=language, on_text=shown.append))
        variants = await draft_variants(client, replace(REQUEST, language=language), 2)
    assert result.status == "ready"
    assert result.draft.language == language
    assert result.draft.hook in "".join(shown)
    assert [variant.status for variant in variants] == ["ready", "ready"]
    assert variants[0].text != variants[1].text


@pytest.mark.parametrize("language", ["en", "pl"])
async def test_a_reels_script_becomes_ready(client: ModelClient, language: str) -> None:
    async with client:
        result = await draft_reel(client, ReelRequest(caption=replace(REQUEST, language=language), seconds=20))
    assert result.status == "ready"
    assert sum(beat.duration_s for beat in result.script.all_beats) == pytest.approx(20, abs=0.5)
    assert 0 < result.spoken_s <= 22


@pytest.mark.parametrize("kind", ["garbage", "length", "refusal", "too_long"])
async def test_one_bad_answer_is_asked_again(sandbox: Sandbox, client: ModelClient, kind: str) -> None:
    sandbox.fault("model", "chat", kind)
    async with client:
        result = await draft_caption(client, REQUEST)
    assert result.status == "ready"
    assert len(result.runs) == 2


async def test_a_wrong_key_and_a_limit_are_said(sandbox: Sandbox, client: ModelClient) -> None:
    async with ModelClient(Endpoint(sandbox.at("model/v1"), "sandbox-writer", "wrong")) as stranger:
        with pytest.raises(LlmRejected, match="does not accept the key"):
            await draft_caption(stranger, REQUEST)
    sandbox.fault("model", "chat", "429", seconds=60, count=-1)
    async with client:
        with pytest.raises(LlmLimited):
            await draft_caption(client, REQUEST)
