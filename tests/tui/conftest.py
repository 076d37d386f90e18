"""Each test begins with the desk in English, with its own keys; a busy computer drops none of those that are pressed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.tui.pressing import no_blinking, no_haste
from tui.keys import keymap
from tui.say import speak


@pytest.fixture(autouse=True)
def _as_usual(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    no_haste(monkeypatch)
    no_blinking(monkeypatch)
    yield
    speak("en")
    keymap.use({})
