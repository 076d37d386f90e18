"""What goes over the wire: requests as the stand-ins read them, replies as they give them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"


class BadBody(ValueError):
    """A body that is not what its content type says."""


class Fields:
    """Parameters of a call, whether they came as JSON, as a form, as multipart or in the query."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    @property
    def values(self) -> Mapping[str, object]:
        """Everything, as it came."""
        return self._values

    def raw(self, name: str) -> object:
        """The value as it came, or None."""
        return self._values.get(name)

    def text(self, name: str, default: str = "") -> str:
        """A string; numbers become strings, everything else the default."""
        value = self._values.get(name)
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            return default
        return str(value)

    def flag(self, name: str) -> bool:
        """True for JSON's true and for the words forms use."""
        value = self._values.get(name)
        return value is True or (isinstance(value, str) and value.lower() in {"true", "1", "on"})

    def number(self, name: str, default: int = 0) -> int:
        """A whole number, or the default."""
        try:
            return int(float(self.text(name)))
        except ValueError:
            return default

    def items(self, name: str) -> list[object]:
        """A list; a JSON list inside a string counts too."""
        value = self._values.get(name)
        if isinstance(value, str) and value.startswith("["):
            value = _json_or_none(value)
        return list(value) if isinstance(value, list) else []

    def inner(self, name: str) -> Fields:
        """An object inside; empty when it is something else."""
        return as_fields(self._values.get(name))


def as_fields(value: object) -> Fields:
    """Any JSON value as fields; empty when it is no object."""
    if not isinstance(value, dict):
        return Fields({})
    return Fields({str(name): item for name, item in value.items()})


@dataclass(frozen=True, slots=True)
class FilePart:
    """One file of a multipart body."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True)
class Request:
    """One call as a stand-in sees it."""

    method: str
    path: str
    """Inside the platform, without its prefix."""
    query_string: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)
    base: str
    """The platform's own base address, prefix included."""

    @cached_property
    def query(self) -> Fields:
        """Parameters of the address."""
        return Fields(_pairs(self.query_string))

    @cached_property
    def fields(self) -> Fields:
        """Parameters of the body over those of the address. Raises BadBody."""
        return Fields({**self.query.values, **self._body_values()})

    @cached_property
    def files(self) -> Mapping[str, FilePart]:
        """Files of a multipart body, by field."""
        return {name: part for name, part in _multipart(self.body, self._boundary) if part.name}

    @property
    def bearer(self) -> str:
        """The token of the Authorization header, or an empty string."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() in {"bearer", "oauth"} else ""

    @property
    def _kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def _boundary(self) -> bytes:
        if self._kind != "multipart/form-data":
            return b""
        mark = self.headers.get("content-type", "").partition("boundary=")[2].partition(";")[0].strip().strip('"')
        return mark.encode("latin-1")

    def _body_values(self) -> dict[str, object]:
        if not self.body:
            return {}
        if self._boundary:
            return _grouped((name, part.content.decode()) for name, part in _multipart(self.body, self._boundary) if not part.name)
        if self._kind == "application/x-www-form-urlencoded":
            return _pairs(self.body.decode("utf-8", "replace"))
        return _json_object(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `stream` pieces are sent one by one after `body`."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    mime: str = JSON
    stream: Sequence[bytes] = ()


Handler = Callable[[Request], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Route:
    """Which call this is, and who answers it."""

    call: str
    handler: Handler


def reply_json(value: object, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """A JSON answer."""
    return Reply(status, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), headers)


def reply_html(text: str, status: int = 200) -> Reply:
    """A page."""
    return Reply(status, text.encode(), mime=HTML)


def _pairs(text: str) -> dict[str, object]:
    return _grouped(parse_qsl(text, keep_blank_values=True))


def _grouped(pairs: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> dict[str, object]:
    """`name[]` gathers into a list; `outer[inner]` into an object; else the last one wins."""
    values: dict[str, object] = {}
    for name, value in pairs:
        outer, bracket, rest = name.partition("[")
        if not bracket:
            values[name] = value
        elif rest == "]":
            gathered = values.setdefault(outer, [])
            if isinstance(gathered, list):
                gathered.append(value)
        else:
            _put_inner(values, outer, rest, value)
    return values


def _put_inner(values: dict[str, object], outer: str, rest: str, value: str) -> None:
    group = values.setdefault(outer, {})
    if not isinstance(group, dict):
        return
    inner, _, tail = rest.partition("]")
    if tail == "[]":
        group.setdefault(inner, []).append(value)
    else:
        group[inner] = value


def _json_object(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body)
    except ValueError as error:
        raise BadBody("the body is not JSON") from error
    if not isinstance(value, dict):
        raise BadBody("the body is not an object")
    return value


def _json_or_none(text: str) -> object:
    try:
        value: object = json.loads(text)
    except ValueError:
        return None
    return value


def _multipart(body: bytes, boundary: bytes) -> Iterator[tuple[str, FilePart]]:
    if not boundary:
        return
    for piece in body.split(b"--" + boundary)[1:-1]:
        head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = _part_headers(head.decode("utf-8", "replace"))
        named = _parameters(headers.get("content-disposition", ""))
        part = FilePart(named.get("filename", ""), headers.get("content-type", ""), content.removesuffix(b"\r\n"))
        yield named.get("name", ""), part


def _part_headers(head: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in head.split("\r\n"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _parameters(value: str) -> dict[str, str]:
    pairs = (item.strip().partition("=") for item in value.split(";")[1:])
    return {name.lower(): text.strip('"') for name, _, text in pairs}
