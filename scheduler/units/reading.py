"""Reading units from the store: one query each, whatever their parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, select

from scheduler.store.ready import Ready, RowLike
from scheduler.store.statements import APPROVAL, DELIVERY
from scheduler.units.model import EDITABLE, RETIRED, Act, Timing, Unit

_NAMES = "id key kind part state fence post_id account_id client due tz wall slot late not_after digest content_id applied brief_hash"
_COLUMNS = (*(DELIVERY.c[name] for name in _NAMES.split()), APPROVAL.c.window_from, APPROVAL.c.window_to)
_VALID = (APPROVAL.c.delivery_id == DELIVERY.c.id) & APPROVAL.c.voided_at.is_(None)


def head_key(key: str) -> str:
    """The key of the unit a delivery belongs to: without `/n` and `/comment`."""
    campaign, slash, rest = key.partition("/")
    return f"{campaign}{slash}{rest.partition('/')[0]}"


def find_unit(conn: Connection, key: str) -> Unit | None:
    """The unit of a key, or None."""
    rows = _OF_KEY.mappings(conn, b_key=key, b_from=f"{key}/", b_to=f"{key}0")
    return next(iter(_units(rows)), None)


_MINE = (DELIVERY.c.key == bindparam("b_key")) | ((DELIVERY.c.key > bindparam("b_from")) & (DELIVERY.c.key < bindparam("b_to")))
_OF_KEY = Ready(select(*_COLUMNS).outerjoin(APPROVAL, _VALID).where(_MINE))


def units_of_keys(conn: Connection, keys: Sequence[str]) -> list[Unit]:
    """The units of some keys, with all their parts."""
    found: list[Unit] = []
    for start in range(0, len(keys), 500):
        heads = select(DELIVERY.c.post_id).where(DELIVERY.c.key.in_(keys[start : start + 500]))
        query = select(*_COLUMNS).outerjoin(APPROVAL, _VALID).where(DELIVERY.c.post_id.in_(heads))
        wanted = set(keys[start : start + 500])
        found += [unit for unit in _units(conn.execute(query).mappings()) if unit.key in wanted]
    return found


def units_of_posts(conn: Connection, posts: Sequence[int]) -> list[Unit]:
    """All units of some posts."""
    found: list[Unit] = []
    for start in range(0, len(posts), 500):
        query = select(*_COLUMNS).outerjoin(APPROVAL, _VALID).where(DELIVERY.c.post_id.in_(posts[start : start + 500]))
        found += _units(conn.execute(query).mappings())
    return found


def units_of_account(conn: Connection, account_id: int) -> list[Unit]:
    """All units of an account that may still become something else."""
    query = select(*_COLUMNS).outerjoin(APPROVAL, _VALID).where(DELIVERY.c.account_id == account_id, DELIVERY.c.state.in_(EDITABLE))
    return [unit for unit in _units(conn.execute(query).mappings()) if unit.head.kind == "post"]


def _units(rows: Iterable[RowLike]) -> list[Unit]:
    acts: dict[str, list[Act]] = {}
    heads: dict[str, RowLike] = {}
    for row in rows:
        if RETIRED in row["key"]:
            continue
        key = head_key(row["key"])
        window = (row["window_from"], row["window_to"]) if row["window_from"] is not None else None
        acts.setdefault(key, []).append(Act(row["id"], row["key"], row["kind"], row["part"], row["state"], row["fence"], window))
        if row["key"] == key or key not in heads:
            heads[key] = row
    return [_unit(key, head, acts[key]) for key, head in heads.items()]


def _unit(key: str, row: RowLike, acts: list[Act]) -> Unit:
    timing = Timing(row["due"], row["tz"], row["wall"], row["slot"], None, row["late"], row["not_after"])
    ordered = tuple(sorted(acts, key=lambda act: (act.kind == "comment", act.part)))
    return Unit(
        key,
        row["post_id"],
        row["account_id"],
        row["client"],
        ordered,
        timing,
        row["digest"],
        row["content_id"],
        row["applied"],
        row["brief_hash"],
    )


def parse_key(key: str) -> tuple[str, str, str]:
    """Campaign, post and account of a key."""
    campaign, _, rest = head_key(key).partition("/")
    post, _, account = rest.partition("@")
    return campaign, post, account.partition("#")[0]
