"""What may happen to a delivery: states, the numbered transitions, and the decisions after a commit or a look. Pure.

draft → queued → claimed → sending → published, with side states for everything that can go otherwise. The numbers are those of
docs/promise.md. Nothing here reads a clock, a file or the network.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from adapters.contract import (
    Absent,
    Accepted,
    CannotTell,
    CommitClass,
    Found,
    Limited,
    Look,
    NotSent,
    Outcome,
    Pending,
    Published,
    Refused,
    TokenDead,
    Unknown,
)
from scheduler.clock import DAY, HOUR, MINUTE, SECOND


class State(StrEnum):
    """Where a delivery is in its life."""

    DRAFT = "draft"
    QUEUED = "queued"
    CLAIMED = "claimed"
    SENDING = "sending"
    PROCESSING = "processing"
    UNKNOWN = "unknown"
    CHECKING = "checking"
    ASK = "ask"
    PUBLISHED = "published"
    REFUSED = "refused"
    MISSED = "missed"
    CANCELLED = "cancelled"


FINAL = frozenset({State.PUBLISHED, State.CANCELLED})
LEASED = frozenset({State.CLAIMED, State.SENDING, State.CHECKING})
"""States in which somebody works on it and beats."""
UNTOUCHABLE = frozenset({State.CLAIMED, State.SENDING, State.PROCESSING, State.UNKNOWN, State.CHECKING, State.ASK})
"""`apply` leaves these alone: something may be on its way."""
NEEDS_PERSON = frozenset({State.ASK, State.REFUSED, State.MISSED})

Who = Literal["person", "engine", "files"]


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table of transitions."""

    number: int
    sources: frozenset[State]
    target: State
    bump: bool
    """The fence rises: whoever worked on it before can change nothing any more."""
    who: frozenset[Who]
    why: str


def _row(number: int, sources: str, target: str, why: str, *, bump: bool = False, who: str = "engine") -> list[Transition]:
    froms = frozenset(State(name) for name in sources.split())
    actors: frozenset[Who] = frozenset(actor for actor in ("person", "engine", "files") if actor in who.split())
    return [Transition(number, froms, State(to), bump, actors, why) for to in target.split()]


TRANSITIONS: tuple[Transition, ...] = (
    *_row(1, "draft", "queued", "approved by a person", who="person"),
    *_row(2, "queued claimed", "draft", "edited or approval voided; nothing was sent", bump=True, who="person files engine"),
    *_row(3, "draft queued claimed missed ask refused", "cancelled", "cancelled by a person", bump=True, who="person files"),
    *_row(4, "queued", "claimed", "its time has come", bump=True),
    *_row(5, "claimed", "queued refused ask", "nothing was sent", bump=True),
    *_row(6, "claimed", "sending", "the intent is on disk"),
    *_row(7, "sending", "published", "the platform gave it an id"),
    *_row(8, "sending", "processing", "the platform works on it"),
    *_row(9, "sending", "queued", "proof that nothing happened", bump=True),
    *_row(10, "sending", "refused", "a documented permanent refusal", bump=True),
    *_row(11, "sending", "unknown", "nobody can say whether it is public", bump=True),
    *_row(12, "processing", "published refused ask", "polled by its handle"),
    *_row(13, "unknown", "checking", "time to look", bump=True),
    *_row(14, "checking", "published", "found"),
    *_row(15, "checking", "queued", "its absence is proof", bump=True),
    *_row(16, "checking", "unknown", "not found yet, or the look failed", bump=True),
    *_row(17, "checking", "ask", "only a person can tell", bump=True),
    *_row(18, "ask", "published queued", "a person decided", bump=True, who="person"),
    *_row(19, "draft queued", "missed ask", "its window has passed", bump=True, who="engine person files"),
    *_row(19, "claimed", "missed ask", "its window has passed", bump=True, who="person files"),
    *_row(20, "missed refused", "draft", "a person plans it anew", bump=True, who="person files"),
    *_row(21, "draft queued claimed missed", "unknown", "the sent log or the account shows that it may be public already", bump=True),
)
"""Everything that may happen. What is not here is a defect."""


def allowed(source: str, target: str, who: Who) -> Transition | None:
    """The transition from one state to another by such an actor, or None."""
    return next((t for t in TRANSITIONS if source in t.sources and t.target == target and who in t.who), None)


def sources(number: int) -> tuple[str, ...]:
    """From which states a transition starts, for the guard of its UPDATE."""
    return tuple(sorted(next(t.sources for t in TRANSITIONS if t.number == number)))


def bumps(number: int) -> bool:
    """Whether a transition raises the fence."""
    return next(t.bump for t in TRANSITIONS if t.number == number)


# ── time ─────────────────────────────────────────────────────────────────────

LATE = 2 * HOUR
"""Default time after `due` in which a post may still go out."""
APPROVED_BEFORE = DAY
APPROVED_AFTER = 7 * DAY
"""An approval holds from one day before to seven days after the planned time."""
PART_GRACE = DAY
"""Later parts of a thread that has begun may go out so much longer."""
LEASE = 60 * SECOND
"""A node without a sign of life for so long is dead; another takes its deliveries over."""
BEAT = 10 * SECOND
"""How often a node gives one."""
FREEZE = 10 * SECOND
"""More between the intent and the request: this process was frozen, nothing is sent."""
IGNORED_AHEAD = HOUR
"""A back-off further ahead than this was written before the clock was set back."""
LOOKS = (5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE)
"""When to look, after the last possible send."""
LOOK_FAILING = 6 * HOUR
"""After so long without one readable look, a person is asked."""
PROCESSING_LIMIT = HOUR
POLL = 30 * SECOND
MAX_TRIES = 8
BACKOFF_FIRST = 5 * SECOND
BACKOFF_MOST = 15 * MINUTE
NO_ANSWER_MOST = 2 * MINUTE
LIMITED_MOST = DAY


DOUBTFUL = "doubtful"
"""`reason_code` of what another copy of the store may have sent, until it was looked for."""
HELD = "held"
"""`reason_code` of what was missed because publishing was on hold."""
HELD_OVER = "its time passed while publishing was on hold"
PACE = "pace"
"""`reason_code` of what waits for room in its account's limits."""
PACE_AHEAD = 8 * DAY
"""No limit of an account makes a post wait longer; more was written before the clock was set back."""
TOKEN = "token"
"""`reason_code` after a dead token: the second time in a row only the user can help."""


def send_until(due: int, late: int, not_after: int | None, window_to: int | None, *, thread_has_begun: bool = False) -> int:
    """The last instant at which it may go out."""
    latest = due + late + (PART_GRACE if thread_has_begun else 0)
    return min(limit for limit in (latest, not_after, window_to) if limit is not None)


def approval_window(due: int, not_after: int | None = None) -> tuple[int, int]:
    """From when to when a new approval holds."""
    to = due + APPROVED_AFTER
    return due - APPROVED_BEFORE, to if not_after is None else min(to, not_after)


def prepare_at(due: int, lead_seconds: float) -> int:
    """When safe steps may start."""
    return due - int(lead_seconds * SECOND)


def backoff(tries: int, jitter: float) -> int:
    """Microseconds to wait after so many tries; `jitter` in 0 … 1 spreads by a quarter."""
    plain = min(BACKOFF_FIRST << min(max(tries - 1, 0), 20), BACKOFF_MOST)
    return plain + int(plain * jitter / 4)


def next_look(look_n: int, settle: float) -> int | None:
    """Microseconds after the last possible send at which look number `look_n` (from 0) is due; None: no more.

    Where a platform settles later than the last look, one more look comes after that."""
    if look_n < len(LOOKS):
        return LOOKS[look_n]
    settled = int(settle * SECOND) + 5 * SECOND
    return settled if look_n == len(LOOKS) and settled > LOOKS[-1] else None


def looks_done(look_n: int, elapsed: int) -> int:
    """How many looks count now: one that came before its time (the wall clock was set forward) is made again."""
    early = look_n < len(LOOKS) and elapsed < LOOKS[look_n] - SECOND
    return look_n if early else look_n + 1


# ── decisions ────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Decision:
    """Which transition to take, and what to remember with it."""

    number: int
    target: State
    why: str
    code: str = ""
    wait: int | None = None
    """Microseconds until the next try or look; None: as the caller's schedule says."""


def after_commit(outcome: Outcome) -> Decision:
    """What an answer to the commit request means (transitions 7 to 11)."""
    match outcome:
        case Published():
            return Decision(7, State.PUBLISHED, "published")
        case Accepted():
            return Decision(8, State.PROCESSING, "accepted, being processed")
        case NotSent(reason, code, after):
            return Decision(9, State.QUEUED, reason, code, _micros(after))
        case Limited(reason, after, code):
            return Decision(9, State.QUEUED, reason, code, _micros(min(after, LIMITED_MOST / SECOND)))
        case TokenDead(reason):
            return Decision(9, State.QUEUED, reason, TOKEN, BACKOFF_FIRST)
        case Refused(reason, code):
            return Decision(10, State.REFUSED, reason, code)
        case Unknown(reason, code, hint):
            return Decision(11, State.UNKNOWN, reason, code, 0 if hint else None)


@dataclass(frozen=True, slots=True)
class LookFacts:
    """What a decision after a look needs to know."""

    cls: CommitClass
    look_n: int
    """Looks that gave an answer, this one included."""
    settled: bool
    """The platform's settle time is over, by a clock that does not jump."""
    same_boot: bool
    """The attempt was made since this computer started."""
    elapsed: int
    """Microseconds since the last possible send, by the same clock."""
    more_looks: bool
    resend_after_absence: bool = False
    """The account's own setting for platforms where absence proves nothing."""
    owned_by_other: bool = False
    """What was found belongs to another delivery."""
    only_elsewhere: bool = False
    """This store never tried it, another copy of the store may have; both would make the same key of it."""


def after_look(look: Look, facts: LookFacts) -> Decision:
    """What a look means (transitions 14 to 17)."""
    match look:
        case Found():
            return _after_found(look, facts)
        case Pending(reason):
            return _wait_or_ask(facts, reason or "the platform is still working on it", "pending")
        case CannotTell(reason, several):
            return _after_cannot_tell(reason, several, facts)
        case Absent():
            return _after_absent(look, facts)


def _after_found(look: Found, facts: LookFacts) -> Decision:
    if facts.owned_by_other:
        return Decision(17, State.ASK, "what was found belongs to another post", "several")
    if not look.same:
        return Decision(17, State.ASK, look.reason or "an earlier version is public", "other_content")
    return Decision(14, State.PUBLISHED, "found on the platform")


def _after_cannot_tell(reason: str, several: bool, facts: LookFacts) -> Decision:
    if several:
        return Decision(17, State.ASK, reason, "several")
    if facts.cls == CommitClass.NONE:
        return Decision(17, State.ASK, reason or "this platform gives no way to look it up", "no_look")
    if facts.elapsed >= LOOK_FAILING:
        return Decision(17, State.ASK, f"it cannot be looked up: {reason}", "look_failed")
    return Decision(16, State.UNKNOWN, reason, "look_failed")


def _after_absent(look: Absent, facts: LookFacts) -> Decision:
    provable = facts.cls == CommitClass.HANDLE or (facts.cls == CommitClass.KEY and facts.same_boot)
    if look.proof and provable:
        if facts.settled:
            return Decision(15, State.QUEUED, "proved not to be public; it is sent again with the same key", "absent", 0)
        return Decision(16, State.UNKNOWN, "not found; the platform may still be working", "absent")
    if facts.only_elsewhere and facts.settled and facts.cls in (CommitClass.HANDLE, CommitClass.KEY):
        return Decision(15, State.QUEUED, f"looked for and not there: {look.reason or 'not found'}", "absent", 0)
    if facts.more_looks:
        return Decision(16, State.UNKNOWN, look.reason or "not found yet", "absent")
    if facts.resend_after_absence and facts.cls != CommitClass.NONE and facts.settled:
        return Decision(15, State.QUEUED, "not found in any look; this account sends again then", "absent", 0)
    return Decision(17, State.ASK, look.reason or "not found in any look", "absent")


def _wait_or_ask(facts: LookFacts, reason: str, code: str) -> Decision:
    if facts.elapsed >= PROCESSING_LIMIT:
        return Decision(17, State.ASK, f"{reason}, for more than an hour", code)
    return Decision(16, State.UNKNOWN, reason, code)


def after_poll(look: Look, elapsed: int) -> Decision | None:
    """What polling a handle means (transition 12); None: poll again."""
    match look:
        case Found(same=True):
            return Decision(12, State.PUBLISHED, "found on the platform")
        case Found(reason=reason):
            return Decision(12, State.ASK, reason or "what is public is not what was sent", "other_content")
        case CannotTell(reason, True):
            return Decision(12, State.ASK, reason, "several")
        case Absent(_, reason):
            if elapsed >= LOOKS[-1]:
                return Decision(12, State.ASK, reason or "it was accepted and then not found", "absent")
        case _:
            pass
    if elapsed >= PROCESSING_LIMIT:
        return Decision(12, State.ASK, "still being processed after an hour", "pending")
    return None


def after_failed_preparation(tries: int, reason: str, code: str, wait: int | None, jitter: float) -> Decision:
    """A safe step did not work (transition 5): again later, or refused after eight tries."""
    if tries >= MAX_TRIES:
        return Decision(5, State.REFUSED, f"{reason} (tried {tries} times)", code or "tries")
    return Decision(5, State.QUEUED, reason, code, backoff(tries, jitter) if wait is None else wait)


def after_no_answer(tries: int, reason: str, code: str, jitter: float) -> Decision:
    """A safe step met nobody (transition 5): a computer without network, a platform that is away. Again until the window ends, and
    often enough that a post goes out soon after they are back."""
    return Decision(5, State.QUEUED, reason, code, min(backoff(tries, jitter), NO_ANSWER_MOST))


def after_interruption(tries: int, reason: str, jitter: float) -> Decision:
    """An error of this computer ended the work on it before anything left (transition 5). Its post is due and its time goes on:
    again at once, then less and less often."""
    return Decision(5, State.QUEUED, reason, "interrupted", 0 if tries <= 1 else min(backoff(tries - 1, jitter), NO_ANSWER_MOST))


def _micros(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds * SECOND)


# ── words ────────────────────────────────────────────────────────────────────


def words(state: str, platform: str, look_n: int = 0, *, due_later: bool = True) -> str:
    """A state in words for people. “Failed” is never among them."""
    match State(state):
        case State.DRAFT:
            return "waits for approval"
        case State.QUEUED:
            return "scheduled" if due_later else "due, goes out now"
        case State.CLAIMED:
            return "getting ready"
        case State.SENDING:
            return "sending…"
        case State.PROCESSING:
            return f"{platform} is processing it"
        case State.UNKNOWN | State.CHECKING:
            return f"checking with {platform} (look {min(look_n + 1, len(LOOKS))} of {len(LOOKS)})"
        case State.ASK:
            return "needs you"
        case State.PUBLISHED:
            return "published ✓"
        case State.REFUSED:
            return f"refused by {platform}"
        case State.MISSED:
            return "missed"
        case State.CANCELLED:
            return "cancelled"


def choices(state: str) -> tuple[str, ...]:
    """What a person can do about it now, as transition numbers name it."""
    reachable: Iterable[Transition] = (t for t in TRANSITIONS if state in t.sources and "person" in t.who)
    return tuple(dict.fromkeys(t.target.value for t in reachable))
