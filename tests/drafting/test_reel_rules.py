"""Speech, screens and timing of a Reels script."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from drafting.schemas import ReelScript
from drafting.script import spoken_length, timed
from drafting.speech import rate, spoken_seconds
from drafting.validators.reel import check_reel
from drafting.validators.reel_fixes import fix_reel, wrapped
from drafting.validators.rules import reel_rules_of
from tests.drafting.briefs import REEL, beat, caption, reel

RULES = reel_rules_of(REEL, "mk-abcdefabcdefabcd")


def script(**changes: object) -> ReelScript:
    return ReelScript.model_validate(reel(**changes))


def test_a_good_script_has_no_finding() -> None:
    assert check_reel(script(), RULES) == ()
    assert fix_reel(script(), RULES) == script(caption=caption(hashtags=["kawawroclaw", "coffee"]))


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("beats", {"hook": beat(3.1, "Listen.")}),
        ("beats", {"cta": beat(4.1, "Come.")}),
        ("beats", {"beats": [beat(9.5, "Only one.")]}),
        ("beats", {"beats": [beat(1.1, "So many.")] * 9}),
        ("beats", {"beats": [beat(4.0, "Short."), beat(4.0, "Too short.")]}),
        ("speech", {"hook": beat(2.5, "Listen to this now because it will be gone.")}),
        ("screen", {"hook": beat(2.5, "Listen.", "Look\nthen\nlisten")}),
        ("screen", {"hook": beat(2.5, "Listen.", "y" * 33)}),
        ("screen", {"cta": beat(3.0, "Come.", f"{'ab ' * 10}\n{'ab ' * 10}")}),
        ("link", {"cta": beat(3.0, "Go to evil dot com", "evil.com")}),
        ("handle", {"cta": beat(3.0, "Come.", "@evil")}),
        ("number", {"cta": beat(3.0, "Only ten left.")}),
        ("canary", {"title": "mk abcdef abcdef abcd"}),
        ("invisible", {"cta": beat(3.0, "Co\u200bme.")}),
        ("language", {"language": "pl"}),
        ("empty", {"hook": beat(2.5), "beats": [beat(5.0), beat(4.5)], "cta": beat(3.0)}),
        ("never", {"cta": beat(3.0, "Come cheap.")}),
    ],
)
def test_each_rule_is_kept(code: str, changes: dict[str, Any]) -> None:
    rules = replace(RULES, caption=replace(RULES.caption, never=("cheap",)))
    hard = {finding.code for finding in check_reel(script(**changes), rules) if finding.hard}
    assert code in hard
    assert hard <= {code, "link"}


def test_spoken_words_in_another_language_are_found() -> None:
    polish = script(
        beats=[beat(5, "Na półce odpoczywa coś ciemniejszego."), beat(4.5, "Palimy tu, na Ruskiej.")], hook=beat(2.5, "Posłuchaj tego.")
    )
    assert "language" in {finding.code for finding in check_reel(polish, RULES)}


def test_time_is_shared_by_need_and_wish() -> None:
    fixed = fix_reel(
        script(hook=beat(0.1, "Listen to this."), beats=[beat(1, "We roast it here."), beat(3, "")], cta=beat(9, "Come.")), RULES
    )
    assert check_reel(fixed, RULES) == ()
    assert sum(b.duration_s for b in fixed.all_beats) == pytest.approx(15)
    assert fixed.beats[1].duration_s > fixed.beats[0].duration_s
    assert fixed.target_s == 15


def test_too_many_words_are_left_to_the_model() -> None:
    wordy = script(beats=[beat(5, "word " * 40), beat(4.5, "word")])
    assert (
        fix_reel(wordy, RULES).beats
        == wordy.model_copy(update={"beats": tuple(b.model_copy(update={"voice": b.voice.strip()}) for b in wordy.beats)}).beats
    )
    assert "speech" in {finding.code for finding in check_reel(fix_reel(wordy, RULES), RULES)}


@pytest.mark.parametrize(
    ("screen", "lines"),
    [
        ("Short", ["Short"]),
        ("Roasted in the shop on Ruska street today", ["Roasted in the shop", "on Ruska street today"]),
        ("a\nb\nc", ["a", "b c"]),
        ("x" * 40, ["x" * 40]),
        ("", []),
    ],
)
def test_screens_are_wrapped_evenly(screen: str, lines: list[str]) -> None:
    assert wrapped(screen).splitlines() == lines


def test_speech_rates_differ_by_language_and_speaker() -> None:
    assert rate("en-GB") > rate("de") > rate("pl")
    assert rate("pl", 2.4) == 2.4
    assert spoken_seconds("250 g", 2.0) == 2.0
    assert spoken_seconds("", 2.0) == 0.0


def test_beats_follow_one_another() -> None:
    assert [t.start for t in timed(script())] == [0.0, 2.5, 7.5, 12.0]
    assert (spoken_length(script()), spoken_length(script(), 2.1)) == (8.4, 9.9)
