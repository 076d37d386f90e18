"""A chat-completions server on loopback that answers exactly what a test wrote down, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One answer, byte for byte."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    hang: bool = False
    drop: bool = False


@dataclass
class Asked:
    """One request as it came."""

    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def mode(self) -> str:
        return str(self.body.get("response_format", {}).get("type", "prompt"))

    @property
    def user(self) -> str:
        return str(self.body["messages"][-1]["content"])

    @property
    def system(self) -> str:
        return str(self.body["messages"][0]["content"])

    @property
    def canary(self) -> str:
        return self.system.rpartition("in any form: ")[2].split()[0]


Script = Callable[[int, Asked], Reply]
"""Number of the request (from 0) and the request → the answer."""


@dataclass
class ScriptedModel:
    """What happened so far."""

    url: str
    asked: list[Asked] = field(default_factory=list)

    @property
    def answered(self) -> int:
        return len(self.asked)


@asynccontextmanager
async def serving(script: Script | Sequence[Reply]) -> AsyncIterator[ScriptedModel]:
    """Serves until the block ends. A sequence repeats its last reply."""
    model = ScriptedModel("")
    writers: list[asyncio.StreamWriter] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        try:
            await _serve_one(reader, writer, model, script)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    model.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield model
    finally:
        server.close()
        for writer in writers:
            writer.close()
        await server.wait_closed()


async def _serve_one(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, model: ScriptedModel, script: Script | Sequence[Reply]
) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    asked = Asked(json.loads(body or b"{}"), headers)
    n = len(model.asked)
    model.asked.append(asked)
    reply = script(n, asked) if callable(script) else script[min(n, len(script) - 1)]
    if reply.hang:
        await reader.read()
        return
    extra = "".join(f"{name}: {value}\r\n" for name, value in reply.headers)
    length = len(reply.body) + (100 if reply.drop else 0)
    first = f"HTTP/1.1 {reply.status} X\r\ncontent-type: {reply.content_type}\r\ncontent-length: {length}\r\nconnection: close\r\n"
    writer.write(f"{first}{extra}\r\n".encode())
    writer.write(reply.body)
    await writer.drain()


# ── answers ──


def says(content: object, *, finish: str = "stop", refusal: str | None = None, tokens: int = 40) -> Reply:
    """A completion; objects become JSON."""
    text = content if isinstance(content, str) or content is None else json.dumps(content, ensure_ascii=False)
    message = {"role": "assistant", "content": text, "refusal": refusal}
    whole = {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        "usage": {"prompt_tokens": 10, "completion_tokens": tokens, "total_tokens": 10 + tokens},
    }
    return Reply(body=json.dumps(whole).encode())


def streams(content: object, *, piece: int = 7, finish: str = "stop") -> Reply:
    """The same in server-sent events."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    deltas: list[tuple[dict[str, str], str | None]] = [({"content": text[at : at + piece]}, None) for at in range(0, len(text), piece)]
    events = [
        {
            "id": "x",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": "m",
            "choices": [{"index": 0, "delta": delta, "finish_reason": end}],
        }
        for delta, end in (*deltas, ({}, finish))
    ]
    body = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
    return Reply(body=body.encode(), content_type="text/event-stream")


def fails(
    status: int, message: str = "no", *, code: str = "", param: str | None = None, headers: tuple[tuple[str, str], ...] = ()
) -> Reply:
    """An error in the usual envelope."""
    body = {"error": {"message": message, "type": "error", "code": code, "param": param}}
    return Reply(status, json.dumps(body).encode(), headers=headers)


HTML = Reply(body=b"<!doctype html><html><body>Welcome</body></html>", content_type="text/html")
NULL_CHOICES = Reply(body=b'{"id":"x","object":"chat.completion","created":0,"model":"m","choices":null}')
NO_CHOICES = Reply(body=b'{"id":"x","object":"chat.completion","created":0,"model":"m","choices":[]}')
BROKEN_JSON = Reply(body=b'{"id": "x", "choices": [')
DROPPED = Reply(body=b'{"id": "x", ', drop=True)
HANGS = Reply(hang=True)
