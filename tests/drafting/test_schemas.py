"""Schemas as servers accept them, answers as servers send them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from drafting.errors import LlmGarbled
from drafting.extraction import CaptionStream, read_draft
from drafting.schemas import CaptionDraft, JsonValue, ReelScript, schema_of
from tests.drafting.briefs import caption, reel

ALLOWED = {"type", "description", "enum", "items", "properties", "required", "additionalProperties"}


def objects(node: JsonValue, depth: int = 0) -> Iterator[tuple[int, dict[str, JsonValue]]]:
    if isinstance(node, dict):
        if node.get("type") == "object":
            yield depth, node
        properties = node.get("properties")
        for child in (node.get("items"), *(properties.values() if isinstance(properties, dict) else ())):
            yield from objects(child, depth + (node.get("type") == "object"))


@pytest.mark.parametrize("model", [CaptionDraft, ReelScript])
def test_schemas_are_plain_and_strict(model: type[CaptionDraft | ReelScript]) -> None:
    schema = dict(schema_of(model))
    found = list(objects(schema))
    assert max(depth for depth, _ in found) <= 2
    for _, node in found:
        assert node["additionalProperties"] is False
        properties = node["properties"]
        assert isinstance(properties, dict)
        assert node["required"] == list(properties)
        assert all(isinstance(child, dict) and set(child) <= ALLOWED for child in properties.values())
    json.dumps(schema)


def test_a_wrong_shape_is_said_in_words_for_the_model() -> None:
    with pytest.raises(LlmGarbled) as caught:
        read_draft(json.dumps({**caption(), "hashtags": "one two", "hook": None}), CaptionDraft)
    assert "hook: Input should be a valid string" in caught.value.feedback
    assert "hashtags" in caught.value.feedback
    with pytest.raises(LlmGarbled):
        read_draft(json.dumps({**reel(), "hook": {**reel()["hook"], "duration_s": 1e400}}), ReelScript)


def test_the_widest_object_wins_and_unknown_keys_are_dropped() -> None:
    text = f'First {{}} then {{"a": 1}} then {json.dumps({**caption(), "extra": {"x": 1}})} and {{"b": 2}}'
    assert read_draft(text, CaptionDraft) == CaptionDraft.model_validate(caption())


@pytest.mark.parametrize("size", [1, 2, 3, 1_000])
def test_words_are_shown_while_they_come(size: int) -> None:
    text = json.dumps(caption(hook='She said \\"żółć\\" 🎉', hashtags=["hidden"]))
    stream = CaptionStream()
    shown = "".join(stream.feed(text[at : at + size]) for at in range(0, len(text), size))
    assert shown == "\n\n".join(str(caption(hook='She said \\"żółć\\" 🎉')[piece]) for piece in ("hook", "body", "cta"))
