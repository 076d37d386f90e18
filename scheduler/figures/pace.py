"""When a post's figures are read again, and what each platform tells at all. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.clock import DAY, HOUR, MINUTE

FIRST_AFTER = 15 * MINUTE
"""Nothing worth reading before."""
COUNTED_FOR = 30 * DAY
"""After so long a post is not asked about any more; the report says so."""
LIMIT_LEAST = 15 * MINUTE
TOKEN_WAIT = 6 * HOUR
PART_WAIT = HOUR
FIRST_WAIT = 5 * MINUTE
LONGEST_WAIT = 6 * HOUR
_PAUSES = ((DAY, 2 * HOUR), (7 * DAY, 8 * HOUR), (COUNTED_FOR, DAY))


@dataclass(frozen=True, slots=True)
class Tells:
    """What a platform tells about a post."""

    figures: frozenset[str]
    words: str
    """Its limits, for a footnote."""
    late: int = 0
    """So long figures may be behind, in microseconds."""


TELLS: dict[str, Tells] = {
    "bluesky": Tells(frozenset({"likes", "replies", "reposts", "saves"}), "Bluesky tells no reach."),
    "mastodon": Tells(
        frozenset({"likes", "replies", "reposts"}),
        "Mastodon tells no saves and no reach, and its counts are what the account's server knows.",
    ),
    "instagram": Tells(
        frozenset({"likes", "replies", "reposts", "saves", "reach"}),
        "Instagram's figures may be up to 48 hours late; of a story it tells nothing after 24 hours.",
        48 * HOUR,
    ),
}
UNTOLD = Tells(frozenset(), "")


def pause(age: int) -> int | None:
    """Microseconds between two readings of a post so old; None: not any more."""
    return next((wait for until, wait in _PAUSES if age < until), None)


def back_off(tries: int) -> int:
    """After so many readings in a row that brought nothing."""
    return int(min(FIRST_WAIT << min(max(tries - 1, 0), 10), LONGEST_WAIT))
