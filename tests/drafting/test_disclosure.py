"""The policy row by row, and the whole table of targets."""

from __future__ import annotations

from typing import Any

import pytest

from drafting.disclosure import Case, MediaFacts, Outcome, degree_of, disclose, line_in, policy, text_degree
from drafting.labels import Label

Facts = dict[str, Any]

LINE_ONLY = ("facebook", "threads", "linkedin", "pinterest", "bluesky", "mastodon")
ASSISTIVE: Facts = {"media": (MediaFacts("image", "assistive"),), "text": "assistive"}
PROMO: Facts = {"text": "generated"}
PUBLIC: Facts = {"text": "generated", "public_interest": True}
STYLISED: Facts = {"media": (MediaFacts("image", "generated", realistic=False),)}
STYLISED_VIDEO: Facts = {"media": (MediaFacts("video", "generated", realistic=False),)}
IMAGE: Facts = {"media": (MediaFacts("image", "generated", realistic=True),)}
VIDEO: Facts = {"media": (MediaFacts("video", "generated", realistic=True),)}
SOUND: Facts = {"media": (MediaFacts("audio", "generated", realistic=True),)}
EDITED: Facts = {"media": (MediaFacts("image", "modified", realistic=True),)}
EDITED_VIDEO: Facts = {"media": (MediaFacts("video", "modified", realistic=True),)}

EXPECTED: tuple[tuple[str, Facts, str], ...] = (
    *((target, ASSISTIVE, "") for target in ("instagram", "tiktok_video", "tiktok_photo", "youtube", "x", *LINE_ONLY)),
    *((target, PROMO, "D") for target in ("instagram", "tiktok_video", "tiktok_photo", "youtube", "x", *LINE_ONLY)),
    *((target, PUBLIC, "B") for target in ("instagram", "tiktok_video", "tiktok_photo", "youtube", "x", *LINE_ONLY)),
    ("instagram", STYLISED, "F"),
    ("tiktok_video", STYLISED_VIDEO, "F"),
    ("tiktok_photo", STYLISED, "C"),
    ("youtube", STYLISED_VIDEO, "C"),
    ("x", STYLISED, "F"),
    *((target, STYLISED, "C") for target in LINE_ONLY),
    ("instagram", IMAGE, "F+L"),
    ("tiktok_photo", IMAGE, "L+C"),
    ("x", IMAGE, "F+L"),
    *((target, IMAGE, "L+C") for target in LINE_ONLY),
    *((target, media, "F+L") for media in (VIDEO, SOUND) for target in ("instagram", "tiktok_video", "youtube", "x")),
    *((target, media, "L+C") for media in (VIDEO, SOUND) for target in LINE_ONLY),
    ("instagram", EDITED, "F+L"),
    ("tiktok_video", EDITED_VIDEO, "F+L"),
    ("tiktok_photo", EDITED, "L+C"),
    ("youtube", EDITED_VIDEO, "F+L"),
    ("x", EDITED, "F+L"),
    *((target, EDITED, "L+C") for target in LINE_ONLY),
)


def letters(outcome: Outcome, case: Case) -> str:
    """An outcome in the letters of the table."""
    found = []
    if outcome.blocked:
        found.append("B")
    if outcome.flags:
        found.append("F")
    if outcome.burned_in_required:
        found.append("L")
    if outcome.line:
        found.append("D" if case.text == "generated" else "C")
    return "+".join(found)


@pytest.mark.parametrize(("target", "facts", "expected"), EXPECTED)
def test_the_table_of_targets(target: str, facts: Facts, expected: str) -> None:
    case = Case(target=target, **facts)
    outcome = disclose(case)
    assert letters(outcome, case) == expected
    synthetic = any(item.is_synthetic for item in case.media)
    assert bool(outcome.xmp) == synthetic


def test_the_fields_are_the_platforms_own() -> None:
    fields = {target: disclose(Case(target=target, media=VIDEO["media"])).flags for target in policy().targets}
    assert fields == {
        "instagram": ("is_ai_generated",),
        "tiktok_video": ("is_aigc",),
        "tiktok_photo": (),
        "youtube": ("containsSyntheticMedia",),
        "x": ("made_with_ai",),
        **dict.fromkeys(LINE_ONLY, ()),
    }


def image(**changes: object) -> tuple[MediaFacts, ...]:
    return (MediaFacts("image", "generated", **{"realistic": True, **changes}),)  # type: ignore[arg-type]


def case(**changes: object) -> Outcome:
    return disclose(Case(**{"target": "bluesky", **changes}))  # type: ignore[arg-type]


def test_row_1_a_real_persons_face_needs_consent() -> None:
    assert case(media=image(real_person=True)).blocked
    assert not case(media=image(real_person=True, consent=True)).blocked
    assert not case(media=(MediaFacts("image", "none", real_person=True),)).blocked


def test_row_2_nobody_is_quoted_who_said_nothing() -> None:
    assert case(invented_testimonial=True).blocked


def test_row_3_an_opted_out_file_is_not_given_to_a_model() -> None:
    kept = MediaFacts("image", opted_out=True)
    assert case(media=(kept,), ai_input=True).blocked
    assert not case(media=(kept,)).blocked
    assert case(media=(kept,)).notes


def test_row_4_review_does_not_lift_the_label_and_unknown_counts_as_real() -> None:
    for realistic in (True, None):
        outcome = case(media=image(realistic=realistic), reviewed=True, responsible="Ola, ola@kawa.example")
        assert outcome.burned_in_required
        assert outcome.burned_in == "AI generated"
    assert case(media=(MediaFacts("image", "modified"),), language="pl").burned_in == "Zmienione przez AI"


def test_row_5_evident_art_is_labelled_in_the_text() -> None:
    outcome = case(media=image(artistic=True), target="instagram")
    assert not outcome.burned_in_required
    assert outcome.line == "Image made with AI"
    assert outcome.flags == ("is_ai_generated",)


@pytest.mark.parametrize(
    ("markets", "words"), [((), "AI-generated performer"), (("US-NY",), "AI-generated performer"), (("PL",), "AI generated")]
)
def test_row_6_performers_who_are_nobody(markets: tuple[str, ...], words: str) -> None:
    assert case(media=image(synthetic_person=True), commercial=True, markets=markets).burned_in == words


def test_row_7_youtube_means_realistic_only() -> None:
    outcome = case(target="youtube", media=STYLISED_VIDEO["media"])
    assert outcome.flags == ()
    assert outcome.line == "Video made with AI"


def test_row_8_generated_voice_is_announced() -> None:
    assert any("voice" in note for note in case(media=(MediaFacts("video", generated_voice=True),)).notes)


def test_rows_9_to_11_public_interest() -> None:
    assert case(text="assisted", public_interest=True).blocked
    assert case(text="generated", commercial=True, topics=("health",)).blocked
    assert not case(text="generated", topics=("health",)).blocked
    assert not case(text="assistive", public_interest=True).blocked
    assert case(text="generated", public_interest=True, reviewed=True).blocked
    reviewed = case(text="generated", public_interest=True, reviewed=True, responsible="Ola")
    assert not reviewed.blocked
    assert reviewed.line is None
    lined = case(text="generated", public_interest=True, lined=True)
    assert not lined.blocked
    assert lined.line == "Text written with AI, checked by a person"


@pytest.mark.parametrize(
    ("ai_line", "text", "has_line"),
    [
        ("off", "generated", False),
        ("generated", "generated", True),
        ("generated", "assisted", False),
        ("always", "assisted", True),
        ("always", "assistive", False),
        ("always", "none", False),
    ],
)
def test_row_12_the_workspaces_own_rule(ai_line: str, text: str, has_line: bool) -> None:
    assert (case(ai_line=ai_line, text=text).line is not None) == has_line
    assert (case(ai_line=ai_line, text=text, lined=True).line is not None) == (text in ("generated", "assisted"))


def test_row_13_replies_need_no_label() -> None:
    outcome = case(text="generated", reply=True, ai_line="always", public_interest=True)
    assert outcome.line is None
    assert not outcome.blocked


def test_row_14_sponsored_posts_say_so_whoever_wrote_them() -> None:
    assert case(sponsored=True, language="de").line == "Anzeige"
    assert case(sponsored=True, text="generated").line == "Advertisement · Text written with AI, checked by a person"


def test_row_15_without_a_field_the_text_says_it() -> None:
    outcome = case(target="mastodon", media=image(), text="generated", language="pl-PL")
    assert outcome.line == "Tekst napisany z pomocą AI, sprawdzony przez człowieka · Obraz wygenerowany przez AI"
    assert case(target="somewhere-new", media=STYLISED["media"]).line == "Image made with AI"
    mixed = (MediaFacts("image", "generated", realistic=False), MediaFacts("video", "modified", realistic=False))
    assert case(media=mixed).line == "Image made with AI · Video edited with AI"


def test_a_person_alone_is_told_nothing() -> None:
    for target in policy().targets:
        assert disclose(Case(target=target, media=(MediaFacts("image"),), ai_line="always")) == Outcome()


def test_xmp_stands_beside_each_file() -> None:
    media = (MediaFacts("image", "generated", realistic=False), MediaFacts("image"), MediaFacts("image", "modified"))
    kinds = [uri and uri.rpartition("/")[2] for uri in case(media=media).xmp]
    assert kinds == ["trainedAlgorithmicMedia", None, "compositeWithTrainedAlgorithmicMedia"]


def test_every_language_has_every_word() -> None:
    wording = policy().wording
    assert {language: set(words) for language, words in wording.items()} == {
        language: set(wording["en"]) for language in ("en", "pl", "de")
    }
    assert line_in("cs", "image_generated") == "Image made with AI"


def test_words_of_other_rooms_are_understood() -> None:
    assert [degree_of(origin) for origin in ("none", "edited", "generated")] == ["none", "modified", "generated"]
    assert [text_degree(label) for label in Label] == ["none", "assistive", "assisted", "generated"]
