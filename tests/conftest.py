"""Every test runs cut off from the developer's own home, environment and tokens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_world(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No setting of this computer reaches a test."""
    home: Path = tmp_path_factory.mktemp("home")
    for name in tuple(os.environ):
        if name.startswith(("DAYPART_", "OPENAI_", "XDG_")) or name in {"NO_COLOR", "FAILPOINT"}:
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("DAYPART_USER", "tester")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the proof came to, whichever process it ran in."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, [])]
    for words in (value for report in reports for name, value in report.user_properties if name == "proof"):
        terminalreporter.write_line(f"proof: {words}")
