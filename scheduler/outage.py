"""Who is not reached, and since when."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outage:
    """Who is not reached."""

    since: int
    """The first call that went nowhere, UTC microseconds."""
    tried: int
    """The last one."""
    hosts: tuple[str, ...]
    """Servers that do not answer while others do, or may; empty: nobody is reached, this computer has no network."""

    @property
    def is_network(self) -> bool:
        """Nobody at all is reached."""
        return not self.hosts
