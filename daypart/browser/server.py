"""The web server of the desk: one page, the socket behind it, and a door in front of both. Listens on this computer only."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import textual_serve
from aiohttp import WSMsgType, web
from textual_serve.download_manager import DownloadManager

from daypart.browser.door import Door, foreign
from daypart.browser.process import DeskProcess
from scheduler.clean import clean

ADDRESS = "127.0.0.1"
_PAGE = Path(__file__).parent / "page"
_TERMINAL = Path(textual_serve.__file__).parent / "static"
"""The terminal that draws in the page, with its font."""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Server": "daypart",
}
_PASTE = 8_000_000
"""Bytes of one message: a whole text may be pasted."""
_PLACE_FREE_WITHIN = 3.0
"""Seconds that a new tab waits for a place: a page that is loaded again closes its old desk only then."""
_ENDED = "daypart serve has ended. Start it again in the terminal, and open the address that it prints."
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class BrowserServer:
    """Serves desks until it is stopped."""

    def __init__(self, command: Sequence[str], *, title: str, most: int) -> None:
        self.door = Door()
        self.most = most
        self._command, self._title = command, title
        self._desks: set[DeskProcess] = set()
        self._left = asyncio.Condition()
        self._downloads = DownloadManager()
        self._last_words: dict[str, str] = {}
        """Why a visitor's last desk was closed, by cookie."""
        self._runner: web.AppRunner | None = None

    # ── coming and going ──

    async def start(self, listening: socket.socket) -> None:
        """Answer on this socket."""
        application = web.Application(middlewares=[self._guard])
        application.on_response_prepare.append(_harden)
        application.add_routes(
            [
                web.get("/", self._index),
                web.get("/ws", self._tab),
                web.get("/goodbye", self._goodbye),
                web.get("/download/{key}", self._download),
                web.static("/page", _PAGE),
                web.static("/terminal", _TERMINAL),
            ]
        )
        self._runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()

    async def stop(self) -> None:
        """No desk is left behind."""
        self.most = 0
        await asyncio.gather(*(desk.stop() for desk in self._desks))
        if self._runner is not None:
            await self._runner.cleanup()

    # ── the door ──

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Before anything else, also before what does not exist."""
        if foreign(request.headers, websocket=request.path == "/ws"):
            return _plain(403, "This is not the desk's own address.", "Open the address that daypart serve printed.")
        if self.door.knows(request.cookies.get(self.door.cookie)):
            if "token" in request.query:
                return _to_the_desk()
            return await handler(request)
        cookie = self.door.admit(request.query.get("token", "")) if request.path == "/" else None
        if cookie is None:
            return _plain(403, *_closed(tried="token" in request.query))
        response = _to_the_desk()
        response.set_cookie(self.door.cookie, cookie, httponly=True, samesite="Strict", path="/")
        return response

    # ── what is behind it ──

    async def _index(self, request: web.Request) -> web.StreamResponse:
        if not await self._place():
            return _plain(503, self._full(), 'Close one of their tabs, then <a href="/">open the desk</a>.')
        page = (_PAGE / "page.html").read_text("utf-8")
        page = page.replace("{title}", escape(self._title)).replace("{socket}", escape(f"ws://{request.host}/ws"))
        return web.Response(text=page, content_type="text/html")

    async def _goodbye(self, request: web.Request) -> web.StreamResponse:
        """Why this visitor's last desk was closed, for the page."""
        return web.Response(text=self._last_words.get(self._visitor(request), ""))

    async def _tab(self, request: web.Request) -> web.StreamResponse:
        """One open tab: a desk, until one of the two ends."""
        if not await self._place():
            self._last_words[self._visitor(request)] = f"{self._full()} Close one of their tabs first."
            return web.Response(status=503, text=self._full())
        socket_ = web.WebSocketResponse(heartbeat=30, max_msg_size=_PASTE, timeout=2.0)
        desk = DeskProcess(self._command, write_bytes=socket_.send_bytes, write_str=socket_.send_str, downloads=self._downloads)
        desk.when_ended = partial(self._ended, desk, socket_, self._visitor(request))
        self._desks.add(desk)
        try:
            await socket_.prepare(request)
            await desk.start(_cells(request.query.get("width"), 80), _cells(request.query.get("height"), 24))
            async for message in socket_:
                if message.type is WSMsgType.TEXT:
                    await _tell(desk, socket_, message.data)
        finally:
            await desk.stop()
            self._desks.discard(desk)
            async with self._left:
                self._left.notify_all()
        return socket_

    async def _ended(self, desk: DeskProcess, tab: web.WebSocketResponse, visitor: str) -> None:
        """The words first: the page asks for them as soon as its socket is closed."""
        self._last_words[visitor] = clean(desk.last_words) if self.most else _ENDED
        await tab.close()

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """A file that a desk hands out: always kept, never shown, so that it cannot act as a page of ours."""
        key = request.match_info["key"]
        try:
            meant = await self._downloads.get_download_metadata(key)
        except KeyError:
            return _plain(404, "There is no such file (any more).", "Ask for it at the desk again.")
        response = web.StreamResponse()
        response.headers["Content-Type"] = "application/octet-stream"
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(meant.file_name, safe='')}"
        await response.prepare(request)
        async for chunk in self._downloads.download(key):
            await response.write(chunk)
        await response.write_eof()
        return response

    def _visitor(self, request: web.Request) -> str:
        return request.cookies.get(self.door.cookie, "")

    async def _place(self) -> bool:
        """Whether one more desk may open, now or in a moment."""
        async with self._left:
            try:
                async with asyncio.timeout(_PLACE_FREE_WITHIN):
                    await self._left.wait_for(lambda: len(self._desks) < self.most)
            except TimeoutError:
                return False
        return True

    def _full(self) -> str:
        return "The desk is open in another tab already." if self.most == 1 else f"{self.most} desks are open already."


async def _tell(desk: DeskProcess, tab: web.WebSocketResponse, text: str) -> None:
    """What the page says; anything else is not for us."""
    try:
        kind, *more = json.loads(text)
    except (ValueError, TypeError):
        return
    said: Any = more[0] if more else None
    if kind == "stdin" and isinstance(said, str):
        await desk.send_bytes(said.encode("utf-8", "replace"))
    elif kind == "resize" and isinstance(said, dict):
        await desk.set_terminal_size(_cells(said.get("width"), 80), _cells(said.get("height"), 24))
    elif kind == "ping" and isinstance(said, str):
        await tab.send_json(["pong", said])
    elif kind == "focus":
        await desk.focus()
    elif kind == "blur":
        await desk.blur()


def _cells(said: object, otherwise: int) -> int:
    """Columns or rows, within reason."""
    try:
        return min(max(int(str(said)), 1), 1_000)
    except ValueError:
        return otherwise


async def _harden(request: web.Request, response: web.StreamResponse) -> None:
    """No outside address, no frame, no copy kept: for every answer, also for errors."""
    response.headers.update(_HEADERS)
    response.headers["Content-Security-Policy"] = _POLICY.format(
        host=request.host if not foreign(request.headers, websocket=False) else ADDRESS
    )


def _to_the_desk() -> web.Response:
    return web.Response(status=303, headers={"Location": "/"})


def _closed(*, tried: bool) -> tuple[str, str]:
    """The visitor has no cookie. A link on another page does not bring it along; one on ours does."""
    again = 'Was it open in this browser before? <a href="/">Try again</a>.'
    if tried:
        return (
            "This address was used already, or is not the newest one.",
            f"daypart serve makes a new one when you press Enter there. {again}",
        )
    return "This desk opens with the address that daypart serve printed.", again


def _plain(status: int, words: str, way_out: str) -> web.Response:
    page = (_PAGE / "plain.html").read_text("utf-8")
    return web.Response(status=status, text=page.replace("{words}", words).replace("{way_out}", way_out), content_type="text/html")
