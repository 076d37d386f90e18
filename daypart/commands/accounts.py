"""Accounts on the command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from daypart.asking import asked
from daypart.call import Call, common
from daypart.output import print_done, print_json, rfc3339
from daypart.session import at_desk
from scheduler.desk.views import AccountView, Done
from scheduler.errors import UsageError

if TYPE_CHECKING:
    from scheduler.desk.accounts.standing import Standing
    from scheduler.desk.desk import Desk


@click.group()
@common
def account() -> None:
    """The accounts that daypart.yaml names: sign in, see where they stand, sign out."""


@account.command(short_help="Sign in with an app password or token.")
@click.argument("name")
@click.option("--secret-stdin", is_flag=True, help="Read the app password or token from standard input.")
@click.option("--browser", is_flag=True, help="Mastodon: say yes in a browser and paste the code it shows; no token is needed.")
@click.option("--server", metavar="ADDRESS", help="Its own server, written into daypart.yaml first; left out, nothing changes there.")
@common
@click.pass_obj
def connect(call: Call, name: str, secret_stdin: bool, browser: bool, server: str | None) -> None:
    """Sign in to the account NAME of daypart.yaml with an app password or token.

    It is kept encrypted and never shown. In scripts: printf %s "$TOKEN" | daypart account connect NAME --secret-stdin
    """

    async def act(desk: Desk) -> Done:
        if server is not None:
            await desk.move_account(name, server)
        if browser:
            return await desk.browser_finish(name, _ask_code(await desk.browser_begin(name), from_input=secret_stdin))
        known = next((view for view in await desk.accounts() if view.name == name), None)
        secret = sys.stdin.readline() if secret_stdin else _ask(known) if known else ""
        doubt = "" if secret_stdin else desk.doubt(name, secret)
        if doubt and not asked(lambda: click.confirm(f"{doubt}\nUse it all the same?", err=True)):
            raise UsageError("nothing was sent", doubt)
        return await desk.connect(name, secret.strip())

    print_done(call, at_desk(call, act))


def _ask(account: AccountView) -> str:
    if not sys.stdin.isatty():
        raise UsageError("without a terminal nobody can be asked for the secret", "give it on standard input, with --secret-stdin")
    words = f"App password or token of {account.handle} on {account.platform_name} (it is not shown)"
    return asked(lambda: str(click.prompt(words, hide_input=True, err=True)))


def _ask_code(url: str, *, from_input: bool) -> str:
    click.echo(f"Open this page in a browser, sign in and say yes:\n  {url}", err=True)
    if from_input:
        return sys.stdin.readline()
    if not sys.stdin.isatty():
        raise UsageError("without a terminal nobody can be asked for the code", "give it on standard input, with --secret-stdin")
    question = "The code that the page shows then (it is not shown here)"
    return asked(lambda: str(click.prompt(question, hide_input=True, err=True)))


@account.command(short_help="Add an account to daypart.yaml.")
@click.argument("platform")
@click.argument("handle")
@click.option("--client", help="Whose account it is, as `clients:` in daypart.yaml names them.")
@click.option("--new-client", metavar="NAME", default="", help="A client who is not in daypart.yaml yet.")
@click.option("--server", metavar="ADDRESS", default="", help="Its own server, where it is not the usual one.")
@common
@click.pass_obj
def add(call: Call, platform: str, handle: str, client: str | None, new_client: str, server: str) -> None:
    """Add an account to daypart.yaml, whose comments stay; connect it next. PLATFORM: bluesky, mastodon or instagram."""
    print_done(call, at_desk(call, lambda desk: desk.add_account(platform, handle, client, server, new_client)))


@account.command(short_help="Correct the handle of an account in daypart.yaml.")
@click.argument("name")
@click.argument("handle")
@click.option("--server", metavar="ADDRESS", help="Its own server; empty: the usual one. Left out, it stays as it is.")
@common
@click.pass_obj
def correct(call: Call, name: str, handle: str, server: str | None) -> None:
    """Write another HANDLE for the account NAME, which nobody is signed in to, into daypart.yaml; its posts stay with it."""
    print_done(call, at_desk(call, lambda desk: desk.correct_account(name, handle, server)))


@account.command(short_help="Take an account out of daypart.yaml.")
@click.argument("name")
@common
@click.pass_obj
def remove(call: Call, name: str) -> None:
    """Take the account NAME out of daypart.yaml: one that nobody is signed in to, and that no post belongs to."""
    print_done(call, at_desk(call, lambda desk: desk.remove_account(name)))


@account.command("list", short_help="Who is signed in until when; limits; what waits.")
@common
@click.pass_obj
def list_accounts(call: Call) -> None:
    """Every account: its client, until when it is signed in, what went out against its limits, what waits on it."""
    standings = at_desk(call, lambda desk: desk.standings())
    if call.as_json:
        print_json({"accounts": [_standing_json(standing) for standing in standings]})
        return
    if not standings:
        click.echo("no accounts yet: name one under `accounts:` in daypart.yaml, then `daypart account connect NAME`")
    for standing in standings:
        view = standing.account
        click.echo(
            f"{view.name:<16} {view.client_name:<22} {view.platform_name:<10} {view.handle:<28} {_use(standing):<16} {view.words}"
            + (f" ({standing.waits} wait{'s' if standing.waits == 1 else ''} for it)" if standing.waits else "")
        )


def _use(standing: Standing) -> str:
    """Posts of the last 24 hours; a limit only where somebody sets one."""
    return f"{standing.sent} of {standing.most} in 24 h" if standing.most else f"{standing.sent} in 24 h"


def _standing_json(standing: Standing) -> dict[str, object]:
    view = standing.account
    return {
        "name": view.name,
        "platform": view.platform,
        "handle": view.handle,
        "client": view.client,
        "connected": view.connected,
        "state": view.state,
        "expires_at": rfc3339(view.expires_at),
        "sent_in_24_h": standing.sent,
        "most_in_24_h": standing.most,
        "waits": standing.waits,
    }


@account.command()
@click.argument("name")
@common
@click.pass_obj
def test(call: Call, name: str) -> None:
    """One harmless call, to see that the account works."""
    print_done(call, at_desk(call, lambda desk: desk.test_account(name)))


@account.command()
@click.argument("name")
@common
@click.pass_obj
def disconnect(call: Call, name: str) -> None:
    """Forget the account's tokens. Planned posts wait."""
    print_done(call, at_desk(call, lambda desk: desk.disconnect(name)))
