"""A Reels script as lines and as a bar of its beats in time. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scheduler.desk.composer_views import ScriptView
from scheduler.desk.views import BeatView
from tui.say import later, say
from tui.text import Glyphs, one_line
from tui.widgets.poured import wrapped

STEP_S = 0.5
"""How much + and - change a beat."""
NEW_S = 3.0
LABEL = 10
"""Cells before the words of a beat."""
SOURCE_WORDS = {"film": later("to film"), "own_media": later("own media"), "ai": "AI"}
Part = tuple[str, str]
"""Text and its look: strong, words, quiet, warning, cursor."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list, and the beat it belongs to."""

    parts: tuple[Part, ...]
    beat: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One stretch of the bar: a beat's number over its share of the width."""

    text: str
    beat: int
    faulty: bool


def lines_of(script: ScriptView, cursor: int, width: int, glyphs: Glyphs) -> list[Line]:
    """Each beat: when and how long, then what is said, stands on the screen and is seen, then why it does not work."""
    return [line for n, beat in enumerate(script.beats) for line in _beat(n, beat, n == cursor, width, glyphs)]


def _beat(n: int, beat: BeatView, here: bool, width: int, glyphs: Glyphs) -> Iterator[Line]:
    sign = glyphs.cursor if here else " "
    said = say("{spoken:g} s to say", spoken=beat.spoken) if beat.spoken else say("nobody speaks")
    head = f"{sign} {n + 1:<3} {beat.start:g}–{beat.start + beat.seconds:g} s"
    tail = f" · {beat.seconds:g} s · {said}" + (f" · {say(SOURCE_WORDS[beat.source])}" if beat.source != "film" else "")
    yield Line(((head, "cursor" if here else "strong"), (tail, "quiet")), n)
    for name, words, look in (
        ("say", beat.voice, "words"),
        ("screen", " / ".join(beat.screen.splitlines()), "quiet"),
        ("shot", beat.shot, "quiet"),
    ):
        if words.strip():
            yield from _labelled(n, name, one_line(words), look, width)
    for fault in beat.faults:
        yield from _labelled(n, glyphs.warn, fault, "warning", width)


def _labelled(n: int, name: str, words: str, look: str, width: int) -> Iterator[Line]:
    for number, text in enumerate(wrapped(words, max(1, width - LABEL))):
        label = f"   {name if number == 0 else '':<{LABEL - 3}}"
        yield Line(((label, look if look == "warning" else "quiet"), (text, look)), n)


def bar_of(script: ScriptView, width: int) -> list[Cell]:
    """The beats side by side, each as wide as it is long; what goes past the wanted length is past the end of the scale."""
    longest = max(script.planned, script.target, 0.1)
    cells, at, filled = [], 0.0, 0
    for n, beat in enumerate(script.beats):
        at += beat.seconds
        end = max(filled + 1, round(at / longest * width))
        room = min(end, width) - filled
        if room <= 0:
            break
        label = f"{n + 1}" if room > 1 else ""
        cells.append(Cell(f"{label[:room]:<{room}}", n, bool(beat.faults)))
        filled += room
    return cells


def scale_of(script: ScriptView, width: int) -> str:
    """Seconds below the bar: the beginning, and where the wanted length ends."""
    longest = max(script.planned, script.target, 0.1)
    end = f"{script.target:g} s"
    at = min(width, round(script.target / longest * width))
    return f"0{'':<{max(1, at - len(end) - 1)}}{end}"[:width].ljust(width)


# ── changes: lines in the form the Desk reads ──


def lines_from(target: float, beats: Sequence[BeatView]) -> str:
    """A script as `daypart post script` writes it."""
    blocks = [f"target: {target:g} s"]
    for beat in beats:
        source = {"film": "", "own_media": ", own media", "ai": ", ai"}[beat.source]
        said = [f"{name}: {line}" for name, text in _texts(beat) for line in text.splitlines() if line.strip()]
        blocks.append("\n".join([f"[{beat.seconds:g} s{source}]", *said]))
    return "\n\n".join(blocks) + "\n"


def _texts(beat: BeatView) -> tuple[tuple[str, str], ...]:
    return (("voice", beat.voice), ("screen", beat.screen), ("shot", beat.shot))


def with_beat(beats: Sequence[BeatView], at: int, beat: BeatView) -> list[BeatView]:
    """One more, before `at`."""
    return [*beats[:at], beat, *beats[at:]]


def without(beats: Sequence[BeatView], at: int) -> list[BeatView]:
    """One less."""
    return [beat for n, beat in enumerate(beats) if n != at]


def moved(beats: Sequence[BeatView], at: int, by: int) -> list[BeatView]:
    """One beat earlier or later."""
    found = without(beats, at)
    found.insert(max(0, min(at + by, len(found))), beats[at])
    return found


def longer(beats: Sequence[BeatView], at: int, by: float) -> list[BeatView]:
    """One beat longer or shorter; never shorter than half a second."""
    seconds = max(STEP_S, round(beats[at].seconds + by, 1))
    return [replace(beat, seconds=seconds) if n == at else beat for n, beat in enumerate(beats)]


def empty_beat(seconds: float = NEW_S) -> BeatView:
    """A new one."""
    return BeatView(0.0, seconds, "", "", "")
