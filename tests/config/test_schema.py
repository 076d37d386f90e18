"""The schemas for editors: they know every key that the models know, and both forms of what has two."""

from __future__ import annotations

import json
from pathlib import Path

from config.campaign import Campaign
from config.posts import Post
from config.schema import MODELS, schemas, write_schemas
from config.workspace import Workspace


def properties(name: str) -> dict[str, dict[str, object]]:
    schema = schemas()[name]
    assert isinstance(schema, dict)
    found = schema["properties"]
    assert isinstance(found, dict)
    return found  # type: ignore[return-value]


def test_every_key_of_a_model_is_offered() -> None:
    for name, model in MODELS.items():
        assert set(properties(name)) == {field.alias or key for key, field in model.model_fields.items()}


def test_both_forms_are_declared() -> None:
    kinds = {str(choice.get("type", "long")) for choice in properties("post")["brief"]["anyOf"]}  # type: ignore[attr-defined]
    assert kinds == {"string", "long"}
    assert {choice["type"] for choice in properties("post")["text"]["anyOf"]} == {"string", "object"}  # type: ignore[attr-defined]


def test_a_for_part_completes_to_options_of_platforms() -> None:
    part = properties("post")["for"]["additionalProperties"]
    assert {"type", "visibility", "labels", "text", "first_comment", "at"} <= set(part["properties"])  # type: ignore[index]


def test_what_fields_mean_is_told() -> None:
    assert "drafted_by" in properties("post")
    assert properties("post")["drafted_by"]["description"] == "Id of the generation run, written when a proposal is accepted."


def test_nothing_of_the_machinery_shows() -> None:
    text = json.dumps(schemas())
    assert "microseconds" not in text
    assert '"null"' not in text
    assert "7200000000" not in text


def test_they_are_written_once(tmp_path: Path) -> None:
    files = write_schemas(tmp_path)
    assert {file.name for file in files} == {f"{name}.schema.json" for name in MODELS}
    before = {file: file.stat().st_mtime_ns for file in files}
    assert {file: file.stat().st_mtime_ns for file in write_schemas(tmp_path)} == before


def test_models_are_the_ones_that_are_read() -> None:
    assert (MODELS["workspace"], MODELS["campaign"], MODELS["post"]) == (Workspace, Campaign, Post)
