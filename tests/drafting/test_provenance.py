"""Who wrote which words, through every kind of edit."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drafting.labels import Label, declared, label, strongest
from drafting.provenance import AiOutput, Attributed, Span, ai_share, attribute

AI_TEXT = (
    "Something darker is resting on the shelf. Roasted on Friday, from Fazenda Rainha. "
    "On Wednesday it will be ready for you. Bring your own cup and we will fill it."
)
HUMAN_TEXT = (
    "Yesterday we rosted the new beans and definately burned the first batch, its a learning proces. "
    "Teh second one was alot better and every one liked it. Come by on saturday and taste it with us!"
)
PROOF_READ = (
    "Yesterday, we roasted the new beans and definitely burned the first batch; it's a learning process. "
    "The second one was a lot better, and everyone liked it. Come by on Saturday and taste it with us!"
)
TRANSLATED = (
    "Na półce odpoczywa coś ciemniejszego. Palone w piątek, z Fazenda Rainha. W środę będzie gotowe. Weź własny kubek, a my go napełnimy."
)
OUTPUT = AiOutput("r1", AI_TEXT)


def by(text: str, origin: str) -> Attributed:
    return Attributed(text, (Span(0, len(text), origin),))


def share(previous: Attributed | None, text: str, editor: str, *outputs: AiOutput) -> float:
    return round(ai_share(text, attribute(previous, text, editor, outputs)), 3)


def moved(text: str) -> str:
    first, second, third, fourth = text.removesuffix(".").split(". ")
    return f"{third}. {fourth}. {first}. {second}."


@pytest.mark.parametrize("outputs", [(), (OUTPUT,)])
def test_moved_words_stay_the_models(outputs: tuple[AiOutput, ...]) -> None:
    assert share(by(AI_TEXT, "ai:r1"), moved(AI_TEXT), "human:ola", *outputs) == 1.0


def test_upper_case_and_lost_accents_change_nothing() -> None:
    assert share(by(AI_TEXT, "ai:r1"), AI_TEXT.upper(), "human:ola") == 1.0
    assert share(by(TRANSLATED, "ai:r1"), TRANSLATED.replace("ó", "o").replace("ś", "s").replace("ł", "l"), "human:ola") == 1.0


def test_proof_reading_by_a_model_leaves_the_words_to_the_person() -> None:
    assert share(by(HUMAN_TEXT, "human:ola"), PROOF_READ, "ai:r2", AiOutput("r2", PROOF_READ)) == 0.0


def test_a_translation_is_the_models() -> None:
    assert share(by(AI_TEXT, "human:ola"), TRANSLATED, "ai:r2", AiOutput("r2", TRANSLATED)) == 1.0
    assert share(None, TRANSLATED, "ai:r2") == 1.0


def test_a_persons_additions_are_theirs() -> None:
    added = f"{AI_TEXT} My own honest thought about this one."
    spans = attribute(by(AI_TEXT, "ai:r1"), added, "human:ola", [OUTPUT])
    assert [span.origin for span in spans] == ["ai:r1", "human:ola"]
    assert added[spans[1].start :] == "My own honest thought about this one."


def test_a_rewrite_by_a_person_is_theirs() -> None:
    rewritten = "We have a new blend from Brazil, and I love how it smells in the morning."
    assert share(by(AI_TEXT, "ai:r1"), rewritten, "human:ola", OUTPUT) == 0.0


def test_pasted_words_of_a_discarded_answer_are_found() -> None:
    text = "My own start. Bring your own cup and we will fill it. My own end."
    assert 0.5 < share(by("My own start. My own end.", "human:ola"), text, "human:ola", OUTPUT) < 0.7
    assert share(None, text, "human:ola", OUTPUT) == share(None, text, "human:ola", OUTPUT, AiOutput("r2", "else"))


def test_deleted_and_typed_again_in_two_saves() -> None:
    empty = Attributed("", ())
    assert share(empty, AI_TEXT, "human:ola", OUTPUT) == 1.0


def test_numbers_are_never_spelling() -> None:
    assert share(by("It costs 39 zł today", "human:ola"), "It costs 99 zł today", "ai:r1") > 0


def test_signs_without_letters_count_too() -> None:
    assert share(None, "🎉🎉", "ai:r1") == 1.0
    assert share(None, "", "ai:r1") == 0.0


WORDS = ("the", "beans", "turn", "in", "a", "drum", "and", "we", "wait", "for", "them", "Żółć", "9", "🎉", "\n")
words_list = st.lists(st.sampled_from(WORDS), max_size=40)
texts = words_list.map(" ".join) | st.text(max_size=60)
editors = st.sampled_from(["human:ola", "ai:r1"])


@settings(max_examples=200, deadline=None)
@given(texts, texts, editors, editors, texts)
def test_spans_cover_the_text_once_and_in_order(old: str, new: str, before: str, editor: str, output: str) -> None:
    previous = Attributed(old, attribute(None, old, before))
    spans = attribute(previous, new, editor, [AiOutput("r9", output)])
    assert "".join(new[span.start : span.end] for span in spans) == new
    assert all(a.end == b.start and a.origin != b.origin for a, b in pairwise(spans))
    assert {span.origin for span in spans} <= {before, editor, "ai:r9"}
    assert 0.0 <= ai_share(new, spans) <= 1.0


@settings(max_examples=200, deadline=None)
@given(texts, editors, editors)
def test_saving_again_changes_nothing(text: str, before: str, editor: str) -> None:
    spans = attribute(None, text, before)
    again = attribute(Attributed(text, spans), text, editor)
    assert ai_share(text, again) == ai_share(text, spans) or not any(map(str.isalnum, text))


@settings(max_examples=100, deadline=None)
@given(texts, texts)
def test_people_alone_never_make_ai_words(old: str, new: str) -> None:
    previous = Attributed(old, attribute(None, old, "human:ola"))
    assert ai_share(new, attribute(previous, new, "human:jan")) == 0.0


@pytest.mark.parametrize(
    ("share_", "has_run", "expected"),
    [
        (0.0, False, "human"),
        (0.0, True, "human, AI-checked"),
        (0.09, True, "human, AI-checked"),
        (0.1, True, "AI-assisted"),
        (0.69, True, "AI-assisted"),
        (0.7, True, "AI-generated"),
        (1.0, False, "AI-generated"),
    ],
)
def test_labels(share_: float, has_run: bool, expected: str) -> None:
    assert label(share_, has_run) == expected


def test_files_may_declare_their_texts() -> None:
    assert [declared(value) for value in ("none", "assisted", "generated")] == ["human", "AI-assisted", "AI-generated"]
    assert strongest(Label.HUMAN, Label.GENERATED, Label.CHECKED) is Label.GENERATED
    assert strongest() is Label.HUMAN
