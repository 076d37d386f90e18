"""The gate and the brake on the command line: approve, reject, resolve, hold, release."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from daypart.asking import asked
from daypart.call import Call, common
from daypart.output import print_done, print_review
from daypart.overdue import Overdue, release_and_decide
from daypart.session import at_desk
from scheduler.desk.views import Done, ReviewItem
from scheduler.errors import UsageError

if TYPE_CHECKING:
    from scheduler.desk.desk import Desk


@click.command()
@click.argument("key", required=False)
@click.option("--digest", metavar="D", help="Digest of what you read (`daypart post show KEY`); needed without a terminal.")
@click.option("--facts-checked", is_flag=True, help="You checked numbers, prices, dates and names; needed where a model wrote words.")
@click.option("--on-behalf", metavar="NAME", help="It is the word of this person of the client's, who sent back the seal.")
@click.option(
    "--seal", "seals", metavar="S", multiple=True, help="With --on-behalf: a seal the client sent back; may be given several times."
)
@click.option("--as", "name", metavar="NAME", help="Who approves, or records it (default: DAYPART_USER, then this system's user).")
@click.option("--client", help="Refuse when the key belongs to another client.")
@common
@click.pass_obj
def approve(
    call: Call,
    key: str | None,
    digest: str | None,
    facts_checked: bool,
    on_behalf: str | None,
    seals: tuple[str, ...],
    name: str | None,
    client: str | None,
) -> None:
    """Approve exactly what will go out: one key, one digest, one person.

    With --on-behalf it records what a client said about `daypart review export`: the seals say what exactly."""
    if on_behalf is not None or seals:
        if digest or not seals or not on_behalf:
            raise UsageError("a client's word is --on-behalf NAME with --seal S; your own yes is KEY with --digest")
        print_done(call, at_desk(call, lambda desk: _record(desk, on_behalf or "", seals, key or "", client, facts_checked), user=name))
        return
    if key is None:
        raise click.UsageError("missing argument 'KEY'")
    print_done(call, at_desk(call, lambda desk: _approve(desk, key or "", digest, client, facts_checked), user=name))


async def _record(desk: Desk, on_behalf: str, seals: tuple[str, ...], key: str, client: str | None, facts_checked: bool) -> Done:
    for one in await desk.sealed(seals, key=key):
        _same_client(one.item, client)
    return await desk.record_word(on_behalf, seals, key=key, facts_checked=facts_checked)


async def _approve(desk: Desk, key: str, digest: str | None, client: str | None, facts_checked: bool) -> Done:
    item = await desk.review(key)
    _same_client(item, client)
    if digest:
        return await desk.approve(key, digest, facts_checked=facts_checked)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("without a terminal, --digest is required", f"read it with: daypart post show {key}")
    print_review(item)
    if item.blocked:
        raise UsageError(item.blocked)
    checked = facts_checked or (item.needs_facts_check and asked(lambda: click.confirm("Did you check these facts?", err=True)))
    question = f"Approve exactly this for {item.delivery.client_name}, {item.delivery.platform_name}?"
    if not asked(lambda: click.confirm(question, err=True)):
        return Done("not approved")
    return await desk.approve(key, item.digest, facts_checked=checked)


def _same_client(item: ReviewItem, client: str | None) -> None:
    if client and item.delivery.client != client:
        raise UsageError(f"'{item.key}' belongs to {item.delivery.client_name}, not to '{client}'")


@click.command()
@click.argument("key")
@click.option("--reason", required=True, help="What has to change.")
@click.option("--as", "name", metavar="NAME", help="Who sends it back.")
@common
@click.pass_obj
def reject(call: Call, key: str, reason: str, name: str | None) -> None:
    """Send a post back to its author, with the reason."""
    print_done(call, at_desk(call, lambda desk: desk.reject(key, reason), user=name))


@click.command()
@click.argument("key")
@click.option("--published", "url", metavar="URL", help="It is there: its address or id.")
@click.option("--anyway", is_flag=True, help="With --published: keep it although other words stand there, or nothing.")
@click.option("--send-again", is_flag=True, help="It is not there: send it (we look once more first).")
@click.option("--send-now", is_flag=True, help="Its time passed under a hold: send it now.")
@click.option("--move", is_flag=True, help="Its time passed under a hold: to the next free time.")
@click.option("--drop", is_flag=True, help="Give it up.")
@common
@click.pass_obj
def resolve(call: Call, key: str, url: str | None, anyway: bool, send_again: bool, send_now: bool, move: bool, drop: bool) -> None:
    """Decide a post of which nobody but you can know whether it is public, or whose time passed under a hold."""
    if sum((bool(url), send_again, send_now, move, drop)) != 1:
        raise UsageError(
            "give exactly one of --published URL, --send-again, --send-now, --move, --drop",
            f"what is known, and what is safe to do: daypart outbox {key}",
        )

    async def act(desk: Desk) -> Done:
        if url:
            return await desk.resolve_published(key, url, anyway=anyway)
        if send_now or move:
            return await desk.decide_overdue(key, "send" if send_now else "move")
        return await (desk.resolve_send_again(key) if send_again else desk.resolve_drop(key))

    print_done(call, at_desk(call, act))


@click.command()
@click.option("--client", help="Only one client.")
@click.option("--account", metavar="NAME", help="Only one account.")
@click.option("--campaign", metavar="ID", help="Only one campaign.")
@click.option("--reason", default="", help="Why; shown to everyone.")
@common
@click.pass_obj
def hold(call: Call, client: str | None, account: str | None, campaign: str | None, reason: str) -> None:
    """The brake: from now on nothing leaves. Survives restarts."""
    print_done(call, at_desk(call, lambda desk: desk.hold(client=client, account=account, campaign=campaign, reason=reason)))


@click.command()
@click.option("--client", help="Only one client.")
@click.option("--account", metavar="NAME", help="Only one account.")
@click.option("--campaign", metavar="ID", help="Only one campaign.")
@click.option(
    "--overdue",
    type=click.Choice(["ask", "send", "move", "drop"]),
    help="What becomes of posts whose time passed meanwhile; default: asks about each on a terminal, else they wait for you.",
)
@common
@click.pass_obj
def release(call: Call, client: str | None, account: str | None, campaign: str | None, overdue: Overdue | None) -> None:
    """Take the brake off. Each post whose time has passed is decided by you: send now, move to the next free time, or drop."""
    release_and_decide(call, client=client, account=account, campaign=campaign, choice=overdue)
