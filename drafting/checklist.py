"""What a person has to tick before a model's words go out: figures and names that the brief does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import regex

from drafting.addresses import foreign_handles, foreign_links, handles_in, links_in, without_addresses
from drafting.figures import figures, grounded_by
from drafting.folding import excerpt, fold, folded_words

_WORD = r"\p{Lu}[\p{L}\p{M}'’-]*"
_NAME = regex.compile(rf"{_WORD}(?:[ \u00a0](?:(?:of|de|da|di|van|von|der|the)[ \u00a0])?{_WORD})*")
_NAME_AMONG_NOUNS = regex.compile(rf"{_WORD}(?:[ \u00a0]{_WORD})*")
_SENTENCE_START = regex.compile(r"(?:^|[.!?…:•\n]|[-–—]\s)[\s\p{P}\p{S}]*$")
_STEM_LEAST = 4
_OPENERS = frozenset(
    {
        "the", "a", "an", "our", "we", "your", "this", "that", "in", "on", "at", "from", "with", "for", "und", "der", "die",
        "das", "ein", "eine", "unser", "unsere", "im", "am", "zum", "zur", "w", "na", "z", "ze", "od", "do", "po", "nasz",
        "nasza",
    }
)  # fmt: skip
"""Words that begin a sentence before a name."""
_NOUNS_ARE_NAMED = frozenset({"de", "lb"})
"""Languages that write every noun with a capital: only names of two words are found there."""


def unverified_facts(text: str, facts: Iterable[str], language: str = "en", languages: Iterable[str] = ()) -> tuple[str, ...]:
    """Numbers, prices, dates, names, links and accounts of a text that none of the brief's facts holds, as they stand there."""
    known = tuple(facts)
    grounds = grounded_by(known, (language, *languages))
    prose = without_addresses(text)
    numbers = (figure.shown for figure in figures(prose, language) if not figure.claims & grounds)
    links = foreign_links(text, [link for fact in known for link in links_in(fact)])
    handles = foreign_handles(text, [handle for fact in known for handle in handles_in(fact)])
    names = _names(prose, known, language)
    return tuple(dict.fromkeys(excerpt(item, 60) for item in (*numbers, *names, *links, *handles)))


def _names(text: str, facts: tuple[str, ...], language: str) -> Iterator[str]:
    """Words with a capital inside a sentence, or several in a row, that no fact knows in any inflection."""
    known = {word for fact in facts for word in folded_words(fact)}
    two_words = language.partition("-")[0].casefold() in _NOUNS_ARE_NAMED
    for match in (_NAME_AMONG_NOUNS if two_words else _NAME).finditer(text):
        said = folded_words(match.group())
        starts = _SENTENCE_START.search(text, 0, match.start()) is not None
        if starts and said[0] in _OPENERS:
            said, starts = said[1:], False
        if len(said) < (2 if starts or two_words else 1):
            continue
        if text[match.start() - 1 : match.start()] in ("#", "＃") or _is_calendar_or_short(match.group(), language):
            continue
        if not all(_is_known(word, known) for word in said):
            yield match.group()


def _is_known(word: str, known: set[str]) -> bool:
    """In the facts, inflection aside: “Wrocławiu” for “Wrocław”."""
    if word in known:
        return True
    stem = word[: max(_STEM_LEAST, round(len(word) * 0.6))]
    return len(word) > _STEM_LEAST and any(other.startswith(stem) and abs(len(other) - len(word)) <= 4 for other in known)


def _is_calendar_or_short(name: str, language: str) -> bool:
    """“I”, “AI” of a disclosure line, and days, which are counted among the figures."""
    return fold(name) in {"i", "ai", "ki", "ok", "tv"} or any(True for _ in figures(name, language))
