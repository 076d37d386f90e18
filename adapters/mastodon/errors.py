"""What each error of a Mastodon API means for us, by software.

Whatever is not listed is unknown at the commit step and retried at safe steps. Bodies may be HTML and are never taken apart blindly.

| answer | class | source |
|---|---|---|
| 401 | token | documentation |
| 403 with a JSON error (scopes, login disabled) | token | documentation |
| 302, 303 to a `/login` address | token | source of Pixelfed |
| 410 with a JSON error | token: the account is gone | documentation |
| 413 | refused | documentation |
| 422 with a JSON error | refused | documentation |
| 422 “have not finished processing” | not sent, wait | source of Mastodon |
| 422/400 naming media, first commit of the delivery | not sent, upload again | documentation; observed on GoToSocial |
| 422/400 naming media, later commits | unknown + hint: the first one may have used them | observed on GoToSocial |
| 400 “Duplicate idempotency key.” | unknown + hint | source of Pixelfed |
| 400 “already attached” | unknown + hint | observed on GoToSocial |
| 400 with a JSON error, not on Mastodon | refused | observed on GoToSocial |
| 429 | limited | documentation |
| 404 (a deleted status behind the key, or a deleted parent), 5xx, 408, other 3xx and 4xx | unknown | rule of the core |
"""

from __future__ import annotations

import time
from datetime import datetime
from urllib.parse import urlsplit

from pydantic import BaseModel

from adapters.contract import Limited, NotSent, Outcome, Refused, Retry, StepResult, TokenDead, Unknown
from adapters.http import Answer, Lost, NotReached, Reply

LIMITED_SECONDS = 300.0
"""The window of the general limit, when a 429 does not say how long."""
PROCESSING_SECONDS = 5.0


class _Error(BaseModel):
    error: str = ""
    message: str = ""


def said(answer: Answer) -> str:
    """The server's own words; empty when they are not in its envelope."""
    error = answer.read(_Error)
    return (error.error or error.message)[:300] if error is not None else ""


def _token(answer: Answer, label: str) -> TokenDead | None:
    words = said(answer)
    if answer.status == 401 or (answer.status in (403, 410) and words):
        return TokenDead(f"{label} does not accept the token" + (f": {words}" if words else ""), str(answer.status))
    if answer.status in (302, 303) and "login" in urlsplit(answer.header("location")).path:
        return TokenDead(f"{label} sends us to its sign-in page", "login")
    return None


def _limited(answer: Answer, label: str) -> Limited | None:
    return Limited(f"{label} asks to wait", wait(answer), "429") if answer.status == 429 else None


def wait(answer: Answer) -> float:
    """Seconds to wait after a 429: `Retry-After`, else the reset, which is an ISO time or epoch seconds."""
    told = answer.retry_after()
    if told is not None:
        return told
    reset = answer.header("x-ratelimit-reset")
    now = answer.date / 1_000_000 if answer.date is not None else time.time()
    try:
        then = float(reset) if reset.replace(".", "", 1).isdecimal() else datetime.fromisoformat(reset).timestamp()
    except ValueError:
        return LIMITED_SECONDS
    return max(1.0, then - now)


def at_safe_step(reply: Reply, label: str) -> StepResult:
    """For every answer of a repeatable call that is not a success."""
    if not isinstance(reply, Answer):
        return Retry(reply.reason, code=reply.kind, unreachable=True)
    known = _token(reply, label) or _limited(reply, label)
    if known is not None:
        return known
    words = said(reply)
    if reply.status == 413 or (reply.status == 422 and words):
        return Refused(f"{label} refuses the file: {words or 'too large'}", str(reply.status))
    return Retry(_status_words(reply, label), code=str(reply.status), unreachable=not reply.is_refusal)


def at_commit(reply: Reply, label: str, *, uploads: tuple[str, ...], first: bool) -> Outcome:
    """For every answer of the commit call that is not a success. `first`: no commit of this delivery left before."""
    if isinstance(reply, NotReached):
        return NotSent(reply.reason, reply.kind)
    if isinstance(reply, Lost):
        return Unknown(reply.reason, reply.kind)
    known = _token(reply, label) or _limited(reply, label) or _content(reply, label, uploads=uploads, first=first)
    return known or Unknown(_status_words(reply, label), str(reply.status), http_status=reply.status)


def _content(answer: Answer, label: str, *, uploads: tuple[str, ...], first: bool) -> Outcome | None:
    words = said(answer)
    plain = words.lower()
    if answer.status == 413:
        return Refused(f"{label} refuses this post: it is too large", "413")
    if answer.status not in (400, 422) or not words:
        return None
    if "duplicate idempotency key" in plain or "already attached" in plain:
        return Unknown(f"{label} says that it already has this post", "duplicate", hint=True, http_status=answer.status)
    if "not finished processing" in plain:
        return NotSent(f"{label} is still working on the media", "processing", PROCESSING_SECONDS)
    if uploads and "media" in plain and any(sign in plain for sign in ("not found", "not exist", "could not be found", "already used")):
        if not first:
            return Unknown(f"{label} says that the media are used or gone", "media_used", hint=True, http_status=answer.status)
        return NotSent(f"{label} no longer has the uploaded media", "media_gone", rebuild=uploads)
    if answer.status == 422 or label != "Mastodon":
        return Refused(f"{label} refuses this post: {words}", str(answer.status))
    return None


def _status_words(answer: Answer, label: str) -> str:
    if answer.ok:
        return f"{label} answered {answer.status} in a form that is not its own"
    words = said(answer)
    return f"{label} answered {answer.status}" + (f": {words}" if words else "")
