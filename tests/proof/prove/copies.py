"""A copy of the program in a folder of its own, with something in it broken on purpose."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.sandbox_process import ROOT

ROOMS = ("adapters", "config", "daypart", "drafting", "sandbox", "scheduler", "tests")
LEFT_OUT = shutil.ignore_patterns("tui", "data", "golden", "__snapshots__", "bench", "drafting.lock")


@dataclass(frozen=True, slots=True)
class Edit:
    """Some text of a file, and what stands there instead."""

    file: str
    old: str
    new: str

    def place(self, root: Path) -> str:
        """What is wrong with it as the file is now; empty: it fits exactly once."""
        found = (root / self.file).read_text("utf-8").count(self.old)
        return "" if found == 1 else f"{self.file} has this {found} times: {self.old!r}"

    def make(self, root: Path) -> None:
        """Break it."""
        wrong = self.place(root)
        if wrong:
            raise ValueError(wrong)
        path = root / self.file
        path.write_text(path.read_text("utf-8").replace(self.old, self.new), "utf-8")


@contextmanager
def broken_copy(edits: Sequence[Edit]) -> Iterator[Path]:
    """The whole program with these edits; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="daypart-mutant-") as folder:
        root = Path(folder)
        for room in ROOMS:
            shutil.copytree(ROOT / room, root / room, ignore=LEFT_OUT)
        shutil.copy2(ROOT / "pyproject.toml", root)
        for edit in edits:
            edit.make(root)
        yield root


def run_in(root: Path, module: str, *arguments: str, seconds: float) -> Any:
    """What a module of the copy printed as its last line, read as JSON; None when it took too long or fell over without a word."""
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", module, *arguments]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as noise:
        with subprocess.Popen(command, cwd=root, env=environment, stdout=out, stderr=noise, start_new_session=True) as child:
            try:
                child.wait(seconds)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, 9)
        out.seek(0)
        noise.seek(0)
        lines = out.read().splitlines()
        try:
            return json.loads(lines[-1])
        except (IndexError, ValueError):
            return {"caught": False, "cases": 0, "what": f"it ended without a verdict: {noise.read()[-600:]}"}
