"""How long words take when they are read aloud, by our own rates for each language."""

from __future__ import annotations

from drafting.folding import folded_words

WORDS_PER_SECOND = {"en": 2.5, "fr": 2.7, "es": 2.2, "de": 2.1, "pl": 1.8}
OTHERWISE = 2.1
TOLERANCE = 1.10
"""Speech may be this much longer than its beat: a speaker hurries a little."""


def rate(language: str, own: float | None = None) -> float:
    """Words a second; `own` is a speaker's measured rate."""
    return own if own and own > 0 else WORDS_PER_SECOND.get(language.partition("-")[0].casefold(), OTHERWISE)


def spoken_words(text: str) -> int:
    """Words as they are spoken: a number takes about a word a digit (“250” is “two hundred and fifty”)."""
    return sum(max(1, sum(sign.isdigit() for sign in word)) for word in folded_words(text))


def spoken_seconds(text: str, words_per_second: float) -> float:
    """How long a text takes to say."""
    return spoken_words(text) / words_per_second
