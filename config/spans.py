"""Lengths of time, in microseconds: every instant and every span of daypart counts in them."""

from __future__ import annotations

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
