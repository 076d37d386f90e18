"""One line of a list, as pure words: what it shows in its columns, and how it is found and read aloud."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.desk.views import Sign
from tui.say import say
from tui.theme import SIGN_WORDS


@dataclass(frozen=True, slots=True)
class Row:
    """One line. With a heading it cannot be chosen."""

    key: str
    sign: Sign = Sign.DRAFT
    when: str = ""
    client: str = ""
    color: str = ""
    account: str = ""
    title: str = ""
    words: str = ""
    heading: str = ""
    mark: str = ""
    """Another sign in the place of the state's; `sign` then only gives the colour."""
    text: str = ""
    """The whole line, where columns do not serve."""

    def has(self, words: str) -> bool:
        """Whether every one of the words stands somewhere in the line."""
        whole = f"{self.text} {self.client} {self.account} {self.title} {self.words} {self.when} {self.key}".casefold()
        return all(word in whole for word in words.casefold().split())

    def aloud(self) -> str:
        """The line as a sentence, its state as a word."""
        parts = (say(SIGN_WORDS[self.sign]), self.when, self.client, self.account, self.title, self.words)
        return self.heading or ", ".join(dict.fromkeys(" ".join(part.split()) for part in parts if part.strip()))
