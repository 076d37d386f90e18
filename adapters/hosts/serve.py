"""Serving approved files from this computer: only those in the store, only under names that cannot be guessed."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from adapters.contract import MediaItem
from adapters.errors import MediaHostError
from adapters.hosts.names import TYPES, ending_of, secret_name

SECRET_FILE = "media.key"
SECRET_BYTES = 32
EVENTS = ("media.asked.before", "media.served.after")
"""What `on_event` is called with, around each file that is fetched."""
_ASSET = re.compile(r"[0-9a-f]{64}")


class ServeHost:
    """`media: { host: serve }`: the publishing service answers at `public_url`, usually behind a proxy with TLS."""

    name: ClassVar[str] = "serve"

    def __init__(self, public_url: str, secret: bytes) -> None:
        self._public_url = public_url.rstrip("/")
        self._secret = secret

    async def put(self, item: MediaItem) -> str:
        """Nothing is copied: the file is in the store already. Raises MediaHostError when it is not."""
        if not await asyncio.to_thread(item.path.is_file):
            raise MediaHostError(f"the file {item.name or item.sha256[:12]} is not in the store")
        return f"{self._public_url}/{secret_name(self._secret, item.sha256, ending_of(item.mime))}"


def media_secret(state_folder: Path) -> bytes:
    """The secret behind the names; made once, readable by its owner only. Raises MediaHostError for a damaged one."""
    path = state_folder / SECRET_FILE
    if not path.exists():
        _make_secret(path)
    secret = path.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise MediaHostError(f"{path} is damaged", "delete it: addresses change, and nothing that is public needs the old ones")
    return secret


def _make_secret(path: Path) -> None:
    """Whole or not at all, also when two processes start at once."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


# ── the server ───────────────────────────────────────────────────────────────


class _Shelf:
    """Public names of all files in the store, made anew when the folder changes."""

    def __init__(self, assets: Path, secret: bytes) -> None:
        self._assets = assets
        self._secret = secret
        self._changed = -1
        self._files: dict[str, Path] = {}

    def find(self, name: str) -> Path | None:
        """The file behind a name."""
        if name not in self._files:
            self._read_folder()
        path = self._files.get(name)
        return path if path is not None and path.is_file() else None

    def _read_folder(self) -> None:
        """Guessing costs nothing: an unchanged folder is not read again."""
        try:
            changed = self._assets.stat().st_mtime_ns
        except FileNotFoundError:
            return
        if changed != self._changed:
            self._files = dict(self._names())
            self._changed = changed

    def _names(self) -> Iterator[tuple[str, Path]]:
        for path in self._assets.iterdir():
            if _ASSET.fullmatch(path.name):
                yield from ((secret_name(self._secret, path.name, ending), path) for ending in TYPES)


def _unheard(_event: str) -> None:
    """Nobody listens."""


class _Heard(FileResponse):
    """Says when it has gone out."""

    on_event: Callable[[str], None] = staticmethod(_unheard)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(scope, receive, send)
        self.on_event(EVENTS[1])


def app(assets: Path, secret: bytes, on_event: Callable[[str], None] = _unheard) -> Starlette:
    """GET and HEAD of known names, with ranges. A prefix in the path is ignored, for proxies that leave it in."""
    shelf = _Shelf(assets, secret)

    async def answer(request: Request) -> Response:
        on_event(EVENTS[0])
        name = request.path_params["path"].rpartition("/")[2]
        path = await asyncio.to_thread(shelf.find, name)
        if path is None:
            return PlainTextResponse("not found\n", status_code=404)
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=86400"}
        response = _Heard(path, media_type=TYPES[name.rpartition(".")[2]], headers=headers)
        response.on_event = on_event
        return response

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "HEAD"])])


class _Server(uvicorn.Server):
    """Leaves signals to the publishing service."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing is captured."""
        yield


def listen_on(listen: str) -> socket.socket:
    """`127.0.0.1:8089`, `[::1]:8089`; port 0 takes a free one. Raises MediaHostError."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdecimal():
        raise MediaHostError(f"media.listen is '{listen}'", "write address and port, as 127.0.0.1:8089")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, int(port)))
    except (OSError, OverflowError) as error:
        bound.close()
        raise MediaHostError(
            f"the media server cannot listen on {listen}: {error}", "another program may use it: set media.listen"
        ) from error
    return bound


async def run(
    assets: Path, secret: bytes, listen: str, on_ready: Callable[[str], None] | None = None, on_event: Callable[[str], None] = _unheard
) -> None:
    """Serve until cancelled. `on_ready` is told the local address. Raises MediaHostError."""
    bound = listen_on(listen)
    host, port = bound.getsockname()[:2]
    config = uvicorn.Config(
        app(assets, secret, on_event), log_config=None, access_log=False, lifespan="off", server_header=False, timeout_graceful_shutdown=5
    )
    server = _Server(config)
    # The socket queues connections from here on.
    bound.listen(config.backlog)
    if on_ready is not None:
        on_ready(f"http://{f'[{host}]' if ':' in host else host}:{port}")
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise
    finally:
        bound.close()
