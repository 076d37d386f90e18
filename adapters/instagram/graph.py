"""Instagram's Graph API: where calls go, how the token travels, and the shape of its answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from adapters.contract import Account
from adapters.http import READ_SECONDS, Answer, Http, Reply

API_VERSION = "v25.0"
"""Pinned: without it Meta uses the default version of the app. Supported until 2028-07-29."""

DEFAULT_SERVER = {"instagram": "https://graph.instagram.com", "facebook": "https://graph.facebook.com"}


def _text_id(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


GraphId = Annotated[str, BeforeValidator(_text_id), Field(pattern=r"^[0-9]+(_[0-9]+)?$")]
"""Ids are decimal numbers; some answers carry them as numbers, most as text."""


class Created(BaseModel):
    """Answer of every creating call: container, media, comment."""

    id: GraphId


class GraphFault(BaseModel):
    """The inside of an error answer."""

    code: int
    error_subcode: int | None = None
    message: str = ""
    error_user_msg: str | None = None

    @property
    def name(self) -> str:
        """`36000/2207004`, or the code alone."""
        return f"{self.code}/{self.error_subcode}" if self.error_subcode else str(self.code)


class _Envelope(BaseModel):
    error: GraphFault


class _Usage(BaseModel):
    estimated_time_to_regain_access: float = 0


def fault_in(answer: Answer) -> GraphFault | None:
    """The platform's own error, or None when the body is something else (a proxy's page, a cut body)."""
    envelope = answer.read(_Envelope)
    return envelope.error if envelope is not None else None


def minutes_until_access(answer: Answer) -> float:
    """What `X-Business-Use-Case-Usage` says about the end of a throttle; 0 when it says nothing."""
    header = answer.header("x-business-use-case-usage")
    if not header:
        return 0.0
    try:
        usage = _UsageHeader.model_validate_json('{"by_account":' + header + "}")
    except ValidationError:
        return 0.0
    return max((use.estimated_time_to_regain_access for uses in usage.by_account.values() for use in uses), default=0.0)


class _UsageHeader(BaseModel):
    by_account: dict[str, list[_Usage]]


def server_now(answer: Answer) -> int:
    """The server's clock, or ours when it does not tell."""
    return answer.date if answer.date is not None else round(datetime.now(UTC).timestamp() * 1_000_000)


class Graph:
    """Calls of one account. The token travels in a header, so that it stands in no address and no log."""

    def __init__(self, account: Account, http: Http, token: str | None = None) -> None:
        self._http = http
        self.base = (account.server or DEFAULT_SERVER[account.login]).rstrip("/")
        self.user = account.remote_id or ""
        """The Instagram user id, part of most paths."""
        credentials = account.credentials
        self._token = token if token is not None else (credentials.access if credentials is not None else "")
        # Facebook Login keeps the user token beside the page token: reads of containers with the
        # page token sometimes answer 100/33 although the container is there.
        self._second = credentials.refresh if token is None and credentials is not None and account.login == "facebook" else ""

    @property
    def connected(self) -> bool:
        """Whether there is anything to call with."""
        return bool(self._token and self.user)

    async def read(self, path: str, params: Mapping[str, str], *, timeout: float = READ_SECONDS) -> Reply:
        """A read, with the second token when the first cannot see the object."""
        reply = await self._get(path, params, self._token, timeout)
        if self._second and isinstance(reply, Answer) and _cannot_see(reply):
            return await self._get(path, params, self._second, timeout)
        return reply

    async def create(self, path: str, form: Mapping[str, str]) -> Reply:
        """An invisible creation, which may be repeated."""
        return await self._http.request("POST", self._url(path), data=form, headers=_bearer(self._token))

    async def publish(self, path: str, form: Mapping[str, str]) -> Reply:
        """The request that makes something public: sent once."""
        return await self._http.send("POST", self._url(path), data=form, headers=_bearer(self._token))

    async def unversioned(self, path: str, params: Mapping[str, str]) -> Reply:
        """Token calls, which have no version in their path and no header."""
        return await self._http.request("GET", f"{self.base}/{path}", params=params)

    async def _get(self, path: str, params: Mapping[str, str], token: str, timeout: float) -> Reply:
        return await self._http.request("GET", self._url(path), params=params, headers=_bearer(token), timeout=timeout)

    def _url(self, path: str) -> str:
        return f"{self.base}/{API_VERSION}/{quote(path)}"


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _cannot_see(answer: Answer) -> bool:
    fault = fault_in(answer)
    return fault is not None and (fault.code, fault.error_subcode) == (100, 33)
