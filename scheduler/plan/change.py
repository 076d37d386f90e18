"""One line of a plan, as compared and as shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a plan."""

    sign: Literal["+", "~", ">", "-", "?", ".", "!"]
    key: str
    when: str
    """“Mon 30 Nov 12:15 CET”."""
    words: str
    diff: tuple[str, ...] = ()
    loses_approval: bool = False
