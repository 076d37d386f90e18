"""What the Desk answers: plain frozen values for screens and commands. No row of a table leaves the Desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from scheduler.content.seals import seal_words
from scheduler.outage import Outage
from scheduler.plan.change import Change
from scheduler.scene import HoldView

if TYPE_CHECKING:
    from adapters.contract import Preview, Problem  # what stands behind it takes 100 ms, and screens are painted without

Origin = Literal["person", "model"]
TEXT_MOST = 100_000
"""Characters of one text of a post: more than any platform takes, and still quick to draw."""


class Sign(StrEnum):
    """How a state is shown; each has words, a one-cell sign and a colour in `tui/theme.py`."""

    DRAFT = "draft"
    AI_DRAFT = "ai_draft"
    NEEDS_TEXT = "needs_text"
    SCHEDULED = "scheduled"
    HELD = "held"
    SENDING = "sending"
    CHECKING = "checking"
    NEEDS_YOU = "needs_you"
    PUBLISHED = "published"
    REFUSED = "refused"
    MISSED = "missed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """Who said yes, and when."""

    by: str
    at: int
    """UTC microseconds."""
    on_behalf: str = ""
    """The client's person whose word `by` recorded; empty: their own yes."""

    @property
    def words(self) -> str:
        """`approved by anna`, or `approved for the client by Jan, recorded by anna`."""
        return f"approved for the client by {self.on_behalf}, recorded by {self.by}" if self.on_behalf else f"approved by {self.by}"


@dataclass(frozen=True, slots=True)
class DisclosureView:
    """What tells readers about AI."""

    flags: Mapping[str, bool]
    line: str | None


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One delivery as every list shows it; the JSON contract of `outbox`, `post list` and `post show` is made from it."""

    id: int
    key: str
    post: str
    """`campaign/post`."""
    campaign: str
    title: str
    """First words of the text, or the post's title."""
    client: str | None
    client_name: str
    """Words for a person; the workspace's name when there is no client."""
    client_color: str
    account: str
    platform: str
    platform_name: str
    kind: str
    part: int
    parts: int
    state: str
    sign: Sign
    words: str
    """The state in words: “checking with Bluesky (look 2 of 4)”."""
    due: int | None
    """UTC microseconds."""
    tz: str
    wall: str
    digest: str | None
    approval: ApprovalView | None
    ai: str
    """human · human, AI-checked · AI-assisted · AI-generated."""
    disclosure: DisclosureView
    remote_id: str | None
    remote_url: str | None
    published_at: int | None
    reason: str | None
    next: str | None
    """The next automatic step and when, or what a person can do."""
    managed_by: str

    @property
    def seal(self) -> str:
        """Short form of the digest: `7f3a 91c2`, or empty."""
        return seal_words(self.digest) if self.digest else ""


@dataclass(frozen=True, slots=True)
class DeliveryQuery:
    """Which deliveries a list wants. Empty: all."""

    client: str | None = None
    account: str | None = None
    campaign: str | None = None
    post: str | None = None
    states: tuple[str, ...] = ()
    since: int | None = None
    """UTC microseconds, by due time."""
    until: int | None = None
    limit: int = 500
    newest: bool = False
    """Where there are more than the limit: the last ones, not the first. They are listed soonest first all the same."""


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """One post of one account in a calendar cell: light enough for thousands."""

    key: str
    day: date
    """Local date in the workspace's zone."""
    time: str
    """Local `HH:MM`."""
    sign: Sign
    account: str
    platform: str
    client: str | None
    client_name: str
    client_color: str
    title: str
    ai: str


@dataclass(frozen=True, slots=True)
class Span:
    """Who first wrote text[start:end]."""

    start: int
    end: int
    origin: Origin


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of what goes out, with the model's words marked."""

    text: str
    spans: tuple[Span, ...]
    media: tuple[str, ...]
    """One line per file: name, size, pixels, alt text."""


@dataclass(frozen=True, slots=True)
class Counter:
    """Does it fit? One line of the composer."""

    account: str
    platform_name: str
    used: int
    allowed: int
    fits_until: int
    """Index (code points) into the text up to which it fits."""
    words: str
    """“286 of 2,200 · 2 of 5 tags”."""
    problems: tuple[Problem, ...]
    field: str = ""
    """Which text this account sends (`en`, `pl`, `en@ig-kawa`): the text `fits_until` points into."""


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """Exactly what one key would make public, for approving it."""

    key: str
    delivery: DeliveryView
    digest: str
    parts: tuple[PartView, ...]
    first_comment: str | None
    preview: Preview
    problems: tuple[Problem, ...]
    ai_share: float
    """0 … 1: letters of the model over letters."""
    facts: tuple[str, ...]
    """Numbers, prices, dates and names that are not among the brief's facts: a person ticks them."""
    needs_facts_check: bool
    changed: tuple[str, ...]
    """Unified diff lines since the last approved content; empty when never approved."""
    options: Mapping[str, str]
    blocked: str | None
    """Why it cannot be approved now, or None."""


@dataclass(frozen=True, slots=True)
class TextView:
    """One text of a post in the composer: a language, or one account's own."""

    field: str
    """`en`, `pl`, `en@ig-kawa`."""
    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class PostView:
    """One post for the composer."""

    post: str
    """`campaign/post`."""
    title: str
    client: str | None
    client_name: str
    managed_by: str
    """files · tui: posts from files are edited in their file, and the composer says which."""
    file: str | None
    texts: tuple[TextView, ...]
    accounts: tuple[str, ...]
    deliveries: tuple[DeliveryView, ...]
    proposals: tuple[ProposalView, ...]
    brief: str | None
    """The brief's goal, or None."""


@dataclass(frozen=True, slots=True)
class BeatView:
    """One beat of a Reels script."""

    start: float
    """Seconds."""
    seconds: float
    voice: str
    screen: str
    shot: str
    source: str = "film"
    """film: to be filmed · own_media: exists already · ai: to be generated."""
    spoken: float = 0.0
    """Seconds its words take to say."""
    faults: tuple[str, ...] = ()
    """Why it does not work as it is, in sentences."""
    voice_marks: tuple[Span, ...] = ()
    """Words of a model in the voice, as recorded."""
    screen_marks: tuple[Span, ...] = ()
    shot_marks: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class ProposalView:
    """What a model proposes."""

    id: int
    post: str
    language: str
    variant: int
    kind: str
    text: str
    beats: tuple[BeatView, ...]
    spoken_seconds: float | None
    """Read-aloud length by our own rate table."""
    status: str
    problems: tuple[str, ...]
    model: str
    host: str


@dataclass(frozen=True, slots=True)
class EventView:
    """One line of a delivery's history."""

    at: int
    from_state: str
    to_state: str
    actor: str
    why: str


@dataclass(frozen=True, slots=True)
class ServiceView:
    """Is anything publishing? (`words` says it for people.)"""

    running: bool
    pid: int | None
    since: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The status line."""

    workspace: str
    sandbox: bool
    tz: str
    planned: int
    to_approve: int
    needs_you: int
    next: DeliveryView | None
    holds: tuple[HoldView, ...]
    service: ServiceView
    untold: int = 0
    """Notices that could not be sent, or that wait to be read here because nobody is named."""
    moved: tuple[str, ...] = ()
    """Posts that moved with the clocks of their zone when the time zone data changed, one line each."""
    untold_words: str = ""
    """“2 notices could not be sent (mailto: connection refused); tried again at 10:40”."""
    outage: Outage | None = None
    """Whom the service does not reach, by its own last calls."""
    unsaved: str = ""
    """Why nothing can be written here now, by this desk's own last try; empty: it can."""


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account."""

    name: str
    platform: str
    platform_name: str
    handle: str
    client: str | None
    client_name: str
    connected: bool
    state: str
    expires_at: int | None
    supported: bool
    words: str
    languages: tuple[str, ...] = ()
    """Languages this account posts in, the main one first; a new post gets one text for each."""


@dataclass(frozen=True, slots=True)
class PlanView:
    """What `apply` would do."""

    files_digest: str
    state: int
    """Number of the plan state it was made against; apply refuses another."""
    commit: str | None
    dirty: bool
    changes: tuple[Change, ...]
    unchanged: int
    published: int
    digest: str
    """Of the whole plan, for `--approve-plan`."""
    waits: int = 0
    """Posts without a text that the store does not have yet: apply keeps them, and their slots."""
    repack: bool = False
    """All slots are dealt anew."""

    @property
    def empty(self) -> bool:
        """Nothing would be created, changed, moved or cancelled."""
        return not self.waits and not any(c.sign in "+~>-" for c in self.changes)


@dataclass(frozen=True, slots=True)
class NoticeView:
    """Something a person was told, or must be."""

    id: int
    kind: str
    headline: str
    """“a post needs you”."""
    client: str | None
    client_name: str
    account: str | None
    key: str | None
    words: str
    action: str
    """The one thing to do."""
    command: str
    at: int
    sent_at: int | None
    tries: int
    next_at: int | None
    waiting: Mapping[str, str]
    """Place → why it could not be told there."""
    told: str
    """“told Sun 22 Nov 10:24 CET”, or what keeps it."""


@dataclass(frozen=True, slots=True)
class NoticesView:
    """What waits to be told, then what was, newest first."""

    notices: tuple[NoticeView, ...]
    places: tuple[str, ...]
    """Everywhere notices go; empty: nobody is named."""
    watched: bool
    """Somebody outside notices when the service falls silent."""
    tz: str


@dataclass(frozen=True, slots=True)
class ToldView:
    """What came of a test message."""

    place: str
    problem: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """An action happened; the words are for a toast or stdout."""

    words: str
    keys: tuple[str, ...] = ()
    undo: str | None = None
    """What `z` would do, in words; None: cannot be undone."""
    details: Mapping[str, str] = field(default_factory=dict)
