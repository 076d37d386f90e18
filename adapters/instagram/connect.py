"""Signing in with a token, and keeping it alive. A token of another account than the one named is refused.

Instagram Login: an Instagram user token, made long-lived in the app's dashboard; it is renewed for 60 days at a time.
Facebook Login: a long-lived user token; the page's own token is read with it and has no end date.
"""

from __future__ import annotations

from pydantic import BaseModel, Field

from adapters.contract import Account, Connection, Credentials
from adapters.errors import ConnectError
from adapters.http import Answer, Http, Reply
from adapters.instagram.faults import AtStep, at_step, sentence
from adapters.instagram.graph import Graph, GraphId, server_now

TOKEN_SECONDS = 60 * 86_400
"""Life of a long-lived Instagram token."""
TASKS = {"CREATE_CONTENT", "MANAGE"}
TOKEN_HINT = "make a long-lived token in the app's dashboard (Instagram → API setup) and connect again"
PAGE_HINT = "link the Instagram account to a Facebook Page you manage, and grant the app that Page"


class Me(BaseModel):
    """Whose token it is, Instagram Login."""

    user_id: GraphId
    username: str
    name: str = ""
    account_type: str = ""


class Renewed(BaseModel):
    """Answer of a token call."""

    access_token: str = Field(min_length=1)
    expires_in: int


class _Business(BaseModel):
    id: GraphId
    username: str = ""


class Page(BaseModel):
    """A Facebook Page and the Instagram account behind it."""

    id: GraphId
    name: str = ""
    access_token: str = ""
    tasks: list[str] = []
    instagram_business_account: _Business | None = None


class Pages(BaseModel):
    """The Pages of a user."""

    data: list[Page]


async def connect(account: Account, http: Http, secret: str) -> Connection:
    """Log in with a token. Raises ConnectError."""
    graph = Graph(account, http, secret.strip())
    return await (
        _by_facebook(account, graph, secret.strip()) if account.login == "facebook" else _by_instagram(account, graph, secret.strip())
    )


async def refresh(account: Account, http: Http) -> Credentials | None:
    """A new Instagram token; for Facebook the page's token, read again. Raises ConnectError."""
    old = account.credentials
    if old is None:
        raise ConnectError(f"{account.name} is not connected", f"daypart account connect {account.name}", relogin=True)
    if account.login == "facebook":
        page = await _page(account, Graph(account, http, old.refresh))
        return Credentials(access=page.access_token, refresh=old.refresh)
    reply = await _renew(Graph(account, http, old.access), old.access)
    renewed = _renewed(reply)
    if renewed is None:
        raise _token_error(reply)
    return renewed


async def _by_instagram(account: Account, graph: Graph, token: str) -> Connection:
    reply = await graph.read("me", {"fields": "user_id,username,name,account_type"})
    me = reply.read(Me) if isinstance(reply, Answer) and reply.ok else None
    if me is None or not isinstance(reply, Answer):
        raise _token_error(reply)
    _same_account(account, me.user_id, [me.username])
    # A token younger than a day is not renewed yet; it then has its whole life before it.
    fresh = Credentials(access=token, expires_at=server_now(reply) + TOKEN_SECONDS * 1_000_000)
    renewed = _renewed(await _renew(graph, token))
    facts = {"username": me.username, "name": me.name, "account_type": me.account_type}
    return Connection(me.user_id, me.username, renewed or fresh, facts)


async def _by_facebook(account: Account, graph: Graph, token: str) -> Connection:
    page = await _page(account, graph)
    business = page.instagram_business_account
    assert business is not None
    facts = {"username": business.username, "page_id": page.id, "page_name": page.name}
    return Connection(business.id, business.username, Credentials(access=page.access_token, refresh=token), facts)


async def _page(account: Account, graph: Graph) -> Page:
    """The Page whose Instagram account is the one named."""
    fields = "id,name,access_token,tasks,instagram_business_account{id,username}"
    reply = await graph.read("me/accounts", {"fields": fields, "limit": "100"})
    pages = reply.read(Pages) if isinstance(reply, Answer) and reply.ok else None
    if pages is None:
        raise _token_error(reply)
    linked = [(page, page.instagram_business_account) for page in pages.data if page.instagram_business_account is not None]
    if not linked:
        raise ConnectError("none of the Facebook Pages of this token has an Instagram account", PAGE_HINT, relogin=True)
    for page, business in linked:
        if _folded(business.username) == _folded(account.handle):
            _same_account(account, business.id, [business.username])
            return _usable(page)
    raise _other_account(account, [business.username for _, business in linked])


def _usable(page: Page) -> Page:
    if not page.access_token or (page.tasks and not TASKS & set(page.tasks)):
        words = f"the token may not publish for the Page {page.name or page.id}"
        raise ConnectError(words, "the Page role needs the task to create content", relogin=True)
    return page


def _same_account(account: Account, remote_id: str, usernames: list[str]) -> None:
    """The worst mistake is the right post on the wrong account."""
    if _folded(account.handle) not in {_folded(name) for name in usernames}:
        raise _other_account(account, usernames)
    if account.remote_id not in (None, remote_id):
        words = f"{account.handle} is now another Instagram account (id {remote_id}) than the one connected before (id {account.remote_id})"
        raise ConnectError(words, f"if that is meant: daypart account disconnect {account.name}, then connect", relogin=True)


def _other_account(account: Account, usernames: list[str]) -> ConnectError:
    theirs = ", ".join(f"@{name}" for name in usernames)
    words = f"this token belongs to {theirs}, but {account.name} is @{account.handle.removeprefix('@')}"
    return ConnectError(words, "take the token of the right account, or correct the handle in daypart.yaml", relogin=True)


async def _renew(graph: Graph, token: str) -> Reply:
    return await graph.unversioned("refresh_access_token", {"grant_type": "ig_refresh_token", "access_token": token})


def _renewed(reply: Reply) -> Credentials | None:
    answer = reply.read(Renewed) if isinstance(reply, Answer) and reply.ok else None
    if answer is None or not isinstance(reply, Answer):
        return None
    return Credentials(access=answer.access_token, expires_at=server_now(reply) + answer.expires_in * 1_000_000)


def _token_error(reply: Reply) -> ConnectError:
    meaning, _ = at_step(reply)
    dead = meaning is AtStep.TOKEN
    return ConnectError(sentence(reply), TOKEN_HINT if dead else "try again later", relogin=dead)


def _folded(handle: str) -> str:
    return handle.strip().removeprefix("@").casefold()
