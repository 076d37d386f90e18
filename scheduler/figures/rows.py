"""Figures in the store: what is due to be read, and keeping what was read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, text, update

from adapters.contract import Figures, NoFigures, Receipt
from scheduler.clock import DAY, MINUTE
from scheduler.figures.pace import COUNTED_FOR, FIRST_AFTER, pause
from scheduler.store.statements import COUNTING, FIGURE

QUIET = 3 * MINUTE
"""An account with a post due so soon, or so shortly ago, is left alone; what is held may be overdue for days."""
MOST = 20
"""Posts of one account read in a row: a small part of every platform's limit of calls."""
SLACK = 8 * DAY
"""A post may go out so long after its time."""

_ACCOUNTS = text(
    "SELECT a.id FROM account a LEFT JOIN counting c ON c.account_id = a.id"
    " WHERE a.state = 'ok' AND a.token_enc IS NOT NULL AND a.next_ok_at <= :now AND coalesce(c.next_at, 0) <= :now ORDER BY a.id"
)
_BUSY = text(
    "SELECT 1 FROM delivery WHERE account_id = :account AND due >= :since AND due <= :soon"
    " AND (state IN ('claimed', 'sending', 'processing', 'checking') OR (state = 'queued' AND due >= :just)) LIMIT 1"
)
_POSTS = text(
    "SELECT d.id, d.remote_id, d.remote_url, d.remote_extra, d.published_at, f.at, f.problem FROM delivery d"
    " LEFT JOIN figure f ON f.delivery_id = d.id AND f.day = (SELECT max(day) FROM figure WHERE delivery_id = d.id)"
    " WHERE d.account_id = :account AND d.due >= :since AND d.state = 'published' AND d.kind IN ('post', 'part')"
    " AND d.remote_id IS NOT NULL AND d.published_at BETWEEN :from AND :to"
)
_TRIES = text("SELECT tries FROM counting WHERE account_id = :account")


@dataclass(frozen=True, slots=True)
class Due:
    """A post whose figures are to be read."""

    delivery: int
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of asking about one account's posts."""

    account: int
    found: Sequence[tuple[int, Figures | NoFigures]]
    problem: str | None = None
    wait: int = 0
    """Microseconds until the account is asked again."""
    nothing: bool = False
    """It brought nothing at all: the next wait is longer."""


def accounts_due(conn: Connection, now: int) -> list[int]:
    """Accounts that may be asked now."""
    return list(conn.execute(_ACCOUNTS, {"now": now}).scalars())


def is_busy(conn: Connection, account: int, now: int) -> bool:
    """Whether it publishes now or soon: reading has to wait for that."""
    return conn.execute(_BUSY, {"account": account, "since": now - SLACK, "just": now - QUIET, "soon": now + QUIET}).first() is not None


def posts_due(conn: Connection, account: int, now: int) -> list[Due]:
    """What to ask about, longest unread first."""
    span = {"from": now - COUNTED_FOR, "to": now - FIRST_AFTER, "since": now - COUNTED_FOR - SLACK, "account": account}
    rows = [row for row in conn.execute(_POSTS, span) if row.problem is None and _is_due(row.at, now - row.published_at, now)]
    rows.sort(key=lambda row: (row.at or 0, -row.published_at))
    return [Due(row.id, Receipt(row.remote_id, row.remote_url, row.published_at, json.loads(row.remote_extra))) for row in rows[:MOST]]


def _is_due(at: int | None, age: int, now: int) -> bool:
    wait = pause(age)
    return wait is not None and (at is None or now - at >= wait)


def tries_of(conn: Connection, account: int) -> int:
    """Readings in a row that brought nothing."""
    return conn.execute(_TRIES, {"account": account}).scalar_one_or_none() or 0


def keep(conn: Connection, reading: Reading, day: str, now: int) -> None:
    """The day's row of each post, and where the account stands."""
    for delivery, told in reading.found:
        _keep_one(conn, delivery, day, now, told)
    tries = tries_of(conn, reading.account) + 1 if reading.nothing else 0
    values = {"at": now, "next_at": now + reading.wait if reading.wait else 0, "tries": tries, "problem": reading.problem}
    if conn.execute(update(COUNTING).where(COUNTING.c.account_id == reading.account).values(values)).rowcount == 0:
        conn.execute(insert(COUNTING).values(account_id=reading.account, **values))


def _keep_one(conn: Connection, delivery: int, day: str, now: int, told: Figures | NoFigures) -> None:
    values: dict[str, object] = {"at": now, "problem": told.reason if isinstance(told, NoFigures) else None}
    if isinstance(told, Figures):  # what was told before is kept where the platform falls silent
        counts = {"likes": told.likes, "replies": told.replies, "reposts": told.reposts, "saves": told.saves, "reach": told.reach}
        values |= {name: count for name, count in counts.items() if count is not None}
    mine = (FIGURE.c.delivery_id == delivery, FIGURE.c.day == day)
    if conn.execute(update(FIGURE).where(*mine).values(values)).rowcount == 0:
        conn.execute(insert(FIGURE).values(delivery_id=delivery, day=day, **values))
