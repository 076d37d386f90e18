"""A chat-completions server on loopback that speaks as slowly as a test wants, and notices who hangs up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

PIECE = 7
HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"


@dataclass
class Speaker:
    """How it speaks, and what happened."""

    says: Callable[[int], str]
    """Number of the request (from 0) → its answer."""
    url: str = ""
    waits_at: int | None = None
    """After so many characters it waits for `go_on`."""
    cuts: int = 0
    """So many answers break off there instead."""
    pause_s: float = 0.0
    """Between two pieces."""
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0
    waiting: int = 0
    hung_up: int = 0
    """Clients that went away in the middle."""


@asynccontextmanager
async def speaking(says: Callable[[int], str], **how: object) -> AsyncIterator[Speaker]:
    """Serves until the block ends."""
    speaker = Speaker(says, **how)  # type: ignore[arg-type]
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await _answer(speaker, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            speaker.hung_up += 1
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    speaker.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield speaker
    finally:
        speaker.go_on.set()
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _answer(speaker: Speaker, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = next((int(line.partition(":")[2]) for line in head.split("\r\n") if line.lower().startswith("content-length:")), 0)
    await reader.readexactly(length)
    text, number = speaker.says(speaker.asked), speaker.asked
    speaker.asked += 1
    writer.write(HEAD.encode())
    for at in range(0, len(text), PIECE):
        if speaker.waits_at is not None and at <= speaker.waits_at < at + PIECE:
            if number < speaker.cuts:
                writer.transport.abort()
                return
            await _wait(speaker, reader)
        _chunk(writer, _event(text[at : at + PIECE], None))
        await writer.drain()
        if speaker.pause_s:
            await asyncio.sleep(speaker.pause_s)
    _chunk(writer, _event("", "stop"))
    _chunk(writer, b"data: [DONE]\n\n")
    writer.write(b"0\r\n\r\n")
    await writer.drain()


async def _wait(speaker: Speaker, reader: asyncio.StreamReader) -> None:
    """Until it may go on, or nobody listens any more."""
    speaker.waiting += 1
    gone, go_on = asyncio.ensure_future(reader.read(1)), asyncio.ensure_future(speaker.go_on.wait())
    try:
        await asyncio.wait((gone, go_on), return_when=asyncio.FIRST_COMPLETED)
        if gone.done() and not go_on.done():
            raise ConnectionResetError
    finally:
        speaker.waiting -= 1
        for waiter in (gone, go_on):
            waiter.cancel()
            with suppress(asyncio.CancelledError, ConnectionError):
                await waiter


def _event(piece: str, finish: str | None) -> bytes:
    choice = {"index": 0, "delta": {"content": piece}, "finish_reason": finish}
    return (
        f"data: {json.dumps({'id': 'x', 'object': 'chat.completion.chunk', 'created': 0, 'model': 'm', 'choices': [choice]})}\n\n".encode()
    )


def _chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
