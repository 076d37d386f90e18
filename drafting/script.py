"""A Reels script, second by second, with the read-aloud length by our own rates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drafting.schemas import Beat, ReelScript
from drafting.speech import rate, spoken_seconds


@dataclass(frozen=True, slots=True)
class TimedBeat:
    """A beat and when it starts."""

    start: float
    """Seconds."""
    seconds: float
    spoken_s: float
    """How long its words take to say."""
    beat: Beat


def timed(script: ReelScript, words_per_second: float | None = None) -> tuple[TimedBeat, ...]:
    """All beats in order; `words_per_second` is a speaker's own rate."""
    return timed_beats(script.all_beats, rate(script.language, words_per_second))


def timed_beats(beats: Iterable[Beat], words_per_second: float) -> tuple[TimedBeat, ...]:
    """Each beat with its start, one after the other."""
    found, start = [], 0.0
    for beat in beats:
        spoken = round(spoken_seconds(beat.voice, words_per_second), 1)
        found.append(TimedBeat(round(start, 1), beat.duration_s, spoken, beat))
        start += beat.duration_s
    return tuple(found)


def spoken_length(script: ReelScript, words_per_second: float | None = None) -> float:
    """Seconds of speech in the whole script."""
    return round(sum(beat.spoken_s for beat in timed(script, words_per_second)), 1)
