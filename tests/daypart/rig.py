"""What the tests of the command line work with: the program, a workspace, and the publishing service as a process."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.sandbox_process import ROOT, Sandbox

WORKSPACE = """\
version: 1
workspace_id: w-line
name: Two clients
timezone: Europe/Warsaw
accounts:
  bs-kawa: {{ platform: bluesky, handle: kawa.example, server: "{url}/bluesky", languages: [en] }}
  ms-roof: {{ platform: mastodon, handle: roof, server: "{url}/mastodon", languages: [en] }}
clients:
  kawa: {{ name: Kawa, accounts: [bs-kawa] }}
  roof: {{ name: Roof, accounts: [ms-roof] }}
llm: {{ base_url: "{url}/model/v1", model: scripted }}
"""
HEAD = "version: 1\nid: autumn\ntitle: Autumn\nlanguages: [en]\naccounts: [bs-kawa]\n"
TEASER = "autumn/teaser@bs-kawa"
ZONE = ZoneInfo("Europe/Warsaw")
SECOND = 1_000_000
PATIENCE = 120.0
"""Seconds a command may take."""
SECRETS = {"bs-kawa": "sandbox-kawa.example", "ms-roof": "sandbox-roof"}


def tomorrow(hour: int = 9, days: int = 1) -> str:
    """A local time that is ahead, as files write it."""
    return (datetime.now(UTC) + timedelta(days=days)).strftime(f"%Y-%m-%dT{hour:02}:00")


def entry(post: str, text: str, *more: str, at: str | None = None) -> str:
    """One post of a campaign file."""
    return "\n".join([f"  - id: {post}", f"    at: {at or tomorrow()}", f"    {text}", *(f"    {line}" for line in more), ""])


def said(words: str) -> str:
    """A text in a campaign file."""
    return f"text: {json.dumps(words)}"


BRIEF = 'brief: { goal: How much coffee for a litre, points: ["60 g per litre", "measure, do not guess"], variants: 2 }'


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """All of stdout, as one object."""
        return json.loads(self.out)


class Program:
    """Runs `daypart …`, cut off from this computer's own settings."""

    def __init__(self) -> None:
        self._home = tempfile.mkdtemp(prefix="daypart-home-")
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "tests.daypart.zygote"]
        self._zygote = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answers: queue.SimpleQueue[dict[str, int]] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._hear, daemon=True)
        self._reader.start()

    def close(self) -> None:
        """End the process that commands are forked from."""
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        self._zygote.stdin.close()
        self._zygote.wait(10)
        self._reader.join(10)
        self._zygote.stdout.close()

    def _hear(self) -> None:
        assert self._zygote.stdout is not None
        for line in self._zygote.stdout:
            self._answers.put(json.loads(line))

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """What a command sees."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        return {**kept, "HOME": self._home, "DAYPART_USER": "anna", "PYTHONPATH": str(ROOT), **more}

    def run(
        self, folder: Path, *args: str, given: str = "", env: Mapping[str, str] | None = None, stage: Mapping[str, object] | None = None
    ) -> Result:
        """One command, to its end. However it ends: no traceback, no escape codes."""
        with tempfile.TemporaryDirectory() as place:
            files = _files(Path(place), given)
            code = int(self._order(folder, args, files, env or {}, stage or {}, wait=True)["code"])
            result = Result(code, Path(files[1]).read_text("utf-8"), Path(files[2]).read_text("utf-8"))
        assert "Traceback" not in result.err + result.out, result.err
        assert "\x1b" not in result.err + result.out
        return result

    def start(
        self, folder: Path, *args: str, log: Path, env: Mapping[str, str] | None = None, stage: Mapping[str, object] | None = None
    ) -> int:
        """A command that goes on; returns its process id."""
        files = [os.devnull, str(log), str(log)]
        return int(self._order(folder, args, files, env or {}, stage or {}, wait=False)["pid"])

    def _order(
        self, folder: Path, args: tuple[str, ...], files: list[str], env: Mapping[str, str], stage: Mapping[str, object], *, wait: bool
    ) -> dict[str, int]:
        order = {"args": args, "cwd": str(folder), "env": self.environment(env), "files": files, "stage": dict(stage), "wait": wait}
        assert self._zygote.stdin is not None
        self._zygote.stdin.write(f"{json.dumps(order)}\n")
        self._zygote.stdin.flush()
        answer = self._answers.get(timeout=PATIENCE)
        return answer | self._ended(answer["pid"], args, files) if wait else answer

    def _ended(self, pid: int, args: tuple[str, ...], files: list[str]) -> dict[str, int]:
        """How it ended. One that never does says where it stands, and dies."""
        try:
            return self._answers.get(timeout=PATIENCE)
        except queue.Empty:
            os.kill(pid, signal.SIGABRT)
            self._answers.get(timeout=PATIENCE)
            raise AssertionError(f"daypart {' '.join(args)} did not end in {PATIENCE} s\n{Path(files[2]).read_text('utf-8')}") from None


def _files(place: Path, given: str) -> list[str]:
    (place / "in").write_text(given, "utf-8")
    return [str(place / name) for name in ("in", "out", "err")]


@dataclass(slots=True)
class Place:
    """One workspace and the program in it."""

    root: Path
    program: Program
    sandbox: Sandbox
    env: dict[str, str] = field(default_factory=dict)
    stage: dict[str, object] = field(default_factory=dict)

    def __call__(self, *args: str, given: str = "", code: int = 0, **stage: object) -> Result:
        """Run a command here and check its exit code."""
        result = self.program.run(self.root, *args, given=given, env=self.env, stage={**self.stage, **stage})
        assert result.code == code, f"daypart {' '.join(args)}: {result.code}\n{result.out}\n{result.err}"
        return result

    def campaign(self, *entries: str, moved: str = "", name: str = "autumn") -> None:
        """Write campaigns/NAME/campaign.yaml."""
        folder = self.root / "campaigns" / name
        folder.mkdir(parents=True, exist_ok=True)
        head = HEAD.replace("autumn", name)
        (folder / "campaign.yaml").write_text(head + moved + "posts:\n" + "".join(entries), "utf-8")

    def connect(self, *names: str) -> None:
        """Sign in."""
        for name in names or ("bs-kawa",):
            self("account", "connect", name, "--secret-stdin", given=f"{SECRETS[name]}\n")

    def show(self, key: str) -> dict[str, Any]:
        """The delivery as `post show --json` gives it."""
        found: dict[str, Any] = self("post", "show", key, "--json").json["deliveries"][0]
        return found

    def state(self, key: str) -> str:
        """Where it stands."""
        return str(self.show(key)["state"])

    def approve(self, key: str, *more: str) -> Result:
        """Say yes to exactly what `post show` shows."""
        return self("approve", key, "--digest", str(self.show(key)["digest"]), *more)

    def plan(self, key: str, seconds: int) -> None:
        """Approved for so many seconds from now, by the machine's clock. With a clock of its own a test can then let that time come."""
        self("post", "move", key, (datetime.now(ZONE) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S"))
        if self.state(key) != "queued":
            self.approve(key)

    def set_clock(self, ahead: int) -> None:
        """From now on the program's wall clock is so many microseconds ahead of the machine's."""
        file = self.root / "shift"
        file.with_suffix(".new").write_text(str(ahead), "utf-8")
        file.with_suffix(".new").replace(file)  # at once: the service reads it all the time
        self.stage["shift_file"] = str(file)

    def send(self, key: str) -> None:
        """Now, and approved: the service does the rest. (An approval whose window has begun already is kept by the move.)"""
        self("post", "move", key, "now")
        if self.state(key) == "draft":
            self.approve(key)

    def texts(self) -> list[str]:
        """What is public on the stand-ins."""
        return [str(line["text"]) for line in self.sandbox.ledger()]

    @contextmanager
    def service(self, **stage: object) -> Iterator[Service]:
        """`daypart daemon`, until the block ends."""
        service = Service(self, {**self.stage, **stage})
        try:
            yield service
        finally:
            service.stop()


class Service:
    """`daypart daemon` as a process."""

    def __init__(self, place: Place, stage: Mapping[str, object], env: Mapping[str, str] | None = None) -> None:
        self.log = place.root / f"service-{time.monotonic_ns()}.log"
        self.pid = place.program.start(place.root, "daemon", log=self.log, env={**place.env, **(env or {})}, stage=stage)
        until(lambda: "is running" in self.words or not self.alive, "the service to start")
        assert self.alive, self.words

    @property
    def words(self) -> str:
        """What it said so far."""
        return self.log.read_text("utf-8") if self.log.exists() else ""

    @property
    def alive(self) -> bool:
        """Whether it runs: a process that ended but was not yet waited for does not."""
        with suppress(OSError):
            return Path(f"/proc/{self.pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
        return False

    def send(self, number: signal.Signals) -> None:
        """Send it one."""
        os.kill(self.pid, number)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it and wait."""
        if self.alive:
            self.send(number)
            until(lambda: not self.alive, "the service to end")
        assert "Traceback" not in self.words, self.words


def until(condition: Callable[[], bool], what: str, within: float = 30.0) -> None:
    """Wait for a condition; fail with its name."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, f"waited {within:.0f} s for {what}"
        time.sleep(0.05)
