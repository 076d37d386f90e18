"""What may go wrong with one call, and how often."""

from __future__ import annotations

from random import Random

from tests.proof.simulator.platform import Shape, Side

AT_COMMIT = (
    "refused-connection", "limited", "limited-lied", "unauthorized", "5xx-before", "5xx-after", "timeout-before", "timeout-after",
    "timeout-late", "reset-in-body", "html-200-before", "html-200-after", "slow", "permanent",
)  # fmt: skip
LOST = ("5xx-after", "timeout-after", "reset-in-body", "html-200-after")
"""It is public and the answer is lost."""
WEIGHTS = (8, 8, 4, 5, 7, 8, 8, 12, 12, 8, 4, 6, 6, 3)
AT_STEP = ("step-unknown", "step-limited", "step-unauthorized", "step-refused", "step-waiting")
STEP_WEIGHTS = (12, 4, 3, 1, 6)
OTHERS = (
    "look-down", "read-lag", "handle-expired", "container-dead", "edited-there", "foreign-equal", "foreign-twin", "webhook-early",
    "webhook-double", "refresh-lost", "refresh-down", "token-ended", "crash", "reboot", "freeze", "wall", "cancel", "edit", "move", "hold",
    "processing-failed",
)  # fmt: skip
KINDS = (*AT_COMMIT, *AT_STEP, *OTHERS)
"""Every kind of trouble, for the page."""
LATE_LIST = 7_200.0
"""Where absence proves nothing a lost request may come after all looks."""
LATE_MOST = 840.0


def at_commit(chance: Random, side: Side) -> str:
    """A fault for one commit that fits its platform."""
    fault = chance.choices(AT_COMMIT, WEIGHTS)[0]
    if fault == "limited-lied" and (side.shape is Shape.NONE or (side.shape is Shape.LIST and side.lag) or side.pessimistic or side.works):
        return "limited"  # nobody could know: that such a “no” is a no is what the platform documents
    return fault


def at_step(chance: Random) -> str:
    """A fault for one safe step."""
    return chance.choices(AT_STEP, STEP_WEIGHTS)[0]


def late_by(chance: Random, side: Side) -> float:
    """Seconds until a request that timed out is executed after all; within the platform's own settle time where that is promised."""
    if side.shape in (Shape.LIST, Shape.NONE):
        return chance.uniform(1, LATE_LIST)
    if side.shape is Shape.CONTAINER or side.pessimistic:
        return chance.uniform(1, max(side.settle - side.lag - 61, 5))
    return chance.uniform(1, LATE_MOST)
