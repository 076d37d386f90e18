"""Signing in: whose token it is, both logins, renewal, and the token of somebody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.contract import Account, Credentials
from adapters.errors import ConnectError
from adapters.hosts import NoHost
from adapters.http import Http
from adapters.instagram.adapter import Instagram
from tests.adapters.graph_stage import DROP, USER, Said, Stage, error, stage

SERVER_NOW = 1_795_341_600_000_000


@pytest.fixture
async def graph() -> AsyncIterator[Stage]:
    async with stage() as played:
        yield played


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with Http(speed=100.0) as made:
        yield made


def account(graph: Stage, **more: object) -> Account:
    return replace(Account("ig-kawa", "instagram", "@Kawa", graph.url, ("en",)), **more)  # type: ignore[arg-type]


def facebook(graph: Stage, **more: object) -> Account:
    return account(graph, login="facebook", **more)


def page(username: str, *, tasks: tuple[str, ...] = ("CREATE_CONTENT",), ig: str = USER, token: str = "page-token") -> dict[str, object]:
    business = {"id": ig, "username": username}
    return {"id": "55", "name": "Kawa Page", "access_token": token, "tasks": list(tasks), "instagram_business_account": business}


async def test_instagram_login(graph: Stage, http: Http) -> None:
    connection = await Instagram(account(graph), http, NoHost()).connect("  secret-token\n")
    assert (connection.remote_id, connection.handle) == (USER, "kawa")
    assert connection.credentials == Credentials(access="renewed", expires_at=SERVER_NOW + 5_183_944 * 1_000_000)
    assert connection.facts == {"username": "kawa", "name": "Kawa", "account_type": "BUSINESS"}
    assert graph.calls[0].token == "secret-token"
    assert "renewed" not in repr(connection)


@pytest.mark.parametrize("said", [error(100), (500, ""), DROP, (200, "<html>")])
async def test_a_token_too_young_to_renew_is_kept(graph: Stage, http: Http, said: Said) -> None:
    graph.script["refresh"] = [said]
    connection = await Instagram(account(graph), http, NoHost()).connect("young")
    assert connection.credentials == Credentials(access="young", expires_at=SERVER_NOW + 60 * 86_400 * 1_000_000)


@pytest.mark.parametrize("login", ["instagram", "facebook"])
async def test_the_token_of_another_account_is_refused_and_both_are_named(graph: Stage, http: Http, login: str) -> None:
    graph.username = "roaster"
    graph.script["pages"] = [(200, {"data": [page("roaster")]})]
    with pytest.raises(ConnectError, match=r"belongs to @roaster, but ig-kawa is @Kawa") as caught:
        await Instagram(account(graph, login=login), http, NoHost()).connect("token")
    assert caught.value.relogin
    assert caught.value.hint
    assert "refresh" not in graph.names()


async def test_a_handle_that_became_somebody_else(graph: Stage, http: Http) -> None:
    with pytest.raises(ConnectError, match="another Instagram account"):
        await Instagram(account(graph, remote_id="42"), http, NoHost()).connect("token")


@pytest.mark.parametrize(
    ("said", "relogin"),
    [
        (error(190, 463), True),
        ((401, ""), True),
        (error(10), True),
        ((500, ""), False),
        (DROP, False),
        ((200, "<html>"), False),
        ((429, ""), False),
    ],
)
async def test_a_refused_or_unread_token(graph: Stage, http: Http, said: Said, relogin: bool) -> None:
    for call, made in (("me", account(graph)), ("pages", facebook(graph))):
        graph.script[call] = [said]
        with pytest.raises(ConnectError) as caught:
            await Instagram(made, http, NoHost()).connect("top-secret")
        assert caught.value.relogin is relogin
        assert caught.value.hint
        assert "top-secret" not in str(caught.value) + caught.value.hint


async def test_facebook_login_takes_the_page_of_the_account(graph: Stage, http: Http) -> None:
    others = [page("roaster", ig="1", token="other"), {"id": "9", "name": "No Instagram"}]
    graph.script["pages"] = [(200, {"data": [*others, page("kawa")]})]
    connection = await Instagram(facebook(graph), http, NoHost()).connect("user-token")
    assert (connection.remote_id, connection.handle) == (USER, "kawa")
    assert connection.credentials == Credentials(access="page-token", refresh="user-token")
    assert connection.facts == {"username": "kawa", "page_id": "55", "page_name": "Kawa Page"}


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ([], "none of the Facebook Pages"),
        ([{"id": "9", "name": "No Instagram"}], "none of the Facebook Pages"),
        ([page("kawa", tasks=("ANALYZE",))], "may not publish for the Page Kawa Page"),
        ([page("kawa", token="")], "may not publish for the Page Kawa Page"),
    ],
)
async def test_pages_that_do_not_do(graph: Stage, http: Http, pages: list[dict[str, object]], words: str) -> None:
    graph.script["pages"] = [(200, {"data": pages})]
    with pytest.raises(ConnectError, match=words):
        await Instagram(facebook(graph), http, NoHost()).connect("user-token")


async def test_refresh_instagram(graph: Stage, http: Http) -> None:
    connected = account(graph, remote_id=USER, credentials=Credentials(access="old"))
    adapter = Instagram(connected, http, NoHost())
    assert await adapter.refresh() == Credentials(access="renewed", expires_at=SERVER_NOW + 5_183_944 * 1_000_000)
    assert graph.calls[-1].query == {"grant_type": "ig_refresh_token", "access_token": "old"}
    for said, relogin in ((error(190), True), ((500, ""), False), (DROP, False)):
        graph.script["refresh"] = [said]
        with pytest.raises(ConnectError) as caught:
            await adapter.refresh()
        assert caught.value.relogin is relogin


async def test_refresh_facebook_reads_the_page_token_again(graph: Stage, http: Http) -> None:
    connected = facebook(graph, remote_id=USER, credentials=Credentials(access="old-page", refresh="user"))
    graph.script["pages"] = [(200, {"data": [page("kawa", token="new-page")]}), (200, {"data": [page("kawa", ig="42")]})]
    adapter = Instagram(connected, http, NoHost())
    assert await adapter.refresh() == Credentials(access="new-page", refresh="user")
    assert graph.calls[-1].token == "user"
    with pytest.raises(ConnectError, match="another Instagram account"):
        await adapter.refresh()


async def test_refresh_without_a_connection(graph: Stage, http: Http) -> None:
    with pytest.raises(ConnectError) as caught:
        await Instagram(account(graph), http, NoHost()).refresh()
    assert caught.value.relogin
