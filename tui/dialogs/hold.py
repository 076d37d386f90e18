"""After everything was stopped: why, for those who find it stopped."""

from __future__ import annotations

from tui.dialogs.ask_words import AskWords
from tui.say import say
from tui.text import clean


class HoldReason(AskWords):
    """The hold is on already; the reason is only for the others."""

    def __init__(self, client: str = "", *, begins: bool = False) -> None:
        super().__init__(
            say("{client} is on hold", client=clean(client[:1].upper() + client[1:] if begins else client) or say("Everything")),
            say(
                "Nothing {words}leaves until somebody releases it. Why? (so that others know)",
                words=say("of {client} ", client=clean(client)) if client else "",
            ),
            yes=say("Note it"),
            no=say("No reason"),
            placeholder=say("for example: storm in the news, wait for the owner"),
        )
