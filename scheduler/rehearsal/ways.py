"""How long things take on each platform and what it allows in a day: only the platform itself could tell, so this is assumed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """How a platform takes a post."""

    request_seconds: float
    picture_seconds: float
    video_seconds: float
    asks_first: bool = False
    """Something is read from it in every try before anything is sent."""
    processes: bool = False
    """Files are worked on before they can be published."""
    per_day: int | None = None
    """Posts in 24 hours."""


WAYS = {
    "bluesky": Way(0.5, 1.5, 20.0),
    "mastodon": Way(0.7, 2.0, 45.0, asks_first=True, processes=True),
    "instagram": Way(2.0, 4.0, 75.0, asks_first=True, processes=True, per_day=100),
}
USUAL = Way(1.0, 3.0, 60.0, asks_first=True, processes=True)
"""A platform nobody described here yet."""


def way_of(platform: str) -> Way:
    """How a platform takes a post."""
    return WAYS.get(platform, USUAL)
