"""Everything the store knows of one delivery, in one order: changes of state, approvals, each call with its result, proofs, notices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import Connection, RowMapping, Table, select

from scheduler.clean import clean, clean_line
from scheduler.store.statements import APPROVAL, EVENT, EVIDENCE, NOTICE, STEP

Kind = Literal["state", "approval", "call", "proof", "notice"]

_STEPS = {
    "intent": "under way, or nobody knows",
    "done": "done",
    "refused": "refused",
    "not_sent": "nothing was sent",
    "unknown": "no clear answer",
    "adopted": "found to have worked",
    "absent": "found not to be there",
}
_SOURCES = {
    "late_answer": "an answer that came late",
    "webhook": "a message of the platform",
    "person": "a person",
    "sent_log": "the sent log",
}
_KINDS = {"safe": "getting ready", "commit": "the request that makes it public", "poll": "asking how far it is"}
_ORDER = {"state": 0, "approval": 1, "call": 2, "proof": 3, "notice": 4}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened."""

    at: int
    kind: Kind
    who: str
    words: str
    until: int | None = None
    """When a call ended, an approval was voided, a notice was sent."""
    detail: dict[str, str] = field(default_factory=dict)


def read_chronicle(conn: Connection, delivery_id: int) -> tuple[Line, ...]:
    """Oldest first; what happened at the same instant stands in the order it must have happened in."""
    lines = [
        *(_event(row) for row in _rows(conn, EVENT, delivery_id, "seq")),
        *(line for row in _rows(conn, APPROVAL, delivery_id, "id") for line in _approval(row)),
        *(_step(row) for row in _rows(conn, STEP, delivery_id, "seq")),
        *(_proof(row) for row in _rows(conn, EVIDENCE, delivery_id, "id")),
        *(_notice(row) for row in _rows(conn, NOTICE, delivery_id, "id")),
    ]
    return tuple(sorted(lines, key=lambda line: (line.at, _ORDER[line.kind])))


def _rows(conn: Connection, table: Table, delivery_id: int, order: str) -> Iterator[RowMapping]:
    yield from conn.execute(select(table).where(table.c.delivery_id == delivery_id).order_by(table.c[order])).mappings()


def _event(row: RowMapping) -> Line:
    same = row["from"] == row["to"]
    words = f"{row['from'] or 'new'} → {row['to']}: " if not same else f"{row['to']}: "
    detail = {"seq": str(row["seq"]), "from": row["from"], "to": row["to"], "fence": str(row["fence"]), "hash": row["hash"]}
    return Line(row["at"], "state", clean_line(row["actor"]), words + clean(row["why"]), detail=detail)


def _approval(row: RowMapping) -> Iterator[Line]:
    detail = {"digest": row["digest"], "window_from": str(row["window_from"]), "window_to": str(row["window_to"])}
    detail |= {f"review.{name}": clean_line(str(value)) for name, value in json.loads(row["review"]).items()}
    who = f"person:{clean_line(row['person_id'])}"
    for_client = (
        f"approved for the client by {detail['review.on_behalf']}, recorded by {who.partition(':')[2]}: "
        if _by_client(detail)
        else "approved "
    )
    yield Line(row["at"], "approval", who, f"{for_client}what has the digest {row['digest'][:8]}", row["voided_at"], detail)
    if row["voided_at"] is not None:
        why = clean(row["voided_why"] or "no reason was kept")
        yield Line(row["voided_at"], "approval", "", f"the approval of {row['digest'][:8]} was voided: {why}")


def _by_client(detail: dict[str, str]) -> bool:
    return bool(detail.get("review.on_behalf"))


def _step(row: RowMapping) -> Line:
    told = {name: clean_line(str(value)) for name, value in json.loads(row["detail"]).items()}
    detail = told | {"try": str(row["try"]), "fence": str(row["fence"]), "phase": row["phase"], "step": row["name"], "kind": row["kind"]}
    if row["handle"]:
        detail["handle"] = clean_line(row["handle"])
    status = f", HTTP {row['http_status']}" if row["http_status"] else ""
    why = f" ({told['code']})" if told.get("code") else ""
    words = (
        f"{clean_line(row['name'])} ({_KINDS.get(row['kind'], row['kind'])}), try {row['try']}: {_STEPS.get(row['phase'], row['phase'])}"
    )
    return Line(row["at_intent"], "call", "", words + status + why, row["at_end"], detail)


def _proof(row: RowMapping) -> Line:
    where = clean_line(row["remote_url"] or row["remote_id"])
    return Line(row["at"], "proof", "", f"proof that it is public, from {_SOURCES.get(row['source'], row['source'])}: {where}")


def _notice(row: RowMapping) -> Line:
    sent = "told" if row["sent_at"] is not None else f"not told yet{': ' + clean(row['problem']) if row['problem'] else ''}"
    return Line(row["at"], "notice", "", f"notice “{row['kind']}”, {sent}: {clean(row['words'])}", row["sent_at"])
