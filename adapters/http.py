"""All HTTP of the program: safe calls, and commit calls whose every failure says whether a byte may have been executed.

The only importer of httpx. Nothing here raises for what a network or a server does. A call ends as one of

Answer      a status came back; `whole` is False when the body broke afterwards
NotReached  no byte of the request left this computer (class N of a commit step)
Lost        it may have been executed and nobody can say (class U)
"""

from __future__ import annotations

import asyncio
import errno
import json as jsonlib
import logging
import socket
import ssl
from collections.abc import AsyncIterable, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import IO, Self, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from config.servers import host_of

CONNECT_SECONDS = 5.0
WRITE_SECONDS = 30.0
READ_SECONDS = 60.0
CONNECT_LEAST_SECONDS = 0.25
"""However fast the clock runs: a busy computer takes some of its own time to connect to itself."""
COMMIT_SECONDS = 50.0
"""A whole commit call: below the lease of 60 s, so that its end is known while we still own the delivery."""
SAFE_SECONDS = 900.0
BODY_BYTES = 8 * 1024 * 1024
"""More of an answer is not read."""

# These log whole addresses and headers; tokens of Graph calls stand in both.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

Shape = TypeVar("Shape", bound=BaseModel)
FilePart = tuple[str, bytes | IO[bytes], str]
"""File name, content, content type."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)
    whole: bool
    """The body arrived to its end."""
    date: int | None
    """The server's own clock from its `Date` header, UTC microseconds."""

    @property
    def ok(self) -> bool:
        """2xx; says nothing about the body."""
        return 200 <= self.status < 300

    @property
    def is_refusal(self) -> bool:
        """A 4xx: the server understood and said no. A 5xx or a page of somebody in between is nobody's answer."""
        return 400 <= self.status < 500 and self.status != 408

    def header(self, name: str) -> str:
        """A header's value, or an empty string."""
        return self.headers.get(name.lower(), "")

    def json(self) -> object:
        """The body as JSON, or None when it is not whole or not JSON."""
        if not self.whole:
            return None
        try:
            return jsonlib.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def read(self, shape: type[Shape]) -> Shape | None:
        """The body in this shape, or None when it is anything else."""
        try:
            return shape.model_validate(self.json())
        except ValidationError:
            return None

    def retry_after(self) -> float | None:
        """Seconds from a `Retry-After` header, which may be a number or a date."""
        value = self.header("retry-after").strip()
        if value.isdecimal():
            return float(value)
        then = _http_date(value)
        if then is None:
            return None
        now = self.date if self.date is not None else _micros(datetime.now(UTC))
        return max(0.0, (then - now) / 1_000_000)


@dataclass(frozen=True, slots=True)
class NotReached:
    """Nothing left this computer."""

    kind: str
    """Name of the failure, for logs: `ConnectError`, `ConnectTimeout`, …"""
    reason: str
    no_way: bool = False
    """This computer found no way to anybody: no route, no name server."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The request may have arrived; no status came back."""

    kind: str
    reason: str


Reply = Answer | NotReached | Lost

_NOT_SENT: tuple[type[Exception], ...] = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.ProxyError,
    httpx.InvalidURL,
    OSError,
    ValueError,
)
_NO_WAY = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL})
_NO_NAMES = frozenset({socket.EAI_AGAIN, socket.EAI_FAIL})
"""No name server answers. That a name is not known is something else: one may have been mistyped."""
_FAULTS = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError)

_MOMENTS = {
    "connection.connect_tcp.started": "commit.connect.before",
    "connection.connect_tcp.complete": "commit.connect.after",
    "http11.send_request_headers.started": "commit.headers_sent.before",
    "http11.send_request_headers.complete": "commit.headers_sent.after",
    "http11.send_request_body.started": "commit.body_sent.before",
    "http11.send_request_body.complete": "commit.body_sent.after",
    "http11.receive_response_headers.started": "commit.status.before",
    "http11.receive_response_headers.complete": "commit.status.after",
}
EVENTS = tuple(_MOMENTS.values())
"""Everything `on_event` is called with, in the order of one commit call."""
SAFE_EVENTS = ("call.sent.before", "call.answered.after")
"""The same, of one call that may be repeated."""

_WORDS = {
    "ConnectError": "could not connect to {host}",
    "ConnectTimeout": "{host} did not take the connection in time",
    "PoolTimeout": "no free connection to {host}",
    "UnsupportedProtocol": "the address of {host} is not http or https",
    "LocalProtocolError": "the request to {host} could not be written",
    "ProxyError": "the proxy refused to connect to {host}",
    "InvalidURL": "the address is not valid",
    "ReadTimeout": "{host} did not answer in time",
    "WriteTimeout": "{host} stopped reading the request",
    "ReadError": "the connection to {host} broke",
    "WriteError": "the connection to {host} broke",
    "RemoteProtocolError": "{host} hung up without an answer",
    "TimeoutError": "{host} did not answer in time",
}


class Http:
    """One per process. Safe calls share connections; every commit call opens its own."""

    def __init__(
        self, speed: float = 1.0, on_event: Callable[[str], None] | None = None, on_reply: Callable[[str, Reply], None] | None = None
    ) -> None:
        """`on_reply` hears how each call to a host ended."""
        self._speed = speed
        self._on_event = on_event
        self._on_reply = on_reply
        self._pooled: httpx.AsyncClient | None = None
        self._fresh: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections; the next call opens new ones."""
        clients, self._pooled, self._fresh = (self._pooled, self._fresh), None, None
        for client in clients:
            if client is not None:
                await client.aclose()

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: object = None,
        data: Mapping[str, str] | None = None,
        files: Mapping[str, FilePart] | None = None,
        content: bytes | AsyncIterable[bytes] | None = None,
        timeout: float = READ_SECONDS,
    ) -> Reply:
        """A call that may be repeated. `timeout`: longest silence in seconds."""
        if self._pooled is None:
            self._pooled = self._client(httpx.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=15.0))
        client, call = self._pooled, _Call(host_of(url))
        self._tell(SAFE_EVENTS[0])
        reply = await call.run(
            lambda: client.build_request(
                method, url, headers=headers, params=params, json=json, data=data, files=files, content=content,
                timeout=self._timeout(timeout), extensions={"trace": call.trace},
            ),
            client,
            SAFE_SECONDS / self._speed,
        )  # fmt: skip
        self._tell(SAFE_EVENTS[1])
        return self._heard(url, reply)

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: object = None,
        data: Mapping[str, str] | None = None,
        content: bytes | None = None,
        timeout: float = READ_SECONDS,
    ) -> Reply:
        """The one request that makes something public: a connection of its own, sent once, never followed or repeated."""
        if self._fresh is None:
            self._fresh = self._client(httpx.Limits(max_connections=None, max_keepalive_connections=0))
        client, call = self._fresh, _Call(host_of(url), self._on_event)
        reply = await call.run(
            lambda: client.build_request(
                method, url, headers={**(headers or {}), "Connection": "close"}, params=params, json=json, data=data, content=content,
                timeout=self._timeout(timeout), extensions={"trace": call.trace},
            ),
            client,
            COMMIT_SECONDS / self._speed,
        )  # fmt: skip
        return self._heard(url, reply)

    def _heard(self, url: str, reply: Reply) -> Reply:
        if self._on_reply is not None:
            self._on_reply(host_of(url), reply)
        return reply

    def _tell(self, event: str) -> None:
        if self._on_event is not None:
            self._on_event(event)

    def _timeout(self, read: float) -> httpx.Timeout:
        connect, write = max(CONNECT_SECONDS / self._speed, CONNECT_LEAST_SECONDS), WRITE_SECONDS / self._speed
        return httpx.Timeout(connect=connect, write=write, read=read / self._speed, pool=connect)

    def _client(self, limits: httpx.Limits) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            limits=limits,
            verify=_tls(),
            follow_redirects=False,
            # Accounts of several clients share a server; nothing of one may travel with another.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={"User-Agent": user_agent()},
            # None: the client's own direct transport, whatever proxy the environment names.
            mounts={"all://localhost": None, "all://127.0.0.1": None, "all://[::1]": None},
        )


class _Call:
    """One request on its way; remembers how far it was written."""

    def __init__(self, host: str, on_event: Callable[[str], None] | None = None) -> None:
        self._host = host
        self._on_event = on_event
        self._begun = False
        self._written = False

    async def trace(self, event: str, info: Mapping[str, object]) -> None:
        """Called by the transport at each of its steps."""
        self._begun = self._begun or event == "http11.send_request_headers.started"
        self._written = self._written or event == "http11.send_request_headers.complete"
        moment = _MOMENTS.get(event)
        if moment is not None and self._on_event is not None:
            self._on_event(moment)

    async def run(self, build: Callable[[], httpx.Request], client: httpx.AsyncClient, budget: float) -> Reply:
        """Send it and read the answer as far as it comes."""
        status = _Status()
        try:
            async with asyncio.timeout(budget):
                response = await client.send(build(), stream=True)
                status.take(response)
                await _always(response.aclose, status.read_body(response))
        except TimeoutError:
            return status.answer() or self._failure(TimeoutError())
        except _FAULTS as error:
            return status.answer() or self._failure(error)
        return status.answer() or self._failure(httpx.ReadError(""))

    def _failure(self, error: Exception) -> NotReached | Lost:
        kind = type(error).__name__
        host = self._host or "the server"
        words = _why(error, host) or _WORDS.get(kind, "the request to {host} could not be sent").format(host=host)
        if isinstance(error, TimeoutError):
            nothing_left = not self._begun
        else:
            # What was written to a proxy that then refuses is its CONNECT, never the request.
            nothing_left = isinstance(error, httpx.ProxyError) or (not self._written and isinstance(error, _NOT_SENT))
        return NotReached(kind, words, _found_no_way(error)) if nothing_left else Lost(kind, words)


def _found_no_way(error: BaseException) -> bool:
    roots = [root for root in _causes(error) if isinstance(root, OSError)]
    return any(root.errno in (_NO_NAMES if isinstance(root, socket.gaierror) else _NO_WAY) for root in roots)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """What lies under an error of the transport."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for one in error.exceptions:
                yield from _causes(one)
        error = error.__cause__ or error.__context__


def _why(error: BaseException, host: str) -> str:
    """A misspelt server, a computer without a network and a false certificate are three things to do for a person."""
    if _found_no_way(error):
        return f"this computer finds no way to {host}: it may be offline"
    roots = list(_causes(error))
    if any(isinstance(root, socket.gaierror) for root in roots):
        return f"no server called {host} was found"
    if any(isinstance(root, ssl.SSLCertVerificationError) for root in roots):
        return f"{host} does not prove that it is {host} (its certificate)"
    return ""


class _Status:
    """The answer as far as it came."""

    def __init__(self) -> None:
        self._response: httpx.Response | None = None
        self._body = bytearray()
        self._whole = False

    def take(self, response: httpx.Response) -> None:
        """Keep the status before the body is read."""
        self._response = response

    async def read_body(self, response: httpx.Response) -> None:
        """Read until the end, the limit, or a fault (which the caller sees)."""
        async for chunk in response.aiter_bytes():
            self._body += chunk
            if len(self._body) > BODY_BYTES:
                return
        self._whole = True

    def answer(self) -> Answer | None:
        """None while no status has come."""
        response = self._response
        if response is None:
            return None
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, bytes(self._body), self._whole, _http_date(headers.get("date", "")))


@cache
def _tls() -> ssl.SSLContext:
    """Made once: loading the certificates costs some 20 ms."""
    return httpx.create_ssl_context()


async def _always(last: Callable[[], Awaitable[None]], work: Awaitable[None]) -> None:
    try:
        await work
    finally:
        await last()


def _http_date(text: str) -> int | None:
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return _micros(then if then.tzinfo is not None else then.replace(tzinfo=UTC))


def _micros(moment: datetime) -> int:
    return round(moment.timestamp()) * 1_000_000


def user_agent() -> str:
    """How we introduce ourselves to every server."""
    try:
        return f"daypart/{version('daypart')}"
    except PackageNotFoundError:
        return "daypart/0"
