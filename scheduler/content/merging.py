"""Two people changed one text: both changes together, as long as they touch different lines. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

_Change = tuple[int, int, list[str]]


def merged(base: str, mine: str, theirs: str) -> str | None:
    """Both changes of `base` in one text; None where both changed the same lines, or lines that touch."""
    if mine == theirs or theirs == base:
        return mine
    if mine == base:
        return theirs
    lines = base.split("\n")
    found: list[str] = []
    at = -1
    for first, last, new in sorted([*_changes(lines, mine), *_changes(lines, theirs)]):
        if first <= at:
            return None
        found += [*lines[max(at, 0) : first], *new]
        at = last
    return "\n".join([*found, *lines[max(at, 0) :]])


def _changes(before: Sequence[str], text: str) -> list[_Change]:
    """Lines [first, last) of the text before became these lines."""
    after = text.split("\n")
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [(i1, i2, after[j1:j2]) for tag, i1, i2, j1, j2 in codes if tag != "equal"]
