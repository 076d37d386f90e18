"""What a Reels script must keep, beside the rules of its caption.

| code | rule |
|---|---|
| speech | each beat's words can be said in its time, 10 % over at most |
| screen | at most 2 lines of 32 characters, 17 characters a second, never shorter than 0.83 s |
| beats | 2 to 8; the hook at most 3 s, the call to action at most 4 s; together as long as asked, ± 0.5 s |
"""

from __future__ import annotations

from collections.abc import Iterator

from adapters.counting import graphemes
from drafting.folding import visible
from drafting.results import Finding
from drafting.schemas import Beat, ReelScript
from drafting.speech import TOLERANCE, spoken_seconds
from drafting.validators.caption import check_caption, grounding, never_in, secrets_in
from drafting.validators.language import seems_to_be
from drafting.validators.pieces import reel_texts
from drafting.validators.rules import ReelRules

LINES_MOST, LINE_MOST = 2, 32
SIGNS_PER_SECOND = 17.0
SCREEN_LEAST_S = 0.83
HOOK_MOST_S, CTA_MOST_S = 3.0, 4.0
BEATS_LEAST, BEATS_MOST = 2, 8
SUM_SLACK_S = 0.5
_ROUNDING = 1e-6


def check_reel(script: ReelScript, rules: ReelRules) -> tuple[Finding, ...]:
    """Everything wrong with a script and its caption, hard findings first."""
    found = [
        *check_timing(script, rules),
        *_words(script, rules),
        *check_caption(script.caption, rules.caption),
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: not finding.hard))


def check_timing(script: ReelScript, rules: ReelRules) -> Iterator[Finding]:
    """What can be wrong with durations and line breaks."""
    yield from _beats(script, rules)
    for n, beat in enumerate(script.all_beats, 1):
        yield from _speech(n, beat, rules)
        yield from _screen(n, beat)


def least_seconds(beat: Beat, words_per_second: float) -> float:
    """The shortest time in which a beat can be said and read."""
    speech = spoken_seconds(beat.voice, words_per_second) / TOLERANCE
    reading = max(SCREEN_LEAST_S, signs(beat.screen) / SIGNS_PER_SECOND) if beat.screen.strip() else 0.0
    return max(speech, reading)


def signs(screen: str) -> int:
    """Characters a viewer reads."""
    return graphemes(screen.replace("\n", " ").strip())


def _beats(script: ReelScript, rules: ReelRules) -> Iterator[Finding]:
    if not BEATS_LEAST <= len(script.beats) <= BEATS_MOST:
        yield Finding("beats", True, f"{len(script.beats)} beats, {BEATS_LEAST} to {BEATS_MOST} are wanted")
    for name, beat, most in (("hook", script.hook, HOOK_MOST_S), ("call to action", script.cta, CTA_MOST_S)):
        if beat.duration_s > most + _ROUNDING:
            yield Finding("beats", True, f"the {name} takes {beat.duration_s:g} s, at most {most:g}")
    whole = sum(beat.duration_s for beat in script.all_beats)
    if abs(whole - rules.seconds) > SUM_SLACK_S + _ROUNDING:
        yield Finding("beats", True, f"the beats take {whole:.1f} s together, {rules.seconds:g} are wanted")


def _speech(n: int, beat: Beat, rules: ReelRules) -> Iterator[Finding]:
    takes = spoken_seconds(beat.voice, rules.words_per_second)
    if takes > beat.duration_s * TOLERANCE + _ROUNDING:
        yield Finding("speech", True, f"beat {n}: the words take {takes:.1f} s to say, the beat has {beat.duration_s:g}")


def _screen(n: int, beat: Beat) -> Iterator[Finding]:
    lines = beat.screen.strip().splitlines()
    if not lines:
        return
    if len(lines) > LINES_MOST or max(map(graphemes, lines)) > LINE_MOST:
        yield Finding("screen", True, f"beat {n}: the screen takes {LINES_MOST} lines of {LINE_MOST} characters")
    if beat.duration_s + _ROUNDING < SCREEN_LEAST_S or signs(beat.screen) > beat.duration_s * SIGNS_PER_SECOND + _ROUNDING:
        yield Finding("screen", True, f"beat {n}: {signs(beat.screen)} characters cannot be read in {beat.duration_s:g} s")


def _words(script: ReelScript, rules: ReelRules) -> Iterator[Finding]:
    public = reel_texts(script)
    if not any(visible(text).strip() for text in public):
        yield Finding("empty", True, "nothing is said and nothing is shown")
    yield from grounding(public, rules.caption)
    yield from never_in(public, rules.caption)
    yield from secrets_in((script.title, *public, *(beat.shot for beat in script.all_beats)), rules.caption)
    if script.language != rules.caption.language:
        yield Finding("language", True, f"the script says it is in “{script.language[:12]}”, {rules.caption.language} is wanted")
    spoken = " ".join(beat.voice for beat in script.all_beats)
    other = seems_to_be(spoken, rules.caption.language, rules.caption.languages)
    if other is not None:
        yield Finding("language", True, f"the spoken words seem to be in {other}, {rules.caption.language} is wanted")
