"""Killed on both sides of both marks of a notice: told twice at most, under one number, and never not at all."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler.clock import SystemClock
from scheduler.store.statements import add_notice
from scheduler.store.store import Store
from tests.scheduler.notices.post_office import listening

ROOT = Path(__file__).parents[3]


def tell(folder: Path, address: str, failpoint: str = "") -> int:
    """Run the process to its end; returns how it ended."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "FAILPOINT": failpoint}
    command = [sys.executable, "-m", "tests.scheduler.notices.teller", str(folder), address]
    return subprocess.run(command, cwd=ROOT, env=environment, timeout=90, check=False).returncode


async def raise_one(folder: Path) -> None:
    clock = SystemClock()
    store = Store.open(folder, clock)
    await store.write(lambda conn: add_notice(conn, "clock", "The clock was set", clock.wall(), event_seq=1))
    await store.close()


@pytest.mark.parametrize(
    ("failpoint", "copies"), [("notice.before:1", 1), ("notice.after:1", 1), ("notice.before:2", 2), ("notice.after:2", 1)]
)
def test_a_kill_loses_no_notice(tmp_path: Path, failpoint: str, copies: int) -> None:
    asyncio.run(raise_one(tmp_path / "state"))
    with listening() as web:
        assert tell(tmp_path / "state", web.address, failpoint) == -signal.SIGKILL
        assert tell(tmp_path / "state", web.address) == 0
    assert len(web.told) == copies
    assert {told["title"] for told in web.told} == {"[daypart] daypart: the clock of this computer is doubtful; nothing is sent (notice 1)"}
