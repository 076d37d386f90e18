"""Worn-out phrases, from one list a language; a workspace may add its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources

from drafting.folding import fold


def phrases(language: str, own: Iterable[str] = ()) -> tuple[tuple[str, ...], ...]:
    """Folded words of each phrase of a language; a star stands for any ending."""
    return (*_shipped(language.partition("-")[0].casefold()), *(_split(line) for line in own if line.strip()))


def found_in(folded: tuple[str, ...], listed: Iterable[tuple[str, ...]]) -> list[str]:
    """Phrases that stand in a text (given as folded words)."""
    places: dict[str, list[int]] = {}
    for at, word in enumerate(folded):
        places.setdefault(word, []).append(at)
    return [" ".join(phrase) for phrase in listed if phrase and any(_stands(phrase, folded, at) for at in _beginnings(phrase[0], places))]


def _beginnings(wanted: str, places: Mapping[str, list[int]]) -> Iterator[int]:
    """Where the first word of a phrase stands."""
    if not wanted.endswith("*"):
        yield from places.get(wanted, ())
        return
    for word, found in places.items():
        if word.startswith(wanted[:-1]):
            yield from found


@cache
def _shipped(language: str) -> tuple[tuple[str, ...], ...]:
    file = resources.files("drafting.validators.data").joinpath(f"cliches.{language}.txt")
    if not file.is_file():
        return ()
    lines = file.read_text(encoding="utf-8").splitlines()
    return tuple(_split(line) for line in lines if line.strip() and not line.startswith("#"))


def _split(line: str) -> tuple[str, ...]:
    return tuple(fold(word) for word in line.replace("-", " ").split())


def _stands(phrase: tuple[str, ...], folded: tuple[str, ...], at: int) -> bool:
    said = folded[at : at + len(phrase)]
    return len(said) == len(phrase) and all(map(_is, said, phrase))


def _is(word: str, wanted: str) -> bool:
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted
