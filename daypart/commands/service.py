"""The publishing service and the health of an installation: daemon, status, doctor, sandbox, media."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from daypart.call import Call, common
from daypart.output import delivery_json, hold_json, print_done, print_json, rfc3339, when
from daypart.session import at_desk, workspace_of
from scheduler.clock import DAY, HOUR
from scheduler.desk.views import DeliveryQuery

if TYPE_CHECKING:
    from scheduler.desk.desk import Desk
    from scheduler.desk.today.views import Risk
    from scheduler.desk.views import DeliveryView, Overview
    from scheduler.outage import Outage

COMING = ("queued", "claimed", "sending", "processing", "unknown", "checking")
"""What is approved and not out yet."""
SOON = 36 * HOUR
MOST = 40
"""Lines that a person still reads."""
RISKS = 5
"""So many are named without a screen."""


@click.command()
@click.option("--background", "way", flag_value="background", help="Start it as a process that goes on without this terminal.")
@click.option("--stop", "way", flag_value="stop", help="End the one that runs; what it has begun it finishes.")
@click.option("--install", "way", flag_value="install", help="Make it start with the computer: shown first, never as root.")
@click.option("--uninstall", "way", flag_value="uninstall", help="Stop it and remove what --install wrote.")
@click.option("--yes", is_flag=True, help="With --install or --uninstall: do not ask.")
@common
@click.pass_obj
def daemon(call: Call, way: str | None, yes: bool) -> int:
    """The publishing service without a screen: sends what is approved and due. Ctrl+C or SIGTERM lets running posts finish."""
    if way is not None:
        from daypart.commands import installing

        if way in ("install", "uninstall"):
            return installing.install(call, yes=yes) if way == "install" else installing.uninstall(call, yes=yes)
        return installing.in_background(call) if way == "background" else installing.stop(call)
    from daypart.daemon import serve

    return serve(workspace_of(call))


@click.command()
@common
@click.pass_obj
def status(call: Call) -> None:
    """What needs you, what goes out in the next 36 hours, and whether anything is publishing."""
    print_status(call)


async def _seen(desk: Desk) -> tuple[Overview, list[DeliveryView], list[Risk]]:
    now = desk.clock.wall()
    coming = await desk.deliveries(DeliveryQuery(states=COMING, since=now - DAY, until=now + SOON, limit=MOST + 1))
    return await desk.overview(), coming, await desk.risks()


def print_status(call: Call) -> None:
    """The desk's status line, what is at risk and what is coming, for people and programs without a screen."""
    seen, coming, risks = at_desk(call, _seen)
    if call.as_json:
        print_json(_status_json(seen, coming, risks))
    else:
        _print_status(seen, coming, risks)


def _status_json(seen: Overview, coming: list[DeliveryView], risks: list[Risk]) -> dict[str, object]:
    return {
        "workspace": seen.workspace,
        "planned": seen.planned,
        "to_approve": seen.to_approve,
        "needs_you": seen.needs_you,
        "next": delivery_json(seen.next) if seen.next else None,
        "coming": [delivery_json(view) for view in coming],
        "holds": [hold_json(hold) for hold in seen.holds],
        "service": {"running": seen.service.running, "pid": seen.service.pid, "words": seen.service.words},
        "unreached": _unreached(seen.outage, seen.tz),
        "moved_with_zones": list(seen.moved),
        "notices": {"untold": seen.untold, "words": seen.untold_words},
        "risks": [
            {"kind": r.kind, "about": r.about, "client": r.client, "title": r.title, "words": r.words, "next": r.command} for r in risks
        ],
    }


def _print_status(seen: Overview, coming: list[DeliveryView], risks: list[Risk]) -> None:
    click.echo(f"{seen.workspace}{' (sandbox)' if seen.sandbox else ''}")
    for held in seen.holds:
        click.echo(f"ON HOLD {held.name} since {when(held.at, seen.tz)} by {held.by}{': ' + held.reason if held.reason else ''}")
    needs = f"{seen.needs_you} need{'s' if seen.needs_you == 1 else ''} you"
    click.echo(f"{needs} · {seen.to_approve} to approve · {seen.planned} planned")
    if seen.needs_you:
        click.echo("    next: daypart outbox")
    for risk in risks[:RISKS]:
        title = f"  “{risk.title}”" if risk.title else ""  # as of what is planned: what would hurt is seen in the words
        click.echo(f"at risk: {risk.client_name}  {risk.about}{title}: {risk.words}\n    next: {risk.command}")
    if len(risks) > RISKS:
        click.echo(f"and {len(risks) - RISKS} more at risk: they stand in Today, on the desk")
    if seen.next:
        click.echo(f"next: {when(seen.next.due, seen.tz)}  {seen.next.client_name}  {seen.next.key}")
    _print_coming(coming, seen.tz)
    for moved in seen.moved:
        click.echo(f"moved with the clocks of its zone: {moved}")
    if seen.untold:
        click.echo(f"{seen.untold_words}: daypart notices")
    if seen.outage is not None:
        who = f"{', '.join(seen.outage.hosts)} not reached" if seen.outage.hosts else "no network"
        click.echo(f"{who} since {when(seen.outage.since, seen.tz)}; posts wait, nothing is lost")
    click.echo(seen.service.words)


def _unreached(outage: Outage | None, tz: str) -> dict[str, object] | None:
    """By the service's own last calls; no hosts: no network."""
    return {"since": rfc3339(outage.since, tz), "tried": rfc3339(outage.tried, tz), "hosts": list(outage.hosts)} if outage else None


def _print_coming(coming: list[DeliveryView], tz: str) -> None:
    """In words, because what would hurt is seen in the words."""
    if coming:
        click.echo("next 36 hours:")
    for view in coming[:MOST]:
        click.echo(f"  {when(view.due, tz)}  {view.client_name}  {view.account}  “{view.title}”  {view.words}")
    if len(coming) > MOST:
        click.echo("  … and more: daypart post list")


@click.command()
@common
@click.pass_obj
def doctor(call: Call) -> int:
    """Check this installation and the store, each finding with its fix."""
    from scheduler.doctor import examine

    findings = examine(workspace_of(call))
    if call.as_json:
        print_json({"findings": [{"ok": f.ok, "what": f.what, "fix": f.fix} for f in findings]})
    else:
        for finding in findings:
            click.echo(f"{'✓' if finding.ok else '✗'} {finding.what}")
            if finding.fix and not finding.ok:
                click.echo(f"    = {finding.fix}")
    return 0 if all(finding.ok for finding in findings) else 1


@click.command()
@click.option("--port", type=int, default=0, help="0: any free port.")
@click.option("--ledger", type=click.Path(dir_okay=False), help="Keep what became public in this file.")
@click.option("--quiet", is_flag=True, help="Say nothing but the address.")
@common
@click.pass_obj
def sandbox(call: Call, port: int, ledger: str | None, quiet: bool) -> None:
    """Pretend platforms and a pretend model on this computer. Nothing leaves it."""
    from sandbox.__main__ import main

    main(["--port", str(port), *(["--ledger", ledger] if ledger else []), *(["--quiet"] if quiet else [])])


@click.group()
@common
def media() -> None:
    """Pictures and videos."""


@media.command(short_help="Try the media host.")
@common
@click.pass_obj
def check(call: Call) -> None:
    """Put one small picture on the configured media host and fetch it back, as Instagram would."""
    print_done(call, at_desk(call, lambda desk: desk.check_media_host()))
