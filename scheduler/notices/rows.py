"""The table `notice` as a queue: what waits, marked as tried before it leaves and as sent after it was taken.

A crash between the two marks sends a notice again after its pause, under the same number: twice rather than never.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, RowMapping, text, update

from scheduler.notices.choosing import pause
from scheduler.notices.model import Notice
from scheduler.store.statements import NOTICE, get_meta, set_meta

MOST = 500
"""Read at once; the rest follows."""
UNTOLD = (
    "SELECT e.seq FROM event e WHERE e.\"to\" IN ('ask', 'refused', 'missed') AND e.\"from\" <> e.\"to\" AND"
    ' (SELECT count(*) FROM notice n WHERE n.delivery_id = e.delivery_id AND n.event_seq = e.seq AND n.kind = e."to") <> 1'
)
"""Changes into a state that needs a person without exactly one notice: finds nothing, ever."""
_DAY = "notices.summary"
_SELECT = """
SELECT n.id, n.kind, n.at, n.words, n.sent_at, n.tries, n.next_at, n.problem, coalesce(d.client, a.client, ha.client) AS client,
       d.key AS "key", d.due, d.state, p.title, coalesce(a.name, da.name) AS account, coalesce(a.platform, da.platform) AS platform,
       h.scope, h.subject, h.reason, h.released_at, a.state AS account_state
FROM notice n
LEFT JOIN delivery d ON d.id = n.delivery_id
LEFT JOIN post p ON p.id = d.post_id
LEFT JOIN account da ON da.id = d.account_id
LEFT JOIN account a ON a.id = n.account_id
LEFT JOIN hold h ON n.kind = 'hold' AND h.id = n.event_seq
LEFT JOIN account ha ON h.scope = 'account' AND ha.name = h.subject
"""
_UNSENT = text(f"{_SELECT} WHERE n.sent_at IS NULL ORDER BY n.tries > 0, n.id LIMIT {MOST}")
_NEWEST = text(f"{_SELECT} ORDER BY n.sent_at IS NOT NULL, n.id DESC LIMIT :limit")


def unsent(conn: Connection) -> list[Notice]:
    """What nobody was told yet: what is new, then what is tried again; oldest first."""
    return [_notice(row) for row in conn.execute(_UNSENT).mappings()]


def newest(conn: Connection, limit: int) -> list[Notice]:
    """What waits, then what was told, newest first."""
    return [_notice(row) for row in conn.execute(_NEWEST, {"limit": limit}).mappings()]


def _notice(row: RowMapping) -> Notice:
    waiting, settled = read_problem(row["problem"])
    client = row["subject"] if row["scope"] == "client" else row["client"]
    words, reason = row["words"], row["reason"]
    if reason and reason not in words:  # the brake acts at once, and its reason comes after it
        words = f"{words}: {reason}"
    return Notice(
        row["id"], row["kind"], row["at"], words, client, row["key"], row["title"] or "", row["account"], row["platform"] or "",
        row["due"], _state(row), row["scope"] or "", row["subject"] or "", row["sent_at"], row["tries"], row["next_at"], waiting, settled,
    )  # fmt: skip


def _state(row: RowMapping) -> str | None:
    """Where the post, the account or the hold stands now."""
    if row["released_at"] is not None:
        return "released"
    return "connected" if row["account_state"] == "ok" else row["state"]


def read_problem(kept: str | None) -> tuple[Mapping[str, str], str]:
    """Places with their reasons, or why it was settled without being sent."""
    if not kept:
        return {}, ""
    if not kept.startswith("{"):
        return {}, kept
    return {str(name): str(why) for name, why in json.loads(kept).items()}, ""


def begin(conn: Connection, notices: Collection[Notice], now: int) -> None:
    """They are about to leave: should this process die, they are tried again after their pause."""
    for notice in notices:
        mine = (NOTICE.c.id == notice.id, NOTICE.c.sent_at.is_(None))
        tries = notice.tries + 1
        conn.execute(update(NOTICE).where(*mine).values(tries=tries, next_at=now + pause(tries)))


def finish(conn: Connection, problems: Mapping[int, Mapping[str, str]], now: int) -> None:
    """What came of it: no problem left means that everybody was told."""
    for number, waiting in problems.items():
        mine = (NOTICE.c.id == number, NOTICE.c.sent_at.is_(None))
        kept = json.dumps(dict(waiting), ensure_ascii=False) if waiting else None
        conn.execute(update(NOTICE).where(*mine).values(problem=kept, sent_at=None if waiting else now))


def settle(conn: Connection, numbers: Collection[int], why: str, now: int) -> int:
    """Nobody is told any more. Returns how many still waited."""
    mine = (NOTICE.c.id.in_(numbers), NOTICE.c.sent_at.is_(None))
    return conn.execute(update(NOTICE).where(*mine).values(sent_at=now, problem=why)).rowcount


def considered(conn: Connection, day: int) -> bool:
    """Whether it was asked already if this day's summary has anything to say."""
    return get_meta(conn, _DAY) == str(day)


def note_considered(conn: Connection, day: int) -> None:
    """So that a service started again at noon sends no second summary."""
    set_meta(conn, _DAY, str(day))
