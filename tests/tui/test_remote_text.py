"""What others write never steers the terminal: through the real Desk to the bytes that reach it."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from tests.desk.house import house
from tests.tui.waiting import see, strips, until
from tui.app import DaypartApp
from tui.text import clean

ATTACKS = {
    "clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "clear": "\x1b[2J\x1b[H",
    "title": "\x1b]0;evil\x1b\\",
    "c1": "\x9b2J\x9d52;c;ZXZpbA==\x9c",
    "bidi": "\u202eevil\u202c\u2066x\u2069",
    "zero-width": "pa\u200byp\u2060al\ufeff",
    "device": "\x1bP$q q\x1b\\\x05\x1bZ",
    "backspace": "safe\x08\x08\x08\x08evil\r",
}
FORBIDDEN = re.compile(
    "[\x05\x07\x08\x80-\x9f\u200b\u2060\u202a-\u202e\u2066-\u2069\ufeff]|\x1b\\]52|\x1b\\]0|\x1bP|\x1bZ|\x1b\\[2J\x1b\\[H"
)


def painted(pilot: Pilot[None]) -> str:
    """The whole screen as the terminal would get it, styles and links included."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system="truecolor", width=400, legacy_windows=False)
    for strip in strips(pilot):
        out.write(strip.render(console) + "\n")
    return out.getvalue()


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_draft_with_control_sequences(tmp_path: Path, attack: str) -> None:
    bad = ATTACKS[attack]
    async with house(tmp_path) as h:
        await h.connected("bs-kawa", "ms-kawa", "ig-kawa", "bs-bike")
        await h.desk.new_post(title=f"Title {bad}", text={"en": f"Words {bad} end"}, accounts=["bs-kawa"], when="tomorrow 9:30")
        app = DaypartApp(h.desk, clock=h.clock)
        async with app.run_test(size=(120, 40), notifications=True) as pilot:
            await until(pilot, lambda: app.facts is not None, "the facts")
            for key, words in (("1", "Title"), ("2", "November 2026"), ("4", "Words"), ("5", "Outbox"), ("7", "Title"), ("3", "Title")):
                await pilot.press(key)
                await see(pilot, words)
                assert not FORBIDDEN.search(painted(pilot)), (key, attack)
            await pilot.press("enter")
            await see(pilot, "Words")
            assert not FORBIDDEN.search(painted(pilot)), attack
            app.post_message(events.Paste(f"Pasted {bad} there"))
            await see(pilot, "Pasted")
            assert not FORBIDDEN.search(painted(pilot)), attack
            app.notify(f"Said: {bad}")
            await see(pilot, "Said:")
            assert not FORBIDDEN.search(painted(pilot)), attack


@pytest.mark.parametrize("attack", ATTACKS)
def test_cleaned_text_has_none_of_it(attack: str) -> None:
    assert not FORBIDDEN.search(clean(ATTACKS[attack]))
    assert len(clean(ATTACKS[attack])) == len(ATTACKS[attack])
