"""The kinds of value that people write: ids, lengths of time, texts by language, addresses; short forms become long ones here."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from config.servers import is_here
from config.spans import SECOND

ALL = ""
"""Key of a text that serves every language."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DURATION = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_MOMENT = re.compile(r"(?:(\d{1,6})m)?(\d{1,6}(?:\.\d{1,3})?)s")
_UNITS = (86_400, 3_600, 60, 1)


class Written(BaseModel):
    """What a file holds: every key is known, every value is of its own kind, nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True, defer_build=True)


def mistake(code: str, message: str, *hints: str) -> PydanticCustomError:
    """A mistake with one of our own codes, raised inside a model."""
    return PydanticCustomError(code, "{message}", {"message": message, "hints": hints})


def check_slug(text: str) -> str:
    """Ids of posts, campaigns and clients."""
    if not _SLUG.fullmatch(text):
        raise mistake(
            "E206", f"'{text}' is not a good id", "lower-case letters, digits and hyphens, at most 63; begins with a letter or digit"
        )
    return text


def check_name(text: str) -> str:
    """Names of accounts and slots."""
    if not _NAME.fullmatch(text):
        raise mistake(
            "E206", f"'{text}' is not a good name", "letters, digits, '-', '_' and '.', at most 63; begins with a letter or digit"
        )
    return text


def check_language(text: str) -> str:
    """Tags as `en`, `pl`, `pt-BR`."""
    if not _LANGUAGE.fullmatch(text):
        raise mistake("E206", f"'{text}' is not a language tag", "as en, pl, pt-BR")
    return text


def is_language(text: str) -> bool:
    """Whether a text looks like a language tag."""
    return _LANGUAGE.fullmatch(text) is not None


def check_variable(text: str) -> str:
    """Names under `vars`."""
    if not _VARIABLE.fullmatch(text):
        raise mistake("E206", f"'{text}' is not a good name for a variable", "letters, digits and '_'; begins with a letter")
    return text


def duration(text: object) -> int:
    """`90s`, `15m`, `4h`, `2d`, `1h30m` in microseconds."""
    found = _DURATION.fullmatch(text) if isinstance(text, str) and text else None
    if found is None:
        raise mistake("E413", f"'{text}' is not a length of time", "as 90s, 15m, 4h, 2d, 1h30m")
    return sum(int(number) * unit for number, unit in zip(found.groups(), _UNITS, strict=True) if number) * SECOND


def moment(text: object) -> int:
    """`2.5s`, `1m10s` inside a video, in milliseconds."""
    found = _MOMENT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise mistake("E413", f"'{text}' is not a time inside a video", "as 2.5s or 1m10s")
    return int(found[1] or 0) * 60_000 + round(float(found[2]) * 1_000)


def check_address(text: str) -> str:
    """`https://…`, or `http://…` of this computer; without a slash at the end."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise mistake("E209", f"'{text}' is not an address", "as https://social.example") from None
    if not host or parts.scheme not in ("http", "https") or any(c.isspace() for c in text):
        raise mistake("E209", f"'{text}' is not an address", "as https://social.example")
    if parts.username or parts.password:
        raise mistake("E209", f"the address of '{host}' holds a password", "secrets are never in files: daypart account connect NAME")
    if parts.scheme == "http" and not is_here(host):
        raise mistake("E209", f"'{text}' is not encrypted", f"write https://{text[7:]}", "http:// is allowed for this computer only")
    return text.rstrip("/")


def server_address(said: str) -> str:
    """The address of a server as people type it: without `https://` it is meant all the same."""
    said = said.strip()
    return (said if "://" in said or not said else f"https://{said}").rstrip("/")


def server_trouble(said: str) -> tuple[str, str]:
    """Why a person's words cannot be the address of a server, and what would be; empty where they can."""
    try:
        check_address(server_address(said))
    except PydanticCustomError as error:
        context = error.context or {}
        return str(context["message"]), next(iter(context["hints"]), "")
    return "", ""


def check_link(text: str) -> str:
    """What readers may follow: http and https."""
    if "{{" not in text and not re.match(r"https?://[^\s/]", text):
        raise mistake("E209", f"'{text}' is not a link", "begins with https://")
    return text


def _by_language(value: object) -> object:
    return {ALL: value} if isinstance(value, str) else value


def _lists_by_language(value: object) -> object:
    return {ALL: value} if isinstance(value, tuple) else value


def _one_or_many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


_T = TypeVar("_T")


def text_as(key: str) -> Callable[[object], object]:
    """Short form: a text stands for a mapping with that one key."""
    return lambda value: {key: value} if isinstance(value, str) else value


def no_doubles(names: tuple[str, ...]) -> tuple[str, ...]:
    """A list that names something twice is a slip of the pen."""
    double = next((name for n, name in enumerate(names) if name in names[:n]), None)
    if double is not None:
        raise mistake("E316", f"'{double}' is listed twice", "remove one")
    return names


Text = Annotated[str, Field(max_length=100_000)]
Slug = Annotated[str, AfterValidator(check_slug)]
Name = Annotated[str, AfterValidator(check_name)]
Language = Annotated[str, AfterValidator(check_language)]
LanguageKey = Annotated[str, AfterValidator(lambda text: text if text == ALL else check_language(text))]
Variable = Annotated[str, AfterValidator(check_variable)]
Names = Annotated[tuple[Name, ...], AfterValidator(no_doubles)]
Languages = Annotated[tuple[Language, ...], AfterValidator(no_doubles)]
Texts = tuple[Text, ...]
TextByLanguage = Annotated[dict[LanguageKey, Text], BeforeValidator(_by_language, json_schema_input_type=str | dict[str, str])]
ListByLanguage = Annotated[
    dict[LanguageKey, Texts], BeforeValidator(_lists_by_language, json_schema_input_type=tuple[str, ...] | dict[str, tuple[str, ...]])
]
OneOrMany = Annotated[Texts, BeforeValidator(_one_or_many, json_schema_input_type=str | tuple[str, ...])]
Duration = Annotated[
    int, BeforeValidator(duration, json_schema_input_type=Annotated[str, Field(pattern=r"^(\d+d)?(\d+h)?(\d+m)?(\d+s)?$")])
]
Moment = Annotated[int, BeforeValidator(moment, json_schema_input_type=Annotated[str, Field(pattern=r"^(\d+m)?\d+(\.\d+)?s$")])]
Address = Annotated[str, AfterValidator(check_address)]
LinkText = Annotated[str, AfterValidator(check_link)]
