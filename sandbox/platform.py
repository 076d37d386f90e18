"""What the server needs of every stand-in, and what every stand-in shares."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sandbox.clock import Clock
from sandbox.faults import Fault, FaultKind
from sandbox.figures import Counts, Figures
from sandbox.ledger import Ledger
from sandbox.wire import Fields, Reply, Request, Route

WRONG = "wrong"
"""The one secret nobody accepts."""
EXPIRED = "expired"
"""The secret that is always out of date."""


@dataclass(frozen=True, slots=True)
class World:
    """What all stand-ins of one sandbox share."""

    clock: Clock
    ledger: Ledger
    seed: int
    origin: str
    """`http://127.0.0.1:PORT`."""
    figures: Figures = field(default_factory=Figures)

    def counts(self, platform: str, post: str) -> Counts:
        """What readers did with a post so far."""
        return self.figures.of(self.ledger, platform, post, seed=self.seed, now=self.clock.now())


class BadSetting(ValueError):
    """A setting that does not exist or cannot be."""


class Platform(Protocol):
    """One stand-in."""

    name: str
    aliases: Mapping[str, tuple[str, ...]]
    """Generic call names and which of its calls they mean."""

    def route(self, request: Request) -> Route | None:
        """Which call this is; None: no such address."""

    def names_of(self, request: Request) -> Collection[str]:
        """Handle and id of the account a call is made for; nothing where it is made for nobody."""

    def failure(self, kind: FaultKind, seconds: float) -> Reply:
        """Its own envelope for `500`, `429`, `401` and the refusals."""

    async def misbehave(self, request: Request, route: Route, fault: Fault) -> Reply:
        """Answer as if the token, or the handle, had run out; a model also in its own bad ways."""

    def settings(self, order: Fields) -> None:
        """Change how it behaves. Raises BadSetting."""

    def reset(self) -> None:
        """Forget everybody and everything."""


def number_from(seed: int, *words: str, digits: int = 17) -> str:
    """A stable, id-like number for these words."""
    value = int(hashlib.sha256(f"{seed}|{'|'.join(words)}".encode()).hexdigest(), 16)
    return str(10 ** (digits - 1) + value % (9 * 10 ** (digits - 1)))
