"""Signing in to a Mastodon server from a terminal: register, open an address, paste the code that is shown.

The steps are `register` → `begin` (the person opens `.url`) → `exchange` (the pasted code becomes a token for `connect`).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict

from adapters.errors import ConnectError
from adapters.http import Answer, Http, Reply

OOB = "urn:ietf:wg:oauth:2.0:oob"
SCOPES = "read:accounts read:statuses write:statuses write:media"
OLD_SCOPES = "read write"
"""For servers that know no finer ones."""


class _Registered(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    client_id: str
    client_secret: str


class _Token(BaseModel):
    access_token: str
    scope: str = ""


class _Error(BaseModel):
    error: str = ""
    error_description: str = ""


@dataclass(frozen=True, slots=True)
class App:
    """Our registration with one server; made once and kept."""

    server: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: str = SCOPES


@dataclass(frozen=True, slots=True)
class Authorization:
    """One sign-in under way."""

    url: str
    """For the person's browser; holds no secret."""
    state: str = field(repr=False)
    verifier: str = field(repr=False)


async def register(http: Http, server: str, name: str = "daypart") -> App:
    """Introduce the program to a server. Raises ConnectError."""
    reply: Reply | None = None
    for scopes in (SCOPES, OLD_SCOPES):
        form = {"client_name": name, "redirect_uris": OOB, "scopes": scopes}
        reply = await http.request("POST", f"{server}/api/v1/apps", data=form, headers={"Accept": "application/json"})
        made = reply.read(_Registered) if isinstance(reply, Answer) and reply.ok else None
        if made is not None:
            return App(server, made.client_id, made.client_secret, scopes)
        if not isinstance(reply, Answer) or reply.status not in (400, 422):
            break
    assert reply is not None
    raise _error(reply, f"{server} did not take the registration", "is its name spelt right? A token can be pasted instead")


def begin(app: App) -> Authorization:
    """The address to open. A new state and verifier each time."""
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": OOB,
        "scope": app.scopes,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return Authorization(f"{app.server}/oauth/authorize?{urlencode(query)}", state, verifier)


async def exchange(http: Http, app: App, authorization: Authorization, code: str) -> str:
    """The access token for a pasted code. Raises ConnectError."""
    form = {
        "grant_type": "authorization_code",
        "code": code.strip(),
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "redirect_uri": OOB,
        "code_verifier": authorization.verifier,
        "scope": app.scopes,
    }
    reply = await http.request("POST", f"{app.server}/oauth/token", data=form, headers={"Accept": "application/json"})
    token = reply.read(_Token) if isinstance(reply, Answer) and reply.ok else None
    if token is None or not token.access_token:
        raise _error(reply, "the code was not accepted", "codes work once and for a few minutes; begin again")
    return token.access_token


def _error(reply: Reply, sentence: str, hint: str) -> ConnectError:
    if not isinstance(reply, Answer):
        return ConnectError(reply.reason, hint)
    told = reply.read(_Error) or _Error()
    words = told.error_description or told.error
    return ConnectError(f"{sentence} ({words[:200] or reply.status})", hint)
