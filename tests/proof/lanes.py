"""Several histories at a time, each lane with a sandbox of its own; and what they come to together."""

from __future__ import annotations

import fcntl
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from tests.sandbox_process import Sandbox

PROCESSING = ("mastodon", "gotosocial", "pixelfed", "instagram", "facebook")
"""Stand-ins that take some time for media."""
ASKED = ("doubled", "lost", "unapproved")
"""Kinds of faults the summary names, also when there are none."""


@dataclass(slots=True)
class Lane:
    """Where one history at a time happens."""

    folder: Path
    sandbox: Sandbox
    used: int = 0

    def fresh(self, name: str) -> Path:
        """A folder for the next world, and a sandbox that has forgotten the last one. Media are processed at once there."""
        self.sandbox.reset()
        for prefix in PROCESSING:
            self.sandbox.settings(prefix, image_seconds=0, video_seconds=0)
        self.used += 1
        return self.folder / f"{name}-{self.used}"


@contextmanager
def open_lanes(folder: Path) -> Iterator[list[Lane]]:
    """As many as this computer has work for: much of a history is waiting, and other test processes have lanes too."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    number = max(3, 2 * (os.cpu_count() or 2) // processes)
    lanes = [Lane(folder / f"lane{n}", Sandbox().start()) for n in range(number)]
    try:
        yield lanes
    finally:
        for lane in lanes:
            lane.sandbox.stop()


@dataclass(slots=True)
class Tally:
    """What some histories together came to."""

    kills: Counter[str] = field(default_factory=Counter)
    """By failpoint."""
    reached: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another one in."""
        self.kills += other.kills
        self.reached += other.reached
        self.faults += other.faults

    def as_json(self) -> dict[str, object]:
        """For other test processes."""
        return {"kills": dict(self.kills), "reached": dict(self.reached), "faults": self.faults}

    def words(self) -> str:
        """For the summary."""
        counts = {kind: sum(fault.startswith(f"{kind}:") for fault in self.faults) for kind in ASKED}
        rest = len(self.faults) - sum(counts.values())
        told = ", ".join(f"{number} {kind}" for kind, number in counts.items())
        return f"{self.kills.total()} kills at {len(self.kills)} failpoints, {told}" + (f", {rest} otherwise wrong" if rest else "")


def once(folder: Path, name: str, run: Callable[[], Tally]) -> Tally:
    """The tally of this name: made by whichever test process comes first, read by all others."""
    kept = folder / f"{name}.json"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_text(json.dumps(run().as_json()), "utf-8")
    told = json.loads(kept.read_text("utf-8"))
    return Tally(Counter(told["kills"]), Counter(told["reached"]), told["faults"])


def everywhere(lanes: Sequence[Lane], histories: Sequence[Callable[[Lane], Tally]]) -> Tally:
    """Run all, as many at a time as there are lanes."""
    free: SimpleQueue[Lane] = SimpleQueue()
    for lane in lanes:
        free.put(lane)

    def run(history: Callable[[Lane], Tally]) -> Tally:
        lane = free.get()
        try:
            return history(lane)
        except AssertionError as error:
            return Tally(faults=[f"stuck: {error}"])
        finally:
            free.put(lane)

    total = Tally()
    with ThreadPoolExecutor(len(lanes)) as pool:
        for tally in pool.map(run, histories):
            total.add(tally)
    return total
