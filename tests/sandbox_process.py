"""The sandbox as a process of its own, for any test that needs a platform to talk to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parent.parent
START_SECONDS = 30.0


class Sandbox:
    """Start it, tell it to misbehave, read what became public.

    `with Sandbox() as sandbox:` or `Sandbox().start()` … `stop()`. One per session is enough: `reset()` between tests.
    """

    def __init__(self, ledger: Path | None = None, *, port: int = 0, seed: int = 0) -> None:
        self._command = [sys.executable, "-m", "sandbox", "--quiet", "--seed", str(seed), "--port", str(port)]
        if ledger is not None:
            self._command += ["--ledger", str(ledger)]
        self._process: subprocess.Popen[str] | None = None
        self.url = ""
        """`http://127.0.0.1:PORT`, known after `start`."""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> Self:
        """Run it and wait until it says where it is."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(self._command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        watchdog = threading.Timer(START_SECONDS, self._process.kill)
        watchdog.start()
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        watchdog.cancel()
        if not line:
            raise RuntimeError(f"the sandbox did not start (exit code {self._process.wait()})")
        self.url = str(json.loads(line)["url"])
        return self

    def stop(self) -> None:
        """SIGTERM and wait."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def kill(self) -> None:
        """SIGKILL and wait: what is not in the ledger's file is gone."""
        if self._process is not None:
            self._process.kill()
            self.stop()

    def at(self, platform: str) -> str:
        """Base address of a stand-in: `at("mastodon")`; the model's is `at("model/v1")`."""
        return f"{self.url}/{platform}"

    def fault(
        self,
        platform: str,
        call: str,
        kind: str,
        point: str = "before",
        *,
        seconds: float | None = None,
        count: int = 1,
        match: str = "",
        account: str = "",
        armed_by: int = 0,
        echo: bool = False,
    ) -> int:
        """Misbehave on the next `count` calls (-1: always) of one account, once another fault has struck; returns the fault's id."""
        order: dict[str, Any] = {"platform": platform, "call": call, "kind": kind, "point": point, "count": count, "match": match}
        order |= {"account": account, "armed_by": armed_by, "echo": echo}
        if seconds is not None:
            order["seconds"] = seconds
        return int(self.ask("POST", "/_faults", order)["id"])

    def faults(self) -> list[dict[str, Any]]:
        """All orders, with `hits`: how often each struck."""
        return list(self.ask("GET", "/_faults")["faults"])

    def calm(self, fault: int | None = None) -> None:
        """No more faults; or not this one."""
        self.ask("DELETE", "/_faults" if fault is None else f"/_faults?id={fault}")

    def settings(self, platform: str, **values: object) -> None:
        """Change how a stand-in behaves, for example `settings("mastodon", read_lag_seconds=5)`."""
        self.ask("POST", "/_settings", {"platform": platform, **values})

    def ledger(self, platform: str | None = None, account: str | None = None) -> list[dict[str, Any]]:
        """What became public, oldest first."""
        entries = self.ask("GET", "/_ledger")["entries"]
        return [e for e in entries if platform in {None, e["platform"]} and account in {None, e["account"]}]

    def requests(self, platform: str | None = None, call: str | None = None) -> list[dict[str, Any]]:
        """What was asked, oldest first."""
        asked = self.ask("GET", "/_requests")["requests"]
        return [r for r in asked if platform in {None, r["platform"]} and call in {None, r["call"]}]

    def reset(self) -> None:
        """As freshly started."""
        self.ask("POST", "/_reset")

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """One call to the sandbox's own addresses."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        with _direct.open(request, timeout=30) as answer:
            return json.load(answer)


_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
