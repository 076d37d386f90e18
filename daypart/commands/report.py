"""Numbers and proof on the command line: the week's report, the calendar for other programs, the archive of what is public."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daypart.call import Call, common
from daypart.output import print_done, print_json, progress, rfc3339
from daypart.session import at_desk
from scheduler.phrases.po import LANGUAGES

if TYPE_CHECKING:
    from scheduler.desk.desk import Desk
    from scheduler.desk.views import Done
    from scheduler.report.model import AccountWeek, ClientWeek, Posted, WeekReport

_WEEK = "Which week: 2026-W47, a day of it, this or last (default: this)."


# ── the week's report ────────────────────────────────────────────────────────


@click.command(short_help="A week per client: figures, best hours, who approved what.")
@click.option("--client", help="Only one client.")
@click.option("--week", metavar="W", help=_WEEK)
@click.option("--markdown", "kind", flag_value="markdown", default="markdown", help="To read and to send (default).")
@click.option("--csv", "kind", flag_value="csv", help="One line per post, for a spreadsheet.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write a file instead of showing it.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Of the Markdown; default: of each client's accounts.")
@common
@click.pass_obj
def report(call: Call, client: str | None, week: str | None, kind: str, out: Path | None, language: str | None) -> None:
    """What was published in a week, per client: every post with its figures, the best and the one with the fewest interactions, best hours
    of each account, who approved which text and how AI is labelled.

    Figures are read by the publishing service; a figure that a platform does not tell is a dash, and old figures say how old they are."""
    from scheduler.report.markdown import as_markdown
    from scheduler.report.sheet import as_csv

    async def act(desk: Desk) -> tuple[WeekReport, Done | None]:
        found = await desk.week_report(client=client, week=week)
        return found, await desk.save_report(found, "csv" if kind == "csv" else "markdown", out, language) if out is not None else None

    found, saved = at_desk(call, act)
    if saved is not None:
        print_done(call, saved)
    elif call.as_json:
        print_json(report_json(found))
    else:
        click.echo(as_csv(found) if kind == "csv" else as_markdown(found, language), nl=False)


def report_json(report: WeekReport) -> dict[str, object]:
    """The whole report for programs."""
    return {
        "week": report.week,
        "from": report.first.isoformat(),
        "to": report.last.isoformat(),
        "timezone": report.tz,
        "made_at": rfc3339(report.made_at, report.tz),
        "clients": [_client_json(client, report.tz) for client in report.clients],
        "footnotes": list(report.footnotes),
    }


def _client_json(client: ClientWeek, tz: str) -> dict[str, object]:
    return {
        "client": client.client,
        "name": client.name,
        "figures": dataclasses.asdict(client.counts),
        "week_before": {"posts": client.posts_before, "figures": dataclasses.asdict(client.before)},
        "best": client.best.key if client.best else None,
        "fewest": client.worst.key if client.worst else None,
        "posts": [_post_json(post, tz) for post in client.posts],
        "accounts": [_account_json(account) for account in client.accounts],
    }


def _post_json(post: Posted, tz: str) -> dict[str, object]:
    return {
        "key": post.key,
        "account": post.account,
        "platform": post.platform,
        "published_at": rfc3339(post.published_at, tz),
        "url": post.url,
        "text": post.text,
        "parts": post.parts,
        "figures": {**dataclasses.asdict(post.counts), "interactions": post.counts.interactions},
        "figures_read_at": rfc3339(post.read_at, tz),
        "note": post.note or None,
        "ai": post.ai,
        "told_to_readers": post.told or None,
        "approved_by": post.approved_by or None,
        "approved_at": rfc3339(post.approved_at, tz),
        "on_behalf": post.on_behalf or None,
        "digest": post.digest,
    }


def _account_json(account: AccountWeek) -> dict[str, object]:
    return {
        "account": account.account,
        "platform": account.platform,
        "posts": account.posts,
        "figures": dataclasses.asdict(account.counts),
        "gained_per_day": list(account.gained),
        "best_hours": [dataclasses.asdict(hour) for hour in account.hours],
        "problem": account.problem or None,
    }


# ── to take away ─────────────────────────────────────────────────────────────


@click.group()
@common
def export() -> None:
    """The calendar for other programs, and everything that is public in one file."""


@export.command()
@click.option("--client", help="Only one client.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write a file instead of showing it.")
@common
@click.pass_obj
def ics(call: Call, client: str | None, out: Path | None) -> None:
    """The calendar as an .ics file, for a phone or another calendar: one entry per post, the same entry again at the next export."""
    _export(call, "ics", client, out)


@export.command("csv")
@click.option("--client", help="Only one client.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write a file instead of showing it.")
@common
@click.pass_obj
def csv_(call: Call, client: str | None, out: Path | None) -> None:
    """The calendar as CSV, one line per post and account."""
    _export(call, "csv", client, out)


@export.command("json")
@click.option("--client", help="Only one client.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write a file instead of showing it.")
@common
@click.pass_obj
def json_(call: Call, client: str | None, out: Path | None) -> None:
    """The calendar as JSON: everything that `outbox` shows, with the texts."""
    _export(call, "json", client, out)


def _export(call: Call, kind: str, client: str | None, out: Path | None) -> None:
    async def act(desk: Desk) -> tuple[str, Done | None]:
        words = await desk.export_calendar(kind, client=client)
        return words, await desk.save_export(words, kind, out) if out is not None else None

    words, saved = at_desk(call, act)
    if saved is not None:
        print_done(call, saved)
    else:
        click.echo(words, nl=False)


@export.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--client", help="Only one client.")
@common
@click.pass_obj
def archive(call: Call, file: Path, client: str | None) -> None:
    """Everything that was published, in one zip FILE: texts, pictures and films, links, who approved what. Its index.html opens in any
    browser, without a network and without daypart."""
    done = at_desk(call, lambda desk: desk.export_archive(file, client=client))
    print_done(call, done)
    if not call.as_json:
        progress("Unpack it and open index.html.")
