"""What a plan asks of accounts and people as a whole: quotas, posts close together, sign-ins that end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from sqlalchemy import Connection, text

from adapters.limits import LIMITS
from config.times import from_micros
from scheduler.clock import DAY, MINUTE
from scheduler.rehearsal.copying import RENEWED_AT_ONCE
from scheduler.rehearsal.pretend import World
from scheduler.rehearsal.result import AccountNote, Asked, Near, Outcome, QuotaUse, RehearsedPost
from scheduler.when import day_words

CLOSE = 10 * MINUTE
"""Posts of one account that are nearer than this are named."""


def quota_use(posts: Sequence[RehearsedPost], world: World, asked: Asked) -> tuple[QuotaUse, ...]:
    """How much of what accounts may publish would be used, by account."""
    mine: defaultdict[str, list[RehearsedPost]] = defaultdict(list)
    for post in posts:
        if post.kind != "comment":
            mine[post.account].append(post)
    return tuple(_quota(account, mine[account][0], world, asked) for account in sorted(mine))


def _quota(account: str, post: RehearsedPost, world: World, asked: Asked) -> QuotaUse:
    instants = sorted(at for at in world.sent[account] if at < asked.until + DAY)
    days = Counter(from_micros(at, asked.tz).date().isoformat() for at in instants if at >= asked.start)
    return QuotaUse(
        account=account,
        platform_name=post.platform_name,
        client_name=post.client_name,
        per_day=tuple(sorted(days.items())),
        busiest=_busiest(instants),
        of=world.allowed(account, post.platform),
        told=account in world.per_day,
        own=world.own.get(account),
    )


def _busiest(instants: Sequence[int]) -> int:
    """Most in any 24 hours."""
    most = first = 0
    for last, at in enumerate(instants):
        while instants[first] <= at - DAY:
            first += 1
        most = max(most, last - first + 1)
    return most


def close_together(posts: Iterable[RehearsedPost]) -> tuple[Near, ...]:
    """Posts of one account that would go out close together, as they would really go out."""
    by_account: defaultdict[str, list[RehearsedPost]] = defaultdict(list)
    for post in posts:
        if post.kind == "post" and post.outcome in (Outcome.GOES_OUT, Outcome.WAITS):
            by_account[post.account].append(post)
    found = []
    for account, mine in by_account.items():
        mine.sort(key=_moment)
        for one, other in pairwise(mine):
            apart = _moment(other) - _moment(one)
            if apart < CLOSE:
                found.append(Near(account, one.key, other.key, _moment(one), apart))
    return tuple(sorted(found, key=lambda near: (near.at, near.account)))


def _moment(post: RehearsedPost) -> int:
    return post.due if post.out_at is None else post.out_at


def account_notes(
    conn: Connection, posts: Sequence[RehearsedPost], asked: Asked, ends: Mapping[str, int | None]
) -> tuple[AccountNote, ...]:
    """What a person should know of the accounts of the plan. `ends`: when sign-ins end, as it is now."""
    planned = Counter(post.account for post in posts if post.kind == "post")
    rows = conn.execute(text("SELECT name, platform, state, remote_account_id IS NOT NULL AS connected FROM account ORDER BY name"))
    found = []
    for row in rows:
        if planned[row.name]:
            found += _account(row.name, row.platform, row.state, bool(row.connected), planned[row.name], asked, ends.get(row.name))
    return tuple(found)


def _account(name: str, platform: str, state: str, connected: bool, posts: int, asked: Asked, ends: int | None) -> list[AccountNote]:
    many = f"{posts} post{'s' if posts != 1 else ''}"
    connect = f"daypart account connect {name}"
    if not connected:
        return [AccountNote(name, f"is not connected: its {many} will not go out", connect, True)]
    if state == "reauth":
        return [AccountNote(name, f"has to be connected again: its {many} will not go out", connect, True)]
    if state == "paused":
        return [AccountNote(name, f"is paused: its {many} will not go out", "", True)]
    if ends is None or platform == RENEWED_AT_ONCE or ends >= asked.until:
        return []
    label = LIMITS[platform].label if platform in LIMITS else platform
    words = f"is signed in until {day_words(ends, asked.tz)}: the publishing service renews that while {label} can be reached"
    return [AccountNote(name, words, "", False)]
