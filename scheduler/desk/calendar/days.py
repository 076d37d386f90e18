"""The calendar's rows: made for weeks with thousands of posts, so tuples from the store and no time-zone arithmetic per row."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, text

from config.times import from_micros, micros, zone
from scheduler.clean import clean_line
from scheduler.clock import DAY, MINUTE
from scheduler.desk.calendar.views import STATES, DayPlan, Filter
from scheduler.desk.views import CalendarRow, Sign
from scheduler.desk.words import sign_of
from scheduler.scene import Scene

_ROW = """
SELECT d.key, d.due, d.state, d.client, d.content_id, d.ai, d.post_id, a.name, a.platform, p.title, p.campaign
"""
_NAMES = " JOIN account a ON a.id = d.account_id JOIN post p ON p.id = d.post_id"
_SHOWN = "d.kind = 'post' AND d.state <> 'cancelled'"
_WORST = text(
    "SELECT d.key, d.state FROM delivery d WHERE d.state IN ('ask', 'refused', 'missed') AND d.kind <> 'post'"
    " AND d.due >= :first AND d.due < :last"
)


@dataclass(frozen=True, slots=True)
class Days:
    """Local days in a row, as instants: where each begins, and whether its clocks stand still."""

    tz: str
    dates: tuple[date, ...]
    starts: tuple[int, ...]
    """One more than `dates`: the last is where the last day ends."""

    @classmethod
    def between(cls, first: date, last: date, tz: str) -> Days:
        """From `first` to `last`, both included."""
        dates = tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
        starts = tuple(micros(datetime.combine(day, time(), zone(tz))) for day in (*dates, last + timedelta(days=1)))
        return cls(tz, dates, starts)

    def place(self, instant: int) -> tuple[date, str]:
        """Local date and `HH:MM` of an instant."""
        n = bisect_right(self.starts, instant) - 1
        if self.starts[n + 1] - self.starts[n] != DAY:  # a night on which clocks change
            local = from_micros(instant, self.tz)
            return local.date(), f"{local:%H:%M}"
        minutes = (instant - self.starts[n]) // MINUTE
        return self.dates[n], _CLOCKS[minutes]


_CLOCKS = tuple(f"{minute // 60:02}:{minute % 60:02}" for minute in range(24 * 60))


def shown(wanted: Filter) -> tuple[str, dict[str, object]]:
    """The condition on `delivery d`, and its values. Names stand in subqueries, so that only the index on time is walked."""
    state = "(d.state || '') IN"  # no column of an index: one state may be half of all rows, a day is few
    parts: dict[str, tuple[str, object]] = {
        "client": ("d.client = :client", wanted.client),
        "account": ("d.account_id IN (SELECT id FROM account WHERE name = :account)", wanted.account),
        "platform": ("d.account_id IN (SELECT id FROM account WHERE platform = :platform)", wanted.platform),
        "campaign": ("d.post_id IN (SELECT id FROM post WHERE campaign = :campaign)", wanted.campaign),
    }
    used = {name: pair for name, pair in parts.items() if pair[1] is not None}
    values: dict[str, object] = {name: value for name, (_, value) in used.items()}
    conditions = [_SHOWN, *(condition for condition, _ in used.values())]
    if wanted.state:
        names = {f"state{n}": name for n, name in enumerate(STATES[wanted.state])}
        conditions.append(f"{state} ({', '.join(f':{name}' for name in names)})")
        values |= names
    return " AND ".join(conditions), values


def read_calendar(conn: Connection, days: Days, wanted: Filter, scene: Scene) -> list[CalendarRow]:
    """Rows of the days, by day and time."""
    where, values = shown(wanted)
    span: dict[str, object] = {"first": days.starts[0], "last": days.starts[-1]}
    sql = f"{_ROW} FROM delivery d {_NAMES} WHERE d.due >= :first AND d.due < :last AND {where} ORDER BY d.due, d.id"
    found = conn.execute(text(sql), values | span).fetchall()
    worst = _worst(conn, span)
    return [_row(row, days, scene, worst.get(row[0])) for row in found]


def read_month(conn: Connection, days: Days, wanted: Filter, most: int, scene: Scene) -> list[DayPlan]:
    """Days that have posts: how many, and the first ones; walks the index on time only, whatever else the store holds."""
    where, values = shown(wanted)
    listed, spans = spans_of_days(days)
    counted = (
        f"{listed} SELECT day.n, count(*) FROM day CROSS JOIN delivery d WHERE d.due >= day.a AND d.due < day.b AND {where} GROUP BY 1"
    )
    totals = {row[0]: row[1] for row in conn.execute(text(counted), values | spans)}
    first = f"SELECT d.id FROM delivery d WHERE d.due >= day.a AND d.due < day.b AND {where} ORDER BY d.due, d.id LIMIT :most"
    sql = f"{listed} {_ROW} FROM day CROSS JOIN delivery d {_NAMES} WHERE d.id IN ({first}) ORDER BY d.due, d.id"
    found = conn.execute(text(sql), values | spans | {"most": most}).fetchall()
    worst = _worst(conn, {"first": days.starts[0], "last": days.starts[-1]})
    rows: dict[date, list[CalendarRow]] = {}
    for line in found:
        row = _row(line, days, scene, worst.get(line[0]))
        rows.setdefault(row.day, []).append(row)
    return [DayPlan(days.dates[n], total, tuple(rows.get(days.dates[n], ()))) for n, total in sorted(totals.items())]


def read_rows(conn: Connection, ids: Sequence[int], tz: str, scene: Scene) -> dict[int, CalendarRow]:
    """Rows of deliveries by id; what is gone meanwhile is left out."""
    if not ids:
        return {}
    names = {f"id{n}": id_ for n, id_ in enumerate(ids)}
    listed = ", ".join(f":{name}" for name in names)
    sql = f"{_ROW}, d.id FROM delivery d {_NAMES} WHERE d.id IN ({listed}) AND d.due IS NOT NULL ORDER BY d.due"
    found = conn.execute(text(sql), names).fetchall()
    if not found:
        return {}
    days = Days.between(from_micros(found[0][1], tz).date(), from_micros(found[-1][1], tz).date(), tz)
    worst = _worst(conn, {"first": days.starts[0], "last": days.starts[-1]})
    return {row[-1]: _row(row[:-1], days, scene, worst.get(row[0])) for row in found}


def spans_of_days(days: Days) -> tuple[str, dict[str, object]]:
    """A table `day(n, a, b)` for a query, and its values."""
    rows = ", ".join(f"({n}, :a{n}, :a{n + 1})" for n in range(len(days.dates)))
    return f"WITH day(n, a, b) AS (VALUES {rows})", {f"a{n}": start for n, start in enumerate(days.starts)}


def _worst(conn: Connection, span: dict[str, object]) -> dict[str, str]:
    """Key of a post → the state of a part of it that needs a person."""
    return {row.key.rsplit("/", 1)[0]: row.state for row in conn.execute(_WORST, span)}


def _row(row: Sequence[object], days: Days, scene: Scene, worst: str | None) -> CalendarRow:
    key, due, state, client, content_id, ai, post_id, account, platform, title, campaign = row
    assert isinstance(due, int)
    day, clock = days.place(due)
    client_id = str(client) if client is not None else None
    name, color = scene.client_of(client_id)
    return CalendarRow(
        key=str(key),
        day=day,
        time=clock,
        sign=_sign(str(worst or state), scene, client_id, str(account), str(campaign), content_id is not None, str(ai), post_id),
        account=str(account),
        platform=str(platform),
        client=client_id,
        client_name=name,
        client_color=color,
        title=clean_line(str(title)),
        ai=str(ai),
    )


def _sign(state: str, scene: Scene, client: str | None, account: str, campaign: str, has_text: bool, ai: str, post_id: object) -> Sign:
    held = state == "queued" and bool(scene.holds) and scene.is_held(client, account, campaign)
    proposals = scene.proposals.get(post_id, 0) if isinstance(post_id, int) else 0
    return sign_of(state, has_text=has_text, ai=ai, proposals=proposals, held=held)
