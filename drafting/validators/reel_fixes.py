"""What can be put right in a Reels script without asking again: line breaks on the screen, and the timing of the beats."""

from __future__ import annotations

import math

from adapters.counting import graphemes
from drafting.folding import visible
from drafting.schemas import Beat, ReelScript
from drafting.validators.fixes import fix_caption, tidy
from drafting.validators.reel import CTA_MOST_S, HOOK_MOST_S, LINE_MOST, LINES_MOST, check_timing, least_seconds
from drafting.validators.rules import ReelRules

_STEP = 10
"""Durations are whole tenths of a second."""


def fix_reel(script: ReelScript, rules: ReelRules) -> ReelScript:
    """The script with everything fixed that costs no words; the model's own timing is only a wish."""
    language = script.language.strip()
    same = language.partition("-")[0].casefold() == rules.caption.language.partition("-")[0].casefold()
    seen = ReelScript(
        language=rules.caption.language if same else visible(language),
        title=tidy(script.title),
        target_s=rules.seconds,
        hook=_shown(script.hook),
        beats=tuple(map(_shown, script.beats)),
        cta=_shown(script.cta),
        caption=fix_caption(script.caption, rules.caption),
    )
    return _timed(seen, rules) if any(check_timing(seen, rules)) else seen


def wrapped(screen: str) -> str:
    """The words of a screen on at most two lines, as even as they go; unchanged when they do not fit."""
    text = tidy(screen)
    lines = [line for line in text.split("\n") if line]
    if len(lines) <= LINES_MOST and all(graphemes(line) <= LINE_MOST for line in lines):
        return "\n".join(lines)
    said = " ".join(lines).split()
    halves = [(" ".join(said[:at]), " ".join(said[at:])) for at in range(1, len(said))]
    fitting = [pair for pair in ((" ".join(said), ""), *halves) if all(graphemes(line) <= LINE_MOST for line in pair)]
    if not fitting:
        return text
    return "\n".join(line for line in min(fitting, key=lambda pair: max(map(graphemes, pair))) if line)


def _shown(beat: Beat) -> Beat:
    return beat.model_copy(
        update={
            "duration_s": round(beat.duration_s * _STEP) / _STEP,
            "voice": " ".join(tidy(beat.voice).split()),
            "screen": wrapped(beat.screen),
            "shot": tidy(beat.shot),
        }
    )


def _timed(script: ReelScript, rules: ReelRules) -> ReelScript:
    """New durations: each beat gets what its words need, the rest is shared as the model wished."""
    beats = script.all_beats
    needed = [max(1, math.ceil(least_seconds(beat, rules.words_per_second) * _STEP - 1e-6)) for beat in beats]
    most: list[float] = [HOOK_MOST_S * _STEP, *[math.inf] * len(script.beats), CTA_MOST_S * _STEP]
    shared = _shared([beat.duration_s * _STEP for beat in beats], needed, most, round(rules.seconds * _STEP))
    if shared is None:
        return script
    hook, *middle, cta = (beat.model_copy(update={"duration_s": tenths / _STEP}) for beat, tenths in zip(beats, shared, strict=True))
    return script.model_copy(update={"hook": hook, "beats": tuple(middle), "cta": cta})


def _shared(wished: list[float], needed: list[int], most: list[float], whole: int) -> list[int] | None:
    """Tenths for each beat between what it needs and may have, together `whole`; None when that cannot be."""
    if sum(needed) > whole or any(least > cap for least, cap in zip(needed, most, strict=True)) or sum(most) < whole:
        return None
    tenths = list(needed)
    scale = whole / (sum(wished) or 1)
    ideal = [wish * scale for wish in wished]
    for _ in range(whole - sum(tenths)):
        open_ = [at for at in range(len(tenths)) if tenths[at] < most[at]]
        lacking = max(open_, key=lambda at: (ideal[at] - tenths[at], -at))
        tenths[lacking] += 1
    return tenths
