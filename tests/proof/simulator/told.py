"""What one history leaves behind: its problems, its log, and what it covered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Told:
    """One history in figures."""

    seed: int
    problems: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    """Everything that happened, in order, with the second."""
    nodes: int = 1
    deliveries: Counter[str] = field(default_factory=Counter)
    """Approved deliveries by class."""
    ends: Counter[str] = field(default_factory=Counter)
    """`class state`, or `class ask code`."""
    coverage: Counter[str] = field(default_factory=Counter)
    """`number|fault|crash point`."""
    faults: Counter[str] = field(default_factory=Counter)
    hurts: Counter[str] = field(default_factory=Counter)
    """`crash at NAME` and the like."""
    public: int = 0
    doubled: int = 0
    lost: int = 0
    unapproved: int = 0
    remainder: Counter[str] = field(default_factory=Counter)
    """Doubles with a cause that the promise names."""
