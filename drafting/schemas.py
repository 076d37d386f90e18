"""What a model is asked for, as models and as JSON schemas, and how the app composes a text from it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]
JsonSchema = Mapping[str, JsonValue]

Seconds = Annotated[float, Field(ge=0, le=3_600, allow_inf_nan=False)]


class Draft(BaseModel):
    """Common to everything a model sends. Keys nobody asked for are dropped: some servers do not enforce a schema."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class CaptionDraft(Draft):
    """A caption in pieces."""

    language: str = Field(description="BCP 47 tag, exactly as in the task")
    hook: str = Field(description="the first line, complete in itself")
    body: str = Field(description="the text between hook and call to action; paragraphs are split by an empty line")
    cta: str = Field(description="one call to action, or an empty string")
    hashtags: tuple[str, ...] = Field(description="without the sign #, the most important first")
    alt_texts: tuple[str, ...] = Field(description="one for each picture or video, in their order, at most 125 characters")
    used_facts: tuple[str, ...] = Field(description="ids of the facts that were used, as F1")
    unsure: tuple[str, ...] = Field(description="what a person should check; may be empty")


class Beat(Draft):
    """One idea of a Reel."""

    duration_s: Seconds = Field(description="seconds, in steps of 0.1")
    voice: str = Field(description="the words that are spoken, or an empty string")
    screen: str = Field(description="the words on the screen: at most 2 lines of 32 characters, or an empty string")
    shot: str = Field(description="what is seen")
    source: Literal["film", "own_media", "ai"] = Field(description="film: to be filmed; own_media: exists already; ai: to be generated")


class ReelScript(Draft):
    """A Reel: what is said, shown and read, second by second, and the caption of its post."""

    language: str = Field(description="BCP 47 tag, exactly as in the task")
    title: str = Field(description="a working title")
    target_s: Seconds = Field(description="the whole length in seconds, as in the task")
    hook: Beat = Field(description="the opening, at most 3 seconds")
    beats: tuple[Beat, ...] = Field(description="2 to 8 beats, one idea each")
    cta: Beat = Field(description="the end, at most 4 seconds, one action")
    caption: CaptionDraft = Field(description="the caption of the post")

    @property
    def all_beats(self) -> tuple[Beat, ...]:
        """Hook, beats and call to action in order."""
        return (self.hook, *self.beats, self.cta)


def compose(draft: CaptionDraft, disclosure_line: str = "") -> str:
    """The text as it would be posted; all counting is done on this."""
    tags = " ".join(f"#{tag}" for tag in draft.hashtags)
    pieces = (draft.hook, draft.body, draft.cta, disclosure_line, tags)
    return "\n\n".join(piece.strip() for piece in pieces if piece.strip())


@cache
def schema_of(model: type[Draft]) -> JsonSchema:
    """The JSON schema a model is given: everything required, nothing more allowed, no length words (servers refuse those)."""
    raw: dict[str, JsonValue] = model.model_json_schema()
    definitions = raw.pop("$defs", {})
    plain = _plain(raw, definitions if isinstance(definitions, dict) else {})
    assert isinstance(plain, dict)
    return plain


_KEPT = {"type", "description", "enum", "items", "properties"}


def _plain(node: JsonValue, definitions: dict[str, JsonValue]) -> JsonValue:
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str):
        target = definitions[reference.rpartition("/")[2]]
        assert isinstance(target, dict)
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    kept: dict[str, JsonValue] = {key: value for key, value in node.items() if key in _KEPT}
    if "items" in kept:
        kept["items"] = _plain(kept["items"], definitions)
    properties = kept.get("properties")
    if isinstance(properties, dict):
        kept["properties"] = {name: _plain(child, definitions) for name, child in properties.items()}
        kept["required"] = list(properties)
        kept["additionalProperties"] = False
    return kept
