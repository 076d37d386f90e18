"""campaigns/<id>/campaign.yaml: one campaign, its schedule, and small posts inline."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from config.fields import Duration, Languages, Name, Names, Slug, Text, Texts, Variable, Written
from config.posts import Defaults, InlinePost, VariableText
from config.workspace import Version, Zone


class Slot(Written):
    """A place in the week that posts are dealt into."""

    rule: Text
    at: Text
    accounts: Names = ()


class BlackoutDays(Written):
    """Days on which nothing goes out, both included."""

    from_: Text = Field(alias="from")
    to: Text | None = None
    why: Text = ""


def _one_day(value: object) -> object:
    return {"from": value, "to": value} if isinstance(value, str) else value


class Schedule(Written):
    """When posts of this campaign go out, and when not."""

    slots: dict[Name, Slot] = Field(default_factory=dict)
    blackout: tuple[Annotated[BlackoutDays, BeforeValidator(_one_day, json_schema_input_type=BlackoutDays | str)], ...] = ()
    min_gap: Duration = 0
    late: Duration = 2 * 3_600 * 1_000_000
    quiet_hours: Texts = ()
    daily_max: int | None = Field(default=None, ge=1)


class Utm(Written):
    """What is added to every link of the campaign, so that visits can be told apart."""

    source: Text = ""
    medium: Text = ""
    campaign: Text = ""
    term: Text = ""
    content: Text = ""
    id: Text = ""


class CampaignLink(Written):
    """Settings for the links of all posts."""

    utm: Utm = Utm()


class Rename(Written):
    """A post that has a new id."""

    from_: Slug = Field(alias="from")
    to: Slug


class Campaign(Written):
    """One campaign, as written."""

    version: Version
    id: Slug
    title: Text
    status: Literal["draft", "active", "paused", "archived"] = "active"
    owner: Text = ""
    labels: Texts = ()
    note: Text = ""
    starts: Text | None = None
    ends: Text | None = None
    timezone: Zone | None = None
    languages: Languages = ()
    brand: Text | None = None
    accounts: Names = ()
    clients: tuple[Slug, ...] = ()
    """Both names, when posts go to accounts of two clients on purpose."""
    vars: dict[Variable, VariableText] = Field(default_factory=dict)
    link: CampaignLink = CampaignLink()
    schedule: Schedule = Schedule()
    defaults: Defaults = Defaults()
    moved: tuple[Rename, ...] = ()
    posts: tuple[InlinePost, ...] = ()
