"""Many histories added up: what held, what was covered and how often, and the lines of the page that say so."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from scheduler.lifecycle import TRANSITIONS
from tests.proof.simulator.faults import KINDS
from tests.proof.simulator.told import Told

PROBLEMS_KEPT = 50
LOG_KEPT = 3


class Failure(TypedDict):
    """A history that broke something."""

    seed: int
    problems: list[str]
    log: list[str]


@dataclass(slots=True)
class Report:
    """A sum of histories; sums can be added, also over processes."""

    histories: int = 0
    public: int = 0
    doubled: int = 0
    lost: int = 0
    unapproved: int = 0
    failures: list[Failure] = field(default_factory=list)
    nodes: Counter[str] = field(default_factory=Counter)
    deliveries: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    coverage: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    hurts: Counter[str] = field(default_factory=Counter)
    remainder: Counter[str] = field(default_factory=Counter)

    def add(self, told: Told) -> None:
        """One history more."""
        self.histories += 1
        self.public += told.public
        self.doubled += told.doubled
        self.lost += told.lost
        self.unapproved += told.unapproved
        self.nodes[str(told.nodes)] += 1
        for name in ("deliveries", "ends", "coverage", "faults", "hurts", "remainder"):
            getattr(self, name).update(getattr(told, name))
        if told.problems and len(self.failures) < PROBLEMS_KEPT:
            log = told.log if len(self.failures) < LOG_KEPT else []
            self.failures.append({"seed": told.seed, "problems": list(told.problems), "log": list(log)})

    def merge(self, other: Report) -> None:
        """All histories of another sum more."""
        for name in ("histories", "public", "doubled", "lost", "unapproved"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("nodes", "deliveries", "ends", "coverage", "faults", "hurts", "remainder"):
            getattr(self, name).update(getattr(other, name))
        self.failures = (self.failures + other.failures)[:PROBLEMS_KEPT]

    @property
    def problems(self) -> list[str]:
        """What broke, with the seed that shows it."""
        return [f"seed {failure['seed']}: {problem}" for failure in self.failures for problem in failure["problems"]]

    # ── over processes ──

    def as_json(self) -> str:
        """Everything as one line."""
        return json.dumps({name: getattr(self, name) for name in self.__slots__}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Report:
        """The same sum again."""
        told = json.loads(text)
        counters = {name: Counter(value) for name, value in told.items() if isinstance(value, dict)}
        return cls(**(told | counters))

    # ── the page ──

    def asks(self) -> dict[str, int]:
        """By class: how many approved deliveries ended with a question."""
        found: Counter[str] = Counter()
        for end, count in self.ends.items():
            cls, state = end.split(" ")[:2]
            found[cls] += count if state == "ask" else 0
        return dict(found)

    def by_transition(self) -> dict[int, Counter[str]]:
        """How often each transition was taken after which fault."""
        found = {t.number: Counter[str]() for t in TRANSITIONS}
        for place, count in self.coverage.items():
            number, fault, _ = place.split("|")
            found.setdefault(int(number), Counter())[fault] += count
        return found

    def never(self) -> list[str]:
        """Transitions never taken and faults never met."""
        quiet = [f"transition {number}" for number, found in self.by_transition().items() if not found]
        return quiet + [f"fault {kind}" for kind in KINDS if not self.faults[kind]]

    def page(self) -> str:
        """Lines for people."""
        return "\n".join([*self._sums(), *self._price(), *self._transitions(), *self._troubles(), *self._failed()])

    def _sums(self) -> list[str]:
        nodes = ", ".join(f"{self.nodes[n]} with {n}" for n in sorted(self.nodes))
        total = sum(self.deliveries.values())
        return [
            f"histories   {self.histories:,} (nodes: {nodes}); {total:,} approved deliveries, {self.public:,} became public",
            f"duplicates  {self.doubled - sum(self._doubles_with_cause())}   lost {self.lost}   unapproved {self.unapproved}",
            *(f"remainder   {count} × {cause}" for cause, count in _by_count(self.remainder)),
        ]

    def _doubles_with_cause(self) -> list[int]:
        return [count for cause, count in self.remainder.items() if cause.partition(":")[0] in ("handle", "key", "list", "none")]

    def _price(self) -> list[str]:
        asks = self.asks()
        shares = (f"{cls} {asks.get(cls, 0)} of {count:,}" for cls, count in sorted(self.deliveries.items()))
        return [f"questions   {', '.join(shares)}"]

    def _transitions(self) -> list[str]:
        lines = []
        for number, found in sorted(self.by_transition().items()):
            after = ", ".join(f"{fault} {count:,}" for fault, count in _by_count(found)[:6] if fault != "-")
            lines.append(
                f"transition  {number:>2} taken {sum(found.values()):>9,} times after {len(found)} kinds{': ' + after if after else ''}"
            )
        places = {tuple(place.split("|")) for place in self.coverage}
        return [*lines, f"met         {len(places):,} combinations of transition, fault and place of crash or freeze"]

    def _troubles(self) -> list[str]:
        return [
            f"faults      {_counts(self.faults)}",
            f"hurt        {sum(self.hurts.values()):,} crashes and freezes at {len({h.partition(' at ')[2] for h in self.hurts})} places",
            *([f"not met     {', '.join(self.never())}"] if self.never() else []),
        ]

    def _failed(self) -> list[str]:
        if not self.failures:
            return []
        again = f"again: python -m tests.proof.simulator --seed {self.failures[0]['seed']}"
        return [*(f"BROKEN      {problem}" for problem in self.problems[:20]), again]


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in _by_count(counts))


def _by_count(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
