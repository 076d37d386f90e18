"""A week's report as lines, panes and bars. Pure: made from what the Desk answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from scheduler.desk.views import Sign
from tui.lines.charts import bar, sparkline
from tui.lines.row import Row
from tui.say import say
from tui.text import Glyphs, clean, clock_words, counted, day_names, fit, full_when, one_line, week_words
from tui.told import told

if TYPE_CHECKING:
    from scheduler.report.model import AccountWeek, ClientWeek, Counts, Posted, WeekReport

FIGURES: Mapping[str, Callable[[int], str]] = {
    "likes": lambda count: counted(count, "like"),
    "replies": lambda count: counted(count, "reply", "replies"),
    "reposts": lambda count: counted(count, "repost"),
    "saves": lambda count: counted(count, "save"),
    "reach": lambda count: say("{count:,} reach", count=count),
}
"""What a platform may tell of a post, and how it is said."""
ACCOUNT = "account:"
"""What keys of account lines begin with."""
BAR_CELLS = 24
LABEL_CELLS = 22


def week_title(report: WeekReport) -> str:
    """`23–29 November 2026 · Europe/Warsaw`."""
    return f"{week_words(report.first, report.last)} · {report.tz}"


def figures_words(counts: Counts) -> str:
    """`24 likes · 3 replies`; only what the platform tells."""
    known = ((words, counts.get(name)) for name, words in FIGURES.items())
    return " · ".join(words(count) for words, count in known if count is not None) or say("no figures yet")


def short_words(counts: Counts) -> str:
    """`34 interactions, reach 900`."""
    if counts.interactions is None:
        return say("no figures yet")
    reach = say(", reach {reach:,}", reach=counts.reach) if counts.reach is not None else ""
    return f"{counted(counts.interactions, 'interaction')}{reach}"


# ── lines ────────────────────────────────────────────────────────────────────


def number_rows(report: WeekReport, glyphs: Glyphs) -> list[Row]:
    """Per client: its accounts, then its posts, the best first."""
    return [row for client in report.clients for row in _client_rows(client, report.tz, glyphs)]


def _client_rows(client: ClientWeek, tz: str, glyphs: Glyphs) -> Iterable[Row]:
    before = client.before.interactions
    compared = "" if before is None else say(" · week before: {before:,}", before=before)
    total = short_words(client.counts) if client.posts else ""
    words = " · ".join(filter(None, (counted(len(client.posts), "post"), total)))
    yield Row(key=f"#{client.client}", heading=f"{one_line(client.name).upper()} · {words}{compared}")
    yield from (_account_row(account, glyphs) for account in client.accounts)
    ranked = client.ranked
    rest = [post for post in client.posts if post not in ranked]
    yield from (_post_row(post, _rank(number, len(ranked)), tz) for number, post in enumerate(ranked))
    yield from (_post_row(post, "", tz) for post in rest)


def _rank(number: int, of: int) -> str:
    return say("best · ") if number == 0 and of > 1 else say("fewest · ") if number == of - 1 and of > 1 else ""


def _account_row(account: AccountWeek, glyphs: Glyphs) -> Row:
    hours = say("best at {hour}:00", hour=account.hours[0].hour) if account.hours else ""
    problem = told(one_line(account.problem))
    return Row(
        key=f"{ACCOUNT}{account.account}",
        sign=Sign.NEEDS_YOU if problem else Sign.PUBLISHED if account.posts else Sign.CANCELLED,
        when=sparkline(account.gained, glyphs),
        client=one_line(account.client_name),
        color=account.client_color,
        account=one_line(account.account),
        title=counted(account.posts, "post") if account.posts else say("no posts"),
        words=problem or " · ".join(filter(None, (short_words(account.counts) if account.posts else "", hours))),
    )


def _post_row(post: Posted, rank: str, tz: str) -> Row:
    return Row(
        key=post.key,
        sign=Sign.PUBLISHED,
        when=full_when(post.published_at, tz),
        client=one_line(post.client_name),
        color=post.client_color,
        account=one_line(post.account),
        title=one_line(post.title),
        words=rank + (short_words(post.counts) if post.counts.interactions is not None else told(one_line(post.note))),
    )


def ledger_rows(report: WeekReport) -> list[Row]:
    """What went out, by whose yes, with which label, newest first."""
    posts = sorted(report.posts, key=lambda post: (-post.published_at, post.key))
    found = [_ledger_row(post, report.tz) for post in posts]
    return [Row(key="#ledger", heading=say("WHO APPROVED WHAT · {posts}", posts=counted(len(found), "post"))), *found] if found else []


def _ledger_row(post: Posted, tz: str) -> Row:
    link = one_line((post.url or "").removeprefix("https://").removeprefix("http://"))
    by = one_line(post.approved_by) or say("no approval on record")
    return Row(
        key=post.key,
        sign=Sign.PUBLISHED,
        when=full_when(post.published_at, tz),
        client=one_line(post.client_name),
        color=post.client_color,
        account=one_line(post.account),
        title=one_line(post.title),
        words=" · ".join(filter(None, (by, told(one_line(post.ai)), link))),
    )


# ── panes ────────────────────────────────────────────────────────────────────


def account_title(account: AccountWeek) -> str:
    """The client first."""
    return f"{one_line(account.client_name)} · {one_line(account.platform_name)} {one_line(account.account)}"


def account_pane(account: AccountWeek, report: WeekReport, glyphs: Glyphs) -> Content:
    """Bars of the days and of the posts, best hours, and what is not told."""
    lines = [Content(figures_words(account.counts) if account.posts else say("Nothing went out here in this week."))]
    if account.problem:
        lines.append(
            Content.styled(
                say(
                    "{warn} The figures could not be read the last time: {problem}", warn=glyphs.warn, problem=told(clean(account.problem))
                ),
                "$warning",
            )
        )
    lines += [Content(""), Content.styled(say("Best hours"), "bold"), *_hours(account, glyphs)]
    lines += [
        Content(""),
        Content.styled(say("New interactions per day"), "bold"),
        *_bars(list(zip(day_names(), account.gained, strict=True)), glyphs),
    ]
    posts = [post for post in report.posts if post.account == account.account]
    if posts:
        values = [(f"{full_when(post.published_at, report.tz)} {one_line(post.title)}", post.counts.interactions or 0) for post in posts]
        lines += [Content(""), Content.styled(say("Interactions per post"), "bold"), *_bars(values, glyphs)]
    return Content("\n").join([*lines, Content(""), *_footnotes(account, report)])


def _hours(account: AccountWeek, glyphs: Glyphs) -> list[Content]:
    if not account.hours:
        return [Content.styled(say("Too few posts with figures to say (5 are needed, at different hours)."), "$quiet")]
    most = max(round(hour.mean) for hour in account.hours)
    return [
        Content(
            say(
                "{hour:>2}:00  {bar} {mean:,.0f} on average, ",
                hour=hour.hour,
                bar=fit(bar(round(hour.mean), most, BAR_CELLS, glyphs), BAR_CELLS),
                mean=hour.mean,
            )
        ).append(counted(hour.posts, "post"))
        for hour in account.hours
    ]


def _bars(values: Sequence[tuple[str, int]], glyphs: Glyphs) -> list[Content]:
    most = max((value for _, value in values), default=0)
    width = min(LABEL_CELLS, max((len(label) for label, _ in values), default=0))
    return [
        Content(f"{fit(label, width, glyphs.more)}  {fit(bar(value, most, BAR_CELLS, glyphs), BAR_CELLS)} {value:,}")
        for label, value in values
    ]


def _footnotes(account: AccountWeek, report: WeekReport) -> list[Content]:
    mine = [note for note in report.footnotes if note.startswith(account.platform_name)]
    return [Content.styled(clean(note), "$quiet") for note in mine]


def post_title(post: Posted) -> str:
    """The client first."""
    return f"{one_line(post.client_name)} · {one_line(post.platform_name)} {one_line(post.account)}"


def post_pane(post: Posted, tz: str) -> Content:
    """The line of the ledger, whole: figures, text, approval, label, link."""
    lines = [Content.styled(figures_words(post.counts), "bold")]
    if post.note:
        lines.append(Content.styled(told(clean(post.note)), "$warning"))
    elif post.read_at is not None:
        lines.append(Content.styled(say("read {when}", when=full_when(post.read_at, tz)), "$quiet"))
    lines += [Content(""), Content(clean(post.text)), Content(""), *(Content.styled(line, "$quiet") for line in proof_lines(post, tz))]
    return Content("\n").join(lines)


def proof_lines(post: Posted, tz: str) -> list[str]:
    """Who approved which text, when, the label, the link: to read and to copy."""
    by = say("No approval is on record")
    if post.approved_by:
        by = say("Approved by {approved_by}, {when}", approved_by=one_line(post.approved_by), when=full_when(post.approved_at, tz))
    behalf = say(", for the client: “{on_behalf}”", on_behalf=one_line(post.on_behalf)) if post.on_behalf else ""
    told = say(" · told to readers: {told}", told=one_line(post.told)) if post.told else ""
    went = say("Went out {when}", when=full_when(post.published_at, tz))
    return [
        went,
        say("{by}{behalf} · seal {seal}", by=by, behalf=behalf, seal=post.seal),
        say("AI label: {ai}{told}", ai=one_line(post.ai), told=told),
        one_line(post.url or say("no link")),
    ]


def made_words(report: WeekReport) -> str:
    """`as of 12:05`."""
    return say("as of {when}", when=clock_words(report.made_at, report.tz))
