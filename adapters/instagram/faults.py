"""What each error of Instagram means before and at the publishing call, with the words of its source.

Before publishing nothing is public, so anything unlisted is tried again. At the publishing call the rule is reversed:
only what is documented as refused before it was executed counts as not posted; everything else is looked up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from adapters.contract import Limited, NotSent, Outcome, Refused, Retry, StepResult, TokenDead, Unknown
from adapters.http import Answer, Lost, NotReached, Reply
from adapters.instagram.graph import GraphFault, fault_in, minutes_until_access


class AtStep(StrEnum):
    """Meaning while a container is made or processed."""

    RETRY = "retry"
    FETCH = "fetch"
    """Instagram could not get the file from its address."""
    GONE = "gone"
    """What an earlier step made is dead."""
    LIMITED = "limited"
    TOKEN = "token"
    REFUSED = "refused"


class AtCommit(StrEnum):
    """Meaning at the publishing call."""

    NOT_SENT = "not_sent"
    LIMITED = "limited"
    TOKEN = "token"
    UNKNOWN = "unknown"
    HINT = "hint"
    """Unknown, and the post was seen live after this answer."""


@dataclass(frozen=True, slots=True)
class Row:
    """One documented or observed error."""

    code: int
    subcode: int | None
    step: AtStep
    commit: AtCommit
    words: str
    """For the person who wrote the post."""
    source: str
    """Where the meaning comes from, and what it says."""
    last_code: int | None = None
    """For a range of codes."""
    marker: str = ""
    """A word of the message, where the code alone says too little."""


_CODES = "Meta's error-codes reference"
_GRAPH = "Meta's Graph API error handling guide"
_LIMITS = "Meta's rate-limiting guide"
_FIELD = "seen in the field"
_R, _F, _G, _L, _T, _P = AtStep.RETRY, AtStep.FETCH, AtStep.GONE, AtStep.LIMITED, AtStep.TOKEN, AtStep.REFUSED
_U, _N, _Q, _A, _H = AtCommit.UNKNOWN, AtCommit.NOT_SENT, AtCommit.LIMITED, AtCommit.TOKEN, AtCommit.HINT

ROWS: tuple[Row, ...] = (
    Row(-2, 2207003, _F, _U, "downloading the media took too long", f"{_CODES}: the download timed out"),
    Row(-2, 2207020, _G, _U, "the media expired at Instagram", f"{_CODES}: media expired, make a new container"),
    Row(-1, 2207001, _R, _U, "Instagram had a server error", f"{_CODES}: server error; {_FIELD}: also for suspected spam"),
    Row(-1, 2207032, _R, _U, "Instagram could not make the container", f"{_CODES}: container creation failed, try again"),
    Row(-1, 2207053, _G, _U, "the upload failed at Instagram", f"{_CODES}: unknown upload error, make a new container"),
    Row(1, None, _R, _U, "Instagram had an unknown error", f"{_GRAPH}: possibly temporary; says nothing about what was executed"),
    Row(2, None, _R, _U, "Instagram is not available", f"{_GRAPH}: temporary; says nothing about what was executed"),
    Row(1, 2207057, _P, _U, "the cover time lies outside the video", f"{_CODES}: thumb_offset outside the video"),
    Row(4, 2207051, _L, _H, "Instagram blocked the action; look in the app", f"{_CODES}: action blocked; {_FIELD}: the post went live"),
    Row(4, None, _L, _Q, "Instagram's limit of calls is used up", f"{_LIMITS}: application request limit, refused until it ends"),
    Row(17, None, _L, _Q, "the account's limit of calls is used up", f"{_LIMITS}: user request limit, refused until it ends"),
    Row(32, None, _L, _Q, "the page's limit of calls is used up", f"{_LIMITS}: page request limit, refused until it ends"),
    Row(613, None, _L, _Q, "the limit of calls is used up", f"{_LIMITS}: custom limit, refused until it ends"),
    Row(80002, None, _L, _Q, "the account's limit of calls is used up", f"{_LIMITS}: Instagram business use case, refused until it ends"),
    Row(9, 2207042, _L, _Q, "the account's posts for 24 hours are used up", f"{_CODES}: daily publishing limit reached, not published"),
    Row(10, 2207081, _P, _U, "the account may not publish trial reels", f"{_FIELD}: account not eligible for trial reels"),
    Row(10, None, _T, _A, "the permission to publish is missing; connect the account again", f"{_GRAPH}: permission missing or removed"),
    Row(200, None, _T, _A, "the permission to publish is missing; connect the account again", f"{_GRAPH}: permissions", last_code=299),
    Row(24, 2207006, _G, _U, "Instagram no longer knows the media", f"{_CODES}: media not found, or no permission to see it"),
    Row(24, 2207008, _R, _U, "Instagram does not know the container yet", f"{_CODES}: container unknown or expired; may be temporary"),
    Row(25, 2207050, _L, _U, "the account is restricted; open the Instagram app to clear it", f"{_CODES}: account restricted or inactive"),
    Row(100, 2207023, _P, _U, "Instagram does not know this kind of media", f"{_CODES}: unknown media type"),
    Row(100, 2207028, _P, _U, "a carousel has 2 to 10 items", f"{_CODES}: carousel with too few or too many items"),
    Row(100, 2207035, _P, _U, "a product tag is not allowed", f"{_CODES}: product tag position"),
    Row(100, 2207036, _P, _U, "a product tag is not allowed", f"{_CODES}: product tag without position"),
    Row(100, 2207037, _P, _U, "a product tag is not valid", f"{_CODES}: product tag not allowed"),
    Row(100, 2207040, _P, _U, "too many @tags", f"{_CODES}: more tags than the maximum"),
    Row(100, 2207064, _P, _U, "a video tag may not have a position", f"{_FIELD}: position sent for a video tag"),
    Row(100, 33, _R, _U, "Instagram cannot see this object with the token", f"{_FIELD}: also a passing fault when read with a page token"),
    Row(100, None, _P, _U, "the location is not valid", "Meta's media reference: the page has no location", marker="INVALID_LOCATION_ID"),
    Row(110, None, _P, _U, "an @handle or collaborator does not exist", f"{_FIELD}: invalid user id, mostly a tag or collaborator"),
    Row(190, None, _T, _A, "the token is no longer valid", f"{_GRAPH}: access token expired or invalid, subcodes say why"),
    Row(102, None, _T, _A, "the session is no longer valid", f"{_GRAPH}: session key invalid, log in again"),
    Row(352, 2207026, _P, _U, "the video's format is not supported", f"{_CODES}: unsupported video format"),
    Row(368, None, _L, _U, "Instagram blocked the action for breaking its rules", f"{_GRAPH}: temporarily blocked for policies"),
    Row(9004, 2207052, _F, _U, "Instagram could not fetch the file from its address", f"{_CODES}: media could not be fetched from the URL"),
    Row(9007, 2207027, _R, _N, "the media is not ready yet", f"{_CODES}: not ready for publishing, wait; nothing was published"),
    Row(36000, 2207004, _P, _U, "the picture is too large", f"{_CODES}: image over 8 MB"),
    Row(36001, 2207005, _P, _U, "the picture's format is not supported", f"{_CODES}: unsupported image format"),
    Row(36003, 2207009, _P, _U, "the picture's shape is outside 4:5 to 1.91:1", f"{_CODES}: aspect ratio not supported"),
    Row(36004, 2207010, _P, _U, "the caption is too long", f"{_CODES}: caption over the maximum"),
    Row(-1, 2207076, _G, _U, "Instagram could not process the media", f"{_FIELD}: could not download or transcode, in the status text"),
    Row(-1, 2207077, _G, _U, "Instagram could not process the media", f"{_FIELD}: could not download or transcode, in the status text"),
    Row(-1, 2207082, _G, _U, "Instagram could not process the media", f"{_FIELD}: could not download or transcode, in the status text"),
)  # fmt: skip

DEFAULT_WAIT_SECONDS = 3_600.0
QUOTA_WAIT_SECONDS = 1_800.0
"""The 24 hours roll, so a place may come free at any time."""
NOT_READY_WAITS_SECONDS = (3.0, 6.0, 10.0, 15.0)


def row_for(fault: GraphFault) -> Row | None:
    """The row of an error: its exact pair, else its code where the row names no subcode."""
    exact = (r for r in ROWS if r.subcode is not None and (r.code, r.subcode) == (fault.code, fault.error_subcode))
    return next(exact, None) or next((r for r in ROWS if _by_code(r, fault)), None)


def row_for_subcode(subcode: int) -> Row | None:
    """A container's status text names only the subcode."""
    return next((r for r in ROWS if r.subcode == subcode), None)


def _by_code(row: Row, fault: GraphFault) -> bool:
    if row.subcode is not None or row.marker not in fault.message:
        return False
    return row.code <= fault.code <= (row.last_code or row.code)


def is_gone(reply: Reply) -> bool:
    """Whether a read says that the object does not exist (or cannot be seen)."""
    fault = fault_in(reply) if isinstance(reply, Answer) else None
    return fault is not None and (fault.code, fault.error_subcode) in {(100, 33), (24, 2207006)}


def sentence(reply: Reply) -> str:
    """What went wrong, for a person."""
    if not isinstance(reply, Answer):
        return f"Instagram: {reply.reason}"
    fault = fault_in(reply)
    return _words(fault, row_for(fault)) if fault is not None else f"Instagram answered {reply.status} without its own error"


def _words(fault: GraphFault, row: Row | None) -> str:
    said = (fault.error_user_msg or (fault.message if row is None else "")).strip()
    words = row.words if row is not None else f"error {fault.name}"
    return f"Instagram: {words}" + (f" (“{said}”)" if said else "")


# ── before publishing ────────────────────────────────────────────────────────


def at_step(reply: Reply) -> tuple[AtStep, StepResult]:
    """Meaning and result of a safe call that did not succeed. FETCH and GONE come as `Retry`: the caller knows what to rebuild."""
    words = sentence(reply)
    if not isinstance(reply, Answer):
        return AtStep.RETRY, Retry(words, code=reply.kind, unreachable=True)
    fault = fault_in(reply)
    row = row_for(fault) if fault is not None and reply.status < 500 else None
    if row is None:
        return _step_by_status(reply, words)
    code = fault.name if fault is not None else ""
    match row.step:
        case AtStep.LIMITED:
            return row.step, Limited(words, _wait(reply, row), code)
        case AtStep.TOKEN:
            return row.step, TokenDead(words, code)
        case AtStep.REFUSED:
            return row.step, Refused(words, code)
        case _:
            return row.step, Retry(words, code=code)


def _step_by_status(answer: Answer, words: str) -> tuple[AtStep, StepResult]:
    if answer.status == 429:
        return AtStep.LIMITED, Limited(words, _wait(answer, None), "429")
    if answer.status == 401:
        return AtStep.TOKEN, TokenDead(words, "401")
    return AtStep.RETRY, Retry(words, code=str(answer.status), unreachable=not answer.is_refusal)


# ── at the publishing call ───────────────────────────────────────────────────


def at_commit(reply: Reply, not_ready_before: int = 0) -> Outcome:
    """What a publishing call that brought no id may mean. `not_ready_before`: earlier answers that it was not ready."""
    words = sentence(reply)
    match reply:
        case NotReached():
            return NotSent(words, reply.kind)
        case Lost():
            return Unknown(words, reply.kind)
        case _:
            return _answered(reply, words, not_ready_before)


def _answered(answer: Answer, words: str, not_ready_before: int) -> Outcome:
    fault = fault_in(answer) if 300 <= answer.status < 500 else None
    if fault is None:
        return _commit_by_status(answer, words)
    row = row_for(fault)
    meaning = row.commit if row is not None and _trusted(row, fault) else AtCommit.UNKNOWN
    match meaning:
        case AtCommit.NOT_SENT:
            waits = NOT_READY_WAITS_SECONDS
            return NotSent(words, fault.name, waits[min(not_ready_before, len(waits) - 1)])
        case AtCommit.LIMITED:
            return Limited(words, _wait(answer, row), fault.name)
        case AtCommit.TOKEN:
            return TokenDead(words, fault.name)
        case _:
            return Unknown(words, fault.name, hint=meaning is AtCommit.HINT, http_status=answer.status)


def _trusted(row: Row, fault: GraphFault) -> bool:
    """A code whose row names no subcode proves nothing with an unknown media subcode: 4/2207051 went live, others might."""
    return row.subcode is not None or not 2_200_000 <= (fault.error_subcode or 0) < 2_300_000


def _commit_by_status(answer: Answer, words: str) -> Outcome:
    if answer.ok:
        return Unknown("Instagram's answer carried no id", "odd_answer", http_status=answer.status)
    if answer.status == 429:
        return Limited(words, _wait(answer, None), "429")
    if answer.status == 401:
        return TokenDead(words, "401")
    return Unknown(words, str(answer.status), http_status=answer.status)


def _wait(answer: Answer, row: Row | None) -> float:
    told = max(minutes_until_access(answer) * 60, answer.retry_after() or 0.0)
    default = QUOTA_WAIT_SECONDS if row is not None and row.subcode == 2207042 else DEFAULT_WAIT_SECONDS
    return min(told or default, 86_400.0)
