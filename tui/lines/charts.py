"""Small charts made of text: readable without colour, and in terminals that know ASCII only."""

from __future__ import annotations

from collections.abc import Sequence

from tui.say import is_aloud
from tui.text import UNICODE, Glyphs

_STEPS = "▁▂▃▄▅▆▇█"
_EIGHTHS = " ▏▎▍▌▋▊▉"


def sparkline(values: Sequence[int], glyphs: Glyphs) -> str:
    """One cell per value: its height against the largest; a dot where nothing happened, digits 1 to 9 in ASCII."""
    if is_aloud():
        return ""
    most = max(values, default=0)
    return "".join(_step(value, most, glyphs) for value in values)


def _step(value: int, most: int, glyphs: Glyphs) -> str:
    if value <= 0 or most <= 0:
        return glyphs.dot
    if glyphs is not UNICODE:
        return str(max(1, round(value / most * 9)))
    return _STEPS[min(7, max(0, round(value / most * 8) - 1))]


def bar(value: int, most: int, cells: int, glyphs: Glyphs) -> str:
    """A bar as long as the value against the largest; what is more than nothing is never invisible."""
    if value <= 0 or most <= 0 or cells <= 0 or is_aloud():
        return ""
    if glyphs is not UNICODE:
        return "#" * max(1, round(value / most * cells))
    eighths = max(1, round(value / most * cells * 8))
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
