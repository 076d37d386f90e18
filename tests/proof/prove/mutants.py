"""Layer F: does the proof notice when the program is broken? Mutants with a name, and mutants made by a machine."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

from tests.proof.prove.copies import broken_copy, run_in
from tests.proof.prove.layer import Progress, Section, in_words
from tests.proof.prove.named import MUTANTS, Mutant
from tests.proof.prove.survivors import reason
from tests.sandbox_process import ROOT

SECONDS = 400.0
"""One layer's time for one mutant."""
HUNT = "tests.proof.prove.hunt"
WANTED = 0.95
"""Share of machine-made mutants that must be noticed."""
UNITS = {"simulator": "histories", "power": "torn stores", "order": "traced runs", "tampered": "runs", "late": "runs"}


@dataclass(frozen=True, slots=True)
class Hunted:
    """What became of one mutant."""

    mutant: Mutant
    layer: str
    """Which noticed it; empty: none."""
    cases: int
    what: str
    seconds: float
    skipped: str = ""
    """Why nothing was tried."""

    def line(self) -> str:
        """As the page has it."""
        if self.skipped:
            return f"{self.mutant.name}: not tried: {self.skipped}"
        if not self.layer:
            return f"{self.mutant.name}: NOT CAUGHT in {self.cases:,} cases. {self.what}"
        layer = self.layer.partition(",")[0]
        return f"{self.mutant.name}: {layer}, after {self.cases:,} {UNITS.get(layer, 'chains')} ({self.what[:90]})"


def hunt(mutant: Mutant) -> Hunted:
    """Ask its layers, one after the other."""
    begun, cases, what = time.monotonic(), 0, ""
    for layer, most in mutant.layers:
        verdict = _asked(mutant, layer, most)
        cases, what = cases + verdict["cases"], verdict["what"]
        if verdict["caught"]:
            return Hunted(mutant, layer, cases, what, time.monotonic() - begun)
    return Hunted(mutant, "", cases, what, time.monotonic() - begun, skipped="" if cases else what)


def _asked(mutant: Mutant, layer: str, most: int) -> Any:
    """One layer's verdict. A case in which the unbroken program is wrong or stuck, too, says nothing about the mutant."""
    with broken_copy(mutant.edits) as root:
        first, cases, doubtful = 0, 0, ""
        while first < most:
            verdict = run_in(root, HUNT, layer, str(most), str(first), seconds=SECONDS)
            if verdict.get("program", str(root)) != str(root):
                raise AssertionError(f"the wrong program was tried: {verdict['program']}")
            cases += verdict["cases"]
            if not verdict["caught"] or _unbroken_passes(layer, verdict["case"]):
                return {**verdict, "cases": cases}
            first, doubtful = verdict["case"] + 1, f"the unbroken program does not pass that case: {verdict['what']}"
        return {"caught": False, "cases": cases, "what": doubtful}


def _unbroken_passes(layer: str, case: int) -> bool:
    verdict = run_in(ROOT, HUNT, layer, str(case + 1), str(case), seconds=SECONDS)
    return not verdict["caught"] and verdict["cases"] > 0


@dataclass(frozen=True, slots=True)
class Named:
    """The layer of mutants with a name."""

    mutants: Sequence[Mutant] = MUTANTS
    jobs: int = 2

    def run(self, progress: Progress) -> Section:
        """All of them, some at a time."""
        begun, section, found = time.monotonic(), Section("Mutants with a name (layer F)"), dict[str, Hunted]()
        progress.begin("mutants", len(self.mutants))
        with ThreadPoolExecutor(self.jobs) as pool:
            for future in as_completed([pool.submit(hunt, mutant) for mutant in self.mutants]):
                hunted = future.result()
                found[hunted.mutant.name] = hunted
                progress.step(len(found), hunted.mutant.name)
        listed = [found[mutant.name] for mutant in self.mutants]
        section.lines = [hunted.line() for hunted in listed]
        section.faults = [hunted.line() for hunted in listed if not hunted.layer and not hunted.skipped]
        section.counts = Counter(mutants=sum(not hunted.skipped for hunted in listed), caught=sum(bool(hunted.layer) for hunted in listed))
        section.seconds = time.monotonic() - begun
        return section


@dataclass(frozen=True, slots=True)
class MachineMade:
    """The layer of mutants that nobody thought of, of the rules that decide: lifecycle, gate, digest."""

    jobs: int = 2
    only: str = ""

    def run(self, progress: Progress) -> Section:
        """Each against the tests of its file, then against the simulator."""
        begun = time.monotonic()
        progress.begin("machine-made", 1)
        told = list(_tried(self.jobs, self.only, progress))
        section = Section("Mutants made by a machine (layer F)", seconds=time.monotonic() - begun)
        caught = Counter(one["caught"] for one in told if one["caught"])
        survived = [one["name"] for one in told if not one["caught"]]
        share = caught.total() / max(len(told), 1)
        section.lines = [f"{caught.total():,} of {len(told):,} caught ({share:.1%}): {in_words(caught)}", *_by_file(told)]
        section.lines += [f"equivalent: {name} – {reason(name)}" for name in survived if reason(name)]
        section.lines += [f"survived: {name}" for name in survived if not reason(name)]
        section.counts = Counter({"machine-made": len(told), "machine-made caught": caught.total()})
        if share < WANTED:
            section.faults.append(f"only {share:.1%} of the machine-made mutants were noticed")
        return section


def _by_file(told: Sequence[dict[str, str]]) -> list[str]:
    made, caught = Counter(one["target"] for one in told), Counter(one["target"] for one in told if one["caught"])
    return [f"{file}: {caught[file]} of {number}" for file, number in made.items()]


def _tried(jobs: int, only: str, progress: Progress) -> list[dict[str, str]]:
    told: list[dict[str, str]] = []
    command = [sys.executable, "-m", "tests.proof.prove.trying", str(jobs), only]
    with (
        tempfile.TemporaryFile("w+") as noise,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=noise, text=True) as child,
    ):
        assert child.stdout is not None
        total = int(child.stdout.readline() or "0")
        progress.begin("machine-made", total)
        for line in child.stdout:
            told.append(json.loads(line))
            progress.step(len(told))
        noise.seek(0)
        if child.wait() != 0 or len(told) != total:
            raise AssertionError(f"the machine-made mutants were not all tried: {noise.read()[-1_000:]}")
    return told
