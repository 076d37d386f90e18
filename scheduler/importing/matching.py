"""Rows of a sheet against what was imported before: new, the same, changed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scheduler.importing.memory import Known
from scheduler.importing.wish import Wish, content_of


@dataclass(frozen=True, slots=True)
class Match:
    """One row, and the row it was before."""

    wish: Wish
    known: Known | None
    changed: frozenset[str] = frozenset()
    """Names of what the sheet says differently now: `texts`, `when`, `media` …"""


def match(wishes: Sequence[Wish], known: Mapping[str, Known], root: Path) -> list[Match]:
    """By key; a row without an id whose time alone is another is found by its words, when its old self is not in the sheet any more."""
    keys = {wish.key for wish in wishes}
    left = {(one.content, _whose(one.said.get("accounts"))): one for key, one in known.items() if key not in keys}
    found: list[Match] = []
    for wish in wishes:
        before = known.get(wish.key)
        if before is None and not wish.name:
            before = left.pop((content_of(wish), _whose(wish.accounts)), None)
        found.append(Match(wish, before, _changed(wish, before, root)))
    return found


def gone(wishes: Sequence[Wish], known: Mapping[str, Known], matches: Sequence[Match], file: str) -> list[Known]:
    """Rows of a sheet of this name that are not in it any more: nothing is done about them, and it is said."""
    keys = {wish.key for wish in wishes} | {one.known.key for one in matches if one.known is not None}
    return sorted((one for key, one in known.items() if one.file == file and key not in keys), key=lambda one: one.row)


def _whose(accounts: object) -> tuple[str, ...]:
    return tuple(sorted(str(name) for name in accounts)) if isinstance(accounts, list | tuple) else ()


def _changed(wish: Wish, before: Known | None, root: Path) -> frozenset[str]:
    if before is None:
        return frozenset()
    now = wish.said(root)
    return frozenset(name for name, value in now.items() if value != before.said.get(name))
