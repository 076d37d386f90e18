"""Seals: the short form of a digest that people read to each other, `7f3a 91c2`. Pure."""

from __future__ import annotations

import re

SEAL = 8
"""Signs of a seal."""
_NOISE = re.compile(r"[\s\u00a0·.,:;_\"'“”„‘’()\[\]–-]+")
_ANYWHERE = re.compile(r"(?<![0-9a-z])([0-9a-f]{4})[\s\u00a0·.–-]?([0-9a-f]{4})(?![0-9a-z])")
_DIGITS = re.compile(r"[0-9a-f]{8,64}")


def seal_words(digest: str) -> str:
    """In two groups of four."""
    return f"{digest[:4]} {digest[4:SEAL]}"


def parse_seal(said: str) -> str | None:
    """The seal somebody sent back, however it was grouped; None: it is none. A whole digest counts as well."""
    words = _NOISE.sub("", said).casefold().removeprefix("seal").removeprefix("pieczęć")
    return words if _DIGITS.fullmatch(words) else None


def seals_in(said: str) -> tuple[str, ...]:
    """Every seal in what a client wrote, each once, in its order."""
    return tuple(dict.fromkeys(found[1] + found[2] for found in _ANYWHERE.finditer(said.casefold())))
