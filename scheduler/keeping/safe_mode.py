"""Safe mode: a store that may be an old copy sends nothing until a person has seen what was looked for and says to go on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import Connection, exists, select

from scheduler import brake
from scheduler.clock import DAY
from scheduler.engine import doubt
from scheduler.engine.doubt import Doubt
from scheduler.engine.takeover import A_COPY, LOG_IS_NEWER, SAFE_MODE
from scheduler.errors import UsageError
from scheduler.lifecycle import State
from scheduler.store.statements import DELIVERY, EVENT, HOLD
from scheduler.units.model import Author

SHOWN_AHEAD = DAY


class Verdict(StrEnum):
    """What became of something that was in doubt."""

    LOOKING = "looking"
    THERE = "there"
    NOT_THERE = "not there"
    MISSED = "not there, too late"
    ASK = "ask"
    OTHER = "other"


_VERDICTS = {
    State.UNKNOWN: Verdict.LOOKING,
    State.CHECKING: Verdict.LOOKING,
    State.PUBLISHED: Verdict.THERE,
    State.QUEUED: Verdict.NOT_THERE,
    State.MISSED: Verdict.MISSED,
    State.ASK: Verdict.ASK,
}


@dataclass(frozen=True, slots=True)
class Looked:
    """One post that another copy of the store may have sent."""

    key: str
    client: str | None
    due: int | None
    tz: str
    verdict: Verdict
    words: str
    """Why, or where it is."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One post that goes out in the next day, once publishing goes on."""

    key: str
    client: str | None
    due: int
    tz: str


@dataclass(frozen=True, slots=True)
class SafeMode:
    """All that a person has to know before they say yes."""

    on: bool
    doubt: Doubt | None
    """Of now or of the last time."""
    looked: tuple[Looked, ...] = ()
    goes_out: tuple[Planned, ...] = ()

    def count(self, verdict: Verdict) -> int:
        return sum(row.verdict is verdict for row in self.looked)


def is_on(conn: Connection) -> bool:
    """Whether a person still has to confirm."""
    mine = (HOLD.c.by == SAFE_MODE, HOLD.c.released_at.is_(None))
    return conn.execute(select(HOLD.c.id).where(*mine)).first() is not None


def refuse_release(conn: Connection) -> None:
    """The ordinary way off the brake is not enough. Raises UsageError."""
    if is_on(conn):
        raise UsageError(
            "this store may be an old copy: publishing is in safe mode",
            "`daypart safe-mode` shows what is looked up; `daypart safe-mode --confirm` goes on",
        )


def read(conn: Connection, now: int) -> SafeMode:
    """Where it stands."""
    last, on = doubt.recall(conn), is_on(conn)
    if last is None:
        return SafeMode(on, None)
    return SafeMode(on, last, _looked(conn, last), _goes_out(conn, now) if on else ())


def _looked(conn: Connection, last: Doubt) -> tuple[Looked, ...]:
    mine = (EVENT.c.delivery_id == DELIVERY.c.id, EVENT.c.why.in_((A_COPY, LOG_IS_NEWER)), EVENT.c.at >= last.entered)
    rows = conn.execute(select(DELIVERY).where(exists(select(EVENT.c.seq).where(*mine))).order_by(DELIVERY.c.due, DELIVERY.c.id)).mappings()
    return tuple(
        Looked(
            row["key"],
            row["client"],
            row["due"],
            row["tz"],
            _VERDICTS.get(State(row["state"]), Verdict.OTHER),
            str(row["remote_url"] or row["remote_id"] or row["reason"] or row["state"]),
        )
        for row in rows
    )


def _goes_out(conn: Connection, now: int) -> tuple[Planned, ...]:
    soon = (DELIVERY.c.state == "queued", DELIVERY.c.due >= now, DELIVERY.c.due <= now + SHOWN_AHEAD, DELIVERY.c.parent_id.is_(None))
    rows = conn.execute(select(DELIVERY).where(*soon).order_by(DELIVERY.c.due, DELIVERY.c.id)).mappings()
    return tuple(Planned(row["key"], row["client"], row["due"], row["tz"]) for row in rows)


def confirm(conn: Connection, author: Author) -> list[str]:
    """A person says that this store may go on. Returns what became overdue meanwhile and waits for a decision now.

    Raises UsageError when it is not on, or when nothing was looked for yet."""
    last = doubt.recall(conn)
    if not is_on(conn):
        raise UsageError("safe mode is not on", "`daypart status` shows what holds publishing back, if anything does")
    if last is not None and not last.looked:
        raise UsageError(
            "nothing has been looked for yet",
            "start the publishing service (`daypart daemon`): it looks, and sends nothing; then `daypart safe-mode` again",
        )
    overdue = brake.take_off(conn, "all", "", author)
    if last is not None:
        doubt.remember(conn, replace(last, confirmed=author.at, by=author.actor))
    return overdue or []
