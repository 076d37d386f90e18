"""`daypart rehearse`: the plan on a simulated clock, with outages. Nothing is sent, nothing is changed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from daypart.call import Call, common
from daypart.output import print_json
from daypart.session import workspace_of
from scheduler.errors import UsageError

if TYPE_CHECKING:
    from scheduler.desk.today.rehearsing import Approvals
    from scheduler.rehearsal.result import Rehearsal

EX_NEEDS_PERSON = 1


@click.command()
@click.option("--until", required=True, metavar="WHEN", help='To when: 2026-12-24, "friday 18:00", +7d.')
@click.option("--seed", type=int, default=1, show_default=True, help="Another number draws other outages; the same one draws the same.")
@click.option("--outages", type=click.Choice(["few", "many"]), default="few", show_default=True, help="How much goes wrong.")
@click.option("--calm", is_flag=True, help="Nothing goes wrong.")
@click.option("--client", help="Only one client.")
@click.option("--approved-only", is_flag=True, help="Leave out what is not approved yet.")
@click.option("--as-if-approved", is_flag=True, help="As if you had approved everything; nothing is approved by it.")
@common
@click.pass_obj
def rehearse(
    call: Call, until: str, seed: int, outages: str, calm: bool, client: str | None, approved_only: bool, as_if_approved: bool
) -> int:
    """What would go out when, with outages drawn from a seed. Nothing is sent, and nothing in the workspace changes.

    Plays your plan with the real publishing engine on a clock that jumps, against pretend platforms. Needs no network and no
    tokens, and may run beside the publishing service. Exit code 1 when something would need a person.
    """
    if approved_only and as_if_approved:
        raise UsageError("--approved-only and --as-if-approved exclude each other", "give one of them")
    approvals: Approvals = "only_approved" if approved_only else "as_if_approved" if as_if_approved else "as_they_are"
    found = asyncio.run(_play(call, until, seed, "calm" if calm else outages, client, approvals))
    if call.as_json:
        from daypart.rehearsal.as_json import rehearsal_json

        print_json(rehearsal_json(found))
    else:
        from daypart.rehearsal.lines import lines_of

        for line in lines_of(found):
            click.echo(line)
    return EX_NEEDS_PERSON if found.needs_person else 0


async def _play(call: Call, until: str, seed: int, level: str, client: str | None, approvals: Approvals) -> Rehearsal:
    from scheduler.desk.desk import Desk  # deferred: the store's libraries cost 300 ms
    from scheduler.rehearsal.weather import Level

    desk = await Desk.beside(workspace_of(call))
    try:
        return await desk.rehearse(until, seed=seed, level=Level(level), client=client, approvals=approvals)
    finally:
        await desk.close()
