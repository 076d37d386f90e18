"""What the Desk answers, in the language of the person who sits here, with the keys as this person has them."""

from __future__ import annotations

from scheduler.phrases.book import book
from tui.say import keyed, spoken


def told(text: str) -> str:
    """A sentence of the Desk as this person reads it; in English only the keys that it names may be others."""
    return keyed(book(spoken()).find(text))
