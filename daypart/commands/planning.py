"""Planning a month on the command line: free slots, copies, filling days, gaps and posts too near each other."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from daypart.call import Call, common
from daypart.output import delivery_json, print_done, print_json, rfc3339, when
from daypart.session import at_desk

if TYPE_CHECKING:
    from scheduler.desk.calendar.views import FreeSlot, Signs
    from scheduler.desk.desk import Desk
    from scheduler.desk.views import PostView

DAY = click.DateTime(formats=["%Y-%m-%d"])
AHEAD = 28
"""Days that are looked at where none are named."""


@click.command(short_help="Free slots of an account.")
@click.argument("account")
@click.option("--from", "first", type=DAY, metavar="DATE", help="First day, as 2026-11-30; default: today.")
@click.option("--to", "last", type=DAY, metavar="DATE", help="Last day; default: four weeks on.")
@common
@click.pass_obj
def slots(call: Call, account: str, first: date | None, last: date | None) -> None:
    """Places in the week that no post of this account has taken yet."""

    async def act(desk: Desk) -> list[FreeSlot]:
        start, end = span(desk, first, last)
        return await desk.account_slots(account, start, end)

    found = at_desk(call, act)
    if call.as_json:
        print_json({"slots": [_slot_json(slot) for slot in found]})
        return
    for slot in found:
        click.echo(f"{when(slot.at, slot.tz)}  {slot.words}  {slot.campaign}")
    if not found:
        click.echo("nothing is free: slots stand in a campaign's `schedule`, and each takes one post")


@click.command(short_help="The same post once more, as a draft.")
@click.argument("post")
@click.argument("at", metavar="[WHEN]…", nargs=-1)
@common
@click.pass_obj
def duplicate(call: Call, post: str, at: tuple[str, ...]) -> None:
    """A new draft with the texts, pictures and accounts of POST, to plan it twice or to change it; without WHEN it has no time yet.

    `daypart post reuse` is for what was good a while ago: other accounts of the client, what would be refused with the same words, and a
    reason to repeat them. Either way the copy counts as a use of POST."""
    made: PostView = at_desk(call, lambda desk: desk.duplicate(post, " ".join(at) or None))
    if call.as_json:
        print_json({"post": made.post, "deliveries": [delivery_json(view) for view in made.deliveries]})
        return
    for view in made.deliveries:
        click.echo(f"{view.key}  {when(view.due, view.tz)}  {view.words}")


@click.command(short_help="Put copies of a draft on free slots.")
@click.argument("post")
@click.argument("days", metavar="DATE…", nargs=-1, required=True, type=DAY)
@common
@click.pass_obj
def fill(call: Call, post: str, days: tuple[date, ...]) -> None:
    """The first free slot of each of these days gets POST; a draft without a time takes the first one itself."""
    print_done(call, at_desk(call, lambda desk: desk.fill(post, [_day(day) for day in days])))


def print_signs(call: Call, client: str | None, account: str | None, first: date | None, last: date | None) -> None:
    """Days without a post, posts too near each other, nights on which clocks change."""
    from scheduler.desk.calendar.views import Filter  # deferred, as the Desk

    async def act(desk: Desk) -> Signs:
        return await desk.signs(*span(desk, first, last), Filter(client=client, account=account))

    signs = at_desk(call, act)
    if call.as_json:
        print_json(
            {
                "gaps": [{"name": gap.name, "first": str(gap.first), "last": str(gap.last), "days": gap.days} for gap in signs.gaps],
                "collisions": [{"account": near.account, "day": str(near.day), "keys": list(near.keys)} for near in signs.collisions],
                "clocks": [{"day": str(change.day), "words": change.words} for change in signs.clocks],
            }
        )
        return
    lines = [
        *((gap.first, f"○ {gap.words}, until {gap.last:%a} {gap.last.day} {gap.last:%b}") for gap in signs.gaps),
        *((near.day, f"≠ {near.words}: {' and '.join(near.keys)}") for near in signs.collisions),
        *((change.day, f"± {change.words}") for change in signs.clocks),
    ]
    for day, words in sorted(lines):
        click.echo(f"{day:%a} {day.day:2} {day:%b}  {words}")
    if not lines:
        click.echo("no gaps: every client has a post at least every third day")


def span(desk: Desk, first: date | None, last: date | None) -> tuple[date, date]:
    """The days that are meant."""
    from config.times import from_micros  # deferred, as the Desk

    start = _day(first) if first else from_micros(desk.clock.wall(), desk.tz).date()
    return start, _day(last) if last else start + timedelta(days=AHEAD - 1)


def micros_of(desk: Desk, day: date | None, more: int = 0) -> int | None:
    """Where a day begins in the workspace's zone."""
    from datetime import datetime

    from config.times import micros, zone

    return None if day is None else micros(datetime(day.year, day.month, day.day, tzinfo=zone(desk.tz)) + timedelta(days=more))


def _day(moment: date) -> date:
    """click gives a datetime where a date is meant."""
    return date(moment.year, moment.month, moment.day)


def _slot_json(slot: FreeSlot) -> dict[str, object]:
    return {
        "at": rfc3339(slot.at, slot.tz),
        "slot": slot.slot,
        "campaign": slot.campaign,
        "account": slot.account,
        "client": slot.client,
        "note": slot.note,
    }
