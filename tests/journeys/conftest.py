"""One sandbox and one loaded program for all jobs; what each job cost goes to the table that ends the run."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tests.daypart.conftest import platforms, program
from tests.daypart.rig import Program
from tests.journeys.office import Office, Tally
from tests.sandbox_process import Sandbox
from tests.tui.pressing import no_haste

__all__ = ["platforms", "program"]
NUMBER = re.compile(r"test_job_(\d+)_")


@pytest.fixture(autouse=True)
def _no_key_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    no_haste(monkeypatch)


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Tally:
    """The job is the one line that opens its file."""
    found = NUMBER.search(request.path.name)
    return Tally(int(found[1]) if found else 0, (request.module.__doc__ or "").strip().splitlines()[0])


@pytest.fixture
def office(tmp_path: Path, program: Program, platforms: Sandbox, tally: Tally) -> Office:
    """Two clients, three accounts, all signed in."""
    made = Office.open(tmp_path, program, platforms, tally)
    made.sign_in()
    return made


@pytest.fixture
def offices(tmp_path: Path, program: Program, platforms: Sandbox, tally: Tally) -> Callable[[str], Office]:
    """An office with another daypart.yaml, nobody signed in."""
    return lambda workspace: Office.open(tmp_path, program, platforms, tally, workspace)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """What it cost is known before the test is reported on."""
    result = yield
    tally = getattr(item, "funcargs", {}).get("tally")
    if isinstance(tally, Tally) and tally.number:
        item.user_properties.append(("job", f"{tally.number}\t{tally.job}\t{tally.keys}\t{tally.letters}\t{tally.commands}"))
    return result
