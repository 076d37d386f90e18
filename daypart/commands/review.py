"""A client's sign-off on the command line: one file that is sent to them, and who has not answered yet."""

from __future__ import annotations

from pathlib import Path

import click

from daypart.call import Call, common
from daypart.output import print_json, progress, rfc3339, when
from daypart.session import at_desk
from scheduler.desk.approvals.reminding import Missing
from scheduler.desk.approvals.signing import ReviewFile
from scheduler.signoff.model import Language

_LANGUAGES: dict[str, Language] = {"en": "en", "pl": "pl"}


@click.group()
@common
def review() -> None:
    """A client's sign-off without a server: send a file, record the seals that come back."""


@review.command(short_help="Write one HTML file with a client's week.")
@click.option("--client", help="Whose week; needed where the workspace has clients.")
@click.option("--week", default="next", show_default=True, metavar="W", help="this, next, 2026-W49, or any day of the week.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="A file or a folder; default: review-CLIENT-WEEK.html here.")
@click.option("--language", type=click.Choice(list(_LANGUAGES)), help="Of the words around the posts; default: of the client's accounts.")
@common
@click.pass_obj
def export(call: Call, client: str | None, week: str, out: Path | None, language: str | None) -> None:
    """Write one HTML file with a client's week: each post as its readers see it, with a seal for each account.

    The file needs no server and loads nothing from anywhere. The client sends back the seals of what is right; record them with
    `daypart approve --on-behalf NAME --seal S`. A post that changed since has another seal."""
    made = at_desk(call, lambda desk: desk.export_review(client, week, out, _LANGUAGES.get(language or "")))
    if call.as_json:
        print_json(_as_json(made))
        return
    click.echo(f"{made.file} ({max(1, made.bytes // 1000):,} kB) · {made.words}")
    for words in made.waits:
        progress(f"  {words}")
    if made.sealed:
        progress('next: send it; then for each seal that comes back: daypart approve --on-behalf "Name" --seal "…"')


@review.command()
@click.option("--client", help="Only one client.")
@common
@click.pass_obj
def waiting(call: Call, client: str | None) -> None:
    """Whose yes is missing, and since when: what goes out first stands first."""
    found = at_desk(call, lambda desk: desk.missing(client))
    if call.as_json:
        print_json({"waiting": [_missing_json(one) for one in found]})
        return
    if not found:
        click.echo("nothing waits for a yes")
    for one in found:
        view = one.delivery
        click.echo(f"{view.client_name}  {view.key}  {when(view.due, view.tz)}  seal {view.seal}")
        click.echo(f"    {one.words}")


def _missing_json(one: Missing) -> dict[str, object]:
    view = one.delivery
    return {
        "key": view.key,
        "client": view.client,
        "due": rfc3339(view.due, view.tz),
        "digest": view.digest,
        "since": rfc3339(one.since, view.tz),
        "client_asked": rfc3339(one.asked_at, view.tz),
        "may_approve": list(one.may),
    }


def _as_json(made: ReviewFile) -> dict[str, object]:
    return {
        "file": str(made.file),
        "client": made.client,
        "week": made.week.name,
        "posts": made.posts,
        "sealed": made.sealed,
        "agreed": made.agreed,
        "left_out": list(made.waits),
        "bytes": made.bytes,
    }
