"""No secret is anywhere: not in a log, an answer, an argument list or a file, whatever goes wrong and whoever echoes it."""

from __future__ import annotations

import base64
import json
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from config.secrets import Cipher, load_key
from scheduler.accounts.vault import Vault
from tests.daypart.rig import Program, Result
from tests.proof.world import drawn, free_port, until
from tests.sandbox_process import ROOT, Sandbox

MODEL_KEY = f"sk-live-{secrets.token_hex(12)}"
APP_PASSWORD = "k3yq-7rtz-m2wx-p9vb"
WRONG_PASSWORD = "z8nd-4hgf-c6js-u1la"
KEPT_IN = frozenset({"key", "media.key"})
"""Files whose one purpose is to hold a secret; nobody else may read them."""
ACCOUNTS = {
    "bs": ("bluesky", "blue.example"),
    "ms": ("mastodon", f"elephant{secrets.token_hex(3)}"),
    "ig": ("instagram", f"pics{secrets.token_hex(3)}"),
}


@dataclass(slots=True)
class Story:
    """One workspace, everything its processes said, and every secret they had."""

    root: Path
    sandbox: Sandbox
    program: Program
    known: dict[str, bytes] = field(default_factory=dict)
    said: dict[str, bytes] = field(default_factory=dict)
    """What each process printed, by its command."""
    arguments: set[bytes] = field(default_factory=set)

    @property
    def state(self) -> Path:
        return self.root / ".daypart"

    def write_files(self) -> None:
        """Three platforms, a model, posts with everything."""
        port, url = free_port(), self.sandbox.url
        place = {"bluesky": "server", "mastodon": "server", "instagram": "api"}
        accounts = "\n".join(
            f"  {name}: {{ platform: {kind}, handle: {handle}, languages: [en], {place[kind]}: {url}/{kind} }}"
            for name, (kind, handle) in ACCOUNTS.items()
        )
        (self.root / "daypart.yaml").write_text(
            f"version: 1\nworkspace_id: quiet\nname: Quiet\ntimezone: UTC\naccounts:\n{accounts}\n"
            f"llm: {{ base_url: {url}/model/v1, model: scripted, key_env: QUIET_KEY }}\n"
            f"media: {{ host: serve, public_url: http://127.0.0.1:{port}, listen: 127.0.0.1:{port} }}\n", "utf-8",
        )  # fmt: skip
        folder = self.root / "campaigns" / "quiet"
        (folder / "media").mkdir(parents=True)
        (folder / "media" / "picture.jpg").write_bytes(drawn("picture").read_bytes())
        at = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT10:00")
        picture = "media: [{ path: media/picture.jpg, alt: { en: A picture } }]"
        posts = [f"  - {{ id: brief, at: {at}, accounts: [bs], brief: {{ goal: How much coffee for a litre }} }}"]
        posts += [
            f"  - {{ id: {slug}-{name}, at: {at}, accounts: [{name}], text: {{ en: Words of {slug} {name} }}, {picture} }}"
            for name in ACCOUNTS
            for slug in ("one", "two")
        ]
        head = f"version: 1\nid: quiet\ntitle: Quiet\nlanguages: [en]\naccounts: [{', '.join(ACCOUNTS)}]\nposts:\n"
        (folder / "campaign.yaml").write_text(head + "\n".join(posts) + "\n", "utf-8")

    # ── running it ──

    def __call__(
        self, *args: str, given: str = "", code: int | Sequence[int] = 0, mode: str = "", env: Mapping[str, str] | None = None
    ) -> str:
        """One command, to its end: in a process of its own, which is a forked one where no mode is asked for."""
        if mode:
            command = [sys.executable, "-m", "tests.proof.indiscreet", mode, *args]
            done = subprocess.run(
                command, cwd=self.root, input=given.encode(), capture_output=True, env=self._environment(env), timeout=120
            )
            result = Result(done.returncode, done.stdout.decode(), done.stderr.decode())
        else:
            result = self.program.run(self.root, *args, given=given, env=self._environment(env))
        self.said[f"{mode} {' '.join(args)} #{len(self.said)}"] = f"{result.out}\n{result.err}".encode()
        self.learn()
        assert result.code in ([code] if isinstance(code, int) else code), (args, result)
        return result.out

    @contextmanager
    def service(self, mode: str) -> Iterator[None]:
        """The publishing service, at its most talkative."""
        log = self.root / f"service-{mode}.log"
        with log.open("wb") as out:
            command = [sys.executable, "-m", "tests.proof.indiscreet", mode, "daemon"]
            running = subprocess.Popen(command, cwd=self.root, stdout=out, stderr=out, env=self._environment(None))
        try:
            until(lambda: b"is running" in log.read_bytes() or running.poll() is not None, "the service to start")
            yield
            running.send_signal(signal.SIGTERM)
            assert running.wait(60) == 0, log.read_text("utf-8")[-3_000:]
        finally:
            running.kill()
            running.wait()
            self.learn()

    def _environment(self, more: Mapping[str, str] | None) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        return {**kept, "HOME": str(self.root), "PYTHONPATH": str(ROOT), "DAYPART_USER": "anna", "QUIET_KEY": MODEL_KEY, **(more or {})}

    # ── what is known ──

    def learn(self) -> None:
        """Open everything that is sealed, as it is now."""
        if not (self.state / "key").exists() or not (self.state / "daypart.db").exists():
            return
        key = load_key(self.state, {})
        self.known |= {"the key": key, "the key as text": (self.state / "key").read_bytes().strip(), "the key as hex": key.hex().encode()}
        if (self.state / "media.key").exists():
            self.known["the media key"] = (self.state / "media.key").read_bytes()
        with closing(sqlite3.connect(f"file:{self.state / 'daypart.db'}?mode=ro", uri=True)) as store:
            rows = store.execute("SELECT id, name, token_enc, token_prev_enc FROM account").fetchall()
        for number, name, *sealed in rows:
            for one in sealed:
                found = Vault(Cipher(key)).unseal(number, one)
                for what in ("access", "refresh", "app_password") if found is not None else ():
                    if value := getattr(found, what):
                        self.known[f"{what} of {name}: {value[-6:]}"] = value.encode()

    def state_of(self, key: str) -> str:
        with closing(sqlite3.connect(f"file:{self.state / 'daypart.db'}?mode=ro", uri=True)) as store:
            return str(store.execute("SELECT state FROM delivery WHERE key = ?", (key,)).fetchone()[0])

    def texts(self) -> Iterator[tuple[str, bytes]]:
        """Everything that anybody can see."""
        yield from self.said.items()
        yield "the arguments of a process", b"\n".join(self.arguments)
        for file in self.root.rglob("*"):
            if file.is_file() and file.name not in KEPT_IN:
                yield str(file.relative_to(self.root)), file.read_bytes()

    def leaks(self) -> list[str]:
        """Where a secret stands, and which."""
        shapes = {name: _shapes(value) for name, value in self.known.items()}
        return [
            f"{name} stands in {place}" for place, text in self.texts() for name, forms in shapes.items() if any(f in text for f in forms)
        ]


def _shapes(value: bytes) -> set[bytes]:
    """As it is, as in an address, and inside of anything that is base64."""
    text = value.decode("latin-1")
    found = {value, quote(text).encode("latin-1"), quote_plus(text).encode("latin-1")}
    for shift, skip in enumerate((0, 2, 3)):
        whole = (shift + len(value)) // 3 * 4
        found.add(base64.b64encode(b"\0" * shift + value)[skip:whole])
    return found


@contextmanager
def watching_arguments(story: Story) -> Iterator[None]:
    """Every argument list of this computer, looked at all the time."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            for folder in Path("/proc").iterdir():
                if folder.name.isdecimal():
                    with suppress(OSError):
                        story.arguments.add((folder / "cmdline").read_bytes())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


@pytest.fixture
def program() -> Iterator[Program]:
    made = Program()
    yield made
    made.close()


@pytest.fixture
def story(tmp_path: Path, program: Program) -> Iterator[Story]:
    with Sandbox() as sandbox:
        for prefix in ("mastodon", "instagram"):
            sandbox.settings(prefix, image_seconds=0, video_seconds=0)
        made = Story(tmp_path, sandbox, program)
        made.known = {"the model's key": MODEL_KEY.encode(), "a wrong password": WRONG_PASSWORD.encode()}
        made.write_files()
        with watching_arguments(made):
            yield made


def sign_in(story: Story) -> None:
    """Wrong, unreachable, then right; each server tells back what it heard."""
    sandbox = story.sandbox
    right = {"bs": APP_PASSWORD, **{name: f"sandbox-{ACCOUNTS[name][1]}" for name in ("ms", "ig")}}
    calls = {"bs": "session", "ms": "verify", "ig": "me"}
    for name, (prefix, _) in ACCOUNTS.items():
        for kind in ("401", "422"):
            sandbox.fault(prefix, calls[name], kind, echo=True)
            story("account", "connect", name, "--secret-stdin", given=f"{WRONG_PASSWORD}\n", code=(1, 64, 65, 69, 75, 77), mode="talkative")
        sandbox.calm()
        story("account", "connect", name, "--secret-stdin", given=f"{right[name]}\n", mode="talkative")


def ask_the_model(story: Story) -> None:
    for kind in ("401", "422"):
        fault = story.sandbox.fault("model", "chat", kind, echo=True, count=-1)
        story("draft", "quiet/brief", code=(1, 69, 78), mode="talkative", env={"OPENAI_LOG": "debug"})
        story("model", "test", code=(69, 78))
        story.sandbox.calm(fault)
    story("draft", "quiet/brief", mode="talkative", env={"OPENAI_LOG": "debug"})


def approve(story: Story, slug: str) -> list[str]:
    keys = [f"quiet/{slug}-{name}@{name}" for name in ACCOUNTS]
    for key in keys:
        story("post", "move", key, "now")
        digest = json.loads(story("post", "show", key, "--json"))["deliveries"][0]["digest"]
        story("approve", key, "--digest", str(digest))
    return keys


def publish(story: Story) -> None:
    """Tokens die in the middle, refusals echo, and what is refused says why."""
    sandbox = story.sandbox
    for prefix, call, kind in (
        ("bluesky", "commit", "401"), ("bluesky", "upload", "500"), ("bluesky", "list", "500"),
        ("mastodon", "commit", "422"), ("mastodon", "upload", "500"), ("mastodon", "list", "401"),
        ("instagram", "container", "422"), ("instagram", "quota", "500"),
    ):  # fmt: skip
        sandbox.fault(prefix, call, kind, echo=True)
    keys = approve(story, "one")
    with story.service("talkative"):
        until(lambda: all(story.state_of(key) in ("published", "refused", "ask", "unknown") for key in keys), "the first three to end")
    sandbox.calm()
    for kind in ("500", "422"):
        sandbox.fault("bluesky", "refresh", kind, echo=True)
        story("account", "test", "bs", code=(0, 69), mode="talkative")
    keys = approve(story, "two")
    with story.service("stumble"):
        until(lambda: story.state_of(keys[0]) not in ("queued", "claimed"), "the one that stumbles")
        until(lambda: story.state_of(keys[1]) == "published", "another one")


def look_around(story: Story) -> None:
    for args in (
        ("status",),
        ("outbox",),
        ("outbox", "--json"),
        ("account", "list", "--json"),
        ("notices",),
        ("plan",),
        ("doctor",),
        ("doctor", "--json"),
    ):
        story(*args, code=(0, 1, 2, 64, 70, 78))
    for name in ACCOUNTS:
        story("history", f"quiet/one-{name}@{name}")
        story("post", "show", f"quiet/one-{name}@{name}", "--json")
    story("status", mode="crash", code=1)
    for call in ("refresh", "session"):
        story.sandbox.fault("bluesky", call, "401", echo=True, count=-1)
    story("account", "test", "bs", code=(69, 77), mode="talkative")
    story("account", "list")


def test_no_secret_is_anywhere(story: Story) -> None:
    sign_in(story)
    story("apply", "--yes")
    ask_the_model(story)
    publish(story)
    look_around(story)
    told = b"".join(text for _, text in story.texts())
    assert b"[heard: " in told, "nobody echoed anything: this proves nothing"
    assert b"nobody thought of" in told, "nothing crashed: this proves nothing"
    assert len(story.known) >= 10, sorted(story.known)
    print(f"{len(story.known)} secrets, {len(story.said)} commands, {len(story.arguments)} argument lists, {len(told):,} bytes searched")
    assert not story.leaks(), "\n".join(story.leaks())


def test_a_leak_is_found_in_every_shape(tmp_path: Path, program: Program) -> None:
    story = Story(tmp_path, Sandbox(), program, {"a token": b"t0ken/with+signs=="})
    for number, text in enumerate(
        (b"t0ken/with+signs==", b"t0ken%2Fwith%2Bsigns%3D%3D", base64.b64encode(b"Bearer t0ken/with+signs==, x"))
    ):
        (tmp_path / "log").write_bytes(b"before " + text + b" after")
        assert story.leaks() == ["a token stands in log"], number
    (tmp_path / "log").write_bytes(b"nothing")
    assert story.leaks() == []
