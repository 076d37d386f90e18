"""The step journal: every intent is on disk before it happens, every result after; and what came outside the lease."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from sqlalchemy import BindParameter, Connection, bindparam, func, insert, select, update

from adapters.contract import Found, JournalEntry, Receipt
from scheduler.store.queue import Lease
from scheduler.store.ready import Ready
from scheduler.store.statements import DELIVERY, EVIDENCE, STEP

Phase = Literal["intent", "done", "refused", "not_sent", "unknown", "adopted", "absent"]


_ID: BindParameter[int] = bindparam("b_id")
_ENTRIES = Ready(select(STEP).where(STEP.c.delivery_id == _ID).order_by(STEP.c.seq))
_NEWEST_SEQ = Ready(select(func.max(STEP.c.seq)).where(STEP.c.delivery_id == _ID))
_INTENT = ("delivery_id", "seq", "try", "name", "kind", "phase", "fence", "handle", "request_digest", "at_intent")
_INSERT_STEP = Ready(insert(STEP), (*_INTENT, "boot_intent", "boot_id", "boot_end_id", "detail"))
_FENCE_AND_STATE = Ready(select(DELIVERY.c.fence, DELIVERY.c.state).where(DELIVERY.c.id == _ID))
_MAY_HAVE_LEFT = (STEP.c.delivery_id == _ID, STEP.c.kind == "commit", STEP.c.phase != "not_sent")
_NEWEST_FIRST = STEP.c.seq.desc()
_LAST_ATTEMPT = Ready(
    select(STEP.c.boot_id, STEP.c.boot_end, STEP.c.boot_end_id).where(*_MAY_HAVE_LEFT).order_by(_NEWEST_FIRST).limit(1),
)
_LAST_DETAIL = Ready(select(STEP.c.detail).where(*_MAY_HAVE_LEFT).order_by(_NEWEST_FIRST).limit(1))
_EVIDENCE = Ready(select(EVIDENCE).where(EVIDENCE.c.delivery_id == _ID).order_by(EVIDENCE.c.id.desc()))


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant by both clocks, and which boot the second belongs to."""

    wall: int
    boot: int
    boot_id: str


def entries(conn: Connection, delivery_id: int) -> tuple[JournalEntry, ...]:
    """Everything a delivery ever did, oldest first."""
    rows = _ENTRIES.mappings(conn, b_id=delivery_id)
    return tuple(
        JournalEntry(
            seq=row["seq"],
            attempt=row["try"],
            name=row["name"],
            kind=row["kind"],
            phase=row["phase"],
            handle=row["handle"],
            request_digest=row["request_digest"],
            at_intent=row["at_intent"],
            detail=json.loads(row["detail"]),
        )
        for row in rows
    )


def still_mine(conn: Connection, lease: Lease, state: str) -> bool:
    """Whether the lease holds; every write of a worker asks this first."""
    return _FENCE_AND_STATE.row(conn, b_id=lease.id) == (lease.fence, state)


def intend(
    conn: Connection, lease: Lease, name: str, kind: str, moment: Moment, *, handle: str | None = None, request_digest: str = ""
) -> JournalEntry:
    """A step is about to happen."""
    newest = _NEWEST_SEQ.value(conn, b_id=lease.id)
    entry = JournalEntry(
        seq=(newest or 0) + 1,
        attempt=lease.tries,
        name=name,
        kind=kind,  # type: ignore[arg-type]
        phase="intent",
        handle=handle,
        request_digest=request_digest,
        at_intent=moment.wall,
        detail={},
    )
    _INSERT_STEP.change(conn, _row(lease, entry, moment))
    return entry


def _row(lease: Lease, entry: JournalEntry, moment: Moment) -> dict[str, object]:
    return {
        "delivery_id": lease.id,
        "seq": entry.seq,
        "try": entry.attempt,
        "name": entry.name,
        "kind": entry.kind,
        "phase": entry.phase,
        "fence": lease.fence,
        "handle": entry.handle,
        "request_digest": entry.request_digest,
        "at_intent": moment.wall,
        "boot_intent": moment.boot,
        "boot_id": moment.boot_id,
        "boot_end_id": "",
        "detail": "{}",
    }


def finish(
    conn: Connection,
    lease: Lease,
    entry: JournalEntry,
    phase: Phase,
    at: int,
    *,
    handle: str | None = None,
    detail: Mapping[str, str] | None = None,
    http_status: int | None = None,
) -> None:
    """What came of a step."""
    values: dict[str, object] = {"phase": phase, "at_end": at, "http_status": http_status}
    if handle is not None:
        values["handle"] = handle
    if detail:
        values["detail"] = json.dumps(dict(detail), ensure_ascii=False, sort_keys=True)
    _finishing(tuple(values)).change(conn, {"b_id": lease.id, "b_seq": entry.seq, **values})


@cache
def _finishing(columns: tuple[str, ...]) -> Ready:
    return Ready(update(STEP).where(STEP.c.delivery_id == _ID, STEP.c.seq == bindparam("b_seq")), columns)


def finished(entry: JournalEntry, phase: Phase, handle: str | None, detail: Mapping[str, str]) -> JournalEntry:
    """The entry as `finish` left it."""
    return replace(entry, phase=phase, handle=entry.handle if handle is None else handle, detail=dict(detail))


def mark_dead(conn: Connection, lease: Lease, names: Sequence[str], moment: Moment) -> None:
    """What these steps made is gone: a new row each, so that `done` ones are not taken for alive."""
    for name in names:
        entry = intend(conn, lease, name, "safe", moment)
        finish(conn, lease, entry, "absent", moment.wall)


# ── attempts that may have arrived ───────────────────────────────────────────


def end_attempts(
    conn: Connection, delivery_id: int, phase: Phase, moment: Moment | None = None, *, only: Sequence[str] = ("intent",)
) -> None:
    """Set the phase of commit steps that are in one of the phases `only`; `moment` is when they last may have been sent."""
    values: dict[str, object] = {"phase": phase}
    if moment is not None:
        values |= {"at_end": moment.wall, "boot_end": moment.boot, "boot_end_id": moment.boot_id}
    _ending(tuple(values), tuple(only)).change(conn, {"b_id": delivery_id, **values})


@cache
def _ending(columns: tuple[str, ...], only: tuple[str, ...]) -> Ready:
    return Ready(update(STEP).where(STEP.c.delivery_id == _ID, STEP.c.kind == "commit", STEP.c.phase.in_(only)), columns)


@dataclass(frozen=True, slots=True)
class Attempt:
    """The newest commit of a delivery that may have arrived."""

    boot_id: str
    """Boot in which it was made."""
    ended: int
    """Boot clock when it last may have been sent."""
    ended_id: str
    """Boot that clock belongs to; empty: not known."""


def last_attempt(conn: Connection, delivery_id: int) -> Attempt | None:
    """When it was last tried."""
    row = _LAST_ATTEMPT.row(conn, b_id=delivery_id)
    return None if row is None else Attempt(*row)


def note_earlier_version(conn: Connection, lease: Lease, entry: JournalEntry, found: Found) -> None:
    """The answer to a commit showed that something else is public under our key."""
    detail = json.dumps(
        {"earlier_id": found.receipt.remote_id, "earlier_url": found.receipt.url, "earlier_why": found.reason, "said": found.reason}
    )
    conn.execute(update(STEP).where(STEP.c.delivery_id == lease.id, STEP.c.seq == entry.seq).values(detail=detail))


def note_answer(conn: Connection, lease: Lease, entry: JournalEntry, said: str, code: str, status: int | None) -> None:
    """What came back where nobody can say whether it is public: for the person who may have to decide."""
    detail = json.dumps({"said": said, "code": code}, ensure_ascii=False)
    mine = (STEP.c.delivery_id == lease.id, STEP.c.seq == entry.seq)
    conn.execute(update(STEP).where(*mine).values(detail=detail, http_status=status))


def earlier_version(conn: Connection, delivery_id: int) -> Found | None:
    """What the newest answer showed instead of what was sent, or None."""
    detail = _LAST_DETAIL.value(conn, b_id=delivery_id)
    told = json.loads(detail) if detail else {}
    if "earlier_id" not in told:
        return None
    return Found(Receipt(told["earlier_id"], told["earlier_url"]), same=False, reason=told["earlier_why"])


# ── receipts and evidence ────────────────────────────────────────────────────


def add_evidence(conn: Connection, delivery_id: int, fence: int, receipt: Receipt, *, at: int, source: str) -> bool:
    """Proof that it is public, from outside the lease. Insert-only; the same proof is kept once."""
    same = (EVIDENCE.c.delivery_id == delivery_id, EVIDENCE.c.remote_id == receipt.remote_id)
    if conn.execute(select(EVIDENCE.c.id).where(*same)).first():
        return False
    extra = json.dumps(dict(receipt.extra), ensure_ascii=False, sort_keys=True)
    values = {"delivery_id": delivery_id, "fence": fence, "remote_id": receipt.remote_id, "remote_url": receipt.url, "extra": extra}
    conn.execute(insert(EVIDENCE).values(**values, at=at, source=source))
    return True


def evidence(conn: Connection, delivery_id: int) -> tuple[Receipt, ...]:
    """All proofs of a delivery, newest first."""
    rows = _EVIDENCE.mappings(conn, b_id=delivery_id)
    return tuple(Receipt(row["remote_id"], row["remote_url"], None, json.loads(row["extra"])) for row in rows)


def receipt_of(conn: Connection, *, delivery_id: int | None = None, key: str | None = None) -> Receipt | None:
    """The receipt of a published delivery, for what hangs on it."""
    row = _RECEIPT_OF_KEY.row(conn, b_key=key) if delivery_id is None else _RECEIPT_OF_ID.row(conn, b_id=delivery_id)
    if row is None:
        return None
    remote_id, url, at, extra = row
    return Receipt(remote_id, url, at, json.loads(extra))


_RECEIPT = select(DELIVERY.c.remote_id, DELIVERY.c.remote_url, DELIVERY.c.published_at, DELIVERY.c.remote_extra)
_RECEIPT_OF_ID = Ready(_RECEIPT.where(DELIVERY.c.id == _ID, DELIVERY.c.remote_id.is_not(None)))
_RECEIPT_OF_KEY = Ready(_RECEIPT.where(DELIVERY.c.key == bindparam("b_key"), DELIVERY.c.remote_id.is_not(None)))


def receipt_values(receipt: Receipt, now: int) -> dict[str, object]:
    """Columns of a delivery that has become public."""
    return {
        "remote_id": receipt.remote_id,
        "remote_url": receipt.url,
        "remote_extra": json.dumps(dict(receipt.extra), ensure_ascii=False, sort_keys=True),
        "published_at": receipt.published_at if receipt.published_at is not None else now,
        "reason": None,
        "reason_code": None,
        "look_at": None,
    }
