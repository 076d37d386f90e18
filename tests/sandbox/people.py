"""How a test talks to each stand-in: the shortest honest request for every call."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sandbox.media import make_film, make_picture
from tests.sandbox.wire import Ask, Seen, ask, multipart
from tests.sandbox_process import Sandbox

TID = "3mb2vxnwx2c2a"


@dataclass
class Writer:
    """Someone with an account on Bluesky's stand-in."""

    sandbox: Sandbox
    did: str
    access: str
    refresh: str

    @classmethod
    def login(cls, sandbox: Sandbox, handle: str = "kawa.example") -> Writer:
        """With an app password."""
        told = xrpc(sandbox, "com.atproto.server.createSession", {"identifier": handle, "password": "abcd"}).send().json()
        return cls(sandbox, told["did"], told["accessJwt"], told["refreshJwt"])

    def put(self, text: str = "hello", rkey: str = TID, **record: Any) -> Ask:
        """The publishing call."""
        value = {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-11-22T10:00:00.000Z", **record}
        order = {"repo": self.did, "collection": "app.bsky.feed.post", "rkey": rkey, "swapRecord": None, "record": value}
        return xrpc(self.sandbox, "com.atproto.repo.putRecord", order, self.access)

    def get(self, rkey: str = TID) -> Ask:
        """One record."""
        where = urlencode({"repo": self.did, "collection": "app.bsky.feed.post", "rkey": rkey})
        return ask("GET", f"{self.sandbox.at('bluesky')}/xrpc/com.atproto.repo.getRecord?{where}")

    def upload(self, content: bytes, mime: str = "image/jpeg") -> Ask:
        """A blob."""
        url = f"{self.sandbox.at('bluesky')}/xrpc/com.atproto.repo.uploadBlob"
        return ask("POST", url, token=self.access, body=content, headers={"Content-Type": mime})


def xrpc(sandbox: Sandbox, nsid: str, body: object, token: str = "") -> Ask:
    """A procedure."""
    return ask("POST", f"{sandbox.at('bluesky')}/xrpc/{nsid}", token=token, json_body=body)


def toot(sandbox: Sandbox, text: str = "hello", *, key: str = "", server: str = "mastodon", who: str = "kawa", **more: Any) -> Ask:
    """A status."""
    headers = {"Idempotency-Key": key} if key else {}
    body = {"status": text, "visibility": "public", "language": "en", **more}
    return ask("POST", f"{sandbox.at(server)}/api/v1/statuses", token=f"sandbox-{who}", json_body=body, headers=headers)


def attach(sandbox: Sandbox, content: bytes, *, mime: str = "image/jpeg", alt: str = "", server: str = "mastodon") -> Ask:
    """An upload."""
    headers, body = multipart({"description": alt}, ("file", mime, content))
    return ask("POST", f"{sandbox.at(server)}/api/v2/media", token="sandbox-kawa", body=body, headers=headers)


def own(sandbox: Sandbox, path: str, *, server: str = "mastodon", method: str = "GET", who: str = "kawa") -> Ask:
    """Anything else of a Mastodon-like server."""
    return ask(method, sandbox.at(server) + path, token=f"sandbox-{who}")


def graph(sandbox: Sandbox, method: str, path: str, *, host: str = "instagram", token: str = "sandbox-kawa", **form: str) -> Ask:
    """A call of the Graph API; `me` stands for the account."""
    url = f"{sandbox.at(host)}/v25.0/{path}"
    if method == "GET":
        return ask("GET", f"{url}?{urlencode(form)}" if form else url, token=token)
    return ask(method, url, token=token, form=form)


def chat(sandbox: Sandbox, user: str, **more: Any) -> Ask:
    """A question to the model."""
    body = {"model": "sandbox-writer", "messages": [{"role": "system", "content": "hook, body"}, {"role": "user", "content": user}], **more}
    return ask("POST", f"{sandbox.at('model/v1')}/chat/completions", token="any", json_body=body)


def said(answer: Seen) -> dict[str, Any]:
    """The object inside a chat answer."""
    content = answer.json()["choices"][0]["message"]["content"]
    value: dict[str, Any] = json.loads(content.removeprefix("```json\n").removesuffix("\n```"))
    return value


@dataclass(frozen=True, slots=True)
class Shelf:
    """A web server with files on it."""

    url: str
    asked: list[str]
    """Path and user agent of each request."""


@contextmanager
def shelf(files: dict[str, tuple[int, str, bytes]]) -> Iterator[Shelf]:
    """Serve these: path → status, content type, content."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.path} {self.headers.get('User-Agent')}")
            status, mime, content = files.get(self.path, (404, "text/html", b"no"))
            self.send_response(status)
            self.send_header("Content-Type", mime)
            self.send_header("Content-Length", str(len(content)))
            if status == 302:
                self.send_header("Location", "/a.jpg")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Shelf(f"http://127.0.0.1:{server.server_address[1]}", asked)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def picture(folder: Path, width: int = 400, height: int = 400, seed: int = 1) -> bytes:
    """A JPEG."""
    path = folder / f"{width}x{height}-{seed}.jpg"
    make_picture(path, width, height, "sandbox", seed)
    return path.read_bytes()


def film(folder: Path, width: int = 96, height: int = 160, seconds: float = 3.0) -> bytes:
    """An MP4."""
    path = folder / f"{width}x{height}-{seconds}.mp4"
    make_film(path, width, height, seconds, 1)
    return path.read_bytes()
