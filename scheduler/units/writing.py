"""Writing units: everything runs inside one transaction; a row that somebody else changed meanwhile raises StaleError.

Then nothing of the transaction remains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update

from adapters.contract import Publication
from scheduler import lifecycle
from scheduler.content import kept as content
from scheduler.errors import StaleError, UsageError
from scheduler.failpoints import fail
from scheduler.lifecycle import State
from scheduler.slots import series_id
from scheduler.store.ready import Ready
from scheduler.store.statements import APPROVAL, CONTENT, DELIVERY, note, record_creation, transition
from scheduler.store.tables import TABLES
from scheduler.units.model import RETIRED, SENT_BACK, Act, Author, NewUnit, Sending, Timing, Unit, Wanted, Yes
from scheduler.units.reading import parse_key

SERIES_SLOT: Table = TABLES.tables["series_slot"]


_CONTENT = Ready(select(CONTENT.c.id).where(CONTENT.c.digest == bindparam("b_digest")))


def keep_content(conn: Connection, post_id: int, publications: Sequence[Publication], digest: str, author: Author) -> int:
    """The id of this content; made when the store has no equal one."""
    known = _CONTENT.value(conn, b_digest=digest)
    if known is not None:
        return int(known)
    body, twin = content.dump(publications), content.twin(publications)
    row = {"post_id": post_id, "digest": digest, "body": body, "twin": twin, "created_at": author.at, "created_by": author.os_user}
    made = conn.execute(insert(CONTENT).values(**row, created_by_kind=author.actor.partition(":")[0])).inserted_primary_key
    assert made is not None
    return int(made[0])


def create(conn: Connection, new: NewUnit, author: Author) -> int:
    """A new unit, all its deliveries as drafts. Returns the id of the post's own delivery."""
    content_id = _content_of(conn, new.post_id, new.wanted, author)
    shared: dict[str, object] = {
        "post_id": new.post_id,
        "account_id": new.account_id,
        "client": new.client,
        "repeat_ok": new.repeat_ok,
        "created_at": author.at,
    }
    shared |= {
        "content_id": content_id,
        "digest": new.wanted.digest,
        "ai": new.wanted.ai,
        "brief_hash": new.brief_hash,
        "state": State.DRAFT,
    }
    head = _insert_act(conn, {**shared, "key": new.key, "kind": "post", "applied": new.applied, **_first(new.wanted, new.timing)}, author)
    _insert_children(conn, new.key, head, new.wanted, new.timing, shared, author)
    _take_slot(conn, new.key, head, new.timing)
    return head


def change_content(
    conn: Connection, unit: Unit, wanted: Wanted, author: Author, *, applied: str | None, brief_hash: str | None = None
) -> None:
    """Another content: an approval is void, and what waited to be sent is a draft again. `author.why` says it to people."""
    content_id = _content_of(conn, unit.post_id, wanted, author)
    values = {"content_id": content_id, "digest": wanted.digest, "ai": wanted.ai, "applied": applied, "brief_hash": brief_hash}
    back_to_draft(conn, unit, author)
    conn.execute(update(DELIVERY).where(DELIVERY.c.id == unit.head.id).values(**values, **_first(wanted, unit.timing)))
    shared: dict[str, object] = {"post_id": unit.post_id, "account_id": unit.account_id, "client": unit.client, "content_id": content_id}
    shared |= {"digest": wanted.digest, "ai": wanted.ai, "brief_hash": brief_hash}
    _keep_children(conn, unit, wanted, shared, author)


def back_to_draft(conn: Connection, unit: Unit, author: Author) -> None:
    """Void the approval; everything of the unit that may still change is a draft again."""
    conn.execute(
        update(APPROVAL)
        .where(APPROVAL.c.delivery_id.in_([act.id for act in unit.acts]), APPROVAL.c.voided_at.is_(None))
        .values(voided_at=author.at, voided_why=author.why)
    )
    for act in unit.acts:
        if act.state in (State.QUEUED, State.CLAIMED):
            _move_state(conn, act, State.DRAFT, author, owner=None, next_at=0, tries=0, reason=author.why, reason_code="void")
        elif act.state in (State.MISSED, State.REFUSED):
            _move_state(conn, act, State.DRAFT, author, owner=None, next_at=0, tries=0, reason=None, reason_code=None)
        elif author.actor.startswith("files:"):
            note(conn, act.id, actor=author.actor, why=author.why, at=author.at)
    sent_back = DELIVERY.c.id.in_([act.id for act in unit.acts]) & (DELIVERY.c.reason_code == SENT_BACK)
    conn.execute(update(DELIVERY).where(sent_back).values(reason=None, reason_code=None))


def retime(conn: Connection, unit: Unit, timing: Timing, leads: Sequence[float], author: Author, *, applied: str | None = None) -> bool:
    """Another time. Returns whether the approval still holds; outside its window it is void."""
    keeps = unit.approved and stays_inside(unit, timing)
    for act, lead in zip(unit.acts, [*leads, *[0.0] * len(unit.acts)], strict=False):
        values = _when(timing, lead, act.window if keeps else None)
        if act is unit.head:
            values |= {"slot": timing.slot} | ({} if applied is None else {"applied": applied})
        conn.execute(update(DELIVERY).where(DELIVERY.c.id == act.id).values(**values))
    waited = (DELIVERY.c.id.in_([act.id for act in unit.acts]), DELIVERY.c.reason_code == lifecycle.PACE)
    conn.execute(update(DELIVERY).where(*waited).values(next_at=0, reason=None, reason_code=None))
    free_slots(conn, [unit.head.id])
    _take_slot(conn, unit.key, unit.head.id, timing)
    if not keeps and unit.state != State.DRAFT:
        back_to_draft(conn, unit, author)
    else:
        note(conn, unit.head.id, actor=author.actor, why=author.why, at=author.at)
    return keeps


def cancel(conn: Connection, unit: Unit, author: Author, *, applied: str | None) -> None:
    """It will not go out. Parts that are public already stay."""
    for act in unit.acts:
        if act.state not in lifecycle.FINAL:
            _move_state(conn, act, State.CANCELLED, author, owner=None, applied=applied, reason=author.why)
    free_slots(conn, [act.id for act in unit.acts])
    conn.execute(
        update(APPROVAL)
        .where(APPROVAL.c.delivery_id.in_([act.id for act in unit.acts]), APPROVAL.c.voided_at.is_(None))
        .values(voided_at=author.at, voided_why=author.why)
    )


def retire(conn: Connection, unit: Unit, author: Author) -> None:
    """Give the key of a cancelled unit free for a new one; its rows and their history stay."""
    for act in unit.acts:
        _retire(conn, act, author)


def rename(conn: Connection, unit: Unit, key: str, post_id: int, author: Author) -> None:
    """The same unit under another key (`moved:`)."""
    for act in unit.acts:
        conn.execute(update(DELIVERY).where(DELIVERY.c.id == act.id).values(key=key + act.key[len(unit.key) :], post_id=post_id))
        note(conn, act.id, actor=author.actor, why=author.why, at=author.at)


def approve(conn: Connection, unit: Unit, yes: Yes, author: Author) -> None:
    """A person's yes to the whole unit: every draft of it waits for its time now. Raises UsageError without a time or a draft."""
    timing = unit.timing
    if timing.due is None:
        raise UsageError(f"'{unit.key}' has no time yet", "give it one first: daypart post move KEY WHEN")
    until = lifecycle.send_until(timing.due, timing.late, timing.not_after, yes.window[1])
    drafts = [act for act in unit.acts if act.state == State.DRAFT]
    if not drafts:
        raise UsageError(f"'{unit.key}' is {unit.state}: there is nothing to approve")
    for act in drafts:
        row = {
            "delivery_id": act.id,
            "digest": yes.digest,
            "person_id": yes.person,
            "actor_kind": "person",
            "at": author.at,
            "review": yes.review,
        }
        conn.execute(insert(APPROVAL).values(row | {"window_from": yes.window[0], "window_to": yes.window[1]}))
        _move_state(conn, act, State.QUEUED, author, send_until=until, reason=None, reason_code=None, next_at=0)


def free_slots(conn: Connection, deliveries: Sequence[int]) -> None:
    """Give dealt places free, so that others may take them."""
    conn.execute(delete(SERIES_SLOT).where(SERIES_SLOT.c.delivery_id.in_(deliveries)))


def _take_slot(conn: Connection, key: str, delivery: int, timing: Timing) -> None:
    if timing.slot is None or timing.slot_day is None:
        return
    campaign, _, account = parse_key(key)
    row = {"series_id": series_id(campaign, timing.slot, account), "local_date": timing.slot_day, "slot_no": 0, "delivery_id": delivery}
    fail("slot.make.before")
    conn.execute(insert(SERIES_SLOT).values(row))
    fail("slot.make.after")


def _content_of(conn: Connection, post_id: int, wanted: Wanted, author: Author) -> int | None:
    if wanted.digest is None:
        return None
    return keep_content(conn, post_id, wanted.publications, wanted.digest, author)


def _insert_act(conn: Connection, values: dict[str, object], author: Author) -> int:
    made = conn.execute(insert(DELIVERY).values(**values)).inserted_primary_key
    assert made is not None
    record_creation(conn, int(made[0]), state=State.DRAFT, actor=author.actor, why=author.why, at=author.at)
    return int(made[0])


def _insert_children(
    conn: Connection, key: str, head: int, wanted: Wanted, timing: Timing, shared: Mapping[str, object], author: Author
) -> None:
    parent = head
    for publication, sending in list(zip(wanted.publications, wanted.sending, strict=True))[1:]:
        own = _child(key, publication, sending, head if publication.kind == "comment" else parent, timing)
        made = _insert_act(conn, {**shared, **own}, author)
        parent = parent if publication.kind == "comment" else made


def _keep_children(conn: Connection, unit: Unit, wanted: Wanted, shared: Mapping[str, object], author: Author) -> None:
    """Parts and comment of a changed unit: the same rows where there are some, new ones and retired ones where not."""
    known = {act.key: act for act in unit.acts[1:]}
    parent = unit.head.id
    for publication, sending in list(zip(wanted.publications, wanted.sending, strict=True))[1:]:
        own = _child(unit.key, publication, sending, unit.head.id if publication.kind == "comment" else parent, unit.timing)
        act = known.pop(str(own["key"]), None)
        if act is None:
            made = _insert_act(conn, {**shared, **own, "state": State.DRAFT, "created_at": author.at}, author)
        else:
            made = act.id
            conn.execute(update(DELIVERY).where(DELIVERY.c.id == act.id).values(**shared, **own))
        parent = parent if publication.kind == "comment" else made
    for act in known.values():
        _retire(conn, act, author)


def _child(key: str, publication: Publication, sending: Sending, parent: int, timing: Timing) -> dict[str, object]:
    own: dict[str, object] = {"key": content.child_key(key, publication.kind, publication.part), "kind": publication.kind}
    own |= {"part": publication.part, "parts": publication.parts, "cls": sending.cls, "parent_id": parent}
    return own | _when(timing, sending.lead, None)


def _first(wanted: Wanted, timing: Timing) -> dict[str, object]:
    """Columns of the post's own delivery that follow from content and time."""
    values: dict[str, object] = {"slot": timing.slot, **_when(timing, wanted.sending[0].lead if wanted.sending else 0.0, None)}
    if wanted.publications:
        values |= {"parts": wanted.publications[0].parts, "cls": wanted.sending[0].cls}
    return values


def _when(timing: Timing, lead: float, window: tuple[int, int] | None) -> dict[str, object]:
    due, late, not_after = timing.due, timing.late, timing.not_after
    values: dict[str, object] = {"due": due, "tz": timing.tz, "wall": timing.wall, "late": late, "not_after": not_after}
    if due is None:
        return values | {"prepare_at": None, "send_until": None}
    until = lifecycle.send_until(due, late, not_after, window[1] if window else None)
    return values | {"prepare_at": lifecycle.prepare_at(due, lead), "send_until": until}


def stays_inside(unit: Unit, timing: Timing) -> bool:
    """Whether the approval of a planned unit holds at another time."""
    window = unit.head.window
    return window is not None and timing.due is not None and window[0] <= timing.due <= window[1] and unit.state == State.QUEUED


def _retire(conn: Connection, act: Act, author: Author) -> None:
    """Cancel what is left of a delivery and give its key free."""
    if act.state not in lifecycle.FINAL:
        fresh = conn.execute(select(DELIVERY.c.state, DELIVERY.c.fence).where(DELIVERY.c.id == act.id)).one()
        current = Act(act.id, act.key, act.kind, act.part, fresh.state, fresh.fence)
        _move_state(conn, current, State.CANCELLED, author, owner=None, reason=author.why)
    conn.execute(update(DELIVERY).where(DELIVERY.c.id == act.id).values(key=f"{act.key}{RETIRED}{act.id}"))


def _move_state(conn: Connection, act: Act, to: State, author: Author, **values: object) -> None:
    who = "files" if author.actor.startswith("files:") else "person"
    rule = lifecycle.allowed(act.state, to, "files" if who == "files" else "person")
    if rule is None:
        raise UsageError(f"'{act.key}' is {act.state}: it cannot become {to}", "look at it again: it may have gone out meanwhile")
    hit = transition(
        conn,
        act.id,
        fence=act.fence,
        from_states=[act.state],
        to=to,
        actor=author.actor,
        why=author.why,
        at=author.at,
        bump_fence=rule.bump,
        **values,
    )
    if not hit:
        raise StaleError(f"'{act.key}' changed while you looked at it", "look at it again")
