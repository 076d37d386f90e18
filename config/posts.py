"""One post as written, inline in a campaign or as front matter of a Markdown file, and what `for:` and `defaults:` may change."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from config.fields import (
    ALL,
    Duration,
    LanguageKey,
    LinkText,
    ListByLanguage,
    Moment,
    Name,
    Names,
    OneOrMany,
    Slug,
    Text,
    TextByLanguage,
    Texts,
    Variable,
    Written,
    text_as,
)


def _variable(value: object) -> object:
    """A number keeps the digits that were written: 12.50 is not 12.5."""
    if isinstance(value, str):
        return {ALL: value}
    if isinstance(value, bool):
        return {ALL: "true" if value else "false"}
    return {ALL: str(getattr(value, "raw", value))} if isinstance(value, int | float) else value


VariableText = Annotated[dict[LanguageKey, Text], BeforeValidator(_variable, json_schema_input_type=str | int | float | dict[str, str])]


class LinkTo(Written):
    """Where a post leads."""

    url: LinkText
    title: Text = ""
    description: Text = ""


class Media(Written):
    """One picture or video, in order."""

    path: Annotated[str, Field(min_length=1, max_length=1_000)]
    """From the campaign's folder."""
    alt: TextByLanguage = Field(default_factory=dict)
    ai: Literal["none", "edited", "generated"] = "none"
    cover_at: Moment | None = None
    part: int = Field(default=1, ge=1)
    """Which part of a thread it belongs to."""


class Brief(Written):
    """What the model is asked for."""

    goal: Annotated[str, Field(min_length=1, max_length=4_000)]
    points: Texts = ()
    call_to_action: Text = ""
    audience: Text = ""
    tone: Text = ""
    must: Texts = ()
    never: Texts = ()
    links: tuple[LinkText, ...] = ()
    handles: Texts = ()
    length: int | None = Field(default=None, ge=1, le=100_000)
    variants: int = Field(default=1, ge=1, le=5)
    kind: Literal["caption", "reel"] = "caption"
    seconds: int | None = Field(default=None, ge=3, le=900)


class Series(Written):
    """A post that comes again."""

    rule: Text
    at: Text


ShortLink = Annotated[LinkTo, BeforeValidator(text_as("url"), json_schema_input_type=LinkTo | str)]
ShortMedia = Annotated[Media, BeforeValidator(text_as("path"), json_schema_input_type=Media | str)]
ShortBrief = Annotated[Brief, BeforeValidator(text_as("goal"), json_schema_input_type=Brief | str)]
TextAi = Literal["none", "assisted", "generated"]


class Changes(Written):
    """What each layer may say: campaign `defaults`, the post, `for.<platform>`, `for.<account>`; the last one wins."""

    text: TextByLanguage | None = None
    hashtags: ListByLanguage | None = None
    first_comment: TextByLanguage | None = None
    link: ShortLink | None = None
    media: tuple[ShortMedia, ...] | None = None
    vars: dict[Variable, VariableText] | None = None
    late: Duration | None = None
    text_ai: TextAi | None = None


class Defaults(Changes):
    """A campaign's `defaults:`."""

    accounts: Names | None = None
    for_: dict[Name, dict[str, object]] = Field(default_factory=dict, alias="for")


class ForOne(Changes):
    """`for.<platform>` or `for.<account>`, without the platform's own options."""

    at: Text | None = None
    slot: OneOrMany | None = None
    not_after: Text | None = None


class Post(ForOne):
    """One post. Its id is its `id:`, or the file's name."""

    id: Slug | None = None
    title: Text = ""
    every: Series | None = None
    accounts: Names | None = None
    clients: tuple[Slug, ...] = ()
    """Both names, when it goes to accounts of two clients on purpose."""
    note: Text = ""
    labels: Texts = ()
    brief: ShortBrief | None = None
    repeat: bool = False
    """The same text and media may go out again."""
    drafted_by: Text | None = None
    """Id of the generation run, written when a proposal is accepted."""
    brief_hash: Text | None = None
    for_: dict[Name, dict[str, object]] = Field(default_factory=dict, alias="for")


class InlinePost(Post):
    """A post inside campaign.yaml."""

    id: Slug


class TextFile(Written):
    """Front matter of a file that only holds a text: a language sibling, or the text of an inline post."""

    drafted_by: Text | None = None
    brief_hash: Text | None = None
    text_ai: TextAi | None = None


OVERRIDES = frozenset(ForOne.model_fields)
"""Keys under `for:` that are ours; all others are the platform's options."""
