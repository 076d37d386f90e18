"""Tokens between real processes: one renewal for all of them, and a new pair that is on disk before anybody may stop."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from scheduler.desk.desk import Desk
from scheduler.errors import UnreachableError
from tests.proof.clock import FastClock, Pace
from tests.proof.histories import SECOND
from tests.proof.world import DUE, LEAD, Account, Post, Service, World, free_port, run_forked, until
from tests.sandbox_process import Sandbox

ACME = Account("acme", "bluesky")
LATER = Post("later", ACME, at="2026-12-01T11:00")
MANY = 4
"""Processes that want the same token at the same moment."""
ACCESS_SECONDS = 500


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A session of some minutes, on a server where a refresh token is good once."""
    with Sandbox() as sandbox:
        sandbox.settings("bluesky", access_seconds=ACCESS_SECONDS, grace_seconds=0)
        (tmp_path / "world").mkdir()
        made = World(tmp_path / "world", sandbox, (LATER,), free_port())
        asyncio.run(made.prepare())
        sandbox.settings("bluesky", access_seconds=7_200)
        yield made


def try_account(root: str, pace: Pace, name: str) -> None:
    """What `account test` does."""

    async def go() -> None:
        desk = await Desk.open(Path(root), user="tester", clock=FastClock(pace))
        try:
            await desk.test_account(name)
        except UnreachableError:
            pass  # somebody else is at it: not now
        finally:
            await desk.close()

    asyncio.run(go())


def account_row(world: World) -> Sequence[object]:
    """State, generation and whether a renewal is under way."""
    with closing(sqlite3.connect(f"file:{world.database}?mode=ro", uri=True, timeout=10)) as store:
        found: Sequence[object] = store.execute("SELECT state, token_gen, refresh_owner IS NULL FROM account").fetchone()
        return found


def asked(world: World, call: str) -> int:
    return len(world.sandbox.requests("bluesky", call))


def goes_out(world: World) -> None:
    """The account is as good as before: a post goes out with it, once."""
    world.set_pace(DUE + 3_600 * SECOND - 6 * SECOND, 20.0)
    with Service(world):
        until(lambda: world.rows()[LATER.key].state == "published", "the post to go out")
    assert world.copies(LATER) == 1


def test_many_processes_at_once_renew_once(world: World) -> None:
    world.sandbox.fault("bluesky", "refresh", "slow", "after", seconds=0.5)
    world.set_pace(DUE, 1.0)
    with ThreadPoolExecutor(MANY) as pool:
        ended = [pool.submit(run_forked, try_account, str(world.root), world.pace, ACME.name) for _ in range(MANY)]
        assert [one.result() for one in ended] == [0] * MANY
    assert asked(world, "refresh") == 1
    assert account_row(world) == ("ok", 2, 1)
    goes_out(world)
    assert asked(world, "session") == 1, "nobody had to sign in anew"


def test_a_service_that_is_told_to_stop_waits_for_the_new_pair(world: World) -> None:
    """The answer comes after SIGTERM, and the token it was bought with is dead."""
    world.sandbox.fault("bluesky", "refresh", "slow", "after", seconds=1.5)
    world.set_pace(DUE - LEAD + 400 * SECOND, 20.0)
    with Service(world) as service:
        until(lambda: asked(world, "refresh") == 1, "the renewal to begin")
        service.ask_to_stop()
    assert account_row(world) == ("ok", 2, 1)
    goes_out(world)
    assert asked(world, "session") == 1, "nobody had to sign in anew"
