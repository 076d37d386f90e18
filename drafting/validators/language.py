"""Is a text in the language it should be in? Only asked between the workspace's languages, where short texts can be told apart.

`py3langid` and numpy are loaded at the first question: 250 ms of CPU.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Protocol, cast

from drafting.addresses import without_addresses

LEAST_LETTERS = 25
_CLEARLY = 3.0
"""Log-likelihood by which another language must win; loan words alone do not."""
_ALIKE = (
    frozenset({"cs", "sk"}),
    frozenset({"hr", "sr", "bs"}),
    frozenset({"no", "nb", "nn", "da"}),
    frozenset({"id", "ms"}),
    frozenset({"gl", "pt"}),
)
"""Languages that short texts do not tell apart."""
_INSIDE_WORDS = "'’-"
_SAME = {"nb": "no", "in": "id", "iw": "he", "fil": "tl"}


class _Identifier(Protocol):
    labels: list[str]

    def rank(self, text: str) -> list[tuple[str, float]]: ...


def seems_to_be(text: str, language: str, languages: Iterable[str]) -> str | None:
    """Another of the languages, when the text is clearly in that one; else None. English is always among them."""
    prose = " ".join("".join(sign if sign.isalpha() or sign in _INSIDE_WORDS else " " for sign in without_addresses(text)).split())
    if sum(sign.isalpha() for sign in prose) < LEAST_LETTERS:
        return None
    wanted = _base(language)
    among = {wanted, "en", *(_base(other) for other in languages)}
    identifier = _identifier()
    if wanted not in identifier.labels:
        return None
    scores = {label: float(score) for label, score in identifier.rank(prose) if label in among}
    best = max(scores, key=scores.__getitem__)
    if best == wanted or scores[best] - scores[wanted] <= _CLEARLY or any({best, wanted} <= alike for alike in _ALIKE):
        return None
    return best


def _base(tag: str) -> str:
    base = tag.partition("-")[0].casefold()
    return _SAME.get(base, base)


@cache
def _identifier() -> _Identifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return cast("_Identifier", LanguageIdentifier.from_model_file(MODEL_FILE))
