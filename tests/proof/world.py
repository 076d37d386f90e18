"""One little world: a sandbox, a workspace whose posts are approved, and the service as a child process that may be killed."""

from __future__ import annotations

import asyncio
import atexit
import multiprocessing
import random
import shutil
import signal
import socket
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.process import BaseProcess
from pathlib import Path

from sandbox.media import make_film, make_picture
from tests.proof.clock import FastClock, Pace
from tests.sandbox_process import Sandbox

DUE = 1_796_119_200_000_000
"""2026-12-01T10:00:00Z: when every post is due that says nothing else, UTC microseconds."""
LEAD = 5 * 60 * 1_000_000
"""How long before `DUE` a world is prepared."""
AT_REST = frozenset({"published", "cancelled", "ask", "refused", "missed", "draft"})

_one_thread = threading.Lock()
"""Whoever starts a child asks after all others, and an exit code can be read once: never two threads at a time."""
READY = "ready"
"""File in the world's folder while a service is up."""
REACHED = "reached.json"
"""File there with how often a service that ended in order passed each failpoint."""

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.proof.preload"])


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a world."""

    name: str
    prefix: str
    """Which stand-in: bluesky, mastodon, gotosocial, pixelfed, instagram, facebook."""

    @property
    def platform(self) -> str:
        """The platform its adapter is for."""
        return {"gotosocial": "mastodon", "pixelfed": "mastodon", "facebook": "instagram"}.get(self.prefix, self.prefix)

    @property
    def handle(self) -> str:
        """As the stand-in knows it."""
        return f"{self.name}.example" if self.platform == "bluesky" else self.name

    def yaml(self, url: str) -> str:
        """Its line in daypart.yaml."""
        place = "api" if self.platform == "instagram" else "server"
        login = ", login: facebook" if self.prefix == "facebook" else ""
        return (
            f"  {self.name}: {{ platform: {self.platform}, handle: {self.handle}, languages: [en], {place}: {url}/{self.prefix}{login} }}"
        )

    @property
    def secret(self) -> str:
        """What the stand-in takes for a password or token."""
        return f"sandbox-{self.handle}"


@dataclass(frozen=True, slots=True)
class Post:
    """One post of a world, on one account."""

    slug: str
    account: Account
    text: str = ""
    media: str | None = None
    """`picture`, `film` or None."""
    first_comment: str | None = None
    approved: bool = True
    late: str = ""
    """How long after its time it may still go out; empty: as the program says."""
    shape: str = ""
    """`story`, `reel` … on Instagram; empty: by its media."""
    more_parts: tuple[str, ...] = ()
    """Texts of the second part of a thread and of those that follow."""
    at: str = "2026-12-01T10:00"
    """When it is due, in UTC."""

    @property
    def key(self) -> str:
        return f"proof/{self.slug}@{self.account.name}"

    @property
    def words(self) -> str:
        """What it says, in its first part; stories say nothing."""
        return "" if self.shape == "story" else self.text or f"Words of {self.slug}, like nothing else."

    def markdown(self) -> str:
        """Its own file, for a thread."""
        head = f"---\ntitle: {self.slug}\nat: {self.at}\naccounts: [{self.account.name}]\n---\n"
        return head + "\n---\n".join((self.words, *self.more_parts)) + "\n"

    def yaml(self) -> str:
        """Its entry in campaign.yaml."""
        body = self.words
        lines = [
            f"  - id: {self.slug}",
            f"    at: {self.at}",
            f"    accounts: [{self.account.name}]",
            f'    text: {{ en: "{body}" }}',
        ]
        if self.media:
            file = "film.mp4" if self.media == "film" else "picture.jpg"
            lines.append(f"    media: [{{ path: media/{file}, alt: {{ en: A picture for {self.slug} }} }}]")
        if self.late:
            lines.append(f"    late: {self.late}")
        special = [f'first_comment: "{self.first_comment}"'] if self.first_comment else []
        special += [f"type: {self.shape}"] if self.shape else []
        if special:
            lines.append(f"    for: {{ {self.account.platform}: {{ {', '.join(special)} }} }}")
        return "\n".join(lines)


@dataclass(slots=True)
class World:
    """A prepared workspace beside a running sandbox."""

    root: Path
    sandbox: Sandbox
    posts: tuple[Post, ...]
    media_port: int
    pace: Pace = field(default_factory=lambda: Pace.starting(DUE - LEAD, 1.0))

    @property
    def database(self) -> Path:
        return self.root / ".daypart" / "daypart.db"

    def write_files(self) -> None:
        """daypart.yaml, one campaign, its media."""
        accounts = {post.account.name: post.account for post in self.posts}
        (self.root / "campaigns" / "proof" / "media").mkdir(parents=True)
        (self.root / "daypart.yaml").write_text(
            "\n".join([
                "version: 1", "workspace_id: proof", "name: Proof", "timezone: UTC", "accounts:",
                *(account.yaml(self.sandbox.url) for account in accounts.values()),
                f"media: {{ host: serve, public_url: http://127.0.0.1:{self.media_port}, listen: 127.0.0.1:{self.media_port} }}", "",
            ]), "utf-8",
        )  # fmt: skip
        self.write_campaign()
        media = self.root / "campaigns" / "proof" / "media"
        for name in {post.media for post in self.posts}:
            if name is not None:
                file = drawn(name)
                (media / file.name).write_bytes(file.read_bytes())

    def write_campaign(self) -> None:
        """The campaign and its threads, as `posts` are now."""
        names = ", ".join({post.account.name: None for post in self.posts})
        head = ["version: 1", "id: proof", "title: Proof", "languages: [en]", f"accounts: [{names}]", "posts:"]
        (self.root / "campaigns" / "proof" / "campaign.yaml").write_text(
            "\n".join([*head, *(post.yaml() for post in self.posts if not post.more_parts), ""]), "utf-8"
        )
        for post in self.posts:
            if post.more_parts:
                (self.root / "campaigns" / "proof" / "posts").mkdir(exist_ok=True)
                (self.root / "campaigns" / "proof" / "posts" / f"{post.slug}.md").write_text(post.markdown(), "utf-8")

    async def prepare(self, before_connect: Callable[[Account], None] | None = None) -> None:
        """Connect every account, apply the files, approve what is to be approved, on a clock of five minutes earlier."""
        from scheduler.desk.desk import Desk

        self.write_files()
        self.set_pace(DUE - LEAD, 1.0)
        desk = await Desk.open(self.root, user="tester", clock=FastClock(self.pace))
        try:
            for account in {post.account.name: post.account for post in self.posts}.values():
                if before_connect is not None:
                    before_connect(account)
                await desk.connect(account.name, account.secret)
            await desk.apply(await desk.plan(), allow_cancel=0)
            for post in self.posts:
                if post.approved:
                    item = await desk.review(post.key)
                    await desk.approve(post.key, item.digest, facts_checked=True)
        finally:
            await desk.close()

    def set_pace(self, wall: int, speed: float) -> None:
        """From now on our time, and the sandbox's, runs so fast from there."""
        self.pace = Pace.starting(wall, speed, self.pace)
        self.sandbox.settings("clock", now=wall, speed=speed)

    def hurry(self, speed: float) -> None:
        """Go on from now at another speed; only while no service runs."""
        self.set_pace(FastClock(self.pace).wall(), speed)

    def rows(self) -> dict[str, Row]:
        """Where every delivery stands, by key."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)) as store:
            found = store.execute("SELECT key, state, remote_id, reason, reason_code FROM delivery").fetchall()
        return {row[0]: Row(*row) for row in found}

    def at_rest(self, keys: Iterable[str] | None = None) -> bool:
        """Nothing approved is on its way any more."""
        rows = self.rows()
        return all(rows[key].state in AT_REST for key in (keys or rows))

    def ledger(self) -> list[Mapping[str, object]]:
        """What became public."""
        return self.sandbox.ledger()

    def copies(self, post: Post) -> int:
        """How often this post's own text is public, on whatever account."""
        return sum(1 for entry in self.sandbox.ledger() if str(entry["text"]).startswith(post.words))


@dataclass(frozen=True, slots=True)
class Row:
    """One delivery as the store has it."""

    key: str
    state: str
    remote_id: str | None
    reason: str | None
    code: str | None


class Service:
    """The publishing service as a child process."""

    def __init__(self, world: World, failpoint: str = "", *, log: Path | None = None) -> None:
        from tests.proof.child import serve  # deferred: it imports this module

        self._world = world
        self.log = log or world.root / "service.log"
        self.reached = world.root / REACHED
        self._ready = world.root / READY
        self._process: BaseProcess = _processes.Process(
            target=serve, args=(str(world.root), world.pace, failpoint, str(self.log), str(self.reached)), daemon=True
        )

    def __enter__(self) -> Service:
        self.reached.unlink(missing_ok=True)
        self._ready.unlink(missing_ok=True)
        with _one_thread:
            self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def alive(self) -> bool:
        with _one_thread:
            return self._process.is_alive()

    @property
    def was_killed(self) -> bool:
        """It died of SIGKILL."""
        with _one_thread:
            return self._process.exitcode == -signal.SIGKILL

    def ask_to_stop(self) -> None:
        """SIGTERM as soon as it listens to that; its end is not waited for."""
        until(lambda: self._ready.exists() or not self.alive, "the service to be ready", 30)
        if self.alive:
            self._process.terminate()

    def kill(self) -> None:
        """As `kill -9` does."""
        self._process.kill()
        until(lambda: not self.alive, "the service to be dead", 10)

    def stop(self) -> None:
        """SIGTERM: it finishes what it has begun. Raises AssertionError when it does not end."""
        self.ask_to_stop()
        try:
            until(lambda: not self.alive, f"the service to stop on SIGTERM; its log is {self.log}", 30)
        finally:
            if self.alive:
                self._process.kill()


def run_forked(target: Callable[..., None], *arguments: object) -> int:
    """Run a function in a child to its end; returns the exit code, below zero for a signal."""
    child = _processes.Process(target=target, args=arguments, daemon=True)

    def code() -> int | None:
        with _one_thread:
            return child.exitcode

    with _one_thread:
        child.start()
    until(lambda: code() is not None, "a child to end")
    found = code()
    assert found is not None
    return found


def until(condition: Callable[[], bool], what: str | Callable[[], str], within: float = 60.0, *, beat: float = 0.02) -> None:
    """Wait for a condition; fail with its name."""
    end = time.monotonic() + within
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {within:.0f} s for {what if isinstance(what, str) else what()}")
        time.sleep(beat)


def free_port() -> int:
    """A port nobody listens on, and that no outgoing connection will be given while its service is dead."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@cache
def drawn(name: str) -> Path:
    """The picture or the film of all worlds, drawn once a process."""
    folder = Path(tempfile.mkdtemp(prefix="daypart-proof-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if name == "film":
        make_film(folder / "film.mp4", 360, 640, 3, 1)
        return folder / "film.mp4"
    make_picture(folder / "picture.jpg", 640, 640, "proof", 1)
    return folder / "picture.jpg"


def prepared(root: Path, sandbox: Sandbox, posts: Sequence[Post], before_connect: Callable[[Account], None] | None = None) -> World:
    """A world, ready to run."""
    root.mkdir(parents=True, exist_ok=True)
    world = World(root, sandbox, tuple(posts), free_port())
    asyncio.run(world.prepare(before_connect))
    return world
