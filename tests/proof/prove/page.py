"""The one page: what was tried, what it came to, how long it took."""

from __future__ import annotations

import os
import platform
import sqlite3
import textwrap
from collections import Counter
from collections.abc import Sequence

from tests.proof.prove.layer import BROKEN, Section

WIDTH = 118
FAULTS_SHOWN = 8


def page(sections: Sequence[Section], seconds: float) -> str:
    """Everything as text."""
    return "\n".join([*_head(sections, seconds), *(line for section in sections for line in _section(section)), "", _verdict(sections)])


def all_hold(sections: Sequence[Section]) -> bool:
    """Nothing doubled, lost, unapproved or otherwise wrong, and every mutant was noticed."""
    return all(section.ok for section in sections)


def _head(sections: Sequence[Section], seconds: float) -> list[str]:
    counts: Counter[str] = sum((section.counts for section in sections), Counter())
    broken: Counter[str] = sum((section.broken for section in sections), Counter())
    tried = [
        f"{counts['histories']:,} simulated histories",
        f"{counts['kills']:,} SIGKILLs in {counts['chains']:,} chains",
        f"{counts['torn']:,} torn logs",
        f"{counts['traced']:,} traced requests",
    ]
    mutants = f"{counts['caught']} of {counts['mutants']} with a name"
    if counts["machine-made"]:
        mutants += f", {counts['machine-made caught']:,} of {counts['machine-made']:,} made by a machine"
    where = f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.system()}"
    return [
        "Every approved post exactly once: the proof",
        "═" * WIDTH,
        f"{'tried':<12} {', '.join(tried)}",
        f"{'broken':<12} {', '.join(f'{broken[kind]} {kind}' for kind in (*BROKEN, 'other'))}",
        f"{'mutants':<12} {mutants} caught",
        f"{'time':<12} {_time(seconds)} on {where}",
    ]


def _section(section: Section) -> list[str]:
    head = f"── {section.title}, {_time(section.seconds)} "
    if section.skipped:
        return ["", head.ljust(WIDTH, "─"), f"  not tried: {section.skipped}"]
    faults = [f"BROKEN {fault}" for fault in section.faults[:FAULTS_SHOWN]]
    if len(section.faults) > FAULTS_SHOWN:
        faults.append(f"… and {len(section.faults) - FAULTS_SHOWN} more")
    wrapped = [part for line in [*section.lines, *faults] for part in _wrapped(line)]
    return ["", head.ljust(WIDTH, "─"), *wrapped]


def _wrapped(text: str) -> list[str]:
    return [part for line in text.splitlines() for part in textwrap.wrap(line, WIDTH - 2, initial_indent="  ", subsequent_indent="      ")]


def _verdict(sections: Sequence[Section]) -> str:
    if all_hold(sections):
        skipped = [section.title for section in sections if section.skipped]
        return "The promise holds." + (f" Not tried here: {', '.join(skipped)}." if skipped else "")
    return "THE PROMISE IS BROKEN: see above. A simulated history is played again with its log by ./run prove --seed N --mode M"


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.1f} min"
