"""An import that is killed on either side of either of its writes: done again, every row is there once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from scheduler.importing.view import STEP
from tests.desk.house import house
from tests.scheduler.importing.workbooks import comma

ROOT = Path(__file__).parents[2]
ROWS = STEP + 20


def run(root: Path, failpoint: str = "") -> int:
    """Import in a process of its own; returns how it ended."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "FAILPOINT": failpoint}
    command = [sys.executable, "-m", "tests.desk.importer", str(root), str(root / "October.csv")]
    return subprocess.run(command, cwd=ROOT, env=environment, timeout=90, check=False).returncode


@pytest.mark.parametrize(
    ("failpoint", "there"), [("edit.before:1", 0), ("edit.after:1", STEP), ("edit.before:2", STEP), ("edit.after:2", ROWS)]
)
async def test_every_row_is_there_once(tmp_path: Path, failpoint: str, there: int) -> None:
    rows = [(f"{1 + n // 24}.12.2026", f"{n % 24}:15", "bs-bike", f"Post {n}") for n in range(ROWS)]
    comma(tmp_path / "October.csv", [("Date", "Time", "Account", "Text"), *rows])
    async with house(tmp_path, campaign=None) as h:
        assert run(tmp_path, failpoint) == -signal.SIGKILL
        assert len(await h.desk.deliveries()) == there
        assert run(tmp_path) == 0
        times = Counter(view.due for view in await h.desk.deliveries())
        assert len(times) == ROWS
        assert set(times.values()) == {1}
