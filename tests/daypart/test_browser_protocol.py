"""A tab's process, whatever it does: links, files, noise, and one that will not leave. The programs here speak the real protocol."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar, WSMsgType

from daypart.browser import process
from daypart.browser.server import BrowserServer

SPEAKS = """
import json, os, signal, sys
def packet(kind, data): os.write(1, kind + len(data).to_bytes(4, "big") + data)
def meta(**said): packet(b"M", json.dumps(said).encode())
def heard():
    head = sys.stdin.buffer.read(5)
    if len(head) < 5: return None, b""
    return head[:1], sys.stdin.buffer.read(int.from_bytes(head[1:], "big"))
os.write(1, b"some noise\\n__GANGLION__\\n")
packet(b"D", b"here I am")
"""
LINKS = """
for url in ("javascript:alert(1)", "file:///etc/passwd", "https://example.org/post"): meta(type="open_url", url=url, new_tab=True)
while heard()[0]: pass
"""
FILES = """
from textual._binary_encode import dump
parts = [b"one,", b"two", b""]
about = {"path": "/somewhere/week \\"48\\".html", "open_method": "browser", "mime_type": "text/html", "encoding": "", "name": None}
meta(type="deliver_file_start", key="k1", **about)
while True:
    kind, data = heard()
    if kind is None: break
    said = json.loads(data) if kind == b"M" else {}
    if said.get("type") == "deliver_chunk_request": packet(b"P", dump(("deliver_chunk", "k1", parts.pop(0))))
"""
STUBBORN = """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True: packet(b"D", b"x" * 100_000)
"""
ECHO = """
while True:
    kind, data = heard()
    if kind is None: break
    packet(b"D", kind + data + b"|")
"""
TWO_PROGRAMS = """
from textual.app import App
from textual.widgets import Label
class Words(App):
    BINDINGS = [("q", "quit", "")]
    def __init__(self, words):
        super().__init__()
        self.words = words
    def compose(self):
        yield Label(self.words)
    def on_app_focus(self):
        self.query_one(Label).update(self.words + " with the keyboard")
for words in ("first program", "second program"): Words(words).run()
print("both have ended", file=sys.stderr)
"""
BROKEN = 'os.write(1, b"Q" + (3).to_bytes(4, "big") + b"abc"); print("why it ended", file=sys.stderr); sys.exit(1)'


@asynccontextmanager
async def tab(folder: Path, program: str) -> AsyncIterator[tuple[ClientWebSocketResponse, ClientSession, str]]:
    """A server whose desks are this program, and one open tab."""
    (folder / "program.py").write_text(("import sys" if program == TWO_PROGRAMS else SPEAKS) + program, "utf-8")
    server = BrowserServer([sys.executable, str(folder / "program.py")], title="<b>&", most=1)
    listening = socket.create_server(("127.0.0.1", 0))
    await server.start(listening)
    place = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        async with ClientSession(place, cookie_jar=CookieJar(unsafe=True)) as session:
            async with session.get("/", params={"token": server.door.new_token()}) as answer:
                assert answer.status == 200
                assert "<title>&lt;b&gt;&amp;</title>" in await answer.text()
            async with session.ws_connect("/ws", origin=place) as open_tab:
                yield open_tab, session, place
    finally:
        async with asyncio.timeout(20):
            await server.stop()


async def said(open_tab: ClientWebSocketResponse, kind: str) -> list[object]:
    """The next message of this kind."""
    while True:
        message = await open_tab.receive(20)
        assert message.type in (WSMsgType.BINARY, WSMsgType.TEXT)
        if message.type is WSMsgType.TEXT:
            found: list[object] = json.loads(message.data)
            if found[0] == kind:
                return found


async def test_only_addresses_of_the_web_are_opened(tmp_path: Path) -> None:
    async with tab(tmp_path, LINKS) as (open_tab, _, _):
        assert await said(open_tab, "open_url") == ["open_url", {"url": "https://example.org/post", "new_tab": True}]


async def test_a_file_is_handed_out_and_never_shown_as_a_page(tmp_path: Path) -> None:
    async with tab(tmp_path, FILES) as (open_tab, session, _):
        assert await said(open_tab, "deliver_file_start") == ["deliver_file_start", "k1"]
        async with session.get("/download/k1") as answer:
            assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''week%20%2248%22.html"
            assert answer.headers["Content-Type"] == "application/octet-stream"
            assert await answer.read() == b"one,two"
        async with session.get("/download/k1") as answer:
            assert answer.status == 404


async def test_one_that_will_not_leave_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ignores SIGTERM and writes more than anybody reads."""
    monkeypatch.setattr(process, "PATIENCE", tuple((number, 0.2 if n < 2 else 10.0) for n, (number, _) in enumerate(process.PATIENCE)))
    desks: list[process.DeskProcess] = []
    monkeypatch.setattr(process.DeskProcess, "start", _noting(desks))
    async with tab(tmp_path, STUBBORN) as (open_tab, _, _):
        assert (await open_tab.receive(20)).type is WSMsgType.BINARY
    [desk] = desks
    assert desk._process is not None
    assert desk._process.returncode == -9


def _noting(desks: list[process.DeskProcess]) -> object:
    start = process.DeskProcess.start

    async def noting(self: process.DeskProcess, width: int, height: int) -> None:
        desks.append(self)
        await start(self, width, height)

    return noting


async def test_what_a_page_sends_is_taken_as_data(tmp_path: Path) -> None:
    async with tab(tmp_path, ECHO) as (open_tab, _, _):
        for wrong in ("", "{", "[]", "7", '["stdin"]', '["stdin", 5]', '["resize", 3]', '["resize", {"width": "wide"}]', '["unknown", 1]'):
            await open_tab.send_str(wrong)
        await open_tab.send_json(["resize", {"width": -5, "height": 10**9}])
        await open_tab.send_json(["stdin", "żółw \ud800 " + "x" * 1_000_000])
        heard = b""
        while heard.count(b"x") < 1_000_000:
            message = await open_tab.receive(20)
            assert message.type is WSMsgType.BINARY
            heard += message.data
    assert b'{"type": "resize", "width": 80, "height": 24}' in heard
    assert b'{"type": "resize", "width": 1, "height": 1000}' in heard
    assert "żółw ?".encode() in heard


async def test_words_after_the_end_reach_the_page(tmp_path: Path) -> None:
    async with tab(tmp_path, BROKEN) as (open_tab, session, _):
        while (await open_tab.receive(20)).type is not WSMsgType.CLOSE:
            pass
        await open_tab.close()
        async with session.get("/goodbye") as answer:
            assert "why it ended" in await answer.text()


async def test_two_programs_one_after_the_other_keep_the_tab(tmp_path: Path) -> None:
    """As the first run and the desk; the keys go to the one that is shown."""
    async with tab(tmp_path, TWO_PROGRAMS) as (open_tab, session, _):
        for words in (b"first program", b"second program"):
            shown = b""
            while words not in shown:
                message = await open_tab.receive(20)
                assert message.type is WSMsgType.BINARY, words
                shown += message.data
            if words == b"first program":
                await open_tab.send_json(["focus"])
            while b"with the keyboard" not in shown:
                message = await open_tab.receive(20)
                assert message.type is WSMsgType.BINARY, words
                shown += message.data
            await open_tab.send_json(["stdin", "q"])
        while (await open_tab.receive(20)).type is not WSMsgType.CLOSE:
            pass
        await open_tab.close()
        async with session.get("/goodbye") as answer:
            assert await answer.text() == "both have ended"
