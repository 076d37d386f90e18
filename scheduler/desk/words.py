"""Where a delivery stands, in words: its sign, its state and what happens next. One place, so that they can be read in a row."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from scheduler import lifecycle
from scheduler.desk.views import Sign
from scheduler.lifecycle import State
from scheduler.units.model import SENT_BACK
from scheduler.when import clock_words, day_words, when_words

_SIGNS: dict[str, Sign] = {
    State.CLAIMED: Sign.SENDING,
    State.SENDING: Sign.SENDING,
    State.PROCESSING: Sign.SENDING,
    State.UNKNOWN: Sign.CHECKING,
    State.CHECKING: Sign.CHECKING,
    State.ASK: Sign.NEEDS_YOU,
    State.PUBLISHED: Sign.PUBLISHED,
    State.REFUSED: Sign.REFUSED,
    State.MISSED: Sign.MISSED,
    State.CANCELLED: Sign.CANCELLED,
}
HELD_NEXT = "you decide: send now · move to the next free time · drop"
MODEL_LABELS = frozenset({"AI-assisted", "AI-generated"})


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything about one delivery that its words depend on."""

    key: str
    post: str
    state: str
    platform_name: str
    account: str
    tz: str
    due: int | None
    send_until: int | None
    next_at: int
    look_n: int
    look_at: int | None
    has_text: bool
    ai: str
    proposals: int
    held: bool
    account_state: str
    connected: bool
    account_waits_until: int
    reason_code: str | None
    begun: bool
    """It hangs on something that is not public yet."""
    no_network: bool
    """The service reaches nobody."""


def sign_of(state: str, *, has_text: bool, ai: str, proposals: int, held: bool) -> Sign:
    """The sign of a state."""
    if state == State.DRAFT:
        if not has_text:
            return Sign.AI_DRAFT if proposals else Sign.NEEDS_TEXT
        return Sign.AI_DRAFT if ai in MODEL_LABELS else Sign.DRAFT
    if state == State.QUEUED:
        return Sign.HELD if held else Sign.SCHEDULED
    return _SIGNS.get(state, Sign.DRAFT)


def state_words(at: Standing, now: int) -> str:
    """The state, for lists."""
    if at.state == State.DRAFT:
        return _draft_words(at)
    if at.state == State.QUEUED:
        return _queued_words(at, now)
    return lifecycle.words(at.state, at.platform_name, at.look_n)


def next_words(at: Standing, now: int) -> str | None:
    """What happens next by itself and when, or what a person can do."""
    match at.state:
        case State.DRAFT:
            return _draft_next(at)
        case State.QUEUED | State.CLAIMED:
            return _queued_next(at, now)
        case State.SENDING:
            return "an answer comes within a minute"
        case State.PROCESSING:
            return f"we ask {at.platform_name} again {_at(at.look_at, at, now)}"
        case State.UNKNOWN | State.CHECKING:
            return f"we look {_at(at.look_at, at, now)}; nothing is sent again before we know"
        case State.ASK:
            return "you decide: it is there · send again · drop"
        case State.MISSED:
            return HELD_NEXT if at.reason_code == lifecycle.HELD else "give it a new time; it needs your approval again"
        case State.REFUSED:
            return "change it, then approve it again"
        case _:
            return None


ENDING = frozenset({"instagram"})
"""Where a sign-in ends unless a person acts; elsewhere the service renews it by itself, and its end means nothing to anybody."""


def called(name: str, account: str, here: Container[str]) -> str:
    """`Bluesky (this computer)` beside real accounts, so that nobody takes the one for the other."""
    return f"{name} (this computer)" if account in here else name


def _draft_words(at: Standing) -> str:
    if not at.has_text:
        return "the model's draft waits for you" if at.proposals else "no text yet"
    if at.reason_code == SENT_BACK:
        return "sent back"
    if at.due is None:
        return "in the backlog"
    return "AI draft, waits for approval" if at.ai in MODEL_LABELS else "waits for approval"


def _draft_next(at: Standing) -> str:
    if not at.has_text:
        return f"accept a draft, or write the text: {at.post}" if at.proposals else f"daypart draft {at.post}, or write its text"
    if at.due is None:
        return "give it a time"
    if at.reason_code == SENT_BACK:
        return "change it; then it waits for approval again"
    until = f", until {when_words(at.send_until, at.tz)}" if at.send_until is not None else ""
    return f"somebody approves it{until}"


def _queued_words(at: Standing, now: int) -> str:
    if at.held:
        return "on hold"
    if not at.connected or at.account_state == "reauth":
        return "waits: the account has to be connected"
    if at.reason_code == lifecycle.PACE and at.next_at > now:
        return "waits for its turn on the account"
    if at.no_network and (at.due is None or at.due <= now):
        return "waits for the network; nothing was posted yet"
    if now < at.next_at <= now + lifecycle.IGNORED_AHEAD:
        return f"waits for {at.platform_name}; nothing was posted yet"
    return lifecycle.words(State.QUEUED, at.platform_name, due_later=at.due is None or at.due > now)


def _queued_next(at: Standing, now: int) -> str:
    if at.held:
        return "it leaves after you release the hold, if its time has not passed"
    if not at.connected or at.account_state == "reauth":
        return f"daypart account connect {at.account}"
    if at.account_waits_until > max(now, at.due or 0):
        return f"{at.platform_name} wants us to wait until {clock_words(at.account_waits_until, at.tz)}"
    if at.reason_code == lifecycle.PACE and at.next_at > now:
        late = at.send_until is not None and at.next_at > at.send_until
        return "there is no room in its window: give it another time" if late else f"goes out {_at(at.next_at, at, now)}"
    if now < at.next_at <= now + lifecycle.IGNORED_AHEAD and at.next_at > (at.due or 0):
        return f"we try again at {clock_words(at.next_at, at.tz)}"
    if at.begun:
        return "goes out right after the part before it"
    if at.due is not None and at.due <= now:
        return "goes out now"
    return f"goes out {when_words(at.due, at.tz)}"


def _at(instant: int | None, at: Standing, now: int) -> str:
    if instant is None or instant <= now:
        return "now"
    same_day = day_words(instant, at.tz) == day_words(now, at.tz)
    return f"at {clock_words(instant, at.tz)}" if same_day else when_words(instant, at.tz)
