"""`notices:` in daypart.yaml: who is told when something needs a person, and whom silence reaches. Secrets stand elsewhere."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from config.fields import Address, Duration, Slug, Text, Written, mistake, no_doubles
from config.spans import MINUTE

NoticeKind = Literal["ask", "refused", "missed", "reauth", "safe_mode", "hold", "clock", "service", "dead_man", "digest"]
"""What may be told: a post needs a decision, was refused or missed; an account, the store, the brake, the clock, the service,
the watching address; and the summary of the day."""
NoticeLanguage = Literal["en", "pl"]
_SERVICE_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S*")
_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_TELLS_PASSWORD = re.compile(r"[?&](?:pass|password|token|key|apikey|secret)=", re.IGNORECASE)


def _service_address(text: str) -> str:
    """An address of the apprise kind; never repeated in an error, because it may hold a secret."""
    if not _SERVICE_ADDRESS.fullmatch(text):
        raise mistake("E209", "this is not an address that notices can be sent to", "as mailto://…, json://…, slack://…")
    return text


def _time_of_day(text: str) -> str:
    if not _CLOCK.fullmatch(text):
        raise mistake("E411", f"'{text}' is not a time of day", 'in quotes, as "08:00"')
    return text


def _one_source(what: str, *given: object) -> None:
    """Exactly one of the ways to say an address."""
    count = sum(bool(value) for value in given)
    if count == 0:
        raise mistake("E202", f"the address of {what} is missing", "write url_env: NAME_OF_A_VARIABLE; then no secret stands in the file")
    if count > 1:
        raise mistake("E208", f"the address of {what} is said twice", "keep one of url_env, url_command and url")


class NoticeTarget(Written):
    """One place that notices go to."""

    name: Text = ""
    """What it is called in lists; empty: from the kind of its address."""
    url: Annotated[str, AfterValidator(_service_address)] | None = None
    """Address in apprise's form. One with a password or token belongs into `url_env` or `url_command`."""
    url_env: Annotated[str, Field(pattern=_VARIABLE)] | None = None
    """Environment variable that holds the address."""
    url_command: tuple[Text, ...] = ()
    """Program and arguments that print the address, as [pass, show, notices]; no shell."""
    for_clients: Annotated[tuple[Slug, ...], AfterValidator(no_doubles)] = Field(default=(), alias="for")
    """Only what concerns these clients; empty: everything."""
    kinds: tuple[NoticeKind, ...] = ()
    """Only these; empty: all."""
    language: NoticeLanguage | None = None
    """What is told here is in this language; None: as everywhere."""

    @model_validator(mode="after")
    def _is_whole(self) -> NoticeTarget:
        _one_source("a place to tell", self.url, self.url_env, self.url_command)
        return self


class DeadMan(Written):
    """An address that is fetched while the service lives, so that somebody outside notices when it does not."""

    url: Address | None = None
    url_env: Annotated[str, Field(pattern=_VARIABLE)] | None = None
    """Environment variable that holds the address."""
    every: Duration = 5 * MINUTE

    @model_validator(mode="after")
    def _is_whole(self) -> DeadMan:
        _one_source("the dead-man", self.url, self.url_env)
        if self.every < 10_000_000:
            raise mistake("E207", "'every' is less than 10s", "some minutes are usual")
        return self


class Notices(Written):
    """Who is told, when nobody looks at a screen."""

    to: tuple[NoticeTarget, ...] = ()
    language: NoticeLanguage = "en"
    """What people are told in."""
    digest_at: Annotated[str, AfterValidator(_time_of_day)] = "08:00"
    """Local time of the summary of the day."""
    dead_man: DeadMan | None = None
    command: tuple[Text, ...] = ()
    """Program and arguments, called with the notice on its standard input; no shell."""
    desktop: bool = False
    """Also as a message of the desktop of this computer."""

    @property
    def tells(self) -> bool:
        """Whether anybody at all is told."""
        return bool(self.to or self.command or self.desktop)


def schema_of(address: str) -> str:
    """`mailto` of `mailto://…`."""
    return address.partition("://")[0].lower()


def holds_secret(address: str) -> bool:
    """Whether an address shows a password or token to everybody who reads the file."""
    return bool(secrets_in(address))


_TOKENS_ELSEWHERE = frozenset({"mailto", "mailtos", "json", "jsons", "xml", "xmls", "form", "forms", "ntfy", "dbus", "gnome", "macosx"})
"""Kinds of address whose host and path are names; everywhere else they are tokens."""
_LEAST = 6


def secrets_in(address: str) -> tuple[str, ...]:
    """Everything in an address that nobody may see, longest first: passwords, and tokens in the host and path of chat services."""
    try:
        parts = urlsplit(address)
        password = parts.password or ""
        named = [value for pair in parts.query.split("&") if _TELLS_PASSWORD.match(f"&{pair}") for value in [pair.partition("=")[2]]]
        found = {password, *named}
        if schema_of(address) not in _TOKENS_ELSEWHERE:
            found |= {piece for piece in re.split(r"[/@:]", address.partition("://")[2].partition("?")[0]) if not _is_name(piece)}
    except ValueError:
        found = {address}
    return tuple(sorted((piece for piece in found if len(piece) >= _LEAST), key=len, reverse=True))


def _is_name(piece: str) -> bool:
    """Channels, people and hosts are words; tokens are not."""
    return piece.startswith(("#", "+")) or "." in piece or (piece.isalpha() and piece.islower())


def without_secrets(words: str, address: str) -> str:
    """The words with the address and everything secret in it blacked out."""
    for secret in (address, *secrets_in(address)):
        words = words.replace(secret, "•••")
    return words


def unknown_clients(target: NoticeTarget, clients: Collection[str]) -> list[tuple[int, str]]:
    """Clients of `for:` that do not exist, with their places in the list."""
    return [(number, name) for number, name in enumerate(target.for_clients) if name not in clients]
