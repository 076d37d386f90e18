"""What a model offers for a post: texts while they are written, then as proposals to take. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from scheduler.desk.views import ProposalView
from scheduler.desk.write.views import ModelPlace, Streamed
from tui.say import later, say
from tui.text import field_words, one_line

State = Literal["writing", "ready", "stopped", "failed"]
STATE_WORDS: dict[State, str] = {
    "writing": later("writing…"),
    "ready": "",
    "stopped": later("stopped: cannot be taken"),
    "failed": later("did not come"),
}


@dataclass(slots=True)
class Offer:
    """One text of a model."""

    language: str
    variant: int
    state: State = "writing"
    text: str = ""
    proposal: ProposalView | None = None
    """Once it is whole."""
    trouble: str = ""

    @property
    def words(self) -> str:
        """`English · caption`, `English · script, 24.5 s read aloud of 26 s`, `English · writing…`."""
        parts = [field_words(self.language), say(STATE_WORDS[self.state]) if self.proposal is None else kind_words(self.proposal)]
        return " · ".join(part for part in parts if part)


@dataclass(slots=True)
class Offers:
    """All that is offered now, and which one is looked at."""

    found: list[Offer] = field(default_factory=list)
    at: int = 0
    writing: bool = False
    """More may come."""

    @property
    def current(self) -> Offer | None:
        """The one that is looked at."""
        return self.found[self.at] if self.found else None

    def begin(self) -> None:
        """Texts are asked for."""
        self.found, self.at, self.writing = [], 0, True

    def hear(self, heard: Streamed) -> Offer | None:
        """A piece of one of them. None: nobody waits for it any more."""
        if not self.writing:
            return None
        offer = next((o for o in self.found if (o.language, o.variant) == (heard.language, heard.variant)), None)
        if offer is None:
            offer = Offer(heard.language, heard.variant)
            self.found = sorted([*self.found, offer], key=lambda o: (o.language, o.variant))
        if heard.trouble:
            offer.state, offer.trouble = "failed", heard.trouble
        else:
            offer.state, offer.text = "writing", "" if heard.again else offer.text + heard.piece
        return offer

    def settle(self, proposals: Sequence[ProposalView]) -> None:
        """What is whole; what did not come stays to be seen, once, behind it."""
        self.writing = False
        lost = [offer for offer in self.found if offer.proposal is None and offer.state == "failed"]
        self.found = [Offer(p.language, p.variant, "ready", p.text, p) for p in proposals] + lost
        self.at = min(self.at, max(0, len(self.found) - 1))

    def stop(self) -> None:
        """Nothing more is heard of those that are not whole."""
        self.writing = False
        for offer in self.found:
            if offer.state == "writing":
                offer.state = "stopped"

    def look(self, at: int) -> bool:
        """Look at another one."""
        if not 0 <= at < len(self.found):
            return False
        self.at = at
        return True

    def step(self, by: int) -> None:
        """The next one, and round again."""
        if self.found:
            self.at = (self.at + by) % len(self.found)

    def window(self, room: int) -> range:
        """Which stand beside each other where `room` fit; the one that is looked at is among them."""
        first = max(0, min(self.at - room // 2, len(self.found) - room))
        return range(first, min(len(self.found), first + room))


def model_words(place: ModelPlace) -> str:
    """Where texts are sent: `small-model on this computer`, `gpt-5 at api.openai.com`."""
    if place.here:
        return say("{model} on this computer", model=one_line(place.model))
    return say("{model} at {host}", model=one_line(place.model), host=one_line(place.host))


def kind_words(proposal: ProposalView) -> str:
    """`caption`, or how long a script takes."""
    if proposal.spoken_seconds is None:
        return say("caption")
    planned = sum(beat.seconds for beat in proposal.beats)
    return say("script, {spoken_seconds:g} s read aloud, {planned:g} s planned", spoken_seconds=proposal.spoken_seconds, planned=planned)
