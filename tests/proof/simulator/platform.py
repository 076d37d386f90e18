"""Pretend platforms with a ledger of their own: what is public, what each request did, and which tokens are good. Knows nothing of us."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

KEY_LIFE = 3_600.0
"""A server remembers an idempotency key for so many seconds."""
LAG_MOST = 50.0
"""Reading shows it so much later at most; where absence is proof, within the platform's settle time."""
STATUS_LIFE = 240.0
"""After so long some platforms call a container expired, published or not."""


class Shape(StrEnum):
    """How a platform commits: the classes, with handles of both kinds."""

    RECORD = "record"
    """Class handle: our own record key."""
    CONTAINER = "container"
    """Class handle: made by the platform in a safe step."""
    KEY = "key"
    LIST = "list"
    NONE = "none"


CLASSES = {Shape.RECORD: "handle", Shape.CONTAINER: "handle", Shape.KEY: "key", Shape.LIST: "list", Shape.NONE: "none"}


@dataclass(slots=True)
class Entry:
    """One thing that is public."""

    id: str
    key: str
    """Delivery it belongs to; empty: somebody else made it."""
    handle: str
    text: str
    reply_to: str | None
    at: float
    """True seconds."""
    request: Request | None = None
    edited: bool = False


@dataclass(slots=True)
class Request:
    """One commit that left a computer."""

    key: str
    handle: str
    text: str
    reply_to: str | None
    intended: float
    """True seconds at which its intent was written: every guard held then."""
    checked: float
    """True seconds at which the process last made sure that it had not stood still."""
    left: float
    fault: str = ""
    done: float | None = None
    """When the platform executed it; None: never, or not yet."""
    pending: bool = False
    """It will still be executed."""
    entry: Entry | None = None
    result: str = ""
    """new · same · other · gone"""


@dataclass(slots=True)
class Container:
    """Made by a safe step, published once."""

    text: str
    made_at: float
    dead_at: float
    ready_at: float
    entry: Entry | None = None


@dataclass(slots=True)
class Side:
    """One account on its platform."""

    name: str
    shape: Shape
    settle: float
    lag: float
    """Seconds until something public is seen by reading."""
    works: bool
    """Commits are accepted first and processed later."""
    forgets: bool
    """Containers are called expired soon after they were published."""
    short_lived: bool
    """Containers die within minutes."""
    rotates: bool
    strict: bool
    """A rotated refresh token is dead at once; else the old one is good until the new one is used."""
    token_life: float | None
    pessimistic: bool
    remote: str = ""
    steps: tuple[str, ...] = ()
    blind: bool = False
    """Reading it never works in this history."""
    entries: list[Entry] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    containers: dict[str, Container] = field(default_factory=dict)
    issued: int = 0
    good: dict[str, float] = field(default_factory=dict)
    """Access tokens and when they end."""
    refresh_good: list[str] = field(default_factory=list)

    @property
    def cls(self) -> str:
        return CLASSES[self.shape]

    # ── what is public ──

    def execute(self, request: Request, now: float) -> None:
        """The request arrives in the heart of the platform."""
        request.pending = False
        if self.shape is Shape.CONTAINER:
            self._publish_container(request, now)
            return
        there = None if self.pessimistic else self._known(request, now)
        if there is None:
            self._publish(request, now)
        else:
            request.entry, request.result = there, "same" if there.text == request.text else "other"

    def _known(self, request: Request, now: float) -> Entry | None:
        """What this handle or key made before."""
        if self.shape not in (Shape.RECORD, Shape.KEY):
            return None
        life = KEY_LIFE if self.shape is Shape.KEY else float("inf")
        return next((e for e in self.entries if e.handle == request.handle and now - e.at < life), None)

    def _publish_container(self, request: Request, now: float) -> None:
        container = self.containers.get(request.handle)
        if container is not None and container.entry is not None and not self.pessimistic:
            request.entry, request.result = container.entry, "same"
        elif container is None or container.dead_at <= now:
            request.result = "gone"
        else:
            self._publish(request, now)
            container.entry = request.entry

    def _publish(self, request: Request, now: float) -> None:
        entry = Entry(f"{self.name}-{len(self.entries) + 1}", request.key, request.handle, request.text, request.reply_to, now, request)
        self.entries.append(entry)
        request.done, request.entry, request.result = now, entry, "new"

    def foreign(self, text: str, now: float, handle: str = "", key: str = "") -> Entry:
        """Somebody else makes something public here."""
        entry = Entry(f"{self.name}-{len(self.entries) + 1}", key, handle, text, None, now)
        self.entries.append(entry)
        return entry

    def seen(self, now: float) -> list[Entry]:
        """What reading shows."""
        return [entry for entry in self.entries if entry.at + self.lag <= now]

    def of(self, key: str) -> list[Entry]:
        """What our requests for a delivery made public."""
        return [entry for entry in self.entries if entry.key == key and entry.request is not None]

    # ── tokens ──

    def issue(self, now: float) -> tuple[str, str]:
        """A new pair."""
        self.issued += 1
        access, refresh = f"a{self.issued}@{self.name}", f"r{self.issued}@{self.name}"
        self.good[access] = now + self.token_life if self.token_life is not None else float("inf")
        self.refresh_good.append(refresh)
        return access, refresh

    def accepts(self, access: str, now: float) -> bool:
        """Whether a call with this token is let in; the first use of a new one ends the old ones."""
        ends = self.good.get(access)
        if ends is None or ends <= now:
            return False
        newest = f"a{self.issued}@{self.name}"
        if self.rotates and access == newest and len(self.refresh_good) > 1:
            self.refresh_good = self.refresh_good[-1:]
        return True

    def rotate(self, refresh: str, now: float) -> tuple[str, str] | None:
        """A refresh; None: this refresh token is dead."""
        if refresh not in self.refresh_good:
            return None
        if self.strict:
            self.refresh_good.remove(refresh)
        return self.issue(now)


def make_side(name: str, shape: Shape, chance: Random, *, calm: bool, pessimistic: bool) -> Side:
    """An account with the habits of its platform."""
    settle = 930.0 if pessimistic else {Shape.RECORD: 5.0, Shape.KEY: 10.0, Shape.CONTAINER: chance.choice([120.0, 930.0])}.get(shape, 5.0)
    odd = not calm
    steps = ("upload-1", "upload-2", "upload-3")[: chance.choice([0, 0, 1, 2])]
    return Side(
        name=name,
        shape=shape,
        settle=settle,
        lag=chance.uniform(1, LAG_MOST if shape in (Shape.LIST, Shape.NONE) else min(LAG_MOST, settle - 1))
        if chance.random() < 0.3
        else 0.0,
        works=shape in (Shape.RECORD, Shape.CONTAINER) and chance.random() < 0.15,
        forgets=chance.random() < 0.3,
        short_lived=odd and chance.random() < 0.15,
        rotates=True,
        strict=chance.random() < 0.5,
        token_life=chance.uniform(900, 3_600) if odd and chance.random() < 0.3 else None,
        pessimistic=pessimistic,
        steps=steps,
        blind=odd and chance.random() < 0.03,
    )
