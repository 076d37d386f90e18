"""Servers that tell a client everything it sent, secrets included: some do, in messages that end up in logs."""

from __future__ import annotations

import json
from dataclasses import replace

from sandbox.wire import BadBody, Reply, Request

_WORDS = ("message", "error_user_msg", "error_description", "detail")


def echoing(reply: Reply, request: Request) -> Reply:
    """The same refusal, with what was heard in its message."""
    try:
        body = json.loads(reply.body)
    except ValueError:
        return reply
    heard = _heard(request)
    return replace(reply, body=json.dumps(_with(body, f" [heard: {heard}]"), ensure_ascii=False).encode())


def _heard(request: Request) -> str:
    try:
        fields = request.fields.values
    except (BadBody, ValueError):
        fields = {}
    small = {name: value for name, value in fields.items() if len(str(value)) < 2_000}
    return " ".join((request.headers.get("authorization", ""), request.query_string, *(f"{name}={value}" for name, value in small.items())))


def _with(value: object, tail: str) -> object:
    if not isinstance(value, dict):
        return value
    words = [name for name in _WORDS if isinstance(value.get(name), str)] or ["error"]
    return {name: f"{item}{tail}" if name in words and isinstance(item, str) else _with(item, tail) for name, item in value.items()}
