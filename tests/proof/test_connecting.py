"""Every fault on every call of signing in: a clear sentence, and nobody is half connected. Then it works."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from scheduler.desk.desk import Desk
from scheduler.errors import DeskError, SignInError, UnreachableError
from tests.proof.clock import FastClock
from tests.proof.fault_rows import COUNTS, KINDS, PLATFORMS, POINTS
from tests.proof.world import DUE, Account, Post, World, free_port
from tests.sandbox_process import Sandbox

SPEED = 50.0
AT_ONCE = 12
"""Sign-ins at a time: their time-outs are real."""
CALLS = {"bluesky": ("session",), "instagram": ("me", "refresh"), "facebook": ("me",)}
"""On the others: verify and instance."""


@dataclass(frozen=True, slots=True)
class Try:
    """One sign-in and what goes wrong with it."""

    account: Account
    call: str
    kind: str
    point: str
    count: str

    @property
    def name(self) -> str:
        """For messages."""
        return f"{self.account.prefix} {self.call} {self.kind} {self.point} {self.count}"

    @property
    def connects(self) -> bool:
        """Slowness is no fault; a renewal that fails can wait; a server that has no such address is used with care."""
        if self.kind == "slow" or self.call == "refresh":
            return True
        return self.call == "instance" and self.kind in {"html200", "expire"}

    @property
    def error(self) -> type[DeskError]:
        """Only a dead token is the user's to mend."""
        return SignInError if self.kind == "expire" else UnreachableError

    def break_it(self, sandbox: Sandbox) -> None:
        """Put the fault on this account's call."""
        who = {"match": self.account.handle} if self.call == "session" else {"account": self.account.handle}
        seconds = {"slow": 0.2, "late": 3.0}.get(self.kind)
        count = 1 if self.count == "once" else -1
        sandbox.fault(self.account.prefix, self.call, self.kind, self.point, seconds=seconds, count=count, **who)  # type: ignore[arg-type]


def _tries(platform: str) -> list[Try]:
    numbered = enumerate(product(CALLS.get(platform, ("verify", "instance")), KINDS, POINTS, COUNTS))
    return [Try(Account(f"a{n:03}", platform), *what) for n, what in numbered]


def _world(root: Path, sandbox: Sandbox, tries: Sequence[Try]) -> World:
    root.mkdir()
    world = World(root, sandbox, tuple(Post(one.account.name, one.account) for one in tries), free_port())
    world.write_files()
    world.set_pace(DUE, SPEED)
    return world


async def _sign_in(world: World, tries: Sequence[Try]) -> dict[str, DeskError | None]:
    """What each sign-in said; None: it worked."""
    desk = await Desk.open(world.root, user="tester", clock=FastClock(world.pace))
    room = asyncio.Semaphore(AT_ONCE)

    async def one(attempt: Try) -> DeskError | None:
        async with room:
            try:
                await desk.connect(attempt.account.name, attempt.account.secret)
            except DeskError as error:
                return error
        return None

    try:
        said = await asyncio.gather(*(one(attempt) for attempt in tries))
    finally:
        await desk.close()
    return {attempt.name: error for attempt, error in zip(tries, said, strict=True)}


def _connected(world: World) -> dict[str, tuple[str | None, bool]]:
    """Remote id and whether a token is kept, by account; accounts without a row are missing."""
    with closing(sqlite3.connect(f"file:{world.database}?mode=ro", uri=True)) as store:
        rows = store.execute("SELECT name, remote_account_id, token_enc IS NOT NULL FROM account").fetchall()
    return {name: (remote, bool(token)) for name, remote, token in rows}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_fault_of_a_sign_in_leaves_a_half_connected_account(platform: str, tmp_path: Path) -> None:
    tries = _tries(platform)
    with Sandbox() as sandbox:
        world = _world(tmp_path / "world", sandbox, tries)
        for attempt in tries:
            attempt.break_it(sandbox)
        said = asyncio.run(_sign_in(world, tries))
        kept = _connected(world)
        assert all(told["hits"] for told in sandbox.faults()), "a fault never struck"
        sandbox.calm()
        again = asyncio.run(_sign_in(world, [attempt for attempt in tries if said[attempt.name] is not None]))
    problems = [text for attempt in tries for text in _problems(attempt, said[attempt.name], kept.get(attempt.account.name))]
    problems += [f"{name}: not even when it was calm: {error}" for name, error in again.items() if error is not None]
    assert not problems, "\n".join(problems)
    assert {attempt.account.name for attempt in tries} <= {name for name, (remote, token) in _connected(world).items() if remote and token}


def _problems(attempt: Try, error: DeskError | None, kept: tuple[str | None, bool] | None) -> list[str]:
    if attempt.connects:
        good = error is None and kept is not None and all(kept)
        return [] if good else [f"{attempt.name}: {error or 'half connected'}"]
    found = []
    if not isinstance(error, attempt.error):
        found.append(f"{attempt.name}: {type(error).__name__} instead of {attempt.error.__name__}: {error}")
    elif not (str(error) and error.hint and not re.search(r"\w(Error|Exception)\b|\n", str(error))):
        found.append(f"{attempt.name}: not a sentence with a way out: {error!r} {error.hint!r}")
    if kept is not None and any(kept):
        found.append(f"{attempt.name}: half connected: {kept}")
    return found


def test_every_fault_of_signing_in_is_said_in_words_that_differ(tmp_path: Path) -> None:
    """A wrong server, a dead token and a platform that is down are told apart."""
    tries = [
        Try(Account(f"a{n}", "mastodon"), "verify", kind, "before", "once")
        for n, kind in enumerate(("hang", "500", "429", "expire", "drop"))
    ]
    with Sandbox() as sandbox:
        world = _world(tmp_path / "world", sandbox, tries)
        for attempt in tries:
            attempt.break_it(sandbox)
        said = asyncio.run(_sign_in(world, tries))
    assert len({str(error) for error in said.values()}) == len(tries), said
