"""daypart.yaml: accounts, clients, policy, model, media host. Never a secret."""

from __future__ import annotations

import re
from collections import Counter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from config.fields import Address, Duration, Language, Languages, Name, Names, OneOrMany, Slug, Text, Written, mistake
from config.nearest import did_you_mean
from config.notices import Notices
from config.options import OPTIONS
from config.pace import Pace, Quiet, parse_quiet
from config.spans import DAY
from config.times import TimeError

WITHOUT_ADAPTER = ("threads", "tiktok", "facebook", "linkedin", "x", "youtube", "pinterest", "telegram", "discord", "whatsapp")
"""Platforms that we know by name and cannot publish to yet (W305)."""
ALIASES = {
    "twitter": "x",
    "gotosocial": "mastodon",
    "pixelfed": "mastodon",
    "akkoma": "mastodon",
    "fediverse": "mastodon",
    "atproto": "bluesky",
}
DEFAULT_SERVERS = {"bluesky": "https://bsky.social", "instagram": "https://graph.instagram.com"}
FACEBOOK_LOGIN_SERVER = "https://graph.facebook.com"
_AT_HOST = re.compile(r"@?[^@\s]+@([A-Za-z0-9.-]+)")


def _platform(text: str) -> str:
    known = (*OPTIONS, *WITHOUT_ADAPTER)
    if text in known:
        return text
    if text.casefold() in ALIASES:
        raise mistake("E301", f"unknown platform '{text}'", f"did you mean '{ALIASES[text.casefold()]}'?")
    raise mistake("E301", f"unknown platform '{text}'", *did_you_mean(text, known, "platforms"))


def _zone(text: str) -> str:
    from zoneinfo import ZoneInfo, available_timezones

    try:
        ZoneInfo(text)
    except (OSError, ValueError, KeyError):
        near = did_you_mean(text, available_timezones(), "zones")
        raise mistake("E401", f"unknown time zone '{text}'", *(near[:1] if len(near) > 1 else ()), "as Europe/Warsaw or UTC") from None
    return text


def _version(number: int) -> int:
    if number != 1:
        raise mistake("E210", f"version {number} of this file is not known", "write version: 1, or update the program")
    return number


def _spans(texts: tuple[str, ...]) -> tuple[str, ...]:
    spans = [_span(text) for text in texts]
    if spans and not Pace(quiet=tuple(spans)).has_room:
        raise mistake("E207", "these quiet hours leave no time of the day", "leave some hours in which posts may go out")
    return texts


def _at_most_a_week(length: int) -> int:
    if length > 7 * DAY:
        raise mistake("E207", "more than seven days between two posts", "at most 7d: plan them further apart instead")
    return length


def _span(text: str) -> Quiet:
    try:
        return parse_quiet(text)
    except TimeError as error:
        raise mistake(error.code, error.message, *error.hints) from error


Zone = Annotated[str, AfterValidator(_zone)]
Version = Annotated[int, AfterValidator(_version)]
QuietSpans = Annotated[OneOrMany, AfterValidator(_spans)]
"""Hours of the local day, as "22:00-07:00"; one or several."""


class WrittenPace(Written):
    """How much may go out on an account; what exceeds it waits."""

    per_day: int | None = Field(default=None, ge=1, le=10_000)
    """Posts in any 24 hours; a thread is one."""
    per_hour: int | None = Field(default=None, ge=1, le=10_000)
    apart: Annotated[Duration, AfterValidator(_at_most_a_week)] = 0
    """The least time between two posts."""
    quiet: QuietSpans = ()
    """Nothing goes out in these hours of the workspace's zone."""


class Account(Written):
    """One account, by the name its people gave it."""

    platform: Annotated[str, AfterValidator(_platform)]
    handle: Text
    languages: Languages = ()
    """What is published there, in this order; empty: the campaign's."""
    server: Address | None = None
    """Own server: PDS or instance."""
    api: Address | None = None
    """Address of the platform's interface, where it is not the usual one."""
    login: Literal["instagram", "facebook"] = "instagram"
    pace: WrittenPace = WrittenPace()

    @model_validator(mode="after")
    def _has_server(self) -> Account:
        if self.platform == "mastodon" and not (self.server or self.api or _AT_HOST.fullmatch(self.handle)):
            raise mistake("E202", "'server' is missing", "a Mastodon account needs one, as server: https://social.example")
        return self

    @property
    def supported(self) -> bool:
        """Whether there is an adapter."""
        return self.platform in OPTIONS

    @property
    def base(self) -> str:
        """Base address without a slash at the end: PDS, instance or Graph host; empty where there is no adapter."""
        if self.server or self.api:
            return self.server or self.api or ""
        return FACEBOOK_LOGIN_SERVER if self.login == "facebook" else usual_server(self.platform, self.handle)


def usual_server(platform: str, handle: str) -> str:
    """Where an account is whose server nobody named; empty: its handle does not say."""
    at = _AT_HOST.fullmatch(handle)
    return f"https://{at[1]}" if platform == "mastodon" and at else DEFAULT_SERVERS.get(platform, "")


class Client(Written):
    """Somebody whose accounts one looks after: a scope of its own everywhere."""

    name: Text
    accounts: Names = ()
    brand: Text | None = None
    """Path from the workspace, as brands/kawa.yaml."""
    quiet: QuietSpans = ()
    """Quiet hours of all its accounts."""
    color: Literal["teal", "blue", "green", "magenta", "orange", "red", "yellow", "cyan", "purple", "pink", "gray"] = "gray"


class Policy(Written):
    """Who says yes, and what readers are told."""

    approval: Literal["each", "on_apply"] = "each"
    on_remove: Literal["cancel", "keep"] = "cancel"
    max_cancel: int = Field(default=5, ge=0)
    """An apply that would cancel more asks first."""
    approvers: tuple[Text, ...] = ()
    """Who may approve; empty: everybody."""
    four_eyes: bool = False
    """The author may not approve."""
    ai_line: Literal["off", "generated", "always"] = "generated"
    """Line that tells readers about AI words where the platform has no field for it."""
    markets: tuple[Text, ...] = ()
    responsible: Text = ""
    """Who answers for AI texts of public interest, with a public contact."""


class Llm(Written):
    """The model's endpoint. The key stands in the environment, never here."""

    base_url: Address
    model: Text
    key_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] = "OPENAI_API_KEY"
    token_param: Literal["max_tokens", "max_completion_tokens"] = "max_completion_tokens"
    temperature: float | None = Field(default=None, ge=0, le=2)
    json_mode: Literal["auto", "json_schema", "json_object", "prompt"] = "auto"


class MediaHost(Written):
    """How files get a public address for platforms that fetch them."""

    host: Literal["none", "serve", "s3", "command"] = "none"
    public_url: Address | None = None
    """What others see in front of the file's name; a bucket without one gives signed addresses."""
    listen: Text = "127.0.0.1:8089"
    endpoint: Address | None = None
    bucket: Text | None = None
    region: Text = "auto"
    access_key_env: Text = "DAYPART_S3_ACCESS_KEY"
    secret_key_env: Text = "DAYPART_S3_SECRET_KEY"
    command: tuple[Text, ...] = ()
    """Program and arguments; gets the file's path, prints its address."""

    @model_validator(mode="after")
    def _is_whole(self) -> MediaHost:
        needed = {"serve": ("public_url",), "s3": ("endpoint", "bucket"), "command": ("command",)}.get(self.host, ())
        lacking = next((name for name in needed if not getattr(self, name)), None)
        if lacking is not None:
            raise mistake("E202", f"'{lacking}' is missing", f"host: {self.host} needs it")
        return self


class Workspace(Written):
    """The whole of daypart.yaml."""

    version: Version
    workspace_id: Slug | None = None
    """Written by `init`; two clones of one workspace derive the same keys from it."""
    name: Text = ""
    timezone: Zone
    accounts: dict[Name, Account] = Field(default_factory=dict)
    clients: dict[Slug, Client] = Field(default_factory=dict)
    join: Text = "\n\n· · ·\n\n"
    """Between languages when one account has several."""
    policy: Policy = Policy()
    llm: Llm | None = None
    store: Literal["sqlite"] = "sqlite"
    """One file beside daypart.yaml. PostgreSQL is not built yet, and a setting that nobody reads would be a lie."""
    media: MediaHost = MediaHost()
    notices: Notices = Notices()
    """Who is told when something needs a person."""

    def client_of(self, account: str) -> str | None:
        """The client an account belongs to; None: the workspace itself."""
        return next((client for client, entry in self.clients.items() if account in entry.accounts), None)

    def pace_of(self, account: str) -> Pace:
        """How much may go out on an account, its client's quiet hours included."""
        written = self.accounts[account].pace
        client = self.clients.get(self.client_of(account) or "")
        spans = dict.fromkeys((*written.quiet, *(client.quiet if client else ())))
        return Pace(written.per_hour, written.per_day, written.apart, tuple(parse_quiet(text) for text in spans), self.timezone)

    def language_of(self, client: str | None) -> str:
        """What most accounts of a client post in first, of the workspace without one; empty where none says."""
        names = self.clients[client].accounts if client is not None else tuple(self.accounts)
        first = Counter(account.languages[0] for name in names if (account := self.accounts.get(name)) and account.languages)
        return first.most_common(1)[0][0] if first else ""

    def languages(self) -> tuple[Language, ...]:
        """All languages of all accounts."""
        return tuple(dict.fromkeys(language for account in self.accounts.values() for language in account.languages))
