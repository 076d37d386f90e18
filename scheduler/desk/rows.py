"""Deliveries as lists show them, read with light SQL: columns, never objects, and contents only where they are needed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, text

from adapters.limits import platform_name
from scheduler.clean import clean, clean_line
from scheduler.clock import HOUR
from scheduler.desk.views import ApprovalView, DeliveryQuery, DeliveryView, DisclosureView
from scheduler.desk.words import Standing, called, next_words, sign_of, state_words
from scheduler.holds import CLIENT
from scheduler.scene import NOBODY, ClientView, HoldView, Scene

_SELECT = """
SELECT d.id, d.key, d.post_id, d.kind, d.part, d.parts, d.state, d.due, d.tz, d.wall, d.digest, d.content_id, d.ai, d.client,
 d.remote_id, d.remote_url, d.published_at, d.reason, d.reason_code, d.send_until, d.next_at, d.look_n, d.look_at, d.parent_id,
 p.campaign, p.slug, p.title, p.managed_by, a.name AS account, a.platform, a.state AS account_state, a.next_ok_at,
 a.remote_account_id, CASE WHEN substr(c.body, 1, length(:plain)) <> :plain THEN substr(c.body, 1, 1500) END AS told,
 y.person_id AS yes_by, y.at AS yes_at, y.review AS yes_review, parent.state AS parent_state
FROM delivery d
JOIN post p ON p.id = d.post_id
JOIN account a ON a.id = d.account_id
LEFT JOIN content c ON c.id = d.content_id
LEFT JOIN approval y ON y.delivery_id = d.id AND y.voided_at IS NULL
LEFT JOIN delivery parent ON parent.id = d.parent_id
"""
_BY_TIME = "(d.state || '')"
"""The state where the index by time is to be used: half of all rows may have one state, few are of one day."""
_PLAIN = '[{"disclosure":{"burned_in":null,"flags":[],"label":"human","line":null}'
"""How a content begins of which readers are told nothing: those are not even read from the store."""
_NOT_TOLD = DisclosureView(flags={}, line=None)
_RETIRED = "d.key NOT LIKE '%~%'"


def read_deliveries(conn: Connection, query: DeliveryQuery, scene: Scene) -> list[DeliveryView]:
    """What a list wants, soonest first; what has no time comes last."""
    where, values = _where(query)
    order = "d.due DESC, d.id DESC" if query.newest else "d.due, d.id"
    timed = _views(conn, f"{where} AND d.due IS NOT NULL ORDER BY {order} LIMIT :n", {**values, "n": query.limit}, scene)
    if query.newest:
        timed.reverse()
    left = query.limit - len(timed)
    if left and query.since is None:
        timed += _views(conn, f"{where} AND d.due IS NULL ORDER BY d.id LIMIT :n", {**values, "n": left}, scene)
    return timed


def read_delivery(conn: Connection, key: str, scene: Scene) -> DeliveryView | None:
    """One delivery by its key."""
    return next(iter(_views(conn, "WHERE d.key = :key", {"key": key}, scene)), None)


def read_waiting(conn: Connection, client: str | None, scene: Scene) -> list[DeliveryView]:
    """What waits for an approval, soonest first."""
    mine = " AND d.client = :client" if client else ""
    tail = (
        "WHERE d.state = 'draft' AND d.parent_id IS NULL AND d.content_id IS NOT NULL AND d.due IS NOT NULL"
        f" AND coalesce(d.reason_code, '') <> 'sent_back'{mine} ORDER BY d.due, d.id LIMIT 500"
    )
    return _views(conn, tail, {"client": client} if client else {}, scene)


def read_next(conn: Connection, client: str | None, scene: Scene) -> DeliveryView | None:
    """What goes out next."""
    mine = " AND d.client = :client" if client else ""
    tail = f"WHERE {_BY_TIME} = 'queued' AND d.due >= :since{mine} ORDER BY d.due, d.id LIMIT 1"
    values = {"since": scene.now - 2 * HOUR} | ({"client": client} if client else {})
    return next(iter(_views(conn, tail, values, scene)), None)


def read_post_deliveries(conn: Connection, post_id: int, scene: Scene) -> list[DeliveryView]:
    """All deliveries of a post, its parts after their first."""
    return _views(conn, f"WHERE d.post_id = :post AND {_RETIRED} ORDER BY d.key", {"post": post_id}, scene)


def _views(conn: Connection, tail: str, values: Mapping[str, object], scene: Scene) -> list[DeliveryView]:
    """One row after the other: a thousand of them at once would be held twice."""
    return [view_of(row, scene) for row in conn.execute(text(_SELECT + tail), {**values, "plain": _PLAIN}).mappings()]


def _where(query: DeliveryQuery) -> tuple[str, dict[str, object]]:
    wanted: dict[str, tuple[str, object]] = {
        "client": ("d.client = :client", query.client),
        "account": ("a.name = :account", query.account),
        "campaign": ("p.campaign = :campaign", query.campaign),
        "post": ("(p.campaign || '/' || p.slug) = :post", query.post),
        "since": ("d.due >= :since", query.since),
        "until": ("d.due < :until", query.until),
    }
    used = {name: pair for name, pair in wanted.items() if pair[1] is not None}
    values = {name: value for name, (_, value) in used.items()}
    conditions = [condition for condition, _ in used.values()]
    if query.states:
        names = {f"state{n}": state for n, state in enumerate(query.states)}
        column = "d.state" if query.since is None and query.until is None else _BY_TIME
        conditions.append(f"{column} IN ({', '.join(f':{name}' for name in names)})")
        values |= names
    return f"WHERE {' AND '.join([*conditions, _RETIRED])}", values


def view_of(row: RowMapping, scene: Scene) -> DeliveryView:
    """A row in words."""
    post = f"{row['campaign']}/{row['slug']}"
    held = scene.is_held(row["client"], row["account"], row["campaign"])
    proposals = scene.proposals.get(row["post_id"], 0)
    at = _standing(row, post, held, proposals, scene.tz, no_network=scene.no_network)
    name, color = scene.client_of(row["client"])
    return DeliveryView(
        id=row["id"],
        key=row["key"],
        post=post,
        campaign=row["campaign"],
        title=clean_line(row["title"]),
        client=row["client"],
        client_name=name,
        client_color=color,
        account=row["account"],
        platform=row["platform"],
        platform_name=called(at.platform_name, row["account"], scene.here),
        kind=row["kind"],
        part=row["part"],
        parts=row["parts"],
        state=row["state"],
        sign=sign_of(row["state"], has_text=at.has_text, ai=row["ai"], proposals=proposals, held=held),
        words=state_words(at, scene.now),
        due=row["due"],
        tz=scene.tz,
        wall=row["wall"],
        digest=row["digest"],
        approval=ApprovalView(row["yes_by"], row["yes_at"], _client_of(row["yes_review"])) if row["yes_by"] else None,
        ai=row["ai"],
        disclosure=told_of(row["told"]),
        remote_id=_line(row["remote_id"]),
        remote_url=_line(row["remote_url"]),
        published_at=row["published_at"],
        reason=clean(row["reason"]) if row["reason"] else None,
        next=next_words(at, scene.now),
        managed_by=row["managed_by"],
    )


def _standing(row: RowMapping, post: str, held: bool, proposals: int, tz: str, *, no_network: bool) -> Standing:
    return Standing(
        key=row["key"],
        post=post,
        state=row["state"],
        platform_name=platform_name(row["platform"]),
        account=row["account"],
        tz=tz,
        due=row["due"],
        send_until=row["send_until"],
        next_at=row["next_at"],
        look_n=row["look_n"],
        look_at=row["look_at"],
        has_text=row["content_id"] is not None,
        ai=row["ai"],
        proposals=proposals,
        held=held,
        account_state=row["account_state"],
        connected=row["remote_account_id"] is not None,
        account_waits_until=row["next_ok_at"],
        reason_code=row["reason_code"],
        begun=row["parent_id"] is not None and row["parent_state"] != "published",
        no_network=no_network,
    )


def told_of(body: str | None) -> DisclosureView:
    """What readers are told about AI, from the beginning of a content's body: its keys are sorted, `disclosure` comes first."""
    if not body:
        return _NOT_TOLD
    told, _ = json.JSONDecoder().raw_decode(body, body.index(":") + 1)
    return DisclosureView(flags=dict.fromkeys(told["flags"], True), line=clean(told["line"]) if told["line"] else None)


def read_holds(conn: Connection, clients: Mapping[str, ClientView] = NOBODY) -> list[HoldView]:
    """Every brake that is on, newest first; with `clients`, what people call those that are held."""
    rows = conn.execute(text("SELECT id, scope, subject, reason, by, at FROM hold WHERE released_at IS NULL ORDER BY at DESC, id DESC"))
    return [_hold_of(row, clients) for row in rows]


def _hold_of(row: Row[Any], clients: Mapping[str, ClientView]) -> HoldView:
    named = clients.get(row.subject) if row.scope == CLIENT else None
    return HoldView(row.id, row.scope, row.subject, clean_line(row.reason), clean_line(row.by), row.at, named.name if named else "")


def read_proposal_counts(conn: Connection) -> dict[int, int]:
    """Post id → proposals nobody has decided yet."""
    rows = conn.execute(text("SELECT post_id, count(*) AS n FROM proposal WHERE status IN ('ready', 'needs_work') GROUP BY post_id"))
    return {row.post_id: row.n for row in rows}


def approvals(conn: Connection, post_id: int | None = None) -> frozenset[int]:
    """Posts that are approved and not yet public, by their deliveries; of all posts or of one."""
    sql = (
        "SELECT d.id FROM approval a JOIN delivery d ON d.id = a.delivery_id"
        " WHERE a.voided_at IS NULL AND d.parent_id IS NULL AND d.state <> 'published'"
    )
    if post_id is None:
        return frozenset(conn.execute(text(sql)).scalars())
    return frozenset(conn.execute(text(f"{sql} AND d.post_id = :post"), {"post": post_id}).scalars())


def keys_of(conn: Connection, ids: Iterable[int]) -> list[str]:
    """Keys of deliveries."""
    found = (conn.execute(text("SELECT key FROM delivery WHERE id = :id"), {"id": number}).scalar_one() for number in ids)
    return [str(key) for key in found]


def _client_of(review: str) -> str:
    """Whose word an approval is, when it is a client's."""
    return clean_line(str(json.loads(review).get("on_behalf", ""))) if "on_behalf" in review else ""


def _line(value: str | None) -> str | None:
    return clean_line(value) if value else None
