"""How people write their account's name on each network, and what is wrong with what they typed."""

from __future__ import annotations

from adapters.handles import EXAMPLES, handle_trouble
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


def wrong_handle(platform: str, words: str) -> str:
    """Why this cannot be the account's handle; empty when it can."""
    return sentence(told(handle_trouble(platform, words)))
