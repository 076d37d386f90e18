"""A week's report as Markdown, a part per client: to read, to send, to print. Text of others is never markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from config.times import from_micros
from scheduler.clean import shorten
from scheduler.report.model import NAMES, AccountWeek, ClientWeek, Counts, Hour, Posted, WeekReport
from scheduler.when import clock_words, day_words

_MARKS = re.compile(r"([\\`*_\[\]<>|#~!])")
HEADS = tuple(name.capitalize() for name in NAMES)
TITLE = 60


def as_markdown(report: WeekReport) -> str:
    """The whole report."""
    parts = ["\n".join(_client(client, report)) for client in report.clients]
    if not parts:
        parts = [f"# Report · {_days(report)}\n\nNothing was published in this week.\n"]
    return "\n\n".join(parts).rstrip() + "\n"


def plain(words: str) -> str:
    """Text of others on one line, with every sign that Markdown would take for its own made harmless."""
    return _MARKS.sub(r"\\\1", " ".join(words.split()))


def figure(count: int | None) -> str:
    """`1,204`, or a dash where nobody tells."""
    return "–" if count is None else f"{count:,}"


def hours_words(hours: Sequence[Hour]) -> str:
    """`18:00 (41 on average, 4 posts), 9:00 (…)`."""
    return ", ".join(f"{hour.hour}:00 ({hour.mean:.0f} on average, {_many(hour.posts, 'post')})" for hour in hours)


def totals_words(counts: Counts) -> str:
    """`240 likes · 12 replies`; only what is told."""
    told = [(name, counts.get(name)) for name in NAMES]
    return " · ".join(f"{count:,} {name}" for name, count in told if count is not None) or "no figures yet"


def change_words(client: ClientWeek) -> str:
    """What the week before had."""
    before = client.before.interactions
    figures = "" if before is None else f", {before:,} interactions"
    return f"{_many(client.posts_before, 'post')}{figures}"


def _many(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'s' * (number != 1)}"


def _days(report: WeekReport) -> str:
    return f"{report.week}, {report.first.day} {report.first:%b} – {report.last.day} {report.last:%b %Y}"


def _client(client: ClientWeek, report: WeekReport) -> Iterator[str]:
    yield f"# Report · {plain(client.name)} · {_days(report)}"
    yield ""
    accounts = len({post.account for post in client.posts})
    yield f"**{_many(len(client.posts), 'post')} on {_many(accounts, 'account')}** · {totals_words(client.counts)}"
    yield ""
    yield f"The week before: {change_words(client)}. Times are in {report.tz}. A dash is a figure that the platform does not tell."
    if client.best is not None:
        yield ""
        yield f"- Best: {_named(client.best, report.tz)}"
        if client.worst is not None:
            yield f"- Fewest interactions: {_named(client.worst, report.tz)}"
    yield from ("", "## Accounts", "")
    yield from _accounts(client.accounts)
    if client.posts:
        yield from ("", "## Posts", "")
        yield from _posts(client.posts, report.tz)
        yield from ("", "## Who approved what", "")
        yield from _proofs(client.posts, report.tz)
    names = tuple(account.platform_name for account in client.accounts)
    notes = [note for note in report.footnotes if note.startswith(names)]
    if notes:
        yield ""
        yield from (f"- {note}" for note in notes)


def _short(title: str) -> str:
    """Whole words, as text."""
    return plain(shorten(title, TITLE))


def _named(post: Posted, tz: str) -> str:
    count = post.counts.interactions or 0
    return f"“{_short(post.title)}”, {plain(post.account)}, {_when(post.published_at, tz)}: {count:,} interactions"


def _when(at: int, tz: str) -> str:
    return f"{day_words(at, tz)} {clock_words(at, tz)}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _head(*cells: str) -> Iterator[str]:
    yield _row(cells)
    yield _row(["---:" if cell in HEADS or cell == "Posts" else "---" for cell in cells])


def _accounts(accounts: Sequence[AccountWeek]) -> Iterator[str]:
    yield from _head("Account", "Posts", *HEADS, "Best hours")
    for account in accounts:
        name = f"{plain(account.platform_name)} {plain(account.account)}"
        hours = hours_words(account.hours) or "too few posts to say"
        problem = f"; {plain(account.problem)}" if account.problem else ""
        yield _row([name, str(account.posts), *(figure(account.counts.get(n)) for n in NAMES), hours + problem])


def _posts(posts: Sequence[Posted], tz: str) -> Iterator[str]:
    yield from _head("When", "Account", "Post", *HEADS, "Note")
    for post in posts:
        title = _short(post.title) + (f" ({post.parts} parts)" if post.parts > 1 else "")
        name = f"[{title}](<{_address(post.url)}>)" if post.url else title
        yield _row(
            [_when(post.published_at, tz), plain(post.account), name, *(figure(post.counts.get(n)) for n in NAMES), plain(post.note) or " "]
        )


def _address(url: str) -> str:
    return re.sub(r"[<>|\\\s]", "", url)


def _proofs(posts: Sequence[Posted], tz: str) -> Iterator[str]:
    yield from _head("Post", "Approved by", "When", "AI label", "Told to readers", "Seal")
    for post in posts:
        by = plain(post.approved_by) or "–"
        if post.on_behalf:
            by += f", for the client: “{plain(post.on_behalf)}”"
        at = _when(post.approved_at, tz) if post.approved_at is not None else "–"
        yield _row([f"{plain(post.account)}: {_short(post.title)}", by, at, plain(post.ai), plain(post.told) or "nothing", post.seal])


def local_iso(at: int | None, tz: str) -> str:
    """RFC 3339 with the zone's offset, or empty."""
    return "" if at is None else from_micros(at, tz).isoformat(timespec="seconds")
