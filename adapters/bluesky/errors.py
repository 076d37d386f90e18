"""What each error of an AT Protocol server means for us.

Decided by the name in `{"error": …}` first, then by the status. Nothing is in a class without a source; whatever is not
listed is unknown at the commit step and retried at safe steps.

| name or status | class | source |
|---|---|---|
| `RecordNotFound` 400 | absent (getRecord) | observed on the reference server |
| `InvalidSwap` 400 | unknown + hint: another record stands at our key | observed on the reference server |
| `BlobNotFound` 400 | not sent, upload again | lexicon of `putRecord` and server code |
| `ExpiredToken` 400 | token | observed on the reference server |
| `InvalidToken` 400 | token | observed on the reference server |
| `AuthMissing` 401, `AuthenticationRequired` 401 | token | observed on the reference server |
| `AccountTakedown`, `AccountDeactivated`, `AuthFactorTokenRequired` | token | lexicon of `createSession` |
| 401 without a listed name | token | HTTP: not authorised, nothing was done |
| `InvalidRequest` 400 | refused, fix the content | observed on the reference server |
| `PayloadTooLarge` 413, `UnsupportedContentType` | refused, fix the content | observed / server code |
| `RateLimitExceeded` 429, any 429 | limited | observed on the reference server |
| `HandleNotFound` 400, other 4xx of resolveHandle | no such handle: the mention stays plain text | observed on the reference server |
| 500, 502, 503, 504, 408, 3xx, unlisted 4xx | unknown | rule of the core |
"""

from __future__ import annotations

import time

from pydantic import BaseModel

from adapters.contract import Limited, NotSent, Outcome, Refused, Retry, StepResult, TokenDead, Unknown
from adapters.http import Answer, Lost, NotReached, Reply

TOKEN = frozenset(
    {
        "ExpiredToken",
        "InvalidToken",
        "AuthMissing",
        "AuthenticationRequired",
        "AccountTakedown",
        "AccountDeactivated",
        "AuthFactorTokenRequired",
    }
)
CONTENT = frozenset({"InvalidRequest", "PayloadTooLarge", "UnsupportedContentType"})
LIMITED_SECONDS = 300.0
"""The window of most limits, when a 429 does not say how long."""


class XrpcError(BaseModel):
    """The error envelope."""

    error: str = ""
    message: str = ""


def named(answer: Answer) -> XrpcError:
    """The error of an answer; empty when it is not in the envelope."""
    return answer.read(XrpcError) or XrpcError()


def documented(answer: Answer, blobs: tuple[str, ...] = ()) -> Limited | TokenDead | Refused | NotSent | None:
    """What an answer proves at any step: nothing was published. None for everything else."""
    error = named(answer)
    if answer.status == 429:
        return Limited("Bluesky asks to wait", _wait(answer), error.error or "429")
    if answer.status == 401 or (answer.status == 400 and error.error in TOKEN):
        return TokenDead(_sentence("Bluesky no longer accepts the session", error), error.error or "401")
    if answer.status == 400 and error.error == "BlobNotFound":
        return NotSent("Bluesky no longer has the uploaded pictures", "BlobNotFound", rebuild=blobs)
    if answer.status in (400, 413, 415) and error.error in CONTENT:
        return Refused(_sentence("Bluesky refuses this post", error), error.error)
    return None


def at_safe_step(reply: Reply) -> StepResult:
    """For every answer of a repeatable call that is not a success."""
    if isinstance(reply, Answer):
        known = documented(reply)
        if known is None or isinstance(known, NotSent):
            return Retry(_status_words(reply), code=named(reply).error or str(reply.status), unreachable=not reply.is_refusal)
        return known
    return Retry(reply.reason, code=reply.kind, unreachable=True)


def at_commit(reply: Reply, blobs: tuple[str, ...]) -> Outcome:
    """For every answer of the commit call that is not a success."""
    if isinstance(reply, NotReached):
        return NotSent(reply.reason, reply.kind)
    if isinstance(reply, Lost):
        return Unknown(reply.reason, reply.kind)
    known = documented(reply, blobs)
    if known is not None:
        return known
    error = named(reply)
    if error.error == "InvalidSwap":
        return Unknown("another record stands where this post belongs", "InvalidSwap", hint=True, http_status=reply.status)
    return Unknown(_status_words(reply), error.error or str(reply.status), http_status=reply.status)


def _wait(answer: Answer) -> float:
    told = answer.retry_after()
    if told is not None:
        return told
    reset = answer.header("ratelimit-reset")
    now = answer.date / 1_000_000 if answer.date is not None else time.time()
    return max(1.0, float(reset) - now) if reset.isdecimal() else LIMITED_SECONDS


def _sentence(start: str, error: XrpcError) -> str:
    said = error.message or error.error
    return f"{start}: {said[:300]}" if said else start


def _status_words(answer: Answer) -> str:
    said = named(answer)
    if answer.ok:
        return f"Bluesky answered {answer.status} in a form that is not its own"
    return f"Bluesky answered {answer.status}" + (f" ({(said.message or said.error)[:200]})" if said.error else "")
