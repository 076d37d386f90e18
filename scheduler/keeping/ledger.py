"""The ledger, checked: every delivery's events form an unbroken chain, the seals cover all of them, its state is what the chain
says, and what is called published was approved by a person and has its proof."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from sqlalchemy import Connection, Row, exists, func, select

from scheduler.keeping import sealing
from scheduler.lifecycle import TRANSITIONS, State
from scheduler.store.statements import APPROVAL, DELIVERY, EVENT, EVIDENCE, FIRST_HASH, STEP, Change, event_hash

_POSSIBLE = frozenset((source.value, t.target.value) for t in TRANSITIONS for source in t.sources)


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the ledger is not as it was written."""

    delivery: int
    """0: a seal, not one delivery."""
    seq: int
    """Of the event; 0: the delivery itself."""
    what: str
    key: str = ""
    at: int = 0
    """When the entry says it was written, UTC microseconds; 0: not known."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a whole ledger holds, and every break in it, the first one first."""

    deliveries: int
    events: int
    published: int
    seals: int
    sealed_to: int
    """The last event that a seal covers."""
    first_at: int
    last_at: int
    breaks: tuple[Break, ...]


def examine(conn: Connection) -> Report:
    """The whole ledger, with what is in it."""
    facts = conn.execute(select(func.count(), func.min(EVENT.c.at), func.max(EVENT.c.at))).one()
    newest = sealing.newest(conn)
    return Report(
        deliveries=int(conn.execute(select(func.count()).select_from(DELIVERY)).scalar_one()),
        events=int(facts[0]),
        published=int(conn.execute(select(func.count()).where(DELIVERY.c.state == "published")).scalar_one()),
        seals=int(conn.execute(select(func.count()).select_from(sealing.SEAL)).scalar_one()),
        sealed_to=newest.last_seq,
        first_at=facts[1] or 0,
        last_at=facts[2] or 0,
        breaks=tuple(verify(conn)),
    )


def verify(conn: Connection, delivery_id: int | None = None) -> list[Break]:
    """Every break of one delivery's chain, or of all, in the order of their entries; empty: the ledger is whole."""
    wanted = select(EVENT).order_by(EVENT.c.delivery_id, EVENT.c.seq)
    rows = select(DELIVERY.c.id, DELIVERY.c.state, DELIVERY.c.fence)
    if delivery_id is not None:
        wanted, rows = wanted.where(EVENT.c.delivery_id == delivery_id), rows.where(DELIVERY.c.id == delivery_id)
    last: dict[int, tuple[str, int]] = {}
    breaks: list[Break] = []
    for delivery, events in groupby(conn.execute(wanted), key=lambda event: event.delivery_id):
        chain = list(events)
        breaks += _breaks(chain)
        last[delivery] = (_to(chain[-1]), chain[-1].fence)
    states = {row.id: (row.state, row.fence) for row in conn.execute(rows)}
    breaks += _odd_states(states, last)
    breaks += _unproved(conn, delivery_id)
    if delivery_id is None:
        breaks += _broken_seals(conn)
    keys = _keys(conn, {found.delivery for found in breaks})
    named = [replace(found, key=keys.get(found.delivery, found.key)) for found in breaks]
    return sorted(named, key=lambda found: (found.seq == 0, found.seq))


# ── chains ───────────────────────────────────────────────────────────────────


def _breaks(chain: list[Row[tuple[object, ...]]]) -> Iterator[Break]:
    prev, state, fence = FIRST_HASH, "", 0
    for event in chain:
        found = event._mapping
        change = Change(found["delivery_id"], found["at"], found["from"], found["to"], found["fence"], found["actor"], found["why"])
        for what in _odd(change, found["prev_hash"], found["hash"], prev, state, fence):
            yield Break(change.delivery, found["seq"], what, at=change.at)
        prev, state, fence = found["hash"], change.to_state, change.fence


def _odd(change: Change, prev_hash: str, own_hash: str, prev: str, state: str, fence: int) -> Iterator[str]:
    if prev_hash != prev:
        yield "an event before it is missing or was exchanged"
    if event_hash(change, prev_hash) != own_hash:
        yield "it was changed"
    if change.from_state != state:
        yield f"it starts from {change.from_state or 'nothing'}, the one before ended in {state or 'nothing'}"
    if change.fence < fence:
        yield "its fence is lower than the one before"
    if change.from_state and change.from_state != change.to_state and (change.from_state, change.to_state) not in _POSSIBLE:
        yield f"nothing goes from {change.from_state} to {change.to_state}"


def _odd_states(states: Mapping[int, tuple[str, int]], last: Mapping[int, tuple[str, int]]) -> Iterator[Break]:
    for delivery, (state, fence) in states.items():
        told, told_fence = last.get(delivery, ("", 0))
        if state != told:
            yield Break(delivery, 0, f"its state is {state}, its last event says {told or 'nothing'}")
        elif fence < told_fence:
            yield Break(delivery, 0, "its fence is lower than its last event's")
    for delivery in last.keys() - states.keys():
        yield Break(delivery, 0, "its events are here, the delivery itself was removed")


def _to(event: Row[tuple[object, ...]]) -> str:
    return str(event._mapping["to"])


# ── what is called published ─────────────────────────────────────────────────


def _unproved(conn: Connection, delivery_id: int | None) -> Iterator[Break]:
    mine = [DELIVERY.c.state == State.PUBLISHED.value]
    if delivery_id is not None:
        mine.append(DELIVERY.c.id == delivery_id)
    yes = (APPROVAL.c.delivery_id == DELIVERY.c.id, APPROVAL.c.actor_kind == "person", APPROVAL.c.digest == DELIVERY.c.digest)
    approved = exists(select(APPROVAL.c.id).where(*yes))
    for row in conn.execute(select(DELIVERY.c.id, DELIVERY.c.published_at).where(*mine, ~approved)):
        yield Break(row.id, 0, "it is published, and no person approved what it holds", at=row.published_at or 0)
    sent = exists(select(STEP.c.seq).where(STEP.c.delivery_id == DELIVERY.c.id, STEP.c.kind == "commit"))
    proof = exists(select(EVIDENCE.c.id).where(EVIDENCE.c.delivery_id == DELIVERY.c.id))
    looked = exists(select(EVENT.c.seq).where(EVENT.c.delivery_id == DELIVERY.c.id, EVENT.c["from"].in_(("checking", "ask"))))
    without = select(DELIVERY.c.id, DELIVERY.c.published_at).where(*mine, ~sent & ~proof & ~looked | DELIVERY.c.remote_id.is_(None))
    for row in conn.execute(without):
        yield Break(row.id, 0, "it is called published, and there is no trace of its being sent or found", at=row.published_at or 0)


# ── seals ────────────────────────────────────────────────────────────────────


def _broken_seals(conn: Connection) -> Iterator[Break]:
    """Only the first one that does not fit: those after it hang on it."""
    before = sealing.Seal(0, FIRST_HASH)
    for row in conn.execute(select(sealing.SEAL).order_by(sealing.SEAL.c.id)).all():
        hashes = (found for _, found in sealing.hashes_between(conn, before.last_seq, row.last_seq))
        if sealing.seal_hash(before.hash, row.at, row.last_seq, hashes) != row.hash:
            yield Break(0, before.last_seq + 1, _about_seal(conn, before, row.last_seq), at=row.at)
            return
        before = sealing.Seal(row.last_seq, row.hash, row.at)


def _about_seal(conn: Connection, before: sealing.Seal, last: int) -> str:
    first = before.last_seq + 1
    there = {seq for seq, _ in sealing.hashes_between(conn, before.last_seq, last)}
    missing = [str(seq) for seq in range(first, last + 1) if seq not in there]
    which = f"the seal over events {first} to {last} does not fit: "
    if missing:
        return f"{which}event {', '.join(missing[:5])}{' and more' if len(missing) > 5 else ''} was removed"
    return f"{which}one of them was exchanged for another that hangs together by itself"


def _keys(conn: Connection, deliveries: Iterable[int]) -> dict[int, str]:
    ids = [delivery for delivery in deliveries if delivery]
    return {row.id: row.key for row in conn.execute(select(DELIVERY.c.id, DELIVERY.c.key).where(DELIVERY.c.id.in_(ids[:500])))}
