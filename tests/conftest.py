"""Every test runs cut off from the developer's own home, environment and tokens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples each run: a change is judged by what it changed, not by the luck of the day.
# `EXPLORE=1 ./run test` looks where nobody has looked yet; what it finds becomes an `@example`.
settings.register_profile("judging", deadline=None, derandomize=True)
settings.register_profile("exploring", deadline=None, print_blob=True)
settings.load_profile("exploring" if os.environ.get("EXPLORE") else "judging")


@pytest.fixture(autouse=True)
def _own_world(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No setting of this computer reaches a test."""
    home: Path = tmp_path_factory.mktemp("home")
    for name in tuple(os.environ):
        if name.startswith(("DAYPART_", "OPENAI_", "XDG_")) or name in {"NO_COLOR", "FAILPOINT", "LC_ALL", "LC_MESSAGES"}:
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("DAYPART_USER", "tester")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the proof came to, whichever process it ran in."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, [])]
    for words in (value for report in reports for name, value in report.user_properties if name == "proof"):
        terminalreporter.write_line(f"proof: {words}")
    _weekly_jobs(terminalreporter, [value for report in reports for name, value in report.user_properties if name == "job"])


def _weekly_jobs(terminalreporter: pytest.TerminalReporter, told: list[object]) -> None:
    """One line a job: what it costs with keys only, and with commands only."""
    jobs: dict[int, tuple[str, list[int]]] = {}
    for line in told:
        number, job, *costs = str(line).split("\t")
        known = jobs.setdefault(int(number), (job, [0] * len(costs)))[1]
        known[:] = [max(one, int(other)) for one, other in zip(known, costs, strict=True)]
    if jobs:
        terminalreporter.write_line("the weekly jobs: keys (of them letters of one's own words) · commands · job")
    for number, (job, (keys, letters, commands)) in sorted(jobs.items()):
        terminalreporter.write_line(f"{number:>4}  {keys:>4} keys ({letters:>3}) · {commands:>2} commands · {job}")
