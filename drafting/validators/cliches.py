"""Worn-out phrases, from one list a language; a workspace may add its own."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources

from drafting.folding import fold


def phrases(language: str, own: Iterable[str] = ()) -> tuple[tuple[str, ...], ...]:
    """Folded words of each phrase of a language; a star stands for any ending."""
    return (*_shipped(language.partition("-")[0].casefold()), *(_split(line) for line in own if line.strip()))


def found_in(folded: tuple[str, ...], listed: Iterable[tuple[str, ...]]) -> list[str]:
    """Phrases that stand in a text (given as folded words)."""
    return [" ".join(phrase) for phrase in listed if any(_matches(folded[at:], phrase) for at in range(len(folded) - len(phrase) + 1))]


@cache
def _shipped(language: str) -> tuple[tuple[str, ...], ...]:
    file = resources.files("drafting.validators.data").joinpath(f"cliches.{language}.txt")
    if not file.is_file():
        return ()
    lines = file.read_text(encoding="utf-8").splitlines()
    return tuple(_split(line) for line in lines if line.strip() and not line.startswith("#"))


def _split(line: str) -> tuple[str, ...]:
    return tuple(fold(word) for word in line.replace("-", " ").split())


def _matches(folded: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    return all(
        word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted for word, wanted in zip(folded, phrase, strict=False)
    )
