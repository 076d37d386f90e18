"""A brief and good answers to it, for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from adapters.limits import LIMITS
from config.resolved import ResolvedBrief
from drafting.request import CaptionRequest, ReelRequest, Voice

BRIEF = ResolvedBrief(
    goal="Show the first crack of the roast",
    points=("The roast takes 9 minutes 40 seconds", "Roasted in the shop on Ruska street", "A bag of 250 g costs 39 zł"),
    call_to_action="come on Saturday",
    links=("https://kawa.example/autumn",),
    handles=("@kawa.example",),
)
REQUEST = CaptionRequest(
    brief=BRIEF,
    language="en",
    languages=("en", "pl"),
    targets=(LIMITS["bluesky"], LIMITS["mastodon"], LIMITS["instagram"]),
    voice=Voice(hashtags_always=("#kawawroclaw",)),
    media=1,
    seed=7,
)
REEL = ReelRequest(caption=REQUEST, seconds=15)


def caption(**changes: object) -> dict[str, Any]:
    """A caption that keeps every rule of the request, but for these changes."""
    good: dict[str, Any] = {
        "language": "en",
        "hook": "Listen: that is the first crack.",
        "body": "It takes 9 minutes 40 seconds until the beans start to talk. We roast them in the shop on Ruska street.",
        "cta": "Come on Saturday and smell it.",
        "hashtags": ["coffee", "kawawroclaw"],
        "alt_texts": ["Beans turning in a small drum roaster"],
        "used_facts": ["F1", "F2"],
        "unsure": [],
    }
    return {**good, **changes}


def beat(duration_s: float, voice: str = "", screen: str = "", **changes: object) -> dict[str, Any]:
    return {"duration_s": duration_s, "voice": voice, "screen": screen, "shot": "The drum turns", "source": "film", **changes}


def reel(**changes: object) -> dict[str, Any]:
    """A script that keeps every rule of the Reel's request, but for these changes."""
    good: dict[str, Any] = {
        "language": "en",
        "title": "First crack",
        "target_s": 15,
        "hook": beat(2.5, "Listen to this.", "Listen."),
        "beats": [
            beat(5.0, "That is the first crack of the roast.", "First crack"),
            beat(4.5, "We roast it here, on Ruska street.", "Ruska street"),
        ],
        "cta": beat(3.0, "Come on Saturday.", "Saturday"),
        "caption": caption(),
    }
    return {**good, **changes}


def with_brief(**changes: Any) -> CaptionRequest:
    """The request with a changed brief."""
    return replace(REQUEST, brief=replace(BRIEF, **changes))
