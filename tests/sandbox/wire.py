"""HTTP by hand over a raw socket: what came back, byte by byte, and how the connection ended."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

Ending = Literal["whole", "reset", "closed", "silence"]


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer as far as it came."""

    status: int | None
    headers: dict[str, str]
    body: bytes
    ending: Ending
    """`whole`: as long as promised; `reset`/`closed`: cut before that; `silence`: we stopped waiting."""
    seconds: float

    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""

    def send(self, patience: float = 10.0) -> Seen:
        """On a connection of its own."""
        return exchange(self, patience)


def ask(
    method: str,
    url: str,
    *,
    token: str = "",
    json_body: object = None,
    form: Mapping[str, str] | None = None,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Ask:
    """A request with a bearer token and one kind of body."""
    told = {**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
    if json_body is not None:
        return Ask(method, url, {**told, "Content-Type": "application/json"}, json.dumps(json_body).encode())
    if form is not None:
        return Ask(method, url, {**told, "Content-Type": "application/x-www-form-urlencoded"}, urlencode(form).encode())
    return Ask(method, url, told, body)


def multipart(fields: Mapping[str, str], file: tuple[str, str, bytes]) -> tuple[dict[str, str], bytes]:
    """Headers and body of a form with a file (name, type, content) under `file`."""
    mark = "----sandbox"
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    name, mime, content = file
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {mime}\r\n\r\n'
    parts.append(head.encode() + content + f"\r\n--{mark}--\r\n".encode())
    return {"Content-Type": f"multipart/form-data; boundary={mark}"}, b"".join(parts)


def exchange(request: Ask, patience: float) -> Seen:
    """Write it, read until the end or until patience is over."""
    split = urlsplit(request.url)
    begun = time.monotonic()
    with socket.create_connection((split.hostname or "", split.port or 80), timeout=patience) as line:
        line.sendall(_written(request, split.path + (f"?{split.query}" if split.query else ""), split.netloc))
        received, ending = _read(line)
    status, headers, body = _parsed(received)
    if status is not None and ending == "closed" and _complete(headers, body):
        ending = "whole"
    return Seen(status, headers, body, ending, time.monotonic() - begun)


def _written(request: Ask, target: str, host: str) -> bytes:
    headers = {"Host": host, "Connection": "close", "Content-Length": str(len(request.body)), **request.headers}
    lines = [f"{request.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + request.body


def _read(line: socket.socket) -> tuple[bytes, Ending]:
    received = bytearray()
    while True:
        try:
            piece = line.recv(65_536)
        except TimeoutError:
            return bytes(received), "silence"
        except ConnectionResetError:
            return bytes(received), "reset"
        if not piece:
            return bytes(received), "closed"
        received += piece


def _parsed(received: bytes) -> tuple[int | None, dict[str, str], bytes]:
    head, found, body = received.partition(b"\r\n\r\n")
    if not found:
        return None, {}, b""
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return int(first.split()[1]), headers, body


def _complete(headers: Mapping[str, str], body: bytes) -> bool:
    if headers.get("transfer-encoding") == "chunked":
        return body.endswith(b"0\r\n\r\n")
    return len(body) == int(headers.get("content-length", len(body)))
