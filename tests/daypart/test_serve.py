"""`daypart serve` over real sockets: who is let in, what a tab gets, and that no desk outlives its tab or its server."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar, WSMsgType, WSServerHandshakeError
from yarl import URL

from tests.daypart.conftest import new_place
from tests.daypart.rig import Place, Program, until
from tests.sandbox_process import ROOT, Sandbox

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


class Serving:
    """`daypart serve` as a process."""

    def __init__(self, place: Place, *args: str) -> None:
        self.log = place.root.parent / f"serve-{time.monotonic_ns()}.log"
        self.pid = place.program.start(place.root, "serve", "--port", "0", "--json", *args, log=self.log)
        until(lambda: "token=" in self.words and "}" in self.words, "the address")
        found = re.search(r"(http://127\.0\.0\.1:(\d+)/)\?token=([\w-]+)", self.words)
        assert found is not None, self.words
        self.place, self.port, self.token = found[1], int(found[2]), found[3]
        self.cookies: dict[str, str] | None = None
        """Of the browser that was let in."""

    @property
    def words(self) -> str:
        return self.log.read_text("utf-8") if self.log.exists() else ""

    @property
    def address(self) -> str:
        return f"{self.place}?token={self.token}"

    def desks(self) -> list[int]:
        """The processes that it has started and that run."""
        return [int(found.name) for found in Path("/proc").glob("[0-9]*") if _parent(found) == self.pid]

    def stop(self) -> None:
        if running(self.pid):
            os.kill(self.pid, signal.SIGTERM)
            until(lambda: not running(self.pid), "the server to end")
        assert "Traceback" not in self.words, self.words


def _stat(process: Path) -> list[str]:
    with suppress(OSError):
        return (process / "stat").read_text("utf-8").rpartition(")")[2].split()
    return ["Z", "0"]


def _parent(process: Path) -> int:
    state, parent, *_ = _stat(process)
    return 0 if state == "Z" else int(parent)


def running(pid: int) -> bool:
    return _stat(Path(f"/proc/{pid}"))[0] != "Z"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, program: Program, platforms: Sandbox) -> Iterator[Serving]:
    """For tests that open no desk."""
    one = Serving(new_place(tmp_path_factory.mktemp("shared"), program, platforms))
    yield one
    one.stop()


@pytest.fixture
def serving(planned: Place) -> Iterator[Serving]:
    one = Serving(planned, "--desks", "2")
    yield one
    one.stop()


@asynccontextmanager
async def browser(serving: Serving, *, let_in: bool = True) -> AsyncIterator[ClientSession]:
    """A browser of its own."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        if let_in and serving.cookies is not None:
            session.cookie_jar.update_cookies(serving.cookies, URL(serving.place))
        elif let_in:
            async with session.get(serving.address) as answer:
                assert answer.status == 200
            serving.cookies = {cookie.key: cookie.value for cookie in session.cookie_jar}
        yield session


class Tab:
    """What a page's terminal sees."""

    def __init__(self, tab: ClientWebSocketResponse) -> None:
        self.tab, self.raw = tab, b""

    @property
    def text(self) -> str:
        return _ESCAPES.sub("", self.raw.decode("utf-8", "ignore"))

    async def see(self, words: str) -> None:
        async with asyncio.timeout(30):
            while words not in self.text:
                message = await self.tab.receive()
                assert message.type in (WSMsgType.BINARY, WSMsgType.TEXT), f"closed before it showed {words!r}: {self.text[-500:]}"
                self.raw += message.data if message.type is WSMsgType.BINARY else b""

    async def press(self, keys: str) -> None:
        await self.tab.send_json(["stdin", keys])


@asynccontextmanager
async def tab(session: ClientSession, serving: Serving) -> AsyncIterator[Tab]:
    address = f"{serving.place}ws?width=100&height=30"
    async with session.ws_connect(address, origin=serving.place.rstrip("/")) as socket_:
        yield Tab(socket_)


def given(pid: int) -> bytes:
    """Its arguments and its environment."""
    return b"".join((Path(f"/proc/{pid}") / name).read_bytes() for name in ("cmdline", "environ"))


async def gone(processes: list[int]) -> None:
    assert processes
    await asyncio.to_thread(until, lambda: not any(running(pid) for pid in processes), "the desks to end")


# ── who is let in ──


async def test_nothing_without_the_token(shared: Serving) -> None:
    async with browser(shared, let_in=False) as session:
        for path in ("", "ws", "goodbye", "download/x", "page/page.js", "terminal/js/textual.js", "nothing", "?token="):
            async with session.get(shared.place + path) as answer:
                assert answer.status == 403, path
                assert "Set-Cookie" not in answer.headers
                assert "daypart serve" in await answer.text()


async def test_a_wrong_token_opens_nothing_and_the_right_one_once(serving: Serving) -> None:
    async with browser(serving, let_in=False) as session:
        for wrong in ("", "x", serving.token[:-1], "ż" * 43):
            async with session.get(serving.place, params={"token": wrong}) as answer:
                assert answer.status == 403
        async with session.get(serving.address, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/")
            said = answer.headers["Set-Cookie"]
            assert "HttpOnly" in said
            assert "SameSite=Strict" in said
            assert serving.token not in said
        async with session.get(serving.place) as answer:
            assert answer.status == 200
            assert "token" not in str(answer.url)
    async with browser(serving, let_in=False) as another, another.get(serving.address) as answer:
        assert answer.status == 403
        assert "used already" in await answer.text()


async def test_the_page_asks_no_outside_address(shared: Serving) -> None:
    async with browser(shared) as session, session.get(shared.place) as answer:
        page = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
        for path in addresses:
            assert path.startswith(("/", "data:,")), path
            if path.startswith("/"):
                async with session.get(shared.place + path[1:]) as part:
                    assert part.status == 200
    assert "default-src 'none'" in policy
    assert f"connect-src 'self' ws://127.0.0.1:{shared.port};" in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.findall(r"https?://", page)


async def test_other_names_of_this_server_are_refused(shared: Serving) -> None:
    async with browser(shared) as session:
        for host, status in {
            "evil.example": 403,
            f"evil.example:{shared.port}": 403,
            "[": 403,
            "localhost:9": 200,
            "[::1]:1": 200,
        }.items():
            async with session.get(shared.place, headers={"Host": host}) as answer:
                assert answer.status == status, host


async def test_pages_of_other_addresses_get_nothing(shared: Serving) -> None:
    """A page on another port of this computer is same-site: its requests carry the cookie."""
    async with browser(shared) as session:
        for site, mode, status in (("same-site", "no-cors", 403), ("cross-site", "cors", 403), ("same-site", "navigate", 200)):
            async with session.get(shared.place, headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode}) as answer:
                assert answer.status == status
        for origin in ("http://evil.example", "http://127.0.0.1:1", "null", "", f"https://127.0.0.1:{shared.port}"):
            with pytest.raises(WSServerHandshakeError) as refused:
                await session.ws_connect(f"{shared.place}ws", headers={"Origin": origin})
            assert refused.value.status == 403
        with pytest.raises(WSServerHandshakeError):
            await session.ws_connect(f"{shared.place}ws")
    assert shared.desks() == []


async def test_the_socket_needs_the_cookie(shared: Serving) -> None:
    async with browser(shared, let_in=False) as session:
        session.cookie_jar.update_cookies({"daypart-12345678": "x"}, URL(shared.place))
        with pytest.raises(WSServerHandshakeError) as refused:
            await session.ws_connect(f"{shared.place}ws", origin=shared.place.rstrip("/"))
    assert refused.value.status == 403
    assert shared.desks() == []


# ── a tab and its desk ──


async def test_a_tab_is_a_desk_and_ends_with_it(serving: Serving) -> None:
    async with browser(serving) as session:
        async with tab(session, serving) as first:
            await first.see("1 Today")
            await first.press("5")
            await first.see("Nothing planned")
            [desk] = serving.desks()
            arguments = given(desk)
            cookies = [cookie.value for cookie in session.cookie_jar]
            assert cookies
            assert not [secret for secret in (serving.token, *cookies) if secret.encode() in arguments]
        await gone([desk])
    assert serving.words.count(serving.token) == 1
    assert cookies[0] not in serving.words


async def test_leaving_the_desk_closes_the_tab_and_says_what_goes_on(serving: Serving) -> None:
    async with browser(serving) as session:
        async with tab(session, serving) as one:
            await one.see("1 Today")
            await one.press("q")
            while (await one.tab.receive()).type is not WSMsgType.CLOSE:
                pass
        async with session.get(serving.place + "goodbye") as answer:
            assert answer.status == 200
            assert "Traceback" not in await answer.text()
    await asyncio.to_thread(until, lambda: not serving.desks(), "the desk to end")


async def test_a_tab_too_many_is_told_so_and_a_freed_place_is_taken(serving: Serving) -> None:
    async with browser(serving) as session, tab(session, serving) as first:
        await first.see("1 Today")
        async with tab(session, serving) as second:
            await second.see("1 Today")
            async with session.get(serving.place) as answer:
                assert answer.status == 503
                assert "2 desks are open already" in await answer.text()
            with pytest.raises(WSServerHandshakeError) as refused:
                await session.ws_connect(f"{serving.place}ws", origin=serving.place.rstrip("/"))
            assert refused.value.status == 503
            assert len(serving.desks()) == 2
        async with tab(session, serving) as third:
            await third.see("1 Today")


async def test_what_was_typed_is_saved_when_the_tab_closes(place: Place) -> None:
    place("post", "new", "--title", "Kept", "--account", "bs-kawa", "--text", "Begun")
    serving, words = Serving(place), "and never lost"
    async with browser(serving) as session:
        async with tab(session, serving) as one:
            await one.see("1 Today")
            await one.press("3")
            await one.see("DRAFTS 1")
            await one.press("\r")
            await one.see("Begun")
            await one.press(f" {words}")
            await one.see("saving…")
        await asyncio.to_thread(until, lambda: not serving.desks(), "the desk to end")
    serving.stop()
    assert words in place("post", "show", "desk/kept@bs-kawa").out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
async def test_no_desk_outlives_the_server(serving: Serving, number: signal.Signals) -> None:
    async with browser(serving) as session, tab(session, serving) as one, tab(session, serving) as two:
        await one.see("1 Today")
        await two.see("1 Today")
        desks = serving.desks()
        assert len(desks) == 2
        os.kill(serving.pid, number)
        await gone([serving.pid, *desks])


async def test_a_desk_that_cannot_open_says_why(planned: Place) -> None:
    (planned.root / "daypart.yaml").write_text("version: 1\ntimezone: Nowhere/AtAll\n", "utf-8")
    serving = Serving(planned)
    try:
        async with browser(serving) as session:
            async with tab(session, serving) as one:
                while (await one.tab.receive()).type is not WSMsgType.CLOSE:
                    pass
            async with session.get(serving.place + "goodbye") as answer:
                assert "error" in await answer.text()
    finally:
        serving.stop()


# ── the command ──


def test_it_listens_on_this_computer_only(place: Place) -> None:
    refused = place("serve", "--host", "0.0.0.0", code=64)
    assert "this computer only" in refused.err
    assert "ssh -L 8422:127.0.0.1:8422" in refused.err


def test_a_port_that_is_taken(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = place("serve", "--port", str(port), code=75)
    assert f"port {port} is taken" in refused.err


def test_without_the_part_that_serves(tmp_path: Path) -> None:
    program = "import sys; sys.modules['textual_serve'] = None; from daypart.cli import run; sys.exit(run(['serve', '--port', '0']))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 78, done.stderr
    assert ".[serve]" in done.stderr
    assert "Traceback" not in done.stderr
