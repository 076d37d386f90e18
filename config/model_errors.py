"""Turns what pydantic finds into diagnostics: our codes, our words, the place in the file."""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin

from pydantic import ValidationError

from config.diagnostics import Diagnostic, diagnostic
from config.nearest import did_you_mean, nearest

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    from config.document import Document, Step

_M = TypeVar("_M", bound="BaseModel")

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
}
_OWN = re.compile(r"[EW]\d{3}")
_BOUNDS = {
    "greater_than_equal": "is less than {ge}",
    "less_than_equal": "is more than {le}",
    "string_too_long": "is longer than {max_length} characters",
    "string_too_short": "is shorter than {min_length} characters",
    "too_long": "has more than {max_length} entries",
    "too_short": "has fewer than {min_length} entries",
}


def validate(model: type[_M], document: Document, value: object, base: tuple[Step, ...], found: list[Diagnostic]) -> _M | None:
    """The value as a model, or None with what is wrong appended to `found`."""
    try:
        return model.model_validate(value, strict=True)
    except ValidationError as error:
        found.extend(explain(error, model, document, base))
        return None


def explain(error: ValidationError, model: type[BaseModel], document: Document, base: tuple[Step, ...] = ()) -> list[Diagnostic]:
    """One diagnostic for each mistake that has none yet."""
    out = []
    found = error.errors(include_url=False)
    misspelt = {details["loc"] for details in found if details["type"] == "extra_forbidden"}
    for details in found:
        loc = tuple(step for step in details["loc"] if step != "[key]")
        path = (*base, *loc)
        if _already(document, path) or (details["type"] == "missing" and _is_misspelt(loc, misspelt)):
            continue
        on_key = "[key]" in details["loc"] or details["type"] == "extra_forbidden"
        code, message, hints = _words(details, loc, model)
        place = document.key_place(*path) if on_key else document.place(*path)
        out.append(diagnostic(code, place, message, *hints))
    return out


def _is_misspelt(missing: tuple[Step, ...], unknown: Iterable[tuple[Step, ...]]) -> bool:
    """A key that is missing because it is written wrongly beside its place has its one error there."""
    return any(other[:-1] == missing[:-1] and nearest(str(other[-1]), [str(missing[-1])]) for other in unknown)


def _already(document: Document, path: tuple[Step, ...]) -> bool:
    return any(path[: len(reported)] == reported for reported in document.reported)


def _words(details: ErrorDetails, loc: tuple[Step, ...], model: type[BaseModel]) -> tuple[str, str, tuple[str, ...]]:
    kind, context = details["type"], details.get("ctx", {})
    name = _name(loc)
    if _OWN.fullmatch(kind):
        return kind, str(context["message"]), tuple(context["hints"])
    if kind == "extra_forbidden":
        return "E201", f"unknown key '{loc[-1]}'", did_you_mean(str(loc[-1]), _keys_at(model, loc[:-1]), "keys here")
    if kind == "missing":
        return "E202", f"{name} is missing", ()
    if kind in _KINDS:
        return _wrong_kind(name, details["input"], _KINDS[kind], loc)
    if kind == "literal_error":
        return _not_allowed(details["input"], str(context.get("expected", "")))
    if kind in _BOUNDS:
        return "E207", f"{name} {_BOUNDS[kind].format(**context)}", ()
    if kind == "string_pattern_mismatch":
        return "E206", f"'{details['input']}' is not well formed for {name}", ()
    return "E204", f"{name}: {details['msg'][:1].lower()}{details['msg'][1:]}", ()


def _name(loc: tuple[Step, ...]) -> str:
    if not loc:
        return "the file"
    if isinstance(loc[-1], int):
        return f"item {loc[-1] + 1} of {_name(loc[:-1])}"
    return f"'{loc[-1]}'" if loc[-1] else _name(loc[:-1])


def _wrong_kind(name: str, value: object, wanted: str, loc: tuple[Step, ...]) -> tuple[str, str, tuple[str, ...]]:
    hints: tuple[str, ...] = ()
    if wanted == "text" and isinstance(value, int | float | bool):
        hints = ("write it in quotes",)
    elif wanted == "a list" and not isinstance(value, dict):
        hints = (f"write [{value}]",)
    elif wanted == "true or false" and str(value).casefold() in ("yes", "no", "on", "off"):
        hints = (f"write {'true' if str(value).casefold() in ('yes', 'on') else 'false'}",)
    return "E204", f"{name} should be {wanted}, not {kind_of(value)}", hints


def kind_of(value: object) -> str:
    """A value in words."""
    if isinstance(value, str):
        return f"the text '{value[:40]}{'…' if len(value) > 40 else ''}'"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, dict):
        return "keys with values"
    return "nothing" if value is None else "a list"


def _not_allowed(value: object, expected: str) -> tuple[str, str, tuple[str, ...]]:
    allowed = re.findall(r"'([^']*)'", expected)
    shown = f"'{value}'" if isinstance(value, str) else kind_of(value)
    return "E205", f"{shown} is not allowed here", did_you_mean(str(value), allowed, "allowed")


def _keys_at(model: type[BaseModel], loc: Iterable[Step]) -> list[str]:
    """The keys that the model knows at a path."""
    kind: Any = model
    for step in loc:
        kind = _inside(kind, step)
    owner = next((k for k in _members(kind) if hasattr(k, "model_fields")), None)
    return [field.alias or name for name, field in owner.model_fields.items()] if owner is not None else []


def _members(kind: Any) -> list[Any]:
    return list(get_args(kind)) if get_origin(kind) in (types.UnionType,) or str(get_origin(kind)) == "typing.Union" else [kind]


def _inside(kind: Any, step: Step) -> Any:
    for member in _members(kind):
        if hasattr(member, "model_fields"):
            fields: Mapping[str, Any] = member.model_fields
            return next((f.annotation for name, f in fields.items() if step in (name, f.alias)), None)
        origin, inner = get_origin(member), get_args(member)
        if origin is dict:
            return _bare(inner[1])
        if origin in (tuple, list):
            return _bare(inner[0])
    return None


def _bare(kind: Any) -> Any:
    return getattr(kind, "__origin__", kind) if hasattr(kind, "__metadata__") else kind
