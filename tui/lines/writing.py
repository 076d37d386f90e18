"""A post being written: its texts, what is saved of them, and where the model's words stand while one types. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from adapters.contract import Problem
from scheduler.desk.views import Counter, DeliveryView, PartView, PostView, Sign, Span
from tui.say import is_aloud, say

SETTLED = {Sign.PUBLISHED, Sign.SENDING, Sign.CHECKING, Sign.NEEDS_YOU, Sign.CANCELLED}


def is_head(delivery: DeliveryView) -> bool:
    """What is approved and moved as a whole: the post itself, not its later parts or its first comment."""
    return delivery.part <= 1 and delivery.kind != "comment"


def goes_to(post: PostView) -> tuple[str, ...]:
    """Its accounts; where it was cancelled it does not go."""
    return tuple(dict.fromkeys(d.account for d in post.deliveries if is_head(d) and d.state != "cancelled"))


def shift_spans(old: str, new: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """Where spans stand after an edit; what was typed over loses its mark. The Desk decides anew at the next save."""
    start = 0
    shortest = min(len(old), len(new))
    while start < shortest and old[start] == new[start]:
        start += 1
    tail = 0
    while tail < shortest - start and old[len(old) - 1 - tail] == new[len(new) - 1 - tail]:
        tail += 1
    end, by = len(old) - tail, len(new) - len(old)
    moved: list[Span] = []
    for span in spans:
        if span.end <= start:
            moved.append(span)
        elif span.start >= end:
            moved.append(replace(span, start=span.start + by, end=span.end + by))
        else:
            moved += [part for part in (replace(span, end=start), Span(end + by, span.end + by, span.origin)) if part.end > part.start]
    return tuple(moved)


@dataclass(slots=True)
class Passage:
    """One text of the post."""

    text: str
    saved: str
    """What it was made from: the text as it was saved when this one began to differ."""
    spans: tuple[Span, ...] = ()
    told: str = ""
    """The text of somebody else that was told of already."""
    pinned: bool = False
    """It is saved with its first letter; until then it stays while it is in the editor."""

    @property
    def dirty(self) -> bool:
        """Typed and not saved."""
        return self.text != self.saved


@dataclass(slots=True)
class Draft:
    """The post in the composer."""

    post: PostView
    passages: dict[str, Passage] = field(default_factory=dict)
    current: str = ""
    granted: frozenset[str] = frozenset()
    """Deliveries of which a person said that their approval may be broken, by key."""

    @classmethod
    def of(cls, post: PostView) -> Draft:
        """As it is saved."""
        draft = cls(post, {view.field: Passage(view.text, view.text, view.spans) for view in post.texts})
        open_ones = (name for name in draft.passages if not draft.broken_by(name))
        draft.current = next(open_ones, next(iter(draft.passages), ""))
        return draft

    @property
    def passage(self) -> Passage:
        """The text in the editor."""
        return self.passages.get(self.current) or Passage("", "")

    @property
    def texts(self) -> dict[str, str]:
        """All texts as typed."""
        return {name: passage.text for name, passage in self.passages.items()}

    @property
    def dirty(self) -> list[str]:
        """Texts that are not saved."""
        return [name for name, passage in self.passages.items() if passage.dirty]

    @property
    def fixed(self) -> str:
        """Why the text cannot be changed here; empty when it can."""
        if self.post.managed_by == "files":
            return say("written in {file}: edit it there", file=self.post.file or "a file")
        if self.post.deliveries and all(delivery.sign in SETTLED for delivery in self.post.deliveries):
            return say("sent already: the text cannot change any more")
        return ""

    @property
    def approved(self) -> list[DeliveryView]:
        """What an edit of all of it would take back from the plan."""
        return [delivery for delivery in self.post.deliveries if delivery.approval is not None and delivery.sign not in SETTLED]

    def broken_by(self, name: str) -> list[DeliveryView]:
        """What an edit of this one text would take back: who sends a text of its own does not mind the common one, nor the other way."""
        common, _, account = name.partition("@")
        if account:
            return [delivery for delivery in self.approved if delivery.account == account]
        return [delivery for delivery in self.approved if f"{common}@{delivery.account}" not in self.passages]

    @property
    def locked(self) -> bool:
        """Approved texts are opened for writing only after a question."""
        return not self.may_break(self.broken_by(self.current))

    def may_break(self, breaks: Sequence[DeliveryView]) -> bool:
        """Whether a person said so of each of them: whoever was asked about one account was not asked about another."""
        return all(delivery.key in self.granted for delivery in breaks)

    def may_void(self, name: str) -> bool:
        """Whether saving this text may cost approvals. One that came meanwhile is none that was asked about."""
        return bool(self.granted) and self.may_break(self.broken_by(name))

    def grant(self, breaks: Sequence[DeliveryView]) -> None:
        """A person said that these approvals may be broken."""
        self.granted |= {delivery.key for delivery in breaks}

    def type(self, text: str, name: str | None = None) -> None:
        """The text in the editor is another now. `name`: the one that is in the editor, where another is about to come there."""
        passage = self.passages.setdefault(self.current if name is None else name, Passage("", ""))
        passage.spans = shift_spans(passage.text, text, passage.spans)
        passage.text = text

    def follow(self, post: PostView) -> list[str]:
        """The Desk's newest answer. What is being typed stays; texts that changed elsewhere meanwhile are named."""
        crossed: list[str] = []
        self.post = post
        self.granted &= {delivery.key for delivery in self.approved}
        for view in post.texts:
            mine = self.passages.get(view.field)
            if mine is None or not mine.dirty or mine.text == view.text:
                self.passages[view.field] = Passage(view.text, view.text, view.spans)
            elif view.text not in (mine.saved, mine.told):
                crossed.append(view.field)
                mine.told = view.text
        gone = set(self.passages) - {view.field for view in post.texts}
        for name in gone:  # a text that was emptied stays while it is in the editor: nobody types into another one unawares
            mine = self.passages[name]
            if not mine.dirty and (name != self.current or (mine.text and not mine.pinned)):
                del self.passages[name]
        if self.current not in self.passages:
            self.current = next(iter(self.passages), "")
        return crossed

    def pin(self, name: str, text: str) -> None:
        """Open a text that may not be saved yet: an alternative text, a first comment."""
        self.passages.setdefault(name, Passage(text, text, pinned=True))
        self.current = name

    def unpin(self) -> None:
        """Texts that were opened and not written are no texts of the post: their numbers may mean other files now."""
        for name in [name for name, passage in self.passages.items() if passage.pinned and not passage.dirty]:
            del self.passages[name]
        if self.current not in self.passages:
            self.current = next(iter(self.passages), "")

    def step(self, by: int) -> None:
        """The next text."""
        names = list(self.passages)
        if names:
            self.current = names[(names.index(self.current) + by) % len(names)]


def moved_index(old: str, new: str, at: int) -> int:
    """Where a place in a text is after somebody else changed the text around it."""
    shortest = min(len(old), len(new))
    start = next((n for n in range(shortest) if old[n] != new[n]), shortest)
    if at <= start:
        return at
    return max(start, at + len(new) - len(old))


def models_words(parts: Sequence[PartView]) -> str:
    """Which words are a model's, for those who hear the screen; empty where they are underlined, or there are none."""
    found = [part.text[span.start : span.end].strip() for part in parts for span in part.spans if span.origin == "model"]
    return say("of the model: {words}", words=" … ".join(found)) if found and is_aloud() else ""


def placeholder_of(name: str) -> str:
    """What an empty text asks for."""
    if name.startswith("alt:"):
        return say("Say what is seen, for people who do not see it…")
    return say("What you say below your own post…") if name == "first_comment" else say("Write the caption…")


def fits_until(counters: Sequence[Counter], current: str, length: int) -> int:
    """Up to where the text in the editor fits every account that sends it."""
    ends = [counter.fits_until for counter in counters if counter.field in {"", current}]
    return min([*ends, length])


@dataclass(frozen=True, slots=True)
class Trouble:
    """One problem with the account it belongs to."""

    account: str
    platform_name: str
    text: str
    """Which text; empty when unknown."""
    at: int
    """Where the text stops fitting."""
    field: str
    message: str
    hints: tuple[str, ...]
    is_error: bool


NO_PUBLIC_ADDRESS = "E615"
"""Its cure stands in daypart.yaml, not among the pictures."""


def place_of(problem: Problem) -> str:
    """Where in Write it is mended: `text`, `first_comment`, `media…`; empty: not there."""
    return "" if problem.code == NO_PUBLIC_ADDRESS else problem.field


def troubles(counters: Sequence[Counter]) -> list[Trouble]:
    """Everything that does not fit, errors first."""
    found = [
        Trouble(c.account, c.platform_name, c.field, c.fits_until, place_of(p), p.message, p.hints, p.is_error)
        for c in counters
        for p in c.problems
    ]
    return sorted(found, key=lambda trouble: not trouble.is_error)
