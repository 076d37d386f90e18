"""What readers did with a post of the sandbox: plausible figures that grow for some days, or exactly what a test says."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sandbox.clock import SECOND
from sandbox.ledger import Entry, Ledger
from sandbox.wire import BadBody, Fields

HALF_LIFE_HOURS = 9.0
"""After so long a post has half of what it will ever have."""
NAMES = ("likes", "replies", "reposts", "saves", "reach")


@dataclass(frozen=True, slots=True)
class Counts:
    """So far."""

    likes: int
    replies: int
    reposts: int
    saves: int
    reach: int


class Figures:
    """Figures of every post; those of a test win."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], dict[str, int]] = {}

    def reset(self) -> None:
        """Nothing was told."""
        self._told.clear()

    def tell(self, order: Fields) -> Mapping[str, int]:
        """`{"platform", "id", "likes": 12, …}`: from now on exactly these. Raises BadBody."""
        platform, post = order.text("platform"), order.text("id")
        unknown = [name for name in order if name not in {"platform", "id", *NAMES}]
        if not platform or not post or unknown:
            raise BadBody(f"figures need a platform, an id and some of {', '.join(NAMES)}")
        told = self._told.setdefault((platform, post), {})
        told |= {name: order.number(name) for name in NAMES if name in order}
        return told

    def of(self, ledger: Ledger, platform: str, post: str, *, seed: int, now: int) -> Counts:
        """Of one post; answers that really stand there are among the replies."""
        entry = ledger.find(platform, post)
        grown = _grown(entry, seed, now) if entry is not None else Counts(0, 0, 0, 0, 0)
        replies = grown.replies + ledger.answers(platform, post)
        return replace(grown, **{"replies": replies, **self._told.get((platform, post), {})})


def _grown(entry: Entry, seed: int, now: int) -> Counts:
    hours = max(0.0, (now - entry.at) / SECOND / 3_600)
    share = 1 - math.exp(-hours * math.log(2) / HALF_LIFE_HOURS)
    size = 0.5 + 1.5 * _chance(seed, "account", entry.account)
    evening = 1.0 + 0.6 * math.cos((entry.at / SECOND / 3_600 % 24 - 17) / 24 * 2 * math.pi)
    likes = int((8 + 90 * _chance(seed, entry.id, "likes")) * size * evening * share)
    return Counts(
        likes=likes,
        replies=int(likes * 0.12 * _chance(seed, entry.id, "replies")),
        reposts=int(likes * 0.25 * _chance(seed, entry.id, "reposts")),
        saves=int(likes * 0.3 * _chance(seed, entry.id, "saves")),
        reach=int(likes * (9 + 12 * _chance(seed, entry.id, "reach"))),
    )


def _chance(seed: int, *words: str) -> float:
    """0 … 1, always the same for these words."""
    return int(hashlib.sha256(f"{seed}|figures|{'|'.join(words)}".encode()).hexdigest()[:8], 16) / 0xFFFFFFFF
