"""`python -m tests.proof.simulator --seeds N [--seed S] [--jobs J]`: play histories, print one page; a broken one prints its log."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor

from tests.proof.simulator.play import play
from tests.proof.simulator.report import Report

BLOCK = 100


def several(seeds: Iterable[int], pessimistic: bool = False, plain_loss: float | None = None) -> str:
    """The sum of some histories, as JSON: what a child process hands back."""
    report = Report()
    for seed in seeds:
        report.add(play(seed, pessimistic=pessimistic, plain_loss=plain_loss))
    return report.as_json()


def many(first: int, count: int, jobs: int, *, pessimistic: bool = False, plain_loss: float | None = None) -> Report:
    """The sum of all histories from seed `first` on, played by several processes."""
    report = Report()
    blocks = [range(start, min(start + BLOCK, first + count)) for start in range(first, first + count, BLOCK)]
    if jobs == 1:
        for block in blocks:
            report.merge(Report.from_json(several(block, pessimistic, plain_loss)))
        return report
    with ProcessPoolExecutor(jobs) as pool:
        for text in pool.map(several, blocks, [pessimistic] * len(blocks), [plain_loss] * len(blocks)):
            report.merge(Report.from_json(text))
    return report


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proof.simulator", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="how many histories")
    parser.add_argument("--seed", type=int, default=0, help="the first one")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--pessimistic", action="store_true", help="a second publish of a handle or key doubles")
    parser.add_argument("--loss", type=float, default=None, help="no trouble but this share of lost answers: the price in questions")
    asked = parser.parse_args(arguments)
    report = many(asked.seed, asked.seeds, asked.jobs, pessimistic=asked.pessimistic, plain_loss=asked.loss)
    if asked.seeds == 1:
        print("\n".join(play(asked.seed, pessimistic=asked.pessimistic, plain_loss=asked.loss).log))
    else:
        for failure in report.failures[:1]:
            print(f"seed {failure['seed']}\n" + "\n".join(failure["log"]))
    print(report.page())
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
