"""Every rule of a caption, each broken alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adapters.limits import LIMITS
from drafting.request import CaptionRequest, Voice
from drafting.schemas import CaptionDraft, compose
from drafting.validators.caption import check_caption
from drafting.validators.fixes import fix_caption
from drafting.validators.rules import Rules, rules_of
from tests.drafting.briefs import REQUEST, caption, with_brief

RULES = rules_of(REQUEST, "mk-abcdefabcdefabcd")
LONG = " ".join(["The beans turn and turn in the drum and we wait for them."] * 6)
OLD_POST = "It takes a long time until the beans start to talk and then we roast them in the shop on Ruska street."


def draft(**changes: object) -> CaptionDraft:
    return CaptionDraft.model_validate(caption(**changes))


def codes(rules: Rules = RULES, **changes: object) -> set[str]:
    return {finding.code for finding in check_caption(draft(**changes), rules)}


def test_a_good_caption_has_no_finding() -> None:
    assert check_caption(draft(), RULES) == ()


@pytest.mark.parametrize(
    ("code", "hard", "changes"),
    [
        ("empty", True, {"hook": " "}),
        ("empty", True, {"body": ""}),
        ("too_long", True, {"body": LONG}),
        ("tags_many", True, {"hashtags": ["kawawroclaw", "a", "b", "c", "d", "e"]}),
        ("tags_few", True, {"hashtags": ["coffee"]}),
        ("tags_dup", True, {"hashtags": ["kawawroclaw", "coffee", "Coffee"]}),
        ("tag_inline", False, {"body": "It takes 9 minutes 40 seconds in our #roastery."}),
        ("link", True, {"cta": "More at https://evil.example"}),
        ("link", True, {"alt_texts": ["See evil.com"]}),
        ("handle", True, {"cta": "Ask @somebody"}),
        ("number", True, {"hook": "The best of 12 roasters."}),
        ("number", True, {"hashtags": ["kawawroclaw", "top10"]}),
        ("quote", True, {"hook": "“Best coffee in town”, they say."}),
        ("placeholder", True, {"cta": "Come to [address] on Saturday."}),
        ("placeholder", True, {"hook": "Insert a nice line here"}),
        ("language", True, {"language": "pl"}),
        (
            "language",
            True,
            {"body": "Na półce odpoczywa coś ciemniejszego, palone na Ruskiej w naszym sklepie.", "hook": "Posłuchajcie tego."},
        ),
        ("canary", True, {"body": "My marker is MK ABCDEF abcdef-ABCD, as asked."}),
        ("invisible", True, {"hook": "Listen\u202e now"}),
        ("emoji", False, {"hook": "Listen 🎉🎉🎉"}),
        ("cliche", False, {"hook": "In today's fast-paced world, listen."}),
        ("repeat", False, {"body": "We roast it here slowly. We roast it here slowly."}),
        ("alt", False, {"alt_texts": []}),
        ("alt", False, {"alt_texts": ["Image of beans"]}),
        ("alt", False, {"alt_texts": ["b" * 251]}),
    ],
)
def test_each_rule_is_kept(code: str, hard: bool, changes: dict[str, Any]) -> None:
    found = check_caption(draft(**changes), RULES)
    assert [finding.hard for finding in found if finding.code == code][:1] == [hard]
    assert {finding.code for finding in found if finding.hard} <= {code}


def ruled(request: CaptionRequest) -> Rules:
    return rules_of(request)


def test_must_and_never() -> None:
    rules = ruled(with_brief(must=("Ruska Street", "window"), never=("talk", "cheap")))
    messages = [f.message for f in check_caption(draft(), rules) if f.hard]
    assert messages == ["“window” is missing", "“talk” must not be used"]
    assert "never" not in codes(ruled(with_brief(never=("tal", "smel"))))
    assert "never" in codes(rules, body="It is not cheap\u200b at all.")


def test_wanted_length() -> None:
    rules = ruled(with_brief(length=100))
    assert "length" in codes(rules)
    assert "length" not in codes(ruled(with_brief(length=200)))


def test_samples_are_not_copied_and_posts_not_repeated() -> None:
    rules = ruled(replace(REQUEST, voice=Voice(examples=(OLD_POST,)), recent=(OLD_POST,)))
    assert {"copy", "repeat"} <= codes(rules, body=OLD_POST, hook="Listen.", cta="")


def test_the_tightest_target_counts_and_in_its_own_way() -> None:
    link = "https://kawa.example/autumn"
    body = f"{'a' * 420} {link}"
    only = replace(REQUEST, targets=(LIMITS["mastodon"],), voice=Voice())
    rules = ruled(replace(only, brief=replace(only.brief, links=(link,))))
    assert "too_long" not in codes(rules, hook="b", body=body, cta="", hashtags=["x"])
    assert "too_long" in codes(rules, hook="b", body="a" * 60 + body, cta="", hashtags=["x"])


def test_the_disclosure_line_is_counted_and_stands_before_the_tags() -> None:
    line = "Text written with AI, checked by a person"
    assert compose(draft(), line).endswith(f"{line}\n\n#coffee #kawawroclaw")
    body = "a " * 95
    assert "too_long" not in codes(RULES, body=body)
    assert "too_long" in codes(ruled(replace(REQUEST, disclosure_line=line)), body=body)


def test_instagram_gets_five_tags_at_most() -> None:
    assert rules_of(replace(REQUEST, targets=(LIMITS["instagram"],))).tags_max == 5
    assert rules_of(replace(REQUEST, voice=Voice(hashtags_max=3))).tags_max == 3


def test_polish_cliches_are_known_in_their_inflections() -> None:
    rules = ruled(replace(REQUEST, language="pl", voice=Voice()))
    text = {
        "language": "pl",
        "hook": "Z radością ogłaszamy nową kawę.",
        "body": "To wyjątkowa podróż dla każdego, kto lubi czarną kawę.",
        "cta": "",
        "hashtags": [],
    }
    found = [f.message for f in check_caption(draft(**text), rules) if f.code == "cliche"]
    assert len(found) == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"hook": "Lis\u200bten\u2069  now \n\n\n\nplease"}, {"hook": "Listen now\n\nplease"}),
        ({"hashtags": ["#Coffee", "coffee", "kawa wroclaw", "12"]}, {"hashtags": ("kawawroclaw", "Coffee", "kawa", "wroclaw")}),
        (
            {"body": "Roasted in #Wroclaw today.\n\n#beans #crack"},
            {"body": "Roasted in Wroclaw today.", "hashtags": ("kawawroclaw", "coffee", "Wroclaw", "beans", "crack")},
        ),
        (
            {"hook": "Listen 🎉", "body": "It talks 👩‍🍳.", "cta": "Come 🎉🎉"},
            {"hook": "Listen 🎉", "body": "It talks 👩‍🍳.", "cta": "Come"},
        ),
        ({"language": "en-GB"}, {"language": "en"}),
        ({"alt_texts": ["One\nline", "two", "three"]}, {"alt_texts": ("One line",)}),
    ],
)
def test_fixes(before: dict[str, Any], after: dict[str, Any]) -> None:
    fixed = fix_caption(draft(**before), RULES)
    assert {name: getattr(fixed, name) for name in after} == after


def test_tags_make_room_for_words_but_the_brands_own_stay() -> None:
    body = "a " * 108
    fixed = fix_caption(draft(body=body, hashtags=["averylongtagthatdoesnotfit", "kawawroclaw"]), RULES)
    assert fixed.hashtags == ("kawawroclaw",)
    assert check_caption(fixed, RULES) == ()


def test_words_are_never_cut() -> None:
    fixed = fix_caption(draft(body=LONG), RULES)
    assert fixed.body == LONG
