"""Every way a request can die says truthfully whether it may have been executed."""

from __future__ import annotations

import asyncio
import errno
import gc
import gzip
import logging
import socket
import warnings
from functools import cache

import pytest
from pydantic import BaseModel

from adapters.http import BODY_BYTES, EVENTS, SAFE_EVENTS, Answer, Http, Lost, NotReached, Reply
from config.servers import is_loopback, is_safe_base
from tests.adapters.loopback import Seen, Server, Writer, reply, serve

FAST = 200.0
"""Time-outs of 60 s become 0.3 s."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def ok(_: Seen, writer: Writer) -> None:
    reply(writer, 200, {"id": "7"}, {"Date": "Sun, 22 Nov 2026 10:00:00 GMT", "X-Twice": "a"})


async def drop(_: Seen, writer: Writer) -> None:
    writer.close()


async def hang(_: Seen, writer: Writer) -> None:
    await asyncio.Event().wait()


async def half_head(_: Seen, writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
    writer.close()


async def half_body(_: Seen, writer: Writer) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id": "7"')
    writer.close()


async def body_hangs(_: Seen, writer: Writer) -> None:
    writer.write(b'HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{"id"')
    await writer.drain()
    await asyncio.Event().wait()


async def garbage(_: Seen, writer: Writer) -> None:
    writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
    writer.close()


async def bad_gzip(_: Seen, writer: Writer) -> None:
    reply(writer, 200, b"this is not gzip", {"Content-Encoding": "gzip"})


async def html(_: Seen, writer: Writer) -> None:
    reply(writer, 200, "<html>Sign in to the hotel network</html>", {"Content-Type": "text/html"})


async def elsewhere(_: Seen, writer: Writer) -> None:
    reply(writer, 302, "", {"Location": "/login"})


@cache
def packed_bomb() -> bytes:
    return gzip.compress(b" " * (BODY_BYTES * 3))


async def bomb(_: Seen, writer: Writer) -> None:
    reply(writer, 200, packed_bomb(), {"Content-Encoding": "gzip"})


async def test_answer_carries_status_headers_body_and_the_servers_clock() -> None:
    async with serve(ok) as server, Http() as http:
        answer = await http.send("POST", f"{server.url}/x", json={"text": "ż"})
    assert isinstance(answer, Answer)
    assert answer.ok
    assert answer.whole
    assert answer.json() == {"id": "7"}
    assert answer.date == 1_795_341_600_000_000
    assert answer.header("X-TWICE") == "a"
    assert server.seen[0].json() == {"text": "ż"}
    assert server.seen[0].headers["user-agent"].startswith("daypart/")


async def test_read_gives_the_shape_or_nothing() -> None:
    class Created(BaseModel):
        id: str

    class Other(BaseModel):
        uri: str

    async with serve(ok) as server, Http() as http:
        answer = await http.request("GET", server.url)
    assert isinstance(answer, Answer)
    assert answer.read(Created) == Created(id="7")
    assert answer.read(Other) is None


@pytest.mark.parametrize("script", [drop, half_head, garbage, hang])
async def test_lost_after_the_request_was_written(script: object) -> None:
    async with serve(script) as server, Http(FAST) as http:  # type: ignore[arg-type]
        reply_ = await http.send("POST", server.url, json={})
    assert isinstance(reply_, Lost), reply_
    assert len(server.seen) == 1, "sent exactly once"


@pytest.mark.parametrize(("script", "status"), [(half_body, 200), (body_hangs, 201), (bad_gzip, 200), (bomb, 200)])
async def test_status_is_kept_when_the_body_breaks(script: object, status: int) -> None:
    packed_bomb()  # before the clock runs: on a busy computer packing it takes longer than the time-out
    async with serve(script) as server, Http(FAST) as http:  # type: ignore[arg-type]
        answer = await http.send("POST", server.url, json={})
    assert isinstance(answer, Answer)
    assert answer.status == status
    assert not answer.whole
    assert answer.json() is None


async def test_html_is_an_answer_without_a_shape() -> None:
    async with serve(html) as server, Http() as http:
        answer = await http.send("POST", server.url)
    assert isinstance(answer, Answer)
    assert answer.whole
    assert answer.json() is None


async def test_redirects_are_answers() -> None:
    async with serve(elsewhere) as server, Http() as http:
        for answer in (await http.send("POST", server.url), await http.request("GET", server.url)):
            assert isinstance(answer, Answer)
            assert answer.status == 302
    assert len(server.seen) == 2


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/x", "ftp://127.0.0.1/x", "http://", "http://[::1", "http://a b/", "https://127.0.0.1:1/"],
)
async def test_not_reached_proves_nothing_left(url: str) -> None:
    async with Http(FAST) as http:
        assert isinstance(await http.send("POST", url, json={}), NotReached)


@pytest.mark.parametrize("token", ["sec\nret", "sec–ret"])
async def test_a_header_that_cannot_be_written_is_not_reached_and_not_repeated(token: str) -> None:
    async with serve(ok) as server, Http() as http:
        result = await http.send("POST", server.url, headers={"Authorization": f"Bearer {token}"})
    assert isinstance(result, NotReached)
    assert "sec" not in result.reason
    assert not server.seen


async def test_commit_calls_never_share_a_connection() -> None:
    async with serve(ok) as server, Http() as http:
        for _ in range(3):
            await http.send("POST", server.url)
        assert server.connections == 3
        for _ in range(3):
            await http.request("GET", server.url)
        assert server.connections == 4


async def test_cancelling_goes_through() -> None:
    async with serve(hang) as server, Http() as http:
        task = asyncio.create_task(http.send("POST", server.url))
        await _settled(server, arrived=True)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_the_moments_of_a_commit_call_are_told_in_order() -> None:
    moments: list[str] = []
    async with serve(ok) as server, Http(on_event=moments.append) as http:
        await http.request("GET", server.url)
        assert tuple(moments) == SAFE_EVENTS
        moments.clear()
        await http.send("POST", server.url, json={})
    assert tuple(moments) == EVENTS


class Crash(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize(("moment", "arrived"), [(name, name.startswith(("commit.status", "commit.body_sent.after"))) for name in EVENTS])
async def test_a_crash_at_a_moment_leaves_the_server_where_the_name_says(moment: str, arrived: bool) -> None:
    def crash(name: str) -> None:
        if name == moment:
            raise Crash

    async def script(_: Seen, writer: Writer) -> None:
        reply(writer, 200, {})

    async with serve(script) as server, Http(on_event=crash) as http:
        with pytest.raises(Crash):
            await http.send("POST", server.url, json={"a": 1})
        await _settled(server, arrived)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # a crash closes nothing
        gc.collect()


async def _settled(server: Server, arrived: bool) -> None:
    """Give the server every chance to have seen a request."""
    for _ in range(500):
        if server.seen:
            break
        await asyncio.sleep(0)
    assert bool(server.seen) == arrived


async def test_no_cookie_of_one_account_travels_with_another() -> None:
    async def script(_: Seen, writer: Writer) -> None:
        reply(writer, 200, {}, {"Set-Cookie": "session=kawa"})

    async with serve(script) as server, Http() as http:
        await http.request("GET", server.url)
        await http.request("GET", server.url)
    assert "cookie" not in server.seen[1].headers


async def test_loopback_ignores_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    async with serve(ok) as server, Http() as http:
        assert isinstance(await http.send("POST", server.url), Answer)


async def test_a_proxy_that_refuses_has_not_passed_anything_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(_: Seen, writer: Writer) -> None:
        reply(writer, 502, "")

    async with serve(script) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        async with Http() as http:
            assert isinstance(await http.send("POST", "https://social.example/x", json={}), NotReached)
        assert [seen.method for seen in proxy.seen] == ["CONNECT"]


async def test_addresses_with_tokens_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with serve(ok) as server, Http() as http:
        await http.request("GET", f"{server.url}/me?access_token=s3cret", headers={"Authorization": "Bearer s3cret"})
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "120"}, 120.0),
        ({"Retry-After": "Sun, 22 Nov 2026 10:01:30 GMT", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 90.0),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
async def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    async def script(_: Seen, writer: Writer) -> None:
        reply(writer, 429, {}, headers)

    async with serve(script) as server, Http() as http:
        answer = await http.request("GET", server.url)
    assert isinstance(answer, Answer)
    assert answer.retry_after() == seconds


def test_where_tokens_may_go() -> None:
    assert is_loopback("http://127.0.0.1:8000/x")
    assert is_loopback("http://localhost")
    assert not is_loopback("https://127.0.0.1.example")
    assert is_safe_base("https://social.example")
    assert is_safe_base("http://[::1]:3000")
    assert not is_safe_base("http://social.example")
    assert not is_safe_base("https://")
    assert not is_safe_base("http://[::1")


async def test_a_computer_without_a_way_out_is_told_from_a_server_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, bool]] = []

    def hear(host: str, reply: Reply) -> None:
        assert isinstance(reply, NotReached)
        heard.append((host, reply.no_way))

    codes = iter((socket.EAI_AGAIN, socket.EAI_NONAME))

    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(next(codes), "…")

    async with Http(on_reply=hear) as http:
        await http.request("GET", f"http://127.0.0.1:{free_port()}/")
        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        for _ in range(2):
            await http.send("POST", "https://a.example/")
    assert heard == [("127.0.0.1", False), ("a.example", True), ("a.example", False)]


def _all_failed(number: int) -> OSError:
    """As anyio says that none of a server's addresses could be reached."""
    failed = OSError("All connection attempts failed")
    failed.__cause__ = ExceptionGroup("several", [OSError(number, "one"), OSError(number, "other")])
    return failed


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "no server called social.exmaple was found"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "this computer finds no way to social.exmaple: it may be offline"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "this computer finds no way to social.exmaple: it may be offline"),
        (_all_failed(errno.ENETUNREACH), "this computer finds no way to social.exmaple: it may be offline"),
        (OSError(errno.ECONNREFUSED, "Connection refused"), "could not connect to social.exmaple"),
    ],
)
async def test_a_misspelt_server_and_a_missing_network_are_told_apart(fault: OSError, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nowhere(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr("anyio.connect_tcp", nowhere)
    monkeypatch.delenv("HTTPS_PROXY", raising=False)
    monkeypatch.delenv("https_proxy", raising=False)
    async with Http() as http:
        reply = await http.request("GET", "https://social.exmaple/")
    assert isinstance(reply, NotReached)
    assert reply.reason == words
