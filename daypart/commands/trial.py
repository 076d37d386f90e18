"""`daypart try`: the first run without a screen, from an empty folder to a post on pretend platforms."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from daypart.call import Call, common
from daypart.output import delivery_json, print_json, progress
from daypart.session import workspace_of

if TYPE_CHECKING:
    from scheduler.desk.first_run import FirstPost

TYPE_THIS = """\
There is no workspace in this folder yet. Type one of these:
  daypart try "Your name" "First words"   a first post on pretend platforms on this computer, in seconds
  daypart init                            a workspace with a sample campaign, to edit
  daypart --workspace FOLDER              one that exists
On a terminal, `daypart` alone asks three questions."""


@click.command("try")
@click.argument("name")
@click.argument("words")
@common
@click.pass_obj
def try_it(call: Call, name: str, words: str) -> int:
    """A first post in an empty folder: WORDS for NAME on a pretend Bluesky and Mastodon. Nothing leaves this computer.

    Calling it says yes to exactly these words. Afterwards `daypart` opens the desk on what was made.
    """
    from scheduler.desk.first_run import FirstRun

    async def act() -> FirstPost:
        first = FirstRun(workspace_of(call))
        try:
            return await first.try_it(name, words, progress)
        finally:
            await first.close()

    found = asyncio.run(act())
    if call.as_json:
        print_json({"post": found.post, "deliveries": [delivery_json(view) for view in found.sent]})
    else:
        for view in found.sent:
            click.echo(f"{view.client_name} · {view.platform_name} (sandbox): {view.words} {view.remote_url or ''}".rstrip())
        progress("next: `daypart` opens the desk, where 6 connects a real account")
    return 0 if all(view.state == "published" for view in found.sent) else 1
