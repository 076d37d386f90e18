"""Worn-out phrases in a text, given as folded words."""

import pytest

from drafting.folding import folded_words
from drafting.validators.cliches import found_in, phrases


@pytest.mark.parametrize(
    ("own", "text", "found"),
    [
        (["look no further"], "Look, no! Look no further.", ["look no further"]),
        (["look no further"], "Look no", []),
        (["unlock* your potential"], "Unlocking your potential, cup by cup", ["unlock* your potential"]),
        (["game chang*"], "A real game-changer", ["game chang*"]),
        (["dive in"], "dive into it", []),
        (["-", ""], "A pause - and then coffee", []),
    ],
    ids=["the second beginning", "only begun", "any ending of the first word", "written with a hyphen", "another ending", "no words"],
)
def test_own_phrases(own: list[str], text: str, found: list[str]) -> None:
    assert found_in(folded_words(text), phrases("xx", own)) == found
