"""Signing in with an app password, refreshing the session, and finding the server that holds the account."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from adapters.bluesky.errors import named
from adapters.contract import Account, Connection, Credentials
from adapters.errors import ConnectError
from adapters.http import Answer, Http, Reply
from config.servers import is_loopback, is_safe_base

APP_PASSWORD = re.compile(r"[a-z0-9]{4}(-[a-z0-9]{4}){3}")
HOW_TO_GET_ONE = "make an app password at Settings → Privacy and security → App passwords; it looks like abcd-efgh-ijkl-mnop"

SPELLING = "look how it is spelt: it stands under the name on the account's own page"


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class _Service(_Shape):
    id: str = ""
    endpoint: str = Field(alias="serviceEndpoint", default="")


class _DidDoc(_Shape):
    service: tuple[_Service, ...] = ()


class Session(_Shape):
    """A pair of tokens and whose it is."""

    access: str = Field(alias="accessJwt", min_length=1)
    refresh: str = Field(alias="refreshJwt", min_length=1)
    did: str = Field(pattern=r"^did:")
    handle: str
    did_doc: object = Field(alias="didDoc", default=None)
    active: bool = True
    status: str = ""


class _Claims(_Shape):
    exp: int | None = None


class Facts(_Shape):
    """What we keep of the server's answers."""

    pds: str = ""


def facts_of(account: Account) -> Facts:
    """The kept facts, or empty ones."""
    return Facts.model_validate(dict(account.facts))


def pds_of(account: Account) -> str:
    """Where calls of this account go."""
    return facts_of(account).pds or account.server


async def log_in(account: Account, http: Http, password: str) -> Connection:
    """A new session from an app password. Raises ConnectError."""
    body = {"identifier": account.handle.removeprefix("@"), "password": password}
    reply = await http.request("POST", f"{account.server}/xrpc/com.atproto.server.createSession", json=body)
    session = _session(reply)
    if session is None:
        if isinstance(reply, Answer) and reply.status == 401 and await _is_nobody(account, http):
            raise ConnectError(f"nobody is called {account.handle} on {account.server}", SPELLING, relogin=True)
        raise _login_error(account, reply, password)
    if not session.active:
        raise ConnectError(f"the account {session.handle} is not active ({session.status or 'no reason given'})", relogin=True)
    facts: Mapping[str, object] = {"pds": home_of(account.server, session)}
    return Connection(session.did, session.handle, _credentials(session, password), facts)


async def renew(account: Account, http: Http) -> Credentials:
    """A new pair from the refresh token; from the app password once that one is dead. Raises ConnectError."""
    old = account.credentials
    if old is None:
        raise ConnectError(f"{account.name} is not connected", f"daypart account connect {account.name}", relogin=True)
    headers = {"Authorization": f"Bearer {old.refresh}"}
    reply = await http.request("POST", f"{pds_of(account)}/xrpc/com.atproto.server.refreshSession", headers=headers)
    session = _session(reply)
    if session is None and isinstance(reply, Answer) and reply.status in (400, 401) and old.app_password:
        connection = await log_in(account, http, old.app_password)
        return _of_same_account(account, connection.remote_id, connection.handle, connection.credentials)
    if session is None:
        raise _login_error(account, reply, old.app_password)
    return _of_same_account(account, session.did, session.handle, _credentials(session, old.app_password))


async def _is_nobody(account: Account, http: Http) -> bool:
    """Whether the handle is the mistake, and not the password: the server says the same of both when one signs in."""
    handle = quote(account.handle.removeprefix("@"))
    reply = await http.request("GET", f"{account.server}/xrpc/com.atproto.identity.resolveHandle?handle={handle}")
    return isinstance(reply, Answer) and reply.status == 400 and named(reply).error in {"InvalidRequest", "HandleNotFound"}


def _of_same_account(account: Account, did: str, handle: str, credentials: Credentials) -> Credentials:
    if account.remote_id not in (None, did):
        raise ConnectError(f"the server answered for another account ({handle})", relogin=True)
    return credentials


def _session(reply: Reply) -> Session | None:
    return reply.read(Session) if isinstance(reply, Answer) and reply.ok else None


def _credentials(session: Session, password: str) -> Credentials:
    return Credentials(access=session.access, refresh=session.refresh, app_password=password, expires_at=expiry(session.access))


def expiry(token: str) -> int | None:
    """When a JWT ends, UTC microseconds; None when it does not say. Its signature is the server's business."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        raw = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        exp = _Claims.model_validate(raw).exp
    except (ValueError, binascii.Error):
        return None
    return exp * 1_000_000 if exp is not None else None


def home_of(server: str, session: Session) -> str:
    """The account's own server, if the DID document names one that tokens may go to."""
    try:
        document = _DidDoc.model_validate(session.did_doc)
    except ValueError:
        return server
    named_ = next((s.endpoint.rstrip("/") for s in document.service if s.id.endswith("#atproto_pds")), "")
    # A server on the internet must not send our tokens to this computer.
    if not is_safe_base(named_) or (is_loopback(named_) and not is_loopback(server)):
        return server
    return named_


def _login_error(account: Account, reply: Reply, password: str) -> ConnectError:
    if not isinstance(reply, Answer):
        return ConnectError(reply.reason, f"is this computer on the internet, and {account.server} the server of {account.handle}?")
    error = named(reply)
    if error.error == "AuthFactorTokenRequired":
        return ConnectError("Bluesky asks for a code because this is the main password", HOW_TO_GET_ONE, relogin=True)
    if error.error == "AccountTakedown":
        return ConnectError(f"the account {account.handle} is taken down", relogin=True)
    if reply.status == 401 or error.error in {"AuthenticationRequired", "InvalidToken", "ExpiredToken"}:
        hint = "check the handle and the app password" if APP_PASSWORD.fullmatch(password) else HOW_TO_GET_ONE
        return ConnectError(f"Bluesky did not accept the handle {account.handle} with this password", hint, relogin=True)
    if reply.status == 429:
        return ConnectError("Bluesky saw too many sign-ins", f"try again in {round((reply.retry_after() or 300) / 60) or 1} minutes")
    return ConnectError(f"{account.server} answered {reply.status} to the sign-in", "is this the address of the account's own server?")
