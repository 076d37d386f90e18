"""Somebody types on and on, without a rest in which a text could be saved, and the desk is killed: only the last second may be missing."""

from __future__ import annotations

import string
import time
from itertools import cycle

from tests.daypart.rig import Place
from tests.daypart.test_calamities import text_of, writing

GAP_S = 0.1
"""Between two letters: shorter than any rest, so that nobody may wait for one."""


def test_the_desk_is_killed_in_the_middle_of_typing(place: Place) -> None:
    place.connect()
    typed, seen, letters = " ", "", cycle(string.ascii_lowercase)
    with writing(place) as desk:
        desk.press(" ")
        for number in range(600):
            letter = next(letters)
            desk.press(letter)
            typed += letter
            time.sleep(GAP_S)
            if number % 10 == 9:
                seen = text_of(place).removeprefix("Begun")
            if len(seen) > 20:
                break
        desk.kill()
    kept = text_of(place).removeprefix("Begun")
    assert len(kept) > 20, "nothing was saved while one typed on and on"
    assert typed.startswith(kept)
    assert len(kept) >= len(seen)
