"""Reads a week's report out of the store: deliveries with their newest figures, approvals and texts; nothing is worked out twice."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, Row, text

from adapters.limits import platform_name
from config.times import from_micros
from scheduler.clean import clean, clean_line, shorten
from scheduler.clock import DAY
from scheduler.figures.pace import COUNTED_FOR, FIRST_AFTER, TELLS, UNTOLD
from scheduler.report.model import NAMES, AccountWeek, ClientWeek, Counts, Hour, Posted, WeekReport, together
from scheduler.report.weeks import Span
from scheduler.scene import Scene
from scheduler.when import day_words

HOURS_BACK = 90 * DAY
"""Best hours are learnt from so long before the week's end."""
RIPE = DAY
"""A younger post says nothing about its hour yet."""
ENOUGH = 5
"""Posts an account needs before its hours are compared."""
SHOWN_HOURS = 3
STALE = 2 * DAY

_IN_SPAN = (
    " WHERE (d.state || '') = 'published' AND d.kind = 'post' AND d.due >= :early AND d.due < :last"
    " AND d.published_at >= :first AND d.published_at < :last AND (:client IS NULL OR d.client = :client)"
)
_PUBLISHED = text(
    "SELECT d.id, d.key, d.kind, d.parts, d.client, d.published_at, d.remote_url, d.ai, d.digest, a.name AS account, a.platform,"
    " p.title, c.body, y.person_id, y.at AS yes_at, y.review, k.problem AS account_problem"
    " FROM delivery d JOIN account a ON a.id = d.account_id JOIN post p ON p.id = d.post_id LEFT JOIN content c ON c.id = d.content_id"
    " LEFT JOIN approval y ON y.delivery_id = d.id AND y.voided_at IS NULL LEFT JOIN counting k ON k.account_id = d.account_id"
    f"{_IN_SPAN} ORDER BY d.published_at, d.id"
)
_EARLIER = text(f"SELECT d.key, d.client FROM delivery d{_IN_SPAN}")
_FIGURES = text(
    "SELECT d.key, d.kind, f.day, f.at, f.likes, f.replies, f.reposts, f.saves, f.reach, f.problem, a.name AS account, d.published_at"
    " FROM delivery d JOIN account a ON a.id = d.account_id JOIN figure f ON f.delivery_id = d.id"
    " WHERE d.due >= :early AND d.due < :last AND (:client IS NULL OR d.client = :client) ORDER BY d.id, f.day"
)
_OWN_REPLIES = text(
    "SELECT d.key FROM delivery d WHERE d.due >= :early AND d.due < :last AND (d.state || '') = 'published'"
    " AND d.kind IN ('part', 'comment')"
)
SLACK = 8 * DAY
"""A post may go out so long after its time."""


@dataclass(frozen=True, slots=True)
class Day:
    """The figures of one post at the end of one day, parts of a thread together."""

    day: str
    at: int
    counts: Counts
    problem: str | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """A post of the week before, which is only counted."""

    client: str | None
    counts: Counts


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is kept of one post's figures."""

    account: str
    published_at: int
    days: tuple[Day, ...]

    @property
    def newest(self) -> Day:
        """As told last."""
        return self.days[-1]


def read_week(conn: Connection, span: Span, client: str | None, scene: Scene) -> WeekReport:
    """The week's report of one client, or of all that have posts or accounts."""
    figures = _figures(conn, span, client)
    posts = [_posted(row, figures.get(row.key), scene, span.tz) for row in conn.execute(_PUBLISHED, _values(span, client))]
    before = [Earlier(row.client, _counts(figures.get(row.key))) for row in conn.execute(_EARLIER, _values(span.moved(-1), client))]
    accounts = _accounts(conn, span, client, posts, figures, scene)
    names = {account.client for account in accounts} | {post.client for post in posts}
    clients = tuple(
        _client(name, posts, before, accounts, scene) for name in sorted(names, key=lambda n: (n is None, scene.client_of(n)[0]))
    )
    platforms = sorted({account.platform for account in accounts})
    notes = tuple(TELLS[platform].words for platform in platforms if platform in TELLS)
    return WeekReport(span.name, span.first, span.last, span.tz, scene.now, clients, notes)


def _values(span: Span, client: str | None) -> dict[str, object]:
    return {"first": span.start, "last": span.end, "early": span.start - SLACK, "client": client}


def _counts(kept: Kept | None) -> Counts:
    return kept.newest.counts if kept else Counts()


# ── figures ──────────────────────────────────────────────────────────────────


def _head(key: str) -> str:
    """The key of the post that a part or comment belongs to."""
    post, at, rest = key.partition("@")
    return f"{post}{at}{rest.partition('/')[0]}"


def _figures(conn: Connection, span: Span, client: str | None) -> dict[str, Kept]:
    """Per post: its days, figures of its parts put together, without the replies that are its own parts and comment."""
    values = {"early": span.end - HOURS_BACK - SLACK, "last": span.end, "client": client}
    own: dict[str, int] = defaultdict(int)
    for key in conn.execute(_OWN_REPLIES, {"early": values["early"], "last": values["last"]}).scalars():
        own[_head(key)] += 1
    rows: dict[str, list[Row[tuple[object, ...]]]] = defaultdict(list)
    for row in conn.execute(_FIGURES, values):
        rows[_head(row.key)].append(row)
    return {head: _kept(found, own[head]) for head, found in rows.items()}


def _kept(rows: Sequence[Row[tuple[object, ...]]], own: int) -> Kept:
    last: dict[str, Counts] = {}
    days: dict[str, Day] = {}
    for row in sorted(rows, key=lambda row: (row.day, row.key)):
        told = Counts(row.likes, row.replies, row.reposts, row.saves, row.reach)
        last[row.key] = _newer(last.get(row.key, Counts()), told)
        days[row.day] = Day(row.day, row.at, _less(together(last.values()), own), row.problem)
    head = next((row for row in rows if row.kind == "post"), rows[0])
    return Kept(head.account, head.published_at, tuple(days.values()))


def _newer(before: Counts, told: Counts) -> Counts:
    """What is not told any more stays as it was told last."""
    return Counts(**{name: before.get(name) if told.get(name) is None else told.get(name) for name in NAMES})


def _less(counts: Counts, own: int) -> Counts:
    replies = counts.replies if counts.replies is None else max(0, counts.replies - own)
    return Counts(counts.likes, replies, counts.reposts, counts.saves, counts.reach)


def _gained(span: Span, kept: Sequence[Kept]) -> tuple[int, ...]:
    """New interactions on each day of the week. What came before the first reading counts on the day it was read."""
    gains = [0] * 7
    names = [(span.first + timedelta(days=n)).isoformat() for n in range(7)]
    for post in kept:
        before = 0
        for day in post.days:
            now = day.counts.interactions or 0
            if day.day in names:
                gains[names.index(day.day)] += max(0, now - before)
            before = now
    return tuple(gains)


def best_hours(kept: Sequence[Kept], tz: str, now: int) -> tuple[Hour, ...]:
    """Hours of the day by what posts of that hour brought; nothing while there are too few posts to say."""
    by_hour: dict[int, list[int]] = defaultdict(list)
    for post in kept:
        brought = post.newest.counts.interactions
        if brought is not None and now - post.published_at >= RIPE:
            by_hour[from_micros(post.published_at, tz).hour].append(brought)
    if sum(map(len, by_hour.values())) < ENOUGH or len(by_hour) < 2:
        return ()
    hours = [Hour(hour, len(found), sum(found) / len(found)) for hour, found in by_hour.items()]
    return tuple(sorted(hours, key=lambda hour: (-hour.mean, hour.hour))[:SHOWN_HOURS])


# ── posts ────────────────────────────────────────────────────────────────────


def _posted(row: Row[tuple[object, ...]], kept: Kept | None, scene: Scene, tz: str) -> Posted:
    name, color = scene.client_of(row.client)
    acts = json.loads(row.body) if row.body else []
    words = clean("\n\n".join(str(act["text"]) for act in acts))
    review = json.loads(row.review) if row.review else {}
    return Posted(
        key=row.key,
        title=shorten(words, 120) or clean_line(row.title),
        text=words,
        parts=row.parts,
        client=row.client,
        client_name=name,
        client_color=color,
        account=row.account,
        platform=row.platform,
        platform_name=platform_name(row.platform),
        published_at=row.published_at,
        url=row.remote_url,
        ai=row.ai,
        told=_told(acts),
        digest=row.digest or "",
        approved_by=clean_line(row.person_id or ""),
        approved_at=row.yes_at,
        on_behalf=clean_line(str(review.get("on_behalf", ""))),
        counts=_counts(kept),
        read_at=kept.newest.at if kept else None,
        note=_note(row, kept, scene.now, tz),
    )


def _told(acts: Sequence[Mapping[str, object]]) -> str:
    disclosure = acts[0]["disclosure"] if acts else None
    if not isinstance(disclosure, dict):
        return ""
    parts = [f"line: {clean_line(str(disclosure['line']))}" if disclosure["line"] else "", ", ".join(map(str, disclosure["flags"]))]
    return "; ".join(filter(None, parts))


def _note(row: Row[tuple[object, ...]], kept: Kept | None, now: int, tz: str) -> str:
    age, tells = now - row.published_at, TELLS.get(row.platform, UNTOLD)
    problem = clean_line(row.account_problem or "")
    if kept is None:
        return _unread(age, problem, bool(tells.figures))
    newest = kept.newest
    stamp = f"figures of {day_words(newest.at, tz)}"
    if newest.problem:
        return f"{stamp}: {clean_line(newest.problem)}"
    if age >= COUNTED_FOR:
        return f"{stamp}: posts are counted for {COUNTED_FOR // DAY} days"
    if now - newest.at >= STALE:
        return f"{stamp}: {problem or 'not read since; does the publishing service run?'}"
    if age < tells.late:
        return f"{platform_name(row.platform)} may be {tells.late // (DAY // 24)} hours late"
    return ""


def _unread(age: int, problem: str, told: bool) -> str:
    if not told:
        return "this platform's figures are not read"
    if problem:
        return f"no figures: {problem}"
    if age < FIRST_AFTER:
        return "too new for figures"
    if age >= COUNTED_FOR:
        return f"no figures: older than the {COUNTED_FOR // DAY} days that posts are counted for"
    return "no figures yet: the publishing service reads them"


# ── accounts and clients ─────────────────────────────────────────────────────

_ACCOUNTS = text(
    "SELECT a.name, a.platform, a.client, k.problem FROM account a LEFT JOIN counting k ON k.account_id = a.id"
    " WHERE (:client IS NULL OR a.client = :client) ORDER BY a.client, a.name"
)


def _accounts(
    conn: Connection, span: Span, client: str | None, posts: Sequence[Posted], figures: Mapping[str, Kept], scene: Scene
) -> list[AccountWeek]:
    by_account: dict[str, list[Kept]] = defaultdict(list)
    for kept in figures.values():
        by_account[kept.account].append(kept)
    found = []
    for row in conn.execute(_ACCOUNTS, {"client": client}):
        name, color = scene.client_of(row.client)
        mine, kept_here = [post for post in posts if post.account == row.name], by_account[row.name]
        found.append(
            AccountWeek(
                account=row.name,
                platform=row.platform,
                platform_name=platform_name(row.platform),
                client=row.client,
                client_name=name,
                client_color=color,
                posts=len(mine),
                counts=together(post.counts for post in mine),
                gained=_gained(span, kept_here),
                hours=best_hours(kept_here, span.tz, scene.now),
                problem=clean_line(row.problem or ""),
            )
        )
    return found


def _client(
    client: str | None, posts: Sequence[Posted], before: Sequence[Earlier], accounts: Sequence[AccountWeek], scene: Scene
) -> ClientWeek:
    name, color = scene.client_of(client)
    earlier = [post for post in before if post.client == client]
    return ClientWeek(
        client=client,
        name=name,
        color=color,
        posts=tuple(post for post in posts if post.client == client),
        accounts=tuple(account for account in accounts if account.client == client),
        before=together(post.counts for post in earlier),
        posts_before=len(earlier),
    )
