"""One request and its answer on a real connection, which may be cut, reset or left hanging."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Iterable

from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.wire import Reply

_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with time-out 0: closing sends a reset."""


class CuttableProtocol(H11Protocol):
    """uvicorn's HTTP, with the transport within reach of the application."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn asks for less than asyncio gives
        """Put the transport where every request of this connection finds it."""
        super().connection_made(transport)
        wire: socket.socket | None = transport.get_extra_info("socket")
        if wire is not None:  # asyncio does this only for sockets that name their protocol: 40 ms per call otherwise
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, "transport": transport}


class Gone(Exception):
    """The client left before its request was complete."""


class Exchange:
    """What the server does with one request."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self._transport: asyncio.Transport = scope["state"]["transport"]

    async def body(self) -> bytes:
        """The whole body. Raises Gone."""
        pieces: list[bytes] = []
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Gone
            pieces.append(message.get("body", b""))
            if not message.get("more_body", False):
                return b"".join(pieces)

    async def answer(self, reply: Reply, date: str) -> None:
        """Send it whole."""
        await self._send(_head(reply, date, None if reply.stream else len(reply.body)))
        for piece in reply.stream:
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        await self._send({"type": "http.response.body", "body": reply.body})

    async def half(self, reply: Reply, date: str) -> None:
        """Promise all of it, send half, hang up."""
        body = b"".join([*reply.stream, reply.body])
        await self._send(_head(reply, date, max(2, len(body))))
        await self._send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        self._transport.close()
        await self.left()

    async def drop(self) -> None:
        """Reset the connection without a word."""
        wire: socket.socket | None = self._transport.get_extra_info("socket")
        if wire is not None and not self._transport.is_closing():
            with contextlib.suppress(OSError):
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()
        await self.left()

    async def left(self, seconds: float | None = None) -> None:
        """Wait until the client is gone, or this long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while (await self._receive())["type"] != "http.disconnect":
                    pass


def _head(reply: Reply, date: str, length: int | None) -> Message:
    headers: list[tuple[str, str]] = [("date", date), ("server", "sandbox"), ("content-type", reply.mime), *reply.headers]
    if length is not None:
        headers.append(("content-length", str(length)))
    return {"type": "http.response.start", "status": reply.status, "headers": _encoded(headers)}


def _encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
