"""How people write their account's name on each network, and what is wrong with what they typed."""

from __future__ import annotations

from adapters.handles import EXAMPLES, handle_trouble
from config.fields import server_trouble
from tui.say import later
from tui.text import sentence
from tui.told import told

QUESTIONS = {
    "bluesky": later("Your handle on Bluesky"),
    "mastodon": later("Your address on Mastodon, with its server"),
    "instagram": later("Your name on Instagram"),
}
HANDLES = {platform: (question, EXAMPLES[platform]) for platform, question in QUESTIONS.items()}
"""Question and example."""


SERVERS = {"bluesky": "https://pds.example", "mastodon": "https://social.example"}
"""Where one may have a server of one's own, and how its address looks."""


def wrong_handle(platform: str, words: str, *, own_server: bool = False) -> str:
    """Why this cannot be the account's handle; empty when it can."""
    return sentence(told(handle_trouble(platform, words, own_server=own_server)))


def wrong_server(words: str) -> str:
    """Why this cannot be the address of a server, and what would be; empty when it can, or when nothing is there."""
    message, hint = server_trouble(words) if words else ("", "")
    return " ".join(sentence(told(said)) for said in (message, hint) if said)
