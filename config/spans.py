"""Lengths of time, in microseconds: every instant and every span of daypart counts in them."""

from __future__ import annotations

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def span_words(length: int) -> str:
    """`45 min`, `1 h 30 min`: in minutes that are begun, at least one."""
    minutes = max(1, -(-length // MINUTE))
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest))
