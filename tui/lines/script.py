"""A Reels script as lines and as a bar of its beats in time. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

from rich.cells import cell_len

from scheduler.desk.views import BeatView, Span
from scheduler.desk.write.views import ScriptView
from tui.lines.wrapped import wrapped
from tui.say import fraction, is_aloud, later, say
from tui.text import Glyphs, one_line
from tui.told import told

STEP_S = 0.5
"""How much + and - change a beat."""
NEW_S = 3.0
LABEL = 10
"""Cells before the words of a beat."""
SOURCE_WORDS = {"film": later("to film"), "own_media": later("own media"), "ai": "AI"}
Part = tuple[str, str]
"""Text and its look: strong, words, quiet, warning, cursor, model."""
MODEL = "model"


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
    lines = [line for n, beat in enumerate(script.beats) for line in _beat(n, beat, n == cursor, width, glyphs)]
    if any(beat.voice_marks or beat.screen_marks or beat.shot_marks for beat in script.beats):
        legend = say("AI: words of the model, underlined until they are edited")
        lines += _labelled(len(script.beats) - 1, "", [(legend, "quiet")], width)
    return lines


def _beat(n: int, beat: BeatView, here: bool, width: int, glyphs: Glyphs) -> Iterator[Line]:
    sign = glyphs.cursor if here else " "
    said = say("{spoken:g} s to say", spoken=beat.spoken) if beat.spoken else say("nobody speaks")
    head = f"{sign} {n + 1:<3} {fraction(beat.start)}–{fraction(beat.start + beat.seconds)} s"
    tail, source = f" · {fraction(beat.seconds)} s · {said}", "" if beat.source == "film" else say(SOURCE_WORDS[beat.source])
    fits = cell_len(f"{head}{tail} · {source}") <= width
    yield Line(((head, "cursor" if here else "strong"), (f"{tail} · {source}" if source and fits else tail, "quiet")), n)
    yield from _labelled(n, "", [(source, "quiet")], width) if source and not fits else ()
    for name, words, spans, look in (
        (say("say"), beat.voice, beat.voice_marks, "words"),
        (say("screen"), beat.screen, beat.screen_marks, "quiet"),
        (say("shot"), beat.shot, beat.shot_marks, "quiet"),
    ):
        if words.strip():
            yield from _labelled(n, name, _pieces(words, spans, look), width, "AI" if spans else "")
            yield from _aloud(n, words, spans, width)
    for fault in beat.faults:
        yield from _labelled(n, glyphs.warn, [(told(fault), "warning")], width)


def _labelled(n: int, name: str, pieces: Sequence[Part], width: int, sign: str = "") -> Iterator[Line]:
    """Words behind their name, as many lines as they need; each piece keeps its look. `sign` stands before the name."""
    looks = [look for text, look in pieces for _ in text]
    words, at = "".join(text for text, _ in pieces), 0
    label_look = "warning" if looks[:1] == ["warning"] else "quiet"
    for number, text in enumerate(wrapped(words, max(1, width - LABEL))):
        at = words.index(text, at)
        label = f"{sign:<3}{name:<{LABEL - 3}}" if number == 0 else f"{'':<{LABEL}}"
        yield Line(((label, label_look), *_runs(text, looks[at : at + len(text)])), n)
        at += len(text)


def _runs(text: str, looks: Sequence[str]) -> Iterator[Part]:
    """Letters of one look side by side are one part."""
    at = 0
    for look, same in groupby(looks):
        length = len(list(same))
        yield text[at : at + length], look
        at += length


@lru_cache(512)
def _pieces(words: str, spans: tuple[Span, ...], look: str) -> list[Part]:
    """A field on one line, ` / ` between the lines of a screen, the model's words apart. Kept: a step of the cursor draws all beats."""
    parts: list[Part] = []
    for place in re.finditer(r"[^\n]*\S[^\n]*", words):
        parts += [(" / ", look)] if parts else []
        line = words[place.start() : place.end()]
        shown = one_line(line)
        letters = iter([_is_models(n + place.start(), spans) for n, sign in enumerate(line) if not sign.isspace()])
        marks = [not sign.isspace() and next(letters, False) for sign in shown]
        inside = [mark or (0 < n < len(marks) - 1 and marks[n - 1] and marks[n + 1]) for n, mark in enumerate(marks)]
        parts += _runs(shown, [MODEL if mark else look for mark in inside])
    return parts


def _is_models(at: int, spans: Sequence[Span]) -> bool:
    return any(span.start <= at < span.end for span in spans)


def _aloud(n: int, words: str, spans: tuple[Span, ...], width: int) -> Iterator[Line]:
    """Which of the words are the model's, for those who hear the screen; all of them: that is all there is to say."""
    if not is_aloud() or not spans:
        return
    pieces = [text for text, look in _pieces(words, spans, "words") if look == MODEL]
    everything = all(look == MODEL or not text.strip(" /") for text, look in _pieces(words, spans, "words"))
    whose = say("all of it is the model's") if everything else say("of the model: {words}", words=" … ".join(pieces))
    yield from _labelled(n, "", [(whose, "quiet")], width)


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
    end = f"{fraction(script.target)} s"
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


def place_of(beat: BeatView, beats: Sequence[BeatView], at: int) -> int | None:
    """Where a beat stands now, nearest to where it stood; None: it is another one by now, or gone."""
    same = [n for n, other in enumerate(beats) if _made_of(other) == _made_of(beat)]
    return min(same, key=lambda n: abs(n - at), default=None)


def _made_of(beat: BeatView) -> tuple[float, str, str, str, str]:
    return beat.seconds, beat.source, beat.voice, beat.screen, beat.shot


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
