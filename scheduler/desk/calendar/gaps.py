"""What a plan has too little or too much of: days without a post, posts too near each other, nights on which clocks change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, text

from config.times import zone
from config.workspace import Workspace
from scheduler.clean import clean_line
from scheduler.clock import MINUTE
from scheduler.desk.calendar.days import Days, shown, spans_of_days
from scheduler.desk.calendar.views import GAP_DAYS, NEAR_MINUTES, ClockChange, Collision, Filter, Gap
from scheduler.scene import Scene

_NEAR = """
SELECT near.key, near.due, near.account_id, near.client, near.before_key, near.before_due FROM (
 SELECT d.key, d.due, d.account_id, d.client, d.post_id, lag(d.key) OVER w AS before_key, lag(d.due) OVER w AS before_due,
 lag(d.post_id) OVER w AS before_post
 FROM delivery d WHERE d.due >= :first AND d.due < :last AND {where} WINDOW w AS (PARTITION BY d.account_id ORDER BY d.due, d.id)
) near WHERE near.due - near.before_due < :near AND near.before_post <> near.post_id ORDER BY near.due
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose days are looked at: a client with all its accounts, or one account."""

    name: str
    accounts: frozenset[str]


def subjects(workspace: Workspace, own: str, wanted: Filter) -> list[Subject]:
    """All clients; of one client, or of a network, each account by itself."""
    names = [
        name
        for name, account in workspace.accounts.items()
        if account.supported
        and wanted.account in (None, name)
        and wanted.platform in (None, account.platform)
        and (wanted.client is None or workspace.client_of(name) == wanted.client)
    ]
    if wanted.client or wanted.account or wanted.platform:
        return [Subject(name, frozenset([name])) for name in names]
    by_client: dict[str, set[str]] = {}
    for name in names:
        client = workspace.client_of(name)
        by_client.setdefault(clean_line(workspace.clients[client].name) if client else own, set()).add(name)
    return [Subject(name, frozenset(accounts)) for name, accounts in by_client.items()]


def read_days(conn: Connection, days: Days, wanted: Filter) -> dict[str, set[date]]:
    """Account → days on which it has a post."""
    where, values = shown(wanted)
    listed, spans = spans_of_days(days)
    sql = (
        f"{listed} SELECT DISTINCT day.n, a.name FROM day CROSS JOIN delivery d JOIN account a ON a.id = d.account_id"
        f" WHERE d.due >= day.a AND d.due < day.b AND {where}"
    )
    found: dict[str, set[date]] = {}
    for n, account in conn.execute(text(sql), values | spans):
        found.setdefault(account, set()).add(days.dates[n])
    return found


def find_gaps(having: Mapping[str, set[date]], whose: Sequence[Subject], first: date, last: date) -> list[Gap]:
    """Every run of GAP_DAYS and more days without a post, by day."""
    found = []
    for subject in whose:
        busy = set().union(*(having.get(account, set()) for account in subject.accounts))
        found += [Gap(subject.name, start, end) for start, end in _runs(busy, first, last) if (end - start).days + 1 >= GAP_DAYS]
    return sorted(found, key=lambda gap: (gap.first, gap.name))


def _runs(busy: set[date], first: date, last: date) -> Iterable[tuple[date, date]]:
    start = first
    for day in (*sorted(day for day in busy if first <= day <= last), last + timedelta(days=1)):
        if day > start:
            yield start, day - timedelta(days=1)
        start = day + timedelta(days=1)


def read_collisions(conn: Connection, days: Days, wanted: Filter, scene: Scene) -> list[Collision]:
    """Two posts of one account within half an hour, by time."""
    where, values = shown(wanted)
    span: dict[str, object] = {"first": days.starts[0], "last": days.starts[-1], "near": NEAR_MINUTES * MINUTE}
    rows = conn.execute(text(_NEAR.format(where=where)), values | span).fetchall()
    names = {row.id: row.name for row in conn.execute(text("SELECT id, name FROM account"))} if rows else {}
    return [_collision(row.key, row.due, row.before_key, row.before_due, names[row.account_id], row.client, days, scene) for row in rows]


def _collision(
    key: str, due: int, before_key: str, before_due: int, account: str, client: str | None, days: Days, scene: Scene
) -> Collision:
    day, second = days.place(due)
    return Collision(account, scene.client_of(client)[0], day, days.place(before_due)[1], second, (before_key, key))


def clock_changes(first: date, last: date, tz: str) -> list[ClockChange]:
    """Nights in which wall clocks jump, with what becomes of posts planned then."""
    found = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        start, end = (datetime.combine(day + timedelta(days=more), time(), zone(tz)) for more in (0, 1))
        jump = (end.utcoffset() or timedelta()) - (start.utcoffset() or timedelta())
        if jump:
            found.append(ClockChange(day, _clock_words(day, jump, tz)))
    return found


def _clock_words(day: date, jump: timedelta, tz: str) -> str:
    at = _changes_at(day, tz)
    other = (datetime.combine(day, at) + abs(jump)).time()
    if jump > timedelta():
        return f"clocks go forward: {at:%H:%M} to {other:%H:%M} does not exist; what is planned there goes at {other:%H:%M} and later"
    return f"clocks go back: {at:%H:%M} to {other:%H:%M} comes twice; what is planned there goes the first time"


def _changes_at(day: date, tz: str) -> time:
    """The first minute of the day that does not exist, or comes twice."""
    for minute in range(0, 24 * 60, 15):
        local = datetime.combine(day, time(minute // 60, minute % 60), zone(tz))
        if local.utcoffset() != local.replace(fold=1).utcoffset():
            return local.time()
    return time()
