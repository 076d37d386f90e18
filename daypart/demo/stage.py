"""The demo's processes and files: the sandbox, the workspace it writes, the publishing service."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.samples import demo_media, write_demo
from daypart.output import progress
from scheduler.errors import UnreachableError, UsageError

MARK = ".daypart-demo"
"""Stands in a folder that the demo made and may make anew."""
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Loopback, whatever proxy the environment names."""


@dataclass(frozen=True, slots=True)
class Model:
    """Who drafts in this demo."""

    url: str | None
    """None: the sandbox's scripted stand-in."""
    name: str
    words: str


def chosen_model() -> Model:
    """The endpoint that the environment configures, else the sandbox's scripted one."""
    key, name = os.environ.get("OPENAI_API_KEY"), os.environ.get("OPENAI_MODEL")
    if key and name:
        url = os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1")
        return Model(url, name, f"your own endpoint drafts: {name} at {url}")
    hint = " (set OPENAI_MODEL beside OPENAI_API_KEY to draft with your own)" if key else ""
    return Model(None, "sandbox-writer", f"the sandbox's scripted stand-in drafts: no model is asked{hint}")


class Stage:
    """A folder, a sandbox and a service; all processes end with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sandbox_url = ""
        self._processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in reversed(self._processes):
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
            if process.stdout is not None:
                process.stdout.close()

    # ── the sandbox ──

    def start_sandbox(self) -> None:
        """Pretend platforms on a free port. Raises UnreachableError."""
        command = [sys.executable, "-m", "daypart", "sandbox", "--quiet", "--ledger", str(self.folder / "ledger.jsonl")]
        process = self._start(command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise UnreachableError("the sandbox did not start", f"try it alone: {' '.join(command[1:])}")
        self.sandbox_url = str(json.loads(line)["url"])

    def ask(self, method: str, path: str, body: object = None, token: str = "") -> Any:
        """One JSON call to the sandbox."""
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        data = None if body is None else json.dumps(body).encode()
        with _DIRECT.open(urllib.request.Request(self.sandbox_url + path, data, headers, method=method), timeout=10) as answer:
            return json.load(answer)

    def ledger(self) -> list[Mapping[str, Any]]:
        """What became public on the pretend platforms."""
        return list(self.ask("GET", "/_ledger")["entries"])

    def post_by_hand(self, handle: str, text: str) -> str:
        """As somebody would in the platform's own app: daypart knows nothing of it. Returns its address."""
        session = self.ask(
            "POST", "/bluesky/xrpc/com.atproto.server.createSession", {"identifier": handle, "password": f"sandbox-{handle}"}
        )
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": now}
        order = {"repo": session["did"], "collection": "app.bsky.feed.post", "record": record}
        return str(self.ask("POST", "/bluesky/xrpc/com.atproto.repo.createRecord", order, session["accessJwt"])["uri"])

    # ── the workspace ──

    def make_folder(self) -> None:
        """An empty folder of our own. Raises UsageError rather than touch a folder that the demo did not make."""
        if self.folder.exists() and any(self.folder.iterdir()):
            if not (self.folder / MARK).exists():
                raise UsageError(f"{self.folder} is not empty and was not made by the demo", "name another folder: daypart demo DIR")
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / MARK).write_text("made by `daypart demo`, which may delete and make it anew\n", "utf-8")

    def write_workspace(self, now: int, tz: str, model: Model) -> None:
        """The sample with its dates seen from now, and its pictures."""
        from sandbox.media import make_film, make_picture

        listen = f"127.0.0.1:{free_port()}"
        write_demo(self.folder, now, tz, self.sandbox_url, model_url=model.url, model=model.name, media_listen=listen)
        for number, media in enumerate(demo_media()):
            path = self.folder / media.name
            if media.kind == "film":
                make_film(path, media.width, media.height, media.seconds or 6, number, media.words)
            else:
                make_picture(path, media.width, media.height, media.words, number)

    # ── the service ──

    def start_service(self) -> None:
        """The publishing service, as on a server."""
        state = self.folder / ".daypart"
        log = open(state / "service.log", "w", encoding="utf-8")  # noqa: SIM115  it belongs to the child from here on
        self._start([sys.executable, "-m", "daypart", "--workspace", str(self.folder), "daemon"], stderr=log)
        log.close()

    def check_alive(self) -> None:
        """Raises UnreachableError when one of the demo's processes has ended, with the last thing it said."""
        for process in self._processes:
            if process.poll() is not None:
                log = self.folder / ".daypart" / "service.log"
                said = log.read_text("utf-8", "replace").strip().splitlines()[-3:] if log.exists() else []
                raise UnreachableError(f"a process of the demo ended (exit code {process.returncode})", " · ".join(said))

    def _start(self, command: list[str], **pipes: Any) -> subprocess.Popen[str]:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, text=True, **pipes)
        self._processes.append(process)
        return process


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def say_step(number: int, of: int, words: str) -> None:
    """Where the demo is."""
    progress(f"[{number}/{of}] {words}")
