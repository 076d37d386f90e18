"""Fixes, whatever they are given: twice changes nothing more, and what was right stays right."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from drafting.request import Voice
from drafting.schemas import Beat, CaptionDraft, ReelScript
from drafting.validators.caption import check_caption
from drafting.validators.fixes import fix_caption
from drafting.validators.reel import check_reel
from drafting.validators.reel_fixes import fix_reel
from drafting.validators.rules import reel_rules_of, rules_of
from tests.drafting.briefs import BRIEF, REEL, REQUEST

PIECES = (
    "Listen", "to", "the", "first", "crack", "beans", "Ruska", "Saturday", "#kawa", "#coffee", "＃brew", "##x", "#12",
    "🎉", "👩‍🍳", "🇵🇱", "1️⃣", "\u200b", "\u202e", "\ufeff", "\n", "\n\n\n", " ", ".", "!", "evil.com", "@ola", "“quote”",
    "[x]", "9", "40%", "never", "Ż", "日本", "\u0301", "#é", "a\u00a0\u00a0b", "·",
)  # fmt: skip
texts = (
    st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join)
    | st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
    | st.text(max_size=30)
)
tags = st.lists(
    st.sampled_from(("kawa", "#Kawa", "coffee", "a b", "", "12", "kawawroclaw", "#", "x\u200by", "·", "very" * 30)) | st.text(max_size=8),
    max_size=9,
)
captions = st.builds(
    lambda hook, body, cta, hashtags, alts: CaptionDraft(
        language="en", hook=hook, body=body, cta=cta, hashtags=tuple(hashtags), alt_texts=tuple(alts), used_facts=(), unsure=()
    ),
    texts, texts, texts, tags, st.lists(texts, max_size=3),
)  # fmt: skip
beats = st.builds(
    lambda seconds, voice, screen: Beat(duration_s=seconds, voice=voice, screen=screen, shot="s", source="film"),
    st.floats(0, 60), texts, texts,
)  # fmt: skip
scripts = st.builds(
    lambda hook, middle, cta, caption: ReelScript(
        language="en", title="t", target_s=15, hook=hook, beats=tuple(middle), cta=cta, caption=caption
    ),
    beats, st.lists(beats, max_size=9), beats, captions,
)  # fmt: skip
RULES = rules_of(
    replace(
        REQUEST, brief=replace(BRIEF, must=("🎉 Listen",), never=("never",)), voice=Voice(hashtags_always=("#kawawroclaw",), emoji="few")
    ),
    "mk-1",
)
REEL_RULES = replace(reel_rules_of(REEL, "mk-1"), caption=RULES)
FIXED_FOR_GOOD = {"tags_many", "tags_few", "tags_dup", "invisible"}
CALM = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


BROUGHT_TO_LIGHT = {"never", "number", "link"}
"""What an emoji or a sign was glued to: a word, a figure or an address only once it stands alone. The check that follows sees it."""


def excused(before: set[str]) -> set[str]:
    """The brand's own tags need room; and without a line of tags, statistics may see another language."""
    return BROUGHT_TO_LIGHT | {"language"} | ({"too_long"} if "tags_few" in before else set())


@CALM
@given(captions)
def test_fixing_a_caption_twice_changes_nothing_more(draft: CaptionDraft) -> None:
    once = fix_caption(draft, RULES)
    assert fix_caption(once, RULES) == once


@CALM
@given(captions)
@example(CaptionDraft(language="en", hook="", body="", cta="", hashtags=("@²", "½"), alt_texts=(), used_facts=(), unsure=()))
@example(CaptionDraft(language="en", hook="", body="", cta="0.#CN", hashtags=(), alt_texts=(), used_facts=(), unsure=()))
def test_fixing_a_caption_breaks_no_rule(draft: CaptionDraft) -> None:
    before = {finding.code for finding in check_caption(draft, RULES) if finding.hard}
    after = {finding.code for finding in check_caption(fix_caption(draft, RULES), RULES) if finding.hard}
    assert not after & FIXED_FOR_GOOD
    assert after - before <= excused(before)


@CALM
@given(scripts)
def test_fixing_a_script_twice_changes_nothing_more(script: ReelScript) -> None:
    once = fix_reel(script, REEL_RULES)
    assert fix_reel(once, REEL_RULES) == once


@CALM
@given(scripts)
def test_fixing_a_script_breaks_no_rule(script: ReelScript) -> None:
    before = {finding.code for finding in check_reel(script, REEL_RULES) if finding.hard}
    after = {finding.code for finding in check_reel(fix_reel(script, REEL_RULES), REEL_RULES) if finding.hard}
    assert after - before <= excused(before)


def test_a_digit_younger_than_pythons_tables_is_still_a_figure() -> None:
    """The pattern library knows newer Unicode than `unicodedata`; such a digit must neither crash nor slip through."""
    from drafting.figures import figures

    for text in ("\U0001ccf0", "\U0001ccf0.\U0001ccf0.2026", "12.\U0001ccf0", "\U0001ccf0:30 pm", "\U0001ccf0,5 pm", "\U0001ccf0.12.26"):
        assert list(figures(text, "en"))
