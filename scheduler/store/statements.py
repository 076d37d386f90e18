"""Every change of state: one guarded UPDATE that must hit exactly one row, and its event in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, Table, bindparam, func, insert, select, update

from scheduler.canonical import Json, sha256_of
from scheduler.store.ready import Ready
from scheduler.store.tables import TABLES

DELIVERY: Table = TABLES.tables["delivery"]
EVENT: Table = TABLES.tables["event"]
ACCOUNT: Table = TABLES.tables["account"]
APPROVAL: Table = TABLES.tables["approval"]
CONTENT: Table = TABLES.tables["content"]
COUNTING: Table = TABLES.tables["counting"]
EVIDENCE: Table = TABLES.tables["evidence"]
FIGURE: Table = TABLES.tables["figure"]
HOLD: Table = TABLES.tables["hold"]
META: Table = TABLES.tables["meta"]
NODE: Table = TABLES.tables["node"]
NOTICE: Table = TABLES.tables["notice"]
POST: Table = TABLES.tables["post"]
STEP: Table = TABLES.tables["step"]

_STATE_OF = Ready(select(DELIVERY.c.state).where(DELIVERY.c.id == bindparam("b_id")))
_HEAD_OF = Ready(select(EVENT.c.hash).where(EVENT.c.delivery_id == bindparam("b_id")).order_by(EVENT.c.seq.desc()).limit(1))
_INSERT_EVENT = Ready(insert(EVENT), ("delivery_id", "at", "from", "to", "fence", "actor", "why", "prev_hash", "hash"))
_LAST_EVENT = Ready(select(func.max(EVENT.c.seq)).where(EVENT.c.delivery_id == bindparam("b_id")))
_SAME_NOTICE = Ready(
    select(NOTICE.c.id).where(
        NOTICE.c.kind == bindparam("b_kind"),
        NOTICE.c.event_seq == bindparam("b_seq"),
        NOTICE.c.delivery_id.is_not_distinct_from(bindparam("b_delivery")),
        NOTICE.c.account_id.is_not_distinct_from(bindparam("b_account")),
    )
)
_META = Ready(select(META.c.value).where(META.c.name == bindparam("b_name")))
_SET_META = Ready(update(META).where(META.c.name == bindparam("b_name")), ("value",))

NOTICED = frozenset({"ask", "refused", "missed"})
"""Changes into these states raise a notice."""
FIRST_HASH = "0" * 64
"""What the first event of a delivery hangs on."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of state, as the ledger keeps it."""

    delivery: int
    at: int
    from_state: str
    to_state: str
    fence: int
    actor: str
    why: str


def transition(
    conn: Connection,
    delivery_id: int,
    *,
    fence: int,
    from_states: Sequence[str],
    to: str,
    actor: str,
    why: str,
    at: int,
    bump_fence: bool,
    **values: object,
) -> bool:
    """Change the state of one delivery if it still has this fence and one of these states; further columns in `values`.

    False: somebody else was faster. Then stop and touch nothing else."""
    state = from_states[0] if len(from_states) == 1 else _STATE_OF.value(conn, b_id=delivery_id)  # the UPDATE asks for it anyway
    if state is None or state not in from_states:
        return False
    new_fence = fence + 1 if bump_fence else fence
    changed = {"state": to, "fence": new_fence, **values}
    if _moving(tuple(changed)).change(conn, {"b_id": delivery_id, "b_fence": fence, "b_state": state, **changed}) != 1:
        return False
    record_changes(conn, [Change(delivery_id, at, state, to, new_fence, actor, why)])
    return True


@cache
def _moving(columns: tuple[str, ...]) -> Ready:
    guard = (DELIVERY.c.id == bindparam("b_id"), DELIVERY.c.fence == bindparam("b_fence"), DELIVERY.c.state == bindparam("b_state"))
    return Ready(update(DELIVERY).where(*guard), columns)


def record_changes(conn: Connection, changes: Iterable[Change]) -> None:
    """Append events, each chained to the last one of its delivery. At most one change of a delivery in a call."""
    changes = list(changes)
    if not changes:
        return
    _INSERT_EVENT.change_each(conn, [_event_row(change, _head_of_chain(conn, change.delivery)) for change in changes])
    for change in changes:
        if change.to_state in NOTICED and change.from_state != change.to_state:
            add_notice(conn, change.to_state, change.why, change.at, delivery_id=change.delivery)


def add_notice(
    conn: Connection, kind: str, words: str, at: int, *, delivery_id: int | None = None, account_id: int | None = None, event_seq: int = 0
) -> bool:
    """Something a person must be told, once per event. False: it stands there already."""
    if delivery_id is not None and not event_seq:
        event_seq = _LAST_EVENT.value(conn, b_id=delivery_id) or 0
    if _SAME_NOTICE.row(conn, b_kind=kind, b_seq=event_seq, b_delivery=delivery_id, b_account=account_id):
        return False
    values = {"kind": kind, "words": words, "at": at, "delivery_id": delivery_id, "account_id": account_id, "event_seq": event_seq}
    conn.execute(insert(NOTICE).values(values))
    return True


def record_creation(conn: Connection, delivery_id: int, *, state: str, actor: str, why: str, at: int) -> None:
    """The first event of a new delivery: from nothing."""
    record_changes(conn, [Change(delivery_id, at, "", state, 0, actor, why)])


def note(conn: Connection, delivery_id: int, *, actor: str, why: str, at: int) -> None:
    """An event without a change of state: a move inside the window, a person's remark."""
    row = conn.execute(select(DELIVERY.c.state, DELIVERY.c.fence).where(DELIVERY.c.id == delivery_id)).one()
    record_changes(conn, [Change(delivery_id, at, row.state, row.state, row.fence, actor, why)])


def _head_of_chain(conn: Connection, delivery_id: int) -> str:
    """The newest hash of a delivery's chain. One statement for many deliveries takes longer: it has to be put together each time."""
    newest: str | None = _HEAD_OF.value(conn, b_id=delivery_id)
    return FIRST_HASH if newest is None else newest


def event_hash(change: Change, prev_hash: str) -> str:
    """What chains an event to the one before."""
    fields: Json = [change.delivery, change.at, change.from_state, change.to_state, change.fence, change.actor, change.why, prev_hash]
    return sha256_of(fields)


def _event_row(change: Change, prev_hash: str) -> dict[str, object]:
    return {
        "delivery_id": change.delivery,
        "at": change.at,
        "from": change.from_state,
        "to": change.to_state,
        "fence": change.fence,
        "actor": change.actor,
        "why": change.why,
        "prev_hash": prev_hash,
        "hash": event_hash(change, prev_hash),
    }


# ── facts about the store ────────────────────────────────────────────────────


def get_meta(conn: Connection, name: str) -> str | None:
    """One fact about the store, or None."""
    value: str | None = _META.value(conn, b_name=name)
    return value


def set_meta(conn: Connection, name: str, value: str) -> None:
    """Keep one fact about the store."""
    if _SET_META.change(conn, {"b_name": name, "value": value}) == 0:
        conn.execute(insert(META).values(name=name, value=value))


def next_epoch(conn: Connection) -> int:
    """Count this start of the service."""
    epoch = int(get_meta(conn, "db_epoch") or "0") + 1
    set_meta(conn, "db_epoch", str(epoch))
    return epoch
