"""Runs tests and simulated histories against machine-made mutants, each in a forked child.

`python -m tests.proof.prove.trying JOBS [FILE]`. A process of its own without threads, so that it may fork; it prints one line
of JSON a mutant.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from types import CodeType, ModuleType

from tests.proof.prove.mutating import Change, changes
from tests.sandbox_process import ROOT

SEEDS = 25
"""Simulated histories that a mutant must survive after the tests."""
SECONDS = 300
"""A child that takes longer hangs: the mutant is noticed."""
QUICK = ("-q", "-x", "--no-header", "--no-summary", "--assert=plain", "-p", "pytest_asyncio.plugin")
BEFORE_FORK = (
    "httpx", "hypothesis", "PIL.Image", "pydantic", "pytest", "pytest_asyncio", "regex", "sqlalchemy", "sqlmodel", "yaml", "alembic",
    "cryptography.hazmat.primitives.ciphers.aead", "starlette.applications", "uvicorn",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """A file to change, and the tests that should notice, fast ones first."""

    file: str
    tests: tuple[tuple[str, ...], ...]

    @property
    def module(self) -> str:
        return self.file.removesuffix(".py").replace("/", ".")


_ENGINE = ("tests/scheduler/test_deliver.py", "tests/scheduler/test_takeover.py")
_DESK = ("tests/desk/test_gate.py",)
_YES = ("tests/desk/test_approving.py",)
TARGETS = (
    Target("scheduler/lifecycle.py", (("tests/scheduler/test_lifecycle.py", "tests/scheduler/test_decisions.py"), _ENGINE)),
    Target("scheduler/desk/post/gate.py", (("tests/desk/test_gate_rules.py",), _DESK)),
    Target("scheduler/desk/approvals/approving.py", (_YES, _DESK, ("tests/desk/test_client_word.py",))),
    Target("scheduler/store/guards.py", (("tests/scheduler/test_guards.py", "tests/scheduler/test_queue.py"), _ENGINE)),
    Target("scheduler/canonical.py", (("tests/scheduler/test_digest.py",), _DESK)),
    Target("scheduler/content/digest.py", (("tests/scheduler/test_digest.py",), _DESK)),
    Target("scheduler/content/kept.py", (("tests/scheduler/test_digest.py",), _DESK)),
)


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one mutant."""

    target: str
    name: str
    caught: str
    """`tests`, `simulator`, `hangs`, or empty: nobody noticed."""


# ── in the child ─────────────────────────────────────────────────────────────


class _Mutated(importlib.machinery.SourceFileLoader):
    """Loads one module from other text than its file's."""

    text = ""

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.text, self.path, "exec")


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, module: str, change: Change) -> None:
        self._module, self._change = module, change

    def find_spec(self, fullname: str, path: object, target: ModuleType | None = None) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._module:
            return None
        loader = _Mutated(fullname, str(ROOT / self._change.file))
        loader.text = self._change.source
        return importlib.util.spec_from_file_location(fullname, ROOT / self._change.file, loader=loader)


def _judged(target: Target, change: Change) -> int:
    """Exit code: 0 nobody noticed, 1 the tests did, 2 the simulator did."""
    import pytest

    sys.meta_path.insert(0, _Finder(target.module, change))
    for tests in target.tests:
        there = [test for test in tests if (ROOT / test).exists()]
        if there and pytest.main([*QUICK, *there]) != 0:
            return 1
    logging.disable(logging.CRITICAL)
    from tests.proof.prove.simulated import problems_of

    return 2 if any(problems_of(seed) for seed in range(SEEDS)) else 0


def _child(target: Target, change: Change) -> None:
    os.setsid()
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    os.environ |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    sys.dont_write_bytecode = True
    code = 1
    try:
        code = _judged(target, change)
    finally:
        os._exit(code)


# ── in the parent ────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Running:
    target: Target
    change: Change
    since: float
    hangs: bool = False


def try_all(work: Sequence[tuple[Target, Change]], jobs: int) -> None:
    """Every mutant, so many at a time."""
    left, running = list(work), dict[int, _Running]()
    while left or running:
        while left and len(running) < jobs:
            target, change = left.pop(0)
            pid = os.fork()
            if pid == 0:
                _child(target, change)
            running[pid] = _Running(target, change, time.monotonic())
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid in running:
            _tell(running.pop(pid), status)
        else:
            _end_what_hangs(running)
            time.sleep(0.02)


def _end_what_hangs(running: dict[int, _Running]) -> None:
    for pid, one in running.items():
        if not one.hangs and time.monotonic() - one.since > SECONDS:
            one.hangs = True
            os.killpg(pid, signal.SIGKILL)


def passes_unchanged(jobs: int, only: str = "") -> None:
    """Tests that fail anyway would seem to notice every mutant. Raises AssertionError."""
    running = {}
    for target in (target for target in TARGETS if only in target.file):
        pid = os.fork()
        if pid == 0:
            _child(target, Change(target.file, 0, "-", "nothing", (ROOT / target.file).read_text("utf-8")))
        running[pid] = target.file
        if len(running) == jobs:
            _must_pass(running)
    while running:
        _must_pass(running)


def _must_pass(running: dict[int, str]) -> None:
    pid, status = os.wait()
    file = running.pop(pid)
    if os.waitstatus_to_exitcode(status):
        raise AssertionError(f"the tests of {file} fail without any mutant")


def _tell(one: _Running, status: int) -> None:
    code = os.waitstatus_to_exitcode(status)
    caught = "hangs" if one.hangs else {0: "", 2: "simulator"}.get(code, "tests")
    print(json.dumps({"target": one.target.file, "name": one.change.name, "caught": caught}), flush=True)


def all_work(only: str = "") -> list[tuple[Target, Change]]:
    """Every mutant of every target."""
    return [(target, change) for target in TARGETS if only in target.file for change in changes(ROOT, target.file)]


if __name__ == "__main__":
    for name in BEFORE_FORK:
        import_module(name)
    passes_unchanged(int(sys.argv[1]), *sys.argv[2:3])
    everything = all_work(*sys.argv[2:3])
    print(len(everything), flush=True)
    try_all(everything, int(sys.argv[1]))
