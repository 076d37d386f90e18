"""A week's report out of what a Desk in memory holds: figures that depend on nothing but the post's place in the week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from adapters.limits import LIMITS
from scheduler.clock import MINUTE
from scheduler.figures.pace import TELLS
from scheduler.report.model import AccountWeek, ClientWeek, Counts, Hour, Posted, WeekReport, together
from scheduler.report.weeks import week_of
from scheduler.scene import ClientView
from tests.tui.fake_world import CLIENTS, PLATFORM, TZ, Item, Work


def fake_week(items: Iterable[Item], works: Mapping[str, Work], client: str | None, week: str | None, now: int) -> WeekReport:
    """Everything published in the week, with figures."""
    span = week_of(week, now, TZ)
    dated = [(item.published_at, item) for item in items if item.published_at and span.start <= item.published_at < span.end]
    found = [item for _, item in sorted(dated, key=lambda pair: (pair[0], pair[1].key))]
    posts = [_posted(item, works[item.post], number, now) for number, item in enumerate(found)]
    clients = tuple(_client(view, posts) for view in CLIENTS if client in (None, view.id))
    footnotes = tuple(sorted(tells.words for tells in TELLS.values()))
    return WeekReport(span.name, span.first, span.last, TZ, now, clients if posts else (), footnotes)


def _posted(item: Item, work: Work, number: int, now: int) -> Posted:
    client = next(view for view in CLIENTS if view.id == work.client)
    platform = PLATFORM[item.account[:2]]
    saves = 5 if platform != "mastodon" else None
    return Posted(
        key=item.key,
        title=work.title,
        text=next(iter(work.texts.values())).text,
        parts=1,
        client=client.id,
        client_name=client.name,
        client_color=client.color,
        account=item.account,
        platform=platform,
        platform_name=LIMITS[platform].label,
        published_at=item.published_at or 0,
        url=item.url,
        ai="AI-assisted" if number == 0 else "human",
        told="",
        digest="7f3a91c2" + "0" * 56,
        approved_by=item.approved.by if item.approved else "",
        approved_at=item.approved.at if item.approved else None,
        on_behalf="",
        counts=Counts(40 - 7 * number, 3, 2, saves, 900 if platform == "instagram" else None),
        read_at=now - 20 * MINUTE,
        note="Instagram may be 48 hours late" if platform == "instagram" else "",
    )


def _client(client: ClientView, posts: Iterable[Posted]) -> ClientWeek:
    mine = tuple(post for post in posts if post.client == client.id)
    accounts = tuple(_account(name, [post for post in mine if post.account == name], client) for name in client.accounts)
    return ClientWeek(client.id, client.name, client.color, mine, accounts, Counts(likes=31, replies=2), 2)


def _account(name: str, posts: list[Posted], client: ClientView) -> AccountWeek:
    platform = PLATFORM[name[:2]]
    return AccountWeek(
        account=name,
        platform=platform,
        platform_name=LIMITS[platform].label,
        client=client.id,
        client_name=client.name,
        client_color=client.color,
        posts=len(posts),
        counts=together(post.counts for post in posts),
        gained=(0, 12, 31, 8, 0, 0, 0) if posts else (0,) * 7,
        hours=(Hour(18, 4, 41.0), Hour(9, 3, 22.5)) if platform == "instagram" else (),
        problem="the permission is missing" if name == "ms-harbour" else "",
    )
