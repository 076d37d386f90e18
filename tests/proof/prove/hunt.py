"""Looks for the first case in which this copy of the program breaks the promise: `… hunt LAYER MOST [FIRST]`.

From FIRST on, and MOST is where it ends: `… hunt simulator 62 61` is one case again, to see what the unbroken program does there.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from itertools import count, islice
from pathlib import Path

import scheduler
from tests.proof import odd_ways, oracle
from tests.proof.histories import EARLY, RECOVERY_SPEED, History, Setting
from tests.proof.lanes import Lane, open_lanes
from tests.proof.prove import chains, order, simulated, torn
from tests.proof.prove.progress import Silent
from tests.proof.prove.resting import in_order
from tests.proof.world import DUE, Service, prepared, until

LATE_SECONDS = 2.5
"""Of the real clock: longer than a request may take at that pace."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a layer says about this copy."""

    caught: bool
    cases: int
    """How many were tried; the last one is what it was caught in."""
    what: str
    case: int = 0
    """Number of that one."""
    program: str = str(Path(scheduler.__file__).parent.parent)
    """Which copy it was about."""


def simulator(most: int, first: int = 0, *, mode: simulated.Mode = "trouble") -> Verdict:
    """Seed after seed."""
    for seed in range(first, most):
        problems = simulated.problems_of(seed, mode)
        if problems:
            return Verdict(True, seed + 1 - first, problems[0], seed)
    return Verdict(False, most - first, "")


def kills(most: int, first: int = 0, *, server: str = "") -> Verdict:
    """Chain after chain, several at a time; with `server` only those that meet it."""
    seeds = islice((seed for seed in count() if server in chains.fate(seed).name), first, most)
    return _in_lanes([partial(_chain, seed) for seed in seeds], first)


def _chain(seed: int, lane: Lane) -> list[str]:
    return chains.guarded(lane, seed).faults


def tampered(most: int, first: int = 0) -> Verdict:
    """Somebody writes into the store's files after the approval: what was approved is not what would be sent."""
    return _in_lanes([_with_other_bytes] * (most - first), first)


def _with_other_bytes(lane: Lane) -> list[str]:
    history = History("a file is another", prepared(lane.fresh("other"), lane.sandbox, [odd_ways.PICTURE]))
    history.world.set_pace(DUE - EARLY, RECOVERY_SPEED)
    odd_ways._other_bytes(history.world)
    with Service(history.world):
        until(lambda: in_order(history.world.root), "the end")
    return oracle.faults(history.world, lane.sandbox.ledger(), {odd_ways.PICTURE.key: "draft"})


def late(most: int, first: int = 0) -> Verdict:
    """The first request of Bluesky times out here, and is done there a while later, when it was sent again."""
    return _in_lanes([_arrives_late] * (most - first), first)


def _arrives_late(lane: Lane) -> list[str]:
    history = History("late", Setting("bluesky", "plain").world(lane))
    history.world.set_pace(DUE - EARLY, RECOVERY_SPEED)
    lane.sandbox.fault("bluesky", "commit", "late", "before", seconds=LATE_SECONDS)
    history.run_to_rest()
    latest = time.monotonic() + LATE_SECONDS
    until(lambda: time.monotonic() > latest, "what is late to arrive")
    return history.judge().faults


def power(most: int, first: int = 0) -> Verdict:
    """Torn logs."""
    found = torn.Torn(most).run(Silent())
    return Verdict(not found.ok, most, next(iter(found.faults), ""), most - 1)


def traced(most: int, first: int = 0) -> Verdict:
    """Platform after platform under a tracer."""
    if order.missing():
        return Verdict(False, 0, order.missing())
    for nth, prefix in islice(enumerate(order.COMMITS), first, most):
        found = order.Ordered((prefix,)).run(Silent())
        if not found.ok:
            return Verdict(True, nth + 1 - first, found.faults[0], nth)
    return Verdict(False, most - first, "")


def _in_lanes(cases: Sequence[Callable[[Lane], list[str]]], first: int) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="daypart-hunt-") as folder, open_lanes(Path(folder)) as lanes, ThreadPoolExecutor(4) as pool:
        for begin in range(0, len(cases), len(lanes)):
            batch = cases[begin : begin + len(lanes)]
            for nth, faults in enumerate(pool.map(lambda lane, case: case(lane), lanes, batch), begin):
                if faults:
                    return Verdict(True, nth + 1, faults[0].splitlines()[0], first + nth)
    return Verdict(False, len(cases), "")


LAYERS: dict[str, Callable[..., Verdict]] = {
    "simulator": simulator,
    "simulator, doubting": partial(simulator, mode="pessimistic"),
    "simulator, jumping": partial(simulator, mode="jumpy"),
    "kills": kills,
    **{f"kills, {server}": partial(kills, server=server) for server in ("html",)},
    "tampered": tampered,
    "late": late,
    "power": power,
    "order": traced,
}
"""Every way to look for a mutant."""

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    print(json.dumps(asdict(LAYERS[sys.argv[1]](*map(int, sys.argv[2:])))), flush=True)
