"""A Reels script as people write it by hand: beats with seconds, as lines that can be edited anywhere, and what does not fit in its time.

    target: 30 s

    [3 s]
    voice: It snows chocolate.
    screen: IT SNOWS
    shot: close-up, cocoa over milk foam

    [9 s, own media]
    voice: …

A line that goes on stands again under its name (`screen:` twice for two lines). The voice, the screen and the shot may be missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

from drafting.schemas import Beat, ReelScript
from drafting.script import timed_beats
from drafting.speech import TOLERANCE, rate, spoken_seconds
from drafting.validators.reel import CTA_MOST_S, HOOK_MOST_S, LINE_MOST, LINES_MOST, SCREEN_LEAST_S, SIGNS_PER_SECOND, SUM_SLACK_S, signs

Source = Literal["film", "own_media", "ai"]
SOURCES: dict[str, Source] = {"to film": "film", "own media": "own_media", "ai": "ai"}
"""As they are written → as they are kept."""
BEATS_MOST = 40
SECONDS_MOST = 900.0
_HEAD = re.compile(r"\[\s*(\d+(?:\.\d+)?)\s*s?\s*(?:,\s*([A-Za-z ]+?)\s*)?\]\Z")
_TARGET = re.compile(r"target\s*:\s*(\d+(?:\.\d+)?)\s*s?\Z", re.IGNORECASE)
_NAMES = ("voice", "screen", "shot")
_ROUNDING = 1e-6


class TimelineError(ValueError):
    """A line that is no part of a script; says which."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A script without its caption."""

    target_s: float
    beats: tuple[Beat, ...] = ()

    @property
    def planned_s(self) -> float:
        """All beats together."""
        return round(sum(beat.duration_s for beat in self.beats), 1)

    def spoken_s(self, language: str) -> float:
        """Read aloud, by our own rates."""
        return round(sum(spoken_seconds(beat.voice, rate(language)) for beat in self.beats), 1)


def timeline_of(script: ReelScript) -> Timeline:
    """A model's script without its caption."""
    return Timeline(script.target_s, script.all_beats)


def written(timeline: Timeline) -> str:
    """As lines; `read` gives back the same."""
    blocks = [f"target: {timeline.target_s:g} s", *("\n".join(_lines(beat)) for beat in timeline.beats)]
    return "\n\n".join(blocks) + "\n"


def read(text: str) -> Timeline:
    """From lines. Raises TimelineError with the number of the line."""
    target, beats = 30.0, list[dict[str, object]]()
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if (head := _HEAD.match(line)) is not None:
            beats.append({"duration_s": _seconds(head[1], number), "source": _source(head[2], number)})
        elif not beats and (said := _TARGET.match(line)) is not None:
            target = _seconds(said[1], number)
        else:
            _add(beats, line, number)
    if len(beats) > BEATS_MOST:
        raise TimelineError(f"{len(beats)} beats; a script has at most {BEATS_MOST}")
    return Timeline(target, tuple(_beat(values) for values in beats))


@dataclass(frozen=True, slots=True)
class Placed:
    """The words of one line, and where they stand in the text."""

    beat: int
    name: str
    """voice, screen or shot."""
    words: str
    start: int


def placed(text: str) -> Iterator[Placed]:
    """Every line of words of a text that `read` takes, in order."""
    beat, start = -1, 0
    for raw in text.splitlines(keepends=True):
        line = raw.strip()
        name, colon, words = line.partition(":")
        key = name.strip().casefold()
        if _HEAD.match(line) is not None:
            beat += 1
        elif colon and key in _NAMES and words.strip() and beat >= 0:
            yield Placed(beat, key, words.strip(), start + raw.index(":") + 1 + len(words) - len(words.lstrip()))
        start += len(raw)


def faults(timeline: Timeline, language: str) -> tuple[tuple[str, ...], ...]:
    """For each beat, why it does not work as it is."""
    speed, last = rate(language), len(timeline.beats)
    found = []
    for n, timed in enumerate(timed_beats(timeline.beats, speed), 1):
        words = [*_speech(timed.beat, timed.spoken_s), *_screen(timed.beat)]
        if n == 1 and timed.seconds > HOOK_MOST_S + _ROUNDING:
            words.append(f"the opening takes {timed.seconds:g} s: after {HOOK_MOST_S:g} s viewers have gone on")
        if n == last > 1 and timed.seconds > CTA_MOST_S + _ROUNDING:
            words.append(f"the end takes {timed.seconds:g} s: {CTA_MOST_S:g} s are enough for one thing to do")
        found.append(tuple(words))
    return tuple(found)


def whole_fault(timeline: Timeline) -> str:
    """Whether all beats together are as long as wanted; empty: they are."""
    over = round(timeline.planned_s - timeline.target_s, 1)
    if not timeline.beats or abs(over) <= SUM_SLACK_S + _ROUNDING:
        return ""
    more = f"{over:g} s too long" if over > 0 else f"{-over:g} s too short"
    return f"{more}: the beats take {timeline.planned_s:g} of {timeline.target_s:g} s"  # the end is cut where there is little room


def _speech(beat: Beat, takes: float) -> Iterator[str]:
    if takes > beat.duration_s * TOLERANCE + _ROUNDING:
        more = f"take words out, or give it {takes - beat.duration_s:.1f} s more"
        yield f"its words take {takes:g} s to say, the beat has {beat.duration_s:g} s: {more}"


def _screen(beat: Beat) -> Iterator[str]:
    lines = beat.screen.strip().splitlines()
    if not lines:
        return
    if len(lines) > LINES_MOST or max(map(len, lines)) > LINE_MOST:
        yield f"the screen has room for {LINES_MOST} lines of {LINE_MOST} characters"
    least = max(SCREEN_LEAST_S, signs(beat.screen) / SIGNS_PER_SECOND)
    if beat.duration_s + _ROUNDING < least:
        yield f"the words on the screen take {least:.1f} s to read, the beat has {beat.duration_s:g} s"


def _lines(beat: Beat) -> Iterator[str]:
    source = next(name for name, kept in SOURCES.items() if kept == beat.source)
    yield f"[{beat.duration_s:g} s]" if beat.source == "film" else f"[{beat.duration_s:g} s, {source}]"
    for name, text in zip(_NAMES, (beat.voice, beat.screen, beat.shot), strict=True):
        yield from (f"{name}: {line.strip()}" for line in text.splitlines() if line.strip())


def _add(beats: list[dict[str, object]], line: str, number: int) -> None:
    name, colon, words = line.partition(":")
    key = name.strip().casefold()
    if not colon or key not in _NAMES:
        raise TimelineError(f"line {number}: “{line[:40]}” is neither [seconds] nor voice:, screen: or shot:")
    if not beats:
        raise TimelineError(f"line {number}: the first beat needs its seconds above it, as [3 s]")
    before = cast("str", beats[-1].get(key, ""))
    beats[-1][key] = f"{before}\n{words.strip()}".strip()


def _seconds(text: str, number: int) -> float:
    value = round(float(text), 1)
    if value > SECONDS_MOST:
        raise TimelineError(f"line {number}: {value:g} s is longer than a Reel may be ({SECONDS_MOST:g} s)")
    return value


def _source(text: str | None, number: int) -> Source:
    if not text:
        return "film"
    if (found := SOURCES.get(text.casefold())) is None:
        raise TimelineError(f"line {number}: “{text}” is none of {', '.join(SOURCES)}")
    return found


def _beat(values: dict[str, object]) -> Beat:
    return Beat.model_validate({"voice": "", "screen": "", "shot": "", **values})
