"""Who may approve what, and why not. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.contract import Problem
from config.workspace import Policy
from scheduler.accounts.named import StoredAccount
from scheduler.desk.people import Person
from scheduler.lifecycle import State
from scheduler.units.model import Unit
from scheduler.when import when_words


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody wants to approve a unit."""

    unit: Unit
    account: StoredAccount
    problems: Sequence[Problem]
    forbidden: Sequence[str]
    """Why the disclosure policy keeps it back."""
    author: str
    """System user who wrote it, where that is known."""
    who: Person
    policy: Policy
    now: int
    on_behalf: str = ""
    """The client's person whose word is recorded; empty: it is the approver's own yes."""


def why_not(asked: Asked) -> str | None:
    """Why it cannot be approved now, in a sentence; None: it can."""
    return why_not_ready(asked) or _of_person(asked)


def why_not_ready(asked: Asked) -> str | None:
    """Why nobody at all could approve it now; None: somebody could, and a client may be asked."""
    checks = (_of_state(asked), _of_time(asked), _of_account(asked), _of_content(asked))
    return next((reason for reason in checks if reason is not None), None)


def _of_state(asked: Asked) -> str | None:
    unit = asked.unit
    if any(act.state == State.DRAFT for act in unit.acts) and unit.content_id is not None:
        return None
    if unit.content_id is None:
        return "it has no text yet"
    match unit.state:
        case State.QUEUED | State.CLAIMED:
            return "it is approved already"
        case State.MISSED:
            return "its time has passed: give it a new time first"
        case State.REFUSED:
            return "the platform refused it: change it first"
        case State.PUBLISHED:
            return "it is public already"
        case State.CANCELLED:
            return "it was cancelled"
        case State.ASK:
            return "it needs your decision first: is it there?"
        case _:
            return "it is on its way already"


def _of_time(asked: Asked) -> str | None:
    timing = asked.unit.timing
    if timing.due is None:
        return "it has no time yet: give it one first"
    until = min(limit for limit in (timing.due + timing.late, timing.not_after) if limit is not None)
    if until < asked.now:
        return f"its time has passed ({when_words(timing.due, timing.tz)}): give it a new time first"
    return None


def _of_account(asked: Asked) -> str | None:
    account = asked.account
    if not account.connected:
        return f"the account is not connected: daypart account connect {account.name}"
    if account.state == "reauth":
        return f"the account has to be connected again: daypart account connect {account.name}"
    return None


def _of_content(asked: Asked) -> str | None:
    error = next((problem for problem in asked.problems if problem.is_error), None)
    if error is not None:
        return error.message
    return asked.forbidden[0] if asked.forbidden else None


def _of_person(asked: Asked) -> str | None:
    """Who records a client's word must be allowed to approve; the client's eyes are the second pair."""
    policy, who = asked.policy, asked.who
    if policy.approvers and who.name not in policy.approvers:
        return f"{who.name} may not approve here; {', '.join(policy.approvers)} may"
    if asked.on_behalf and asked.on_behalf.casefold() in {who.name.casefold(), who.os_user.casefold()}:
        return f"{asked.on_behalf} is who sits here: a client's word is the word of somebody else"
    if policy.four_eyes and not asked.on_behalf and asked.author == who.os_user:
        return "who wrote it may not approve it (four_eyes)"
    return None
