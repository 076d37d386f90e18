"""Each test begins with the desk in English, with its own keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tui import keymap
from tui.say import speak


@pytest.fixture(autouse=True)
def _as_usual() -> Iterator[None]:
    yield
    speak("en")
    keymap.use({})
