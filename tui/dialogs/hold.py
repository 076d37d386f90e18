"""After everything was stopped: why, for those who find it stopped."""

from __future__ import annotations

from tui.dialogs.ask_words import AskWords
from tui.text import clean


class HoldReason(AskWords):
    """The hold is on already; the reason is only for the others."""

    def __init__(self, client: str = "") -> None:
        super().__init__(
            f"{clean(client) or 'Everything'} is on hold",
            f"Nothing {f'of {clean(client)} ' if client else ''}leaves until somebody releases it. Why? (so that others know)",
            yes="Note it",
            no="No reason",
            placeholder="for example: storm in the news, wait for the owner",
        )
