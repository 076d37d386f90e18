"""One thing that `doctor` looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Good or not, in words; where it is not good, what to do."""

    ok: bool
    what: str
    fix: str = ""
