"""A Reels script as plain lines for people: second by second, with the read-aloud length by our own rates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from drafting.schemas import Beat, ReelScript
from drafting.speech import rate, spoken_seconds

_SOURCES = {"film": "to film", "own_media": "own media", "ai": "AI"}


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


def rendered(script: ReelScript, words_per_second: float | None = None) -> tuple[str, ...]:
    """Plain lines: when, what is said, what is read, what is seen."""
    beats = timed(script, words_per_second)
    whole = sum(beat.seconds for beat in beats)
    head = f"{script.title} · {script.language} · {whole:g} s, {spoken_length(script, words_per_second):g} s spoken"
    return (head, *(line for beat in beats for line in _lines(beat)))


def uses_ai_media(script: ReelScript) -> bool:
    """Some shot is to be generated: the disclosure flag is known early."""
    return any(beat.source == "ai" for beat in script.all_beats)


def _lines(timed_beat: TimedBeat) -> Iterator[str]:
    beat = timed_beat.beat
    yield f"{timed_beat.start:5.1f}–{timed_beat.start + timed_beat.seconds:.1f} s"
    yield f"    voice   {beat.voice or '(silent)'}"
    if beat.screen:
        yield f"    screen  {' / '.join(beat.screen.splitlines())}"
    yield f"    shot    {beat.shot} ({_SOURCES[beat.source]})"
