"""How people write their account's name on each network, and what is wrong with what they typed. Pure."""

from __future__ import annotations

EXAMPLES = {"bluesky": "you.bsky.social", "mastodon": "@you@social.example", "instagram": "your.cafe"}


def handle_trouble(platform: str, words: str, *, own_server: bool = False) -> str:
    """Why this cannot be the account's name there; empty when it can. `own_server`: its server is named beside it."""
    example = EXAMPLES.get(platform, "")
    if not words:
        return f"please write it as in {example}"
    if " " in words:
        return "a handle has no blanks"
    if "/" in words:
        return f"please write the handle alone, not the address of a page: {example}"
    if platform == "mastodon" and own_server and "@" not in words.strip("@"):
        return ""
    if platform == "mastodon" and (words.strip("@").count("@") != 1 or words.endswith("@")):
        return f"please write it with its server: {example}"
    if platform == "bluesky" and ("." not in words.strip(".") or "@" in words.removeprefix("@")):
        return f"please write the whole handle: {example}"
    return ""
