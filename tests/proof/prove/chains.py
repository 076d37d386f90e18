"""Layer B: chains of one to four SIGKILLs at failpoints drawn by lot, in recovery too, over all platforms and kinds of servers."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from scheduler import failpoints
from tests.proof.histories import LIST_SPEED, RECOVERY_SPEED, History, Setting, next_kill
from tests.proof.lanes import Lane, Tally, open_lanes
from tests.proof.prove.layer import Progress, Section, in_words, kinds_of
from tests.proof.world import until

PREFIXES = ("bluesky", "mastodon", "instagram", "gotosocial")
SERVERS: dict[str, tuple[str, str]] = {
    "plain": ("", ""),
    "dropped": ("drop", "after"),
    "html after": ("html200", "after"),
    "html before": ("html200", "before"),
    "500 after": ("500", "after"),
    "500 before": ("500", "before"),
    "truncated": ("truncate", "after"),
    "late": ("late", "before"),
}
"""What becomes of the first commit: all is well; or it is done, or not, and the answer is none; or it is done only after a while."""
LATE_SECONDS = 1.0
"""Of the real clock: longer than the settle time of what settles soonest, so that only its own key saves it."""
MOST_KILLS = 4
LONGEST_LIFE = 110
"""A straight run passes about so many failpoints."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What a seed says: where it happens and how often the service dies."""

    prefix: str
    server: str
    kills: int

    @property
    def name(self) -> str:
        return f"{self.prefix} {self.server}"


def fate(seed: int) -> Fate:
    """The same for the same seed on every computer."""
    chance = random.Random(f"chain {seed}")
    return Fate(chance.choice(PREFIXES), chance.choice(list(SERVERS)), chance.randint(1, MOST_KILLS))


def play(lane: Lane, seed: int) -> Tally:
    """One chain, and what is wrong at its end."""
    told, chance = fate(seed), random.Random(f"kills {seed}")
    setting = Setting(told.prefix, "plain")
    history = History(f"seed {seed}, {told.name}", setting.world(lane))
    kind, point = SERVERS[told.server]
    if kind:
        lane.sandbox.fault(told.prefix, "commit", kind, point, seconds=LATE_SECONDS)
    for nth in range(told.kills):
        if nth == 1:
            history.world.hurry(RECOVERY_SPEED)
        if not history.dies_at(_somewhere(history, chance, nth)):
            break
    history.world.hurry(RECOVERY_SPEED if setting.proves_absence else LIST_SPEED)
    history.run_to_rest()
    if kind == "late":
        latest = time.monotonic() + LATE_SECONDS
        until(lambda: time.monotonic() > latest, "what is late to arrive")
    return history.judge()


def _somewhere(history: History, chance: random.Random, nth: int) -> str:
    """A failpoint that this life is likely to pass."""
    dice = chance.random()
    if dice < 0.4:
        return f"*:{chance.randint(1, LONGEST_LIFE if nth == 0 else LONGEST_LIFE // 2)}"
    if dice < 0.7 and nth:
        return next_kill(history, chance.randrange(1_000))
    return f"{'|'.join(sorted(chance.sample(sorted(failpoints.NAMES), 8)))}:{chance.randint(1, 2)}"


@dataclass(slots=True)
class _Total:
    """What all lanes did so far."""

    kills: int
    progress: Progress
    tally: Tally = field(default_factory=Tally)
    fates: Counter[str] = field(default_factory=Counter)
    lengths: Counter[int] = field(default_factory=Counter)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def add(self, seed: int, tally: Tally) -> None:
        with self.guard:
            self.tally.add(tally)
            self.fates[fate(seed).name] += 1
            self.lengths[tally.kills.total()] += 1
            self.progress.step(min(self.tally.kills.total(), self.kills), f"{self.fates.total()} chains")

    @property
    def done(self) -> bool:
        return self.tally.kills.total() >= self.kills


@dataclass(frozen=True, slots=True)
class Chains:
    """The layer."""

    kills: int
    first_seed: int = 0

    def run(self, progress: Progress) -> Section:
        """Chains until so many services were killed."""
        begun = time.monotonic()
        progress.begin("kills", self.kills)
        total = _Total(self.kills, progress)
        seeds = count(self.first_seed)
        with tempfile.TemporaryDirectory(prefix="daypart-chains-") as folder, open_lanes(Path(folder)) as lanes:
            run_all(lanes, lambda lane: _until_enough(lane, seeds, total))
        return _section(total, time.monotonic() - begun)


def run_all(lanes: Sequence[Lane], work: Callable[[Lane], None]) -> None:
    """The same work on each lane at the same time."""
    with ThreadPoolExecutor(len(lanes)) as pool:
        for future in [pool.submit(work, lane) for lane in lanes]:
            future.result()


def _until_enough(lane: Lane, seeds: count[int], total: _Total) -> None:
    while not total.done:
        with total.guard:
            seed = next(seeds)
        total.add(seed, guarded(lane, seed))


def guarded(lane: Lane, seed: int) -> Tally:
    """One chain; one that never ends is a fault."""
    try:
        return play(lane, seed)
    except AssertionError as error:
        return Tally(faults=[f"stuck: chain {seed}: {error}"])


def _section(total: _Total, seconds: float) -> Section:
    kills, chains = total.tally.kills, total.fates.total()
    lengths = ", ".join(f"{number} of {length}" for length, number in sorted(total.lengths.items()))
    never = sorted(failpoints.NAMES - kills.keys())
    lines = [
        f"{kills.total():,} SIGKILLs in {chains:,} chains ({lengths} kills), each at one of {len(kills)} failpoints",
        f"platforms and servers: {in_words(total.fates)}",
        f"most often killed at: {in_words(kills, 8)}",
        f"not killed at here ({len(never)}; tests/proof/test_kills.py does): {', '.join(never) or 'none'}",
    ]
    counts = Counter(kills=kills.total(), chains=chains)
    return Section("Killed (layer B)", lines, total.tally.faults, kinds_of(total.tally.faults), counts, seconds=seconds)
