"""Stand-in for a chat-completions endpoint: a script, not a model, and it says so."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sandbox.clock import SECOND
from sandbox.faults import Fault, FaultKind
from sandbox.model_task import Task, prompt_of, read_task
from sandbox.model_writer import Spoiled, Writer, too_long
from sandbox.platform import EXPIRED, WRONG, BadSetting, World
from sandbox.wire import Fields, Reply, Request, Route, as_fields, reply_json

NAME = "sandbox-writer"
_MODES = frozenset({"json_schema", "json_object", "text"})
_EVENTS = "text/event-stream; charset=utf-8"
_PIECE = 24
"""Characters in one piece of a stream."""
_SPOILED = Spoiled()


@dataclass(frozen=True, slots=True)
class Said:
    """What is answered."""

    content: str | None
    finish: str = "stop"
    refusal: str | None = None


class Model:
    """One endpoint."""

    name = "model"
    aliases: Mapping[str, tuple[str, ...]] = {}

    def __init__(self, world: World) -> None:
        self._world = world
        self.reset()

    def reset(self) -> None:
        """Knows every answer format again."""
        self._numbers = itertools.count(1)
        self._modes = _MODES
        self._delay = 0.0

    def settings(self, order: Fields) -> None:
        """`modes`: answer formats it knows; `delay_seconds`: how long it thinks."""
        for name in order:
            if name == "modes":
                self._modes = frozenset(str(mode) for mode in order.items(name)) & _MODES
            elif name == "delay_seconds":
                self._delay = float(order.text(name, "0"))
            elif name != "platform":
                raise BadSetting(f"model has no setting “{name}”")

    def route(self, request: Request) -> Route | None:
        """Two addresses."""
        match request.method, request.path:
            case "POST", "/v1/chat/completions":
                return Route("chat", self._chat)
            case "GET", "/v1/models":
                return Route("models", self._models)
        return None

    def names_of(self, request: Request) -> Collection[str]:
        """It knows nobody."""
        return ()

    def failure(self, kind: FaultKind, seconds: float) -> Reply:
        """In the envelope that such endpoints share."""
        match kind:
            case FaultKind.LIMIT:
                return _error(429, "Rate limit reached in the sandbox", "rate_limit_exceeded", (("retry-after", str(int(seconds))),))
            case FaultKind.DEAD_TOKEN:
                return _error(401, "Incorrect API key provided", "invalid_api_key")
            case FaultKind.FORBIDDEN | FaultKind.TOO_LARGE | FaultKind.INVALID:
                return _error(int(kind), "The sandbox refuses this request", "invalid_request_error")
        return _error(500, "The sandbox had an error while processing your request", "server_error")

    async def misbehave(self, request: Request, route: Route, fault: Fault) -> Reply:
        """Answer badly in one of the ways models do."""
        if fault.kind is FaultKind.EXPIRE:
            return _error(401, "The API key has expired", "invalid_api_key")
        return await self._answer(request, fault.kind)

    async def _models(self, request: Request) -> Reply:
        return reply_json({"object": "list", "data": [{"id": NAME, "object": "model", "created": 0, "owned_by": "sandbox"}]})

    async def _chat(self, request: Request) -> Reply:
        return await self._answer(request, None)

    async def _answer(self, request: Request, spoil: FaultKind | None) -> Reply:
        fields = request.fields
        if request.bearer in {WRONG, EXPIRED}:
            return _error(401, "Incorrect API key provided", "invalid_api_key")
        mode = fields.inner("response_format").text("type", "text")
        if mode not in self._modes:
            return _error(400, f"response_format “{mode}” is not supported here", "unsupported_parameter")
        if not fields.items("messages"):
            return _error(400, "messages must not be empty", "invalid_request_error")
        if self._delay:
            await asyncio.sleep(self._delay)
        said = _shortened(self._said(fields, mode, spoil), fields)
        return self._streamed(fields, said) if fields.flag("stream") else self._whole(fields, said)

    def _said(self, fields: Fields, mode: str, spoil: FaultKind | None) -> Said:
        match spoil:
            case FaultKind.GARBAGE:
                return Said(_SPOILED.garbage)
            case FaultKind.REFUSAL:
                return Said(None, refusal=_SPOILED.refusal)
        schema = fields.inner("response_format").inner("json_schema").inner("schema")
        task = read_task(*prompt_of(fields.items("messages")), schema)
        value = self._written(task, fields.number("seed"), spoil) if task is not None else _filled(schema, mode)
        if value is None:
            return Said("This is the sandbox's scripted model. It answers drafting tasks only.")
        text = json.dumps(value, ensure_ascii=False)
        if spoil is FaultKind.LENGTH:
            return Said(text[: len(text) // 2], finish="length")
        return Said(text if mode != "text" else f"```json\n{text}\n```")

    def _written(self, task: Task, seed: int, spoil: FaultKind | None) -> dict[str, object]:
        writer = Writer(task, seed + self._world.seed)
        value = writer.script() if task.reel else writer.caption()
        if spoil is not FaultKind.TOO_LONG:
            return value
        caption = value.get("caption")
        return {**value, "caption": too_long(caption, task.most)} if isinstance(caption, dict) else too_long(value, task.most)

    def _head(self, kind: str) -> dict[str, object]:
        created = self._world.clock.now() // SECOND
        return {"id": f"chatcmpl-sandbox-{next(self._numbers)}", "object": kind, "created": created, "model": NAME}

    def _whole(self, fields: Fields, said: Said) -> Reply:
        message = {"role": "assistant", "content": said.content, "refusal": said.refusal}
        choice = {"index": 0, "message": message, "finish_reason": said.finish, "logprobs": None}
        return reply_json({**self._head("chat.completion"), "choices": [choice], "usage": _usage(fields, said)})

    def _streamed(self, fields: Fields, said: Said) -> Reply:
        head, text = self._head("chat.completion.chunk"), said.content or ""
        first: dict[str, object] = {"role": "assistant", "content": "", **({"refusal": said.refusal} if said.refusal else {})}
        deltas = [first, *({"content": text[at : at + _PIECE]} for at in range(0, len(text), _PIECE))]
        chunks = [{**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
        chunks.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": said.finish}]})
        if fields.inner("stream_options").flag("include_usage"):
            chunks.append({**head, "choices": [], "usage": _usage(fields, said)})
        events = [f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode() for chunk in chunks]
        return Reply(200, b"data: [DONE]\n\n", (("cache-control", "no-cache"),), _EVENTS, events)


def _shortened(said: Said, fields: Fields) -> Said:
    """An answer longer than `max_tokens` ends in the middle."""
    most = fields.number("max_completion_tokens") or fields.number("max_tokens")
    if not most or said.content is None or _tokens(said.content) <= most:
        return said
    return Said(said.content[: most * 4], finish="length")


def _filled(schema: Fields, mode: str) -> object:
    """For an unknown question: any value of the wanted shape; None when no shape is wanted."""
    if mode == "text":
        return None
    match schema.raw("type"):
        case "object":
            return {name: _filled(schema.inner("properties").inner(name), mode) for name in schema.inner("properties")}
        case "array":
            return []
        case "boolean":
            return True
        case "number" | "integer":
            return 0
        case "string":
            return str(next(iter(schema.items("enum")), "sandbox"))
    return {"sandbox": True}


def _tokens(text: str) -> int:
    return -(-len(text) // 4)


def _usage(fields: Fields, said: Said) -> dict[str, int]:
    asked = sum(_tokens(as_fields(message).text("content")) for message in fields.items("messages"))
    answered = _tokens(said.content or said.refusal or "")
    return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}


def _error(status: int, message: str, code: str, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    kind = {401: "invalid_request_error", 429: "rate_limit_error", 500: "server_error"}.get(status, "invalid_request_error")
    return reply_json({"error": {"message": message, "type": kind, "param": None, "code": code}}, status, headers)
