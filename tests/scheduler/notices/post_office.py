"""Where notices arrive in tests: a real mail server in a process of its own, and a web server that keeps what it is told."""

from __future__ import annotations

import email
import email.policy
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

START_SECONDS = 30.0


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@dataclass
class MailServer:
    """aiosmtpd; `start` and `stop` as often as a test likes, always on the same port."""

    folder: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """As notices are sent to it."""
        return f"mailto://127.0.0.1:{self.port}?from=daypart@kawa.example&to=anna@kawa.example"

    def start(self) -> None:
        """Run it until it takes connections."""
        command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{self.port}", "-c", "aiosmtpd.handlers.Mailbox"]
        self._process = subprocess.Popen([*command, str(self.folder)], stderr=subprocess.DEVNULL)
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert time.monotonic() < end, "the mail server did not start"
                time.sleep(0.02)

    def stop(self) -> None:
        """End it; what arrived stays."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def mails(self) -> list[EmailMessage]:
        """Everything that arrived, oldest first."""
        found = []
        for file in sorted(self.folder.glob("new/*"), key=lambda file: file.stat().st_mtime_ns):
            mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            assert isinstance(mail, EmailMessage)
            found.append(mail)
        return found


@dataclass
class Listener:
    """A web server: keeps the JSON it is sent and the paths it was asked for; answers with `status`."""

    status: int = 200
    told: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[float, str]] = field(default_factory=list)
    url: str = ""

    @property
    def address(self) -> str:
        """As notices are sent to it."""
        return self.url.replace("http://", "json://") + "/notices"


@contextmanager
def listening() -> Iterator[Listener]:
    """A web server while the block lasts."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            listener.asked.append((time.monotonic(), self.path))
            self._answer()

        def do_POST(self) -> None:
            listener.told.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self._answer()

        def _answer(self) -> None:
            self.send_response(listener.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    listener.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
