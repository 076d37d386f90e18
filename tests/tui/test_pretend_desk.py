"""The pretend desk of the tests takes what the real one takes: else a screen is tried against a door that is not there."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from scheduler.desk.desk import Desk
from tests.tui.fake_desk import FakeDesk

TUI = Path(__file__).parents[2] / "tui"
CALL = re.compile(r"\bdesk\.([a-z]\w*)\(")
ASKED = sorted({name for file in TUI.rglob("*.py") for name in CALL.findall(file.read_text("utf-8")) if hasattr(Desk, name)})


def taken(desk: type, name: str) -> set[tuple[str, bool]]:
    """The names of what a method takes, and whether each may be left out."""
    parameters = inspect.signature(getattr(desk, name)).parameters.values()
    return {(given.name, given.default is not inspect.Parameter.empty) for given in parameters}


def test_the_screens_ask_for_much() -> None:
    assert len(ASKED) > 90


@pytest.mark.parametrize("name", ASKED)
def test_what_screens_ask_for_is_asked_in_the_same_way(name: str) -> None:
    assert taken(FakeDesk, name) == taken(Desk, name)
