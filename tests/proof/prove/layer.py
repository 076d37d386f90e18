"""What all layers of the proof have in common: a name, a run that tells how far it is, and a section of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

BROKEN = ("doubled", "lost", "unapproved")
"""What must never happen; every other defect is counted as `other`."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much is tried."""

    histories: int = 20_000
    kills: int = 500
    torn: int = 400
    machine_made: bool = False
    """Also mutants that no person thought of."""
    jobs: int = 2


@dataclass(slots=True)
class Section:
    """One layer's part of the page."""

    title: str
    lines: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """Everything that is not as promised, in words."""
    broken: Counter[str] = field(default_factory=Counter)
    """How often each kind of BROKEN, and `other`."""
    counts: Counter[str] = field(default_factory=Counter)
    """For the head of the page: histories, kills, torn stores, mutants and how many of them were caught."""
    skipped: str = ""
    """Why nothing was tried, where something stood in the way."""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Nothing was found."""
        return not self.faults and not self.broken.total()


class Progress(Protocol):
    """Told how far a layer is."""

    def begin(self, title: str, total: int) -> None:
        """A layer starts."""

    def step(self, done: int, note: str = "") -> None:
        """So many of its cases are over now."""


class Layer(Protocol):
    """One way to try to break the promise."""

    def run(self, progress: Progress) -> Section:
        """Try everything and tell what came of it."""


def kinds_of(faults: Iterable[str]) -> Counter[str]:
    """Faults by the kind they begin with."""
    return Counter(kind if (kind := fault.partition(":")[0]) in BROKEN else "other" for fault in faults)


def in_words(counts: Counter[str], most: int = 0) -> str:
    """`this 12, that 3`, the most frequent first; with `most` the rest is summed up."""
    listed = counts.most_common(most or None)
    words = [f"{name} {number:,}" for name, number in listed]
    rest = counts.total() - sum(number for _, number in listed)
    return ", ".join([*words, f"others {rest:,}"] if rest else words) or "none"
