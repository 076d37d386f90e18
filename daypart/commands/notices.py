"""Notices on the command line: what people were told, whether it reaches them, what need not be told any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from daypart.call import Call, common
from daypart.output import print_done, print_json, rfc3339, when
from daypart.session import at_desk

if TYPE_CHECKING:
    from scheduler.desk.views import NoticesView, NoticeView

EX_SOME_FAILED = 1


@click.group(invoke_without_command=True, subcommand_metavar="[COMMAND]")
@common
@click.pass_context
def notices(ctx: click.Context) -> None:
    """What waits to be told and what was told, newest first. Who is told stands under `notices:` in daypart.yaml."""
    if ctx.invoked_subcommand is not None:
        return
    call = ctx.ensure_object(Call)
    view = at_desk(call, lambda desk: desk.notices())
    if call.as_json:
        print_json(_as_json(view))
    else:
        _print(view)


@notices.command(short_help="Send a test message to every place.")
@common
@click.pass_obj
def test(call: Call) -> int:
    """Send a test message to every place and say what came back; fetches the dead-man's address once."""
    found = at_desk(call, lambda desk: desk.test_notices())
    if call.as_json:
        print_json({"places": [{"place": told.place, "ok": told.problem is None, "problem": told.problem} for told in found]})
    else:
        for told in found:
            click.echo(f"✓ {told.place}: taken" if told.problem is None else f"✗ {told.place}: {told.problem}")
    return EX_SOME_FAILED if any(told.problem is not None for told in found) else 0


@notices.command(short_help="They are read: do not send them any more.")
@click.argument("numbers", metavar="[NUMBER]…", type=int, nargs=-1)
@common
@click.pass_obj
def dismiss(call: Call, numbers: tuple[int, ...]) -> None:
    """You have read them: the notices with these NUMBERs (none: all that wait) are not sent any more."""
    print_done(call, at_desk(call, lambda desk: desk.dismiss_notices(numbers)))


def _as_json(view: NoticesView) -> dict[str, object]:
    return {"notices": [_one(notice) for notice in view.notices], "places": list(view.places), "watched": view.watched}


def _one(notice: NoticeView) -> dict[str, object]:
    return {
        "id": notice.id,
        "kind": notice.kind,
        "client": notice.client,
        "account": notice.account,
        "key": notice.key,
        "at": rfc3339(notice.at),
        "words": notice.words,
        "next": notice.action,
        "command": notice.command,
        "sent_at": rfc3339(notice.sent_at),
        "tries": notice.tries,
        "next_at": rfc3339(notice.next_at),
        "waiting": dict(notice.waiting),
        "told": notice.told,
    }


def _print(view: NoticesView) -> None:
    where = ", ".join(view.places) or "nobody; write a `notices:` section in daypart.yaml"
    click.echo(f"told: {where}{' · watched from outside' if view.watched else ''}", err=True)
    if not view.notices:
        click.echo("No notices.")
    for notice in view.notices:
        about = " · ".join(part for part in (notice.client_name, notice.account or "") if part)
        click.echo(f"{notice.id}  {when(notice.at, view.tz)}  {about}  {notice.headline}")
        details = (notice.key or "", notice.words, notice.told)
        for line in filter(None, details):
            click.echo(f"    {line}")
        if notice.sent_at is None:
            click.echo(f"    next: {notice.action.rstrip('.')}: {notice.command}")
