"""The computer sleeps, and clocks are set while a service runs: nothing goes out early, and what fell due goes out at once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.proof.clock import FastClock
from tests.proof.histories import SECOND
from tests.proof.world import DUE, Account, Post, Service, World, free_port, until
from tests.sandbox_process import Sandbox

HOUR = 3_600 * SECOND
LATER = Post("later", Account("acme", "mastodon"), at="2026-12-01T11:00")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with Sandbox() as sandbox:
        (tmp_path / "world").mkdir()
        made = World(tmp_path / "world", sandbox, (LATER,), free_port())
        asyncio.run(made.prepare())
        yield made


def state(world: World) -> str:
    return world.rows()[LATER.key].state


def told(world: World) -> int:
    with closing(sqlite3.connect(f"file:{world.database}?mode=ro", uri=True, timeout=10)) as store:
        return int(store.execute("SELECT count(*) FROM notice WHERE kind = 'clock'").fetchone()[0])


def test_what_fell_due_while_the_computer_slept_goes_out_when_it_wakes(world: World) -> None:
    """Timers stood still for an hour and more; the one that was set for the post would ring in an hour."""
    world.set_pace(DUE, 1.0)
    world.pace = replace(world.pace, nap_at=DUE + 3 * SECOND, nap=HOUR + 300 * SECOND)
    with Service(world):
        until(lambda: FastClock(world.pace).wall() > DUE + HOUR, "the computer to sleep and wake")
        world.sandbox.settings("clock", now=FastClock(world.pace).wall(), speed=1.0)
        until(lambda: state(world) == "published", "the post to go out")
    assert world.copies(LATER) == 1


def test_a_clock_set_forward_sends_nothing_until_a_server_agrees(world: World) -> None:
    """An hour and a minute forward: by this computer's clock the post is due; by every server's it is not."""
    world.set_pace(DUE, 20.0)
    world.pace = replace(world.pace, leap_at=DUE + 20 * SECOND, leap=HOUR + 60 * SECOND)
    with Service(world):
        until(lambda: told(world) == 1, "the service to say so")
        asked = len(world.sandbox.requests("mastodon"))
        until(lambda: FastClock(world.pace).wall() > DUE + HOUR + 180 * SECOND, "two minutes more")
        assert (state(world), world.copies(LATER)) == ("queued", 0)
        assert len(world.sandbox.requests("mastodon")) == asked, "nothing was even prepared"
        world.sandbox.settings("clock", now=FastClock(world.pace).wall(), speed=20.0)
        until(lambda: state(world) == "published", "a server to agree")
    assert world.copies(LATER) == 1
