"""How people write their account's name on each network, and what is wrong with what they typed."""

from __future__ import annotations

from tui.say import later, say

HANDLES = {
    "bluesky": (later("Your handle on Bluesky"), "you.bsky.social"),
    "mastodon": (later("Your address on Mastodon, with its server"), "@you@social.example"),
    "instagram": (later("Your name on Instagram"), "your.cafe"),
}
"""Question and example."""


def wrong_handle(platform: str, words: str) -> str:
    """Why this cannot be the account's handle; empty when it can."""
    if not words:
        return say("Please write it as in {handles}.", handles=HANDLES[platform][1])
    if " " in words:
        return say("A handle has no blanks.")
    if platform == "mastodon" and words.strip("@").count("@") != 1:
        return say("Please write it with its server, as @you@social.example.")
    if platform == "bluesky" and "." not in words:
        return say("Please write the whole handle, as you.bsky.social.")
    return ""
