"""Faults: what may go wrong on a call, before or after the act, and which call it hits next."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, cast

from sandbox.wire import Fields, Request

Who = Callable[[], Collection[str]]
"""Every name of the account a call is made for: its handle and its id. Asked only where a fault aims at one account."""

Point = Literal["before", "after"]
ALWAYS = -1


class FaultKind(StrEnum):
    """Every way a call can go wrong."""

    DROP = "drop"
    HANG = "hang"
    ERROR = "500"
    LIMIT = "429"
    SLOW = "slow"
    TRUNCATE = "truncate"
    LATE = "late"
    HTML = "html200"
    EXPIRE = "expire"
    DEAD_TOKEN = "401"
    FORBIDDEN = "403"
    TOO_LARGE = "413"
    INVALID = "422"
    GARBAGE = "garbage"
    TOO_LONG = "too_long"
    REFUSAL = "refusal"
    LENGTH = "length"


SCRIPTED = frozenset({FaultKind.GARBAGE, FaultKind.TOO_LONG, FaultKind.REFUSAL, FaultKind.LENGTH})
"""Kinds only the model knows: it answers, but badly."""

REFUSALS = frozenset({FaultKind.DEAD_TOKEN, FaultKind.FORBIDDEN, FaultKind.TOO_LARGE, FaultKind.INVALID})
"""Kinds by which a platform says no in its own words, whatever status it uses for them."""

_SECONDS = {FaultKind.HANG: 120.0, FaultKind.SLOW: 2.0, FaultKind.LATE: 2.0, FaultKind.LIMIT: 2.0}


class BadFault(Exception):
    """A fault nobody can carry out; `str()` says why."""


@dataclass(slots=True)
class Fault:
    """One instruction to misbehave."""

    id: int
    platform: str
    call: str
    point: Point
    kind: FaultKind
    seconds: float
    left: int
    """How often it still hits; -1: always."""
    match: str
    """Only calls whose path, key or body contains this."""
    account: str = ""
    """Only calls made for the account with this handle or id."""
    armed_by: int = 0
    """Id of another fault: this one waits until that one has struck (“the look fails, once the answer was lost”)."""
    echo: bool = False
    """A refusal tells back everything it heard, tokens included."""
    hits: int = 0

    def as_json(self) -> dict[str, object]:
        """For `GET /_faults`."""
        return {
            "id": self.id, "platform": self.platform, "call": self.call, "point": self.point, "kind": str(self.kind),
            "seconds": self.seconds, "count": self.left, "match": self.match, "account": self.account, "armed_by": self.armed_by,
            "echo": self.echo, "hits": self.hits,
        }  # fmt: skip

    def hit(self) -> None:
        """It struck once."""
        self.hits += 1
        if self.left > 0:
            self.left -= 1


class FaultBook:
    """All faults in the order they were asked for."""

    def __init__(self, aliases: Mapping[str, Mapping[str, tuple[str, ...]]]) -> None:
        self._aliases = aliases
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)

    @property
    def faults(self) -> Sequence[Fault]:
        """Used-up ones too, with how often they struck."""
        return tuple(self._faults)

    def add(self, order: Fields) -> Fault:
        """Take an order. Raises BadFault."""
        fault = _read(order, next(self._ids))
        if fault.platform not in {*self._aliases, "*"}:
            raise BadFault(f"no platform “{fault.platform}” in the sandbox; there are {', '.join(self._aliases)}")
        if fault.kind in SCRIPTED and fault.platform != "model":
            raise BadFault(f"only the model knows “{fault.kind}”")
        self._faults.append(fault)
        return fault

    def drop(self, fault_id: int | None = None) -> None:
        """Forget one fault, or all."""
        self._faults = [] if fault_id is None else [fault for fault in self._faults if fault.id != fault_id]

    def take(self, platform: str, call: str, request: Request, who: Who) -> Fault | None:
        """The first fault that hits this call; its count goes down."""
        for fault in self._faults:
            if fault.left != 0 and self._hits(fault, platform, call) and self._armed(fault) and _matches(fault, request, who):
                fault.hit()
                return fault
        return None

    def _armed(self, fault: Fault) -> bool:
        return not fault.armed_by or any(other.id == fault.armed_by and other.hits for other in self._faults)

    def _hits(self, fault: Fault, platform: str, call: str) -> bool:
        if fault.platform not in {platform, "*"}:
            return False
        return fault.call in {call, "*"} or call in self._aliases[platform].get(fault.call, ())


def _read(order: Fields, fault_id: int) -> Fault:
    try:
        kind = FaultKind(order.text("kind"))
    except ValueError as error:
        raise BadFault(f"unknown kind “{order.text('kind')}”; there are {', '.join(FaultKind)}") from error
    point = order.text("point", "before")
    if point not in {"before", "after"}:
        raise BadFault(f"point is “before” or “after”, not “{point}”")
    seconds = order.raw("seconds")
    return Fault(
        id=fault_id,
        platform=order.text("platform", "*"),
        call=order.text("call", "*"),
        point=cast(Point, point),
        kind=kind,
        seconds=float(seconds) if isinstance(seconds, (int, float)) else _SECONDS.get(kind, 0.0),
        left=order.number("count", 1),
        match=order.text("match"),
        account=order.text("account"),
        armed_by=order.number("armed_by"),
        echo=order.raw("echo") is True,
    )


def _matches(fault: Fault, request: Request, who: Who) -> bool:
    if fault.account and fault.account not in who():
        return False
    if not fault.match:
        return True
    if fault.match in f"{request.path}?{request.query_string}" or fault.match in request.headers.get("idempotency-key", ""):
        return True
    if fault.match.encode() in request.body:
        return True
    try:
        return any(fault.match in str(value) for value in request.fields.values.values())
    except ValueError:
        return False
