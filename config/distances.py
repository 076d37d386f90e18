"""Times that people chose, looked at together: too close on one account, or too many on one day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

from config.diagnostics import Diagnostic, diagnostic
from config.loaded import ResolvedCampaign
from config.pace import Pace
from config.resolved import Fixed, Place, ResolvedPost
from config.spans import MINUTE
from config.times import from_micros
from config.workspace import Workspace


def check_distances(posts: Iterable[ResolvedPost], campaigns: Mapping[str, ResolvedCampaign]) -> list[Diagnostic]:
    """W406 and W408, across campaigns; slots are dealt so that they keep both."""
    if not any(campaign.min_gap or campaign.daily_max for campaign in campaigns.values()):
        return []
    by_account: dict[str, list[tuple[int, ResolvedPost]]] = defaultdict(list)
    for post in posts:
        if isinstance(post.when, Fixed):
            by_account[post.account].append((post.when.instant, post))
    found: list[Diagnostic] = []
    for timed in by_account.values():
        timed.sort(key=lambda pair: (pair[0], pair[1].key))
        found += _gaps(timed, campaigns)
        found += _crowds(timed, campaigns)
    return found


def check_paces(posts: Iterable[ResolvedPost], workspace: Workspace, now: int) -> list[Diagnostic]:
    """W415 and W416: times of the calendar that the limits of their account will not let go out then."""
    paces = {name: workspace.pace_of(name) for name in workspace.accounts}
    by_account: dict[str, list[tuple[int, ResolvedPost]]] = defaultdict(list)
    for post in posts:
        if isinstance(post.when, Fixed) and post.when.instant > now and paces[post.account].limits:
            by_account[post.account].append((post.when.instant, post))
    found: list[Diagnostic] = []
    for account, timed in by_account.items():
        timed.sort(key=lambda pair: (pair[0], pair[1].key))
        found += _against(paces[account], timed)
    return found


def _against(pace: Pace, timed: list[tuple[int, ResolvedPost]]) -> list[Diagnostic]:
    """Every post at the instant at which it will really go, after those before it."""
    found = []
    sent: list[int] = []
    for at, post in timed:
        goes = pace.free(sent, at)
        if goes > at:
            code = "W415" if pace.quiet_at(at) else "W416"
            what = f"'{post.key}' cannot go out at its time on '{post.account}': {pace.why(sent, at) or 'others are before it'}"
            last = at + post.late if post.not_after is None else min(at + post.late, post.not_after)
            then = f"it goes out {_local(goes, post)}" if goes <= last else f"its window ends {_local(last, post)}: it will be missed"
            found.append(diagnostic(code, _place(post), what, then, f"pace: {pace.words()}", key=post.key))
            if goes > last:
                continue
        sent.append(goes)
        sent.sort()
    return found


def _local(instant: int, post: ResolvedPost) -> str:
    tz = post.when.tz if isinstance(post.when, Fixed) else "UTC"
    return f"{from_micros(instant, tz):%Y-%m-%d %H:%M}"


def _gaps(timed: list[tuple[int, ResolvedPost]], campaigns: Mapping[str, ResolvedCampaign]) -> list[Diagnostic]:
    found = []
    for (before, first), (at, second) in pairwise(timed):
        gap = max(campaigns[first.campaign].min_gap, campaigns[second.campaign].min_gap)
        if at - before < gap:
            message = f"'{second.key}' is {_span(at - before)} after '{first.key}'; min_gap is {_span(gap)}"
            found.append(diagnostic("W406", _place(second), message, "move one of them", key=second.key))
    return found


def _crowds(timed: list[tuple[int, ResolvedPost]], campaigns: Mapping[str, ResolvedCampaign]) -> list[Diagnostic]:
    days: dict[str, list[ResolvedPost]] = defaultdict(list)
    for _, post in timed:
        if isinstance(post.when, Fixed):
            days[post.when.wall[:10]].append(post)
    found = []
    for day, posts in days.items():
        for number, post in enumerate(posts, 1):
            most = campaigns[post.campaign].daily_max
            if most is not None and number == most + 1:
                message = f"'{post.account}' has {len(posts)} posts on {day}; daily_max is {most}"
                found.append(diagnostic("W408", _place(post), message, "move some to another day", key=post.key))
    return found


def _place(post: ResolvedPost) -> Place:
    return post.places.get("at", post.place)


def _span(micros: int) -> str:
    hours, minutes = divmod(micros // MINUTE, 60)
    return f"{hours}h{minutes:02}m" if hours and minutes else f"{hours}h" if hours else f"{minutes}m"
