"""JSON Schemas of the files, for completion and diagnostics in editors; short forms are declared beside the long ones."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from pathlib import Path
from typing import TypeAlias

from pydantic import BaseModel

from config.brand import Brand
from config.campaign import Campaign
from config.notices import Notices
from config.options import OPTIONS
from config.posts import ForOne, Post
from config.whole_file import write_whole
from config.workspace import WITHOUT_ADAPTER, Workspace

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

MODELS: dict[str, type[BaseModel]] = {"workspace": Workspace, "brand": Brand, "campaign": Campaign, "post": Post}
"""File name (without `.schema.json`) → what it describes."""
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_LONGEST = 100_000
"""Bounds this wide say nothing to a reader."""


def schemas() -> dict[str, Json]:
    """Name → schema, ready for JSON."""
    return {name: _schema(name, model) for name, model in MODELS.items()}


def write_schemas(root: Path) -> list[Path]:
    """schemas/*.schema.json of a workspace; unchanged ones are not touched."""
    folder = root / "schemas"
    folder.mkdir(exist_ok=True)
    out = []
    for name, schema in schemas().items():
        file = folder / f"{name}.schema.json"
        data = (json.dumps(schema, ensure_ascii=False, indent=2) + "\n").encode()
        if not file.exists() or file.read_bytes() != data:
            write_whole(file, data)
        out.append(file)
    return out


def _schema(name: str, model: type[BaseModel]) -> Json:
    made = _tidy(model.model_json_schema(by_alias=True, mode="validation"))
    assert isinstance(made, dict)
    definitions = made.get("$defs")
    known = _models(model)
    for title, definition in (*(definitions.items() if isinstance(definitions, dict) else ()), (model.__name__, made)):
        if isinstance(definition, dict) and title in known:
            _describe(definition, known[title])
    _name_platforms(made)
    return {"$schema": _DIALECT, "title": f"daypart {name}", **{key: value for key, value in made.items() if key != "title"}}


def _tidy(value: object) -> Json:
    """Without machine-made titles, nulls and defaults that say nothing."""
    if isinstance(value, list | tuple):
        return [_tidy(entry) for entry in value]
    if not isinstance(value, dict):
        return value if isinstance(value, str | int | float | bool) else None
    choices = value.get("anyOf")
    if isinstance(choices, list):
        real = [choice for choice in choices if choice != {"type": "null"}]
        if len(real) == 1 and isinstance(real[0], dict):
            return _tidy({**{key: entry for key, entry in value.items() if key != "anyOf"}, **real[0]})
        value = {**value, "anyOf": real}
    return {key: _tidy(entry) for key, entry in value.items() if not _is_noise(key, entry, value)}


def _is_noise(key: str, entry: object, owner: dict[str, object]) -> bool:
    if key == "title":
        return isinstance(entry, str)
    if key == "maxLength":
        return isinstance(entry, int) and entry >= _LONGEST
    if key == "default":
        wrong_kind = isinstance(entry, int) and not isinstance(entry, bool) and owner.get("type") == "string"
        return entry in (None, "", [], {}, ()) or isinstance(entry, dict | list) or wrong_kind
    return False


def _models(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """The model and all inside it, by class name."""
    known: dict[str, type[BaseModel]] = {}
    modules = {inspect.getmodule(kind) for kind in (Workspace, Notices, Brand, Campaign, Post, *OPTIONS.values())}
    for module in modules:
        members = inspect.getmembers(module, inspect.isclass)
        known.update({name: kind for name, kind in members if issubclass(kind, BaseModel)})
    known[model.__name__] = model
    return known


def _describe(definition: dict[str, Json], model: type[BaseModel]) -> None:
    """The sentence below each field becomes its description."""
    properties = definition.get("properties")
    if not isinstance(properties, dict):
        return
    sentences: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if issubclass(kind, BaseModel) and kind is not BaseModel:
            sentences.update(_sentences(kind))
    for name, field in model.model_fields.items():
        entry = properties.get(field.alias or name)
        if isinstance(entry, dict) and name in sentences:
            entry["description"] = sentences[name]


def _sentences(model: type[BaseModel]) -> dict[str, str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    assert isinstance(tree, ast.ClassDef)
    out = {}
    for field, below in zip(tree.body, tree.body[1:], strict=False):
        is_text = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_text:
            assert isinstance(below, ast.Expr)
            assert isinstance(below.value, ast.Constant)
            out[field.target.id] = " ".join(str(below.value.value).split())
    return out


def _name_platforms(made: Json) -> None:
    """`platform:` completes to names, `for:` to our keys and those of every platform."""
    if isinstance(made, list):
        for entry in made:
            _name_platforms(entry)
    if not isinstance(made, dict):
        return
    properties = made.get("properties")
    if isinstance(properties, dict):
        platform, parts = properties.get("platform"), properties.get("for")
        if isinstance(platform, dict):
            platform["enum"] = [*OPTIONS, *WITHOUT_ADAPTER]
        if isinstance(parts, dict) and parts.get("type") != "array":
            parts["additionalProperties"] = _for_part()
    for entry in made.values():
        _name_platforms(entry)


def _for_part() -> Json:
    """Keys of one `for:` part, described inline: what an option means depends on the platform."""
    properties: dict[str, Json] = {}
    models: tuple[type[BaseModel], ...] = (ForOne, *OPTIONS.values())
    for model in models:
        made = _tidy(model.model_json_schema(by_alias=True, mode="validation"))
        if isinstance(made, dict) and isinstance(entries := made.get("properties"), dict):
            properties.update({key: _without_references(entry) for key, entry in entries.items()})
    return {"type": "object", "properties": properties}


def _without_references(entry: Json) -> Json:
    if isinstance(entry, dict):
        if "$ref" in entry:
            return {key: value for key, value in entry.items() if key != "$ref"}
        return {key: _without_references(value) for key, value in entry.items()}
    return [_without_references(value) for value in entry] if isinstance(entry, list) else entry
