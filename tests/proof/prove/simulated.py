"""Layer A: simulated histories on all cores; some on stand-ins that double whatever is sent twice, some with nothing but lost answers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import count, islice
from multiprocessing import get_context
from typing import Literal

from tests.proof.prove.layer import Progress, Section
from tests.proof.simulator.play import play
from tests.proof.simulator.report import Report
from tests.proof.simulator.told import Told

Mode = Literal["trouble", "jumpy", "pessimistic", "price"]
SHARES: dict[Mode, float] = {"trouble": 0.75, "jumpy": 0.05, "pessimistic": 0.1, "price": 0.1}
"""Of all histories."""
LOSS = 0.005
"""Share of answers that are lost where only the price in questions is asked."""
CHUNK = 25
CHUNKS_A_PROCESS = 80


def played(seed: int, mode: Mode = "trouble") -> Told:
    """One history of a mode."""
    return play(seed, pessimistic=mode == "pessimistic", plain_loss=LOSS if mode == "price" else None, jumpy=mode == "jumpy")


def problems_of(seed: int, mode: Mode = "trouble") -> list[str]:
    """What is wrong at the end of this history."""
    return played(seed, mode).problems


def replay(seed: int, mode: Mode = "trouble") -> tuple[list[str], list[str]]:
    """One history again: everything that happened, and what is wrong at its end."""
    told = played(seed, mode)
    return told.log, told.problems


def chunk(mode: Mode, first: int, number: int) -> str:
    """Some histories, in a process of their own."""
    report = Report()
    for seed in range(first, first + number):
        report.add(played(seed, mode))
    return report.as_json()


@dataclass(frozen=True, slots=True)
class Simulated:
    """The layer."""

    histories: int
    first_seed: int = 0
    jobs: int = 2

    def run(self, progress: Progress) -> Section:
        """Seeds from `first_seed` on."""
        begun = time.monotonic()
        progress.begin("histories", self.histories)
        reports: dict[Mode, Report] = {mode: Report() for mode in SHARES}
        orders = self._orders()
        while some := list(islice(orders, CHUNKS_A_PROCESS * self.jobs)):  # then new processes: the old ones have grown
            with ProcessPoolExecutor(self.jobs, mp_context=get_context("spawn")) as pool:
                running = {pool.submit(chunk, *order): order[0] for order in some}
                for future in as_completed(running):
                    reports[running[future]].merge(Report.from_json(future.result()))
                    wrong = sum(len(report.failures) for report in reports.values())
                    progress.step(sum(report.histories for report in reports.values()), f"{wrong} broken" if wrong else "")
        return _section(reports, time.monotonic() - begun)

    def _orders(self) -> Iterator[tuple[Mode, int, int]]:
        for mode, share in SHARES.items():
            left, seeds = round(self.histories * share), count(self.first_seed, CHUNK)
            while left > 0:
                yield mode, next(seeds), min(CHUNK, left)
                left -= CHUNK


def _section(reports: dict[Mode, Report], seconds: float) -> Section:
    trouble, jumpy, doubting, price = (reports[mode] for mode in SHARES)
    section = Section("Simulated (layer A)", trouble.page().splitlines(), seconds=seconds)
    section.lines += [
        f"jumping     {jumpy.histories:,} more, in which the clock of one computer is set while another one works: {_broken(jumpy)}",
        (
            f"doubting    on stand-ins that publish a handle or key every time it is used: {doubting.histories:,} histories,"
            f" {doubting.public:,} public, {_broken(doubting)}"
        ),
        *(f"remainder   {number} × {cause}" for cause, number in doubting.remainder.most_common()),
        f"price       questions with {LOSS:.1%} of answers lost, in {price.histories:,} histories: {_price(price)}",
    ]
    for mode, report in reports.items():
        section.faults += [f"{mode}: {problem}" for problem in report.problems]
        section.counts["histories"] += report.histories
        section.broken += Counter(lost=report.lost, unapproved=report.unapproved, other=len(report.failures))
    section.broken += Counter(doubled=trouble.doubled + jumpy.doubled + price.doubled)
    return section


def _broken(report: Report) -> str:
    return f"{report.doubled} doubled, {report.lost} lost, {report.unapproved} unapproved"


def _price(report: Report) -> str:
    asks = report.asks()
    return ", ".join(f"{cls} {asks.get(cls, 0)} of {number:,}" for cls, number in sorted(report.deliveries.items()))
