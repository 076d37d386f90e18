"""After a release: each post whose time passed under the hold is shown, and a person decides. Nothing goes out by itself."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

import click

from daypart.asking import asked
from daypart.call import Call
from daypart.output import delivery_json, print_json, print_review, when
from daypart.session import at_desk
from scheduler.errors import DeskError

if TYPE_CHECKING:
    from scheduler.desk.desk import Desk
    from scheduler.desk.views import DeliveryView

Choice = Literal["send", "move", "drop"]
Overdue = Literal["ask", "send", "move", "drop"]
_CHOICES: dict[str, Choice] = {"s": "send", "m": "move", "d": "drop"}


def release_and_decide(call: Call, *, client: str | None, account: str | None, campaign: str | None, choice: Overdue | None) -> None:
    """Release, then decide about what became late: asked on a terminal, by `--overdue`, or later."""
    asks = choice is None and not call.as_json and sys.stdin.isatty() and sys.stdout.isatty()

    async def act(desk: Desk) -> tuple[str, list[DeliveryView], list[str]]:
        done = await desk.release(client=client, account=account, campaign=campaign)
        late = await desk.overdue(client=client, account=account, campaign=campaign)
        if not call.as_json:
            click.echo(done.words)
        said: list[str] = []
        for view in late:
            if asks:
                said.append(await _ask(desk, view))
            elif choice is not None and choice != "ask":
                said.append(await _decide(desk, view, choice, None))
            if said and not call.as_json:
                click.echo(said[-1])
        return done.words, late, said

    words, late, said = at_desk(call, act)
    if call.as_json:
        print_json({"done": words, "keys": [view.key for view in late], "overdue": [delivery_json(view) for view in late], "decided": said})
    elif late and not said:
        _list(late)


async def _ask(desk: Desk, view: DeliveryView) -> str:
    """One post, as it would go out, and the three things that may become of it."""
    item = await desk.review(view.key)
    click.echo("")
    print_review(item)
    try:
        free = await desk.next_free(view.key)
        where = when(free.due, free.tz)
    except DeskError as error:
        where = f"not possible: {error}"
    click.echo(f"It was due {when(view.due, view.tz)}. s: send now · m: move ({where}) · d: drop · k: keep it for later")
    choices = click.Choice(["s", "m", "d", "k"])
    picked = asked(lambda: str(click.prompt("Decide", type=choices, default="k", show_choices=False)))
    return await _decide(desk, view, _CHOICES[picked], item.digest) if picked in _CHOICES else f"{view.key} waits for you"


async def _decide(desk: Desk, view: DeliveryView, choice: Choice, digest: str | None) -> str:
    try:
        return (await desk.decide_overdue(view.key, choice, digest=digest)).words
    except DeskError as error:
        return f"{view.key} stays as it is: {error}{f' ({error.hint})' if error.hint else ''}"


def _list(late: list[DeliveryView]) -> None:
    for view in late:
        click.echo(f"  {when(view.due, view.tz)}  {view.client_name}  {view.key}  {view.title}")
    click.echo("next, for each: daypart resolve KEY --send-now, --move or --drop; for all: daypart release --overdue send|move|drop")
