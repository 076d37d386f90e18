"""Places where a test may kill this process: nothing happens unless a test child asks for it.

Every write to the store has a name and is hit as `NAME.before` (inside the transaction) and `NAME.after` (durable, nobody
told yet); the sent log and calls to the outside are hit on both sides. `tests/proof` kills a child at each of them.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable

WRITES: tuple[str, ...] = (
    "claim",
    "release",
    "safe.intent",
    "safe.done",
    "sending",
    "record",
    "evidence",
    "unknown",
    "checking",
    "adopt",
    "requeue",
    "ask",
    "refuse",
    "missed",
    "poll",
    "takeover",
    "beat",
    "start",
    "notice",
    "limited",
    "reach",
    "figures",
    "refresh.claim",
    "refresh.stored",
    "refresh.failed",
    "approve",
    "cancel",
    "edit",
    "resolve",
    "idea",
    "review",
    "try",
    "seal",
    "rotate",
    "store.make",
    "migrate.step",
)
"""Names of transactions."""
CALLS: tuple[str, ...] = (
    "safe.sent.before",
    "safe.sent.after",
    "sentlog.before",
    "sentlog.after",
    "commit.sent.before",
    "commit.connect.before",
    "commit.connect.after",
    "commit.headers_sent.before",
    "commit.headers_sent.after",
    "commit.body_sent.before",
    "commit.body_sent.after",
    "commit.status.before",
    "commit.status.after",
    "commit.answered.after",
    "look.sent.before",
    "look.answered.after",
    "refresh.sent.before",
    "refresh.answered.after",
    "sentlog.move.before",
    "sentlog.move.after",
    "sentlog.swap.before",
    "sentlog.swap.after",
    "backup.copy.before",
    "backup.copy.after",
    "backup.rename.before",
    "backup.rename.after",
    "restore.swap.before",
    "restore.swap.after",
    "call.sent.before",
    "call.answered.after",
    "model.sent.before",
    "model.answered.after",
    "media.asked.before",
    "media.served.after",
    "slot.make.before",
    "slot.make.after",
)
"""Single points around calls to the outside and around the sent log."""
NAMES: frozenset[str] = frozenset(f"{name}.{side}" for name in WRITES for side in ("before", "after")) | frozenset(CALLS)
"""Every failpoint of this program."""

Plan = Callable[[str, int], None]
"""Gets a name and how often it was reached, 1 for the first time."""

_plan: Plan | None = None
_reached: Counter[str] = Counter()


def fail(name: str) -> None:
    """Does nothing, unless a plan is installed."""
    if _plan is None:
        return
    _reached[name] += 1
    _plan(name, _reached[name])


def install(plan: Plan | None) -> None:
    """Start counting anew and ask `plan` at every point; None takes it away."""
    global _plan
    _reached.clear()
    _plan = plan


def reached() -> dict[str, int]:
    """How often each point was passed since `install`."""
    return dict(_reached)


def install_from_environment() -> None:
    """For children of tests: `FAILPOINT=name:count` kills this process the count-th time it passes `name`."""
    wanted, _, count = os.environ.get("FAILPOINT", "").partition(":")
    if not wanted:
        return
    if wanted not in NAMES:
        raise ValueError(f"no failpoint {wanted!r}")
    install(_killer(wanted, int(count or "1")))


def _killer(wanted: str, count: int) -> Plan:
    def plan(name: str, times: int) -> None:
        if name == wanted and times == count:
            os.kill(os.getpid(), signal.SIGKILL)

    return plan
