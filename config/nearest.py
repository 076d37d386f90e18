"""“Did you mean …?”: the nearest of some names."""

from __future__ import annotations

from collections.abc import Iterable

ALIKE = 0.6
"""How alike two names must be (difflib's ratio) before one is offered for the other."""


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name most like this one, or None."""
    from difflib import get_close_matches  # deferred: only a mistake needs it

    known = {other.casefold(): other for other in sorted(names, reverse=True)}
    found = get_close_matches(name.casefold()[:200], known, n=1, cutoff=ALIKE)
    return known[found[0]] if found else None


def did_you_mean(name: str, names: Iterable[str], what: str) -> tuple[str, ...]:
    """Hints for a name that is not known: the nearest match, then what there is."""
    there = list(names)
    near = nearest(name, there)
    listed = ", ".join(there[:12]) + (", …" if len(there) > 12 else "") if there else "none"
    return ((f"did you mean '{near}'?",) if near else ()) + (f"{what}: {listed}",)
