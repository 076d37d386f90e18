"""`./run prove`: run every layer, print one page. Exit 0 only when nothing is doubled, lost or unapproved and every mutant is caught."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Sequence

from tests.proof.prove import simulated
from tests.proof.prove.chains import Chains
from tests.proof.prove.layer import Budget, Layer, Section
from tests.proof.prove.mutants import MachineMade, Named
from tests.proof.prove.order import Ordered
from tests.proof.prove.page import all_hold, page
from tests.proof.prove.progress import Bar
from tests.proof.prove.torn import Torn

LAYERS = ("simulator", "kills", "power", "mutants", "machine")


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code."""
    asked = _parser().parse_args(arguments)
    logging.disable(logging.CRITICAL)
    if asked.seed is not None:
        return _replay(asked.seed, asked.mode)
    bar, begun, sections = Bar(), time.monotonic(), list[Section]()
    for layer in _layers(asked):
        sections.append(layer.run(bar))
    bar.end()
    print(page(sections, time.monotonic() - begun))
    return 0 if all_hold(sections) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run prove", description="Try to break the promise in every way we know.")
    parser.add_argument("--seeds", type=int, metavar="N", help="so many simulated histories (20,000; with --long 50,000)")
    parser.add_argument("--from", type=int, default=0, metavar="S", dest="first", help="begin with this seed")
    parser.add_argument("--seed", type=int, metavar="S", help="play one simulated history again and print its log")
    parser.add_argument("--mode", choices=simulated.SHARES, default="trouble", help="of that history: as the page names it before the seed")
    parser.add_argument("--kills", type=int, metavar="N", help="so many SIGKILLs (500; with --long 1,000)")
    parser.add_argument("--torn", type=int, metavar="N", help="so many torn logs (400)")
    parser.add_argument("--long", action="store_true", help="the large budget, and mutants made by a machine")
    parser.add_argument("--only", choices=LAYERS, action="append", help="not all layers")
    return parser


def _budget(asked: argparse.Namespace) -> Budget:
    usual = Budget(histories=50_000, kills=1_000, machine_made=True) if asked.long else Budget()
    machine_made = usual.machine_made or "machine" in (asked.only or ())
    return Budget(asked.seeds or usual.histories, asked.kills or usual.kills, asked.torn or usual.torn, machine_made)


def _layers(asked: argparse.Namespace) -> list[Layer]:
    budget, only = _budget(asked), asked.only or LAYERS
    layers: list[tuple[str, Layer]] = [
        ("simulator", simulated.Simulated(budget.histories, asked.first, budget.jobs)),
        ("kills", Chains(budget.kills, asked.first)),
        ("power", Torn(budget.torn, asked.first)),
        ("power", Ordered()),
        ("mutants", Named(jobs=budget.jobs)),
    ]
    if budget.machine_made:
        layers.append(("machine", MachineMade(budget.jobs)))
    return [layer for name, layer in layers if name in only]


def _replay(seed: int, mode: simulated.Mode) -> int:
    log, problems = simulated.replay(seed, mode)
    print("\n".join([*log, "", *(problems or ["Nothing is wrong at its end."])]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
