"""Posts and deliveries on the command line: list, show, preview, write, move, cancel, outbox."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daypart.asking import asked
from daypart.call import Call, common
from daypart.commands.library import evergreen, reuse, tag
from daypart.commands.planning import DAY, duplicate, fill, micros_of, print_signs, slots
from daypart.commands.texts import edit, media, script, texts
from daypart.evidence import evidence_json, print_evidence
from daypart.output import delivery_json, print_deliveries, print_done, print_json, print_review, when
from daypart.session import at_desk
from scheduler.desk.views import DeliveryQuery, Done
from scheduler.errors import NoRoomError, NotFoundError, UsageError, WouldVoidError

if TYPE_CHECKING:
    from scheduler.desk.desk import Desk
    from scheduler.desk.outbox.evidence import Evidence
    from scheduler.desk.views import DeliveryView, PostView, ReviewItem

EVIDENT = ("unknown", "checking", "processing", "ask", "refused", "missed")
"""States in which `post show` also shows what a decision rests on."""
OPEN = ("draft", "queued", "claimed", "sending", "processing", "unknown", "checking", "ask", "refused", "missed")


ANYWAY = click.option("--anyway", is_flag=True, help="Also where the account's limits leave no room: it waits its turn.")


@contextmanager
def room_or_anyway() -> Iterator[None]:
    """Where an account has no room, the other way out is named, too."""
    try:
        yield
    except NoRoomError as error:
        raise NoRoomError(str(error), f"{error.hint}, or say --anyway: it waits its turn, or is missed if its window ends") from error


@click.group()
@common
def post() -> None:
    """Posts and where each of them stands."""


post.add_command(reuse)
post.add_command(evergreen)
post.add_command(tag)


for planning in (slots, duplicate, fill):
    post.add_command(planning)
for writing in (edit, texts, script, media):
    post.add_command(writing)


@post.command("list")
@click.option("--client", help="Only one client.")
@click.option("--campaign", help="Only one campaign.")
@click.option("--account", help="Only one account.")
@click.option("--all", "everything", is_flag=True, help="Also what is published or cancelled.")
@click.option("--from", "first", type=DAY, metavar="DATE", help="Only from this day on, as 2026-11-30.")
@click.option("--to", "last", type=DAY, metavar="DATE", help="Only until this day.")
@click.option("--gaps", is_flag=True, help="Days without a post and posts too near each other, instead of the posts.")
@common
@click.pass_obj
def list_posts(
    call: Call,
    client: str | None,
    campaign: str | None,
    account: str | None,
    everything: bool,
    first: date | None,
    last: date | None,
    gaps: bool,
) -> None:
    """Every post that is planned, by time."""
    if gaps:
        print_signs(call, client, account, first, last)
        return

    def act(desk: Desk) -> Awaitable[list[DeliveryView]]:
        since, until = micros_of(desk, first), micros_of(desk, last, 1)
        states = () if everything else OPEN
        return desk.deliveries(DeliveryQuery(client, account, campaign, None, states, since, until, limit=100_000))

    print_deliveries(call, at_desk(call, act), "nothing is planned: `daypart post new` writes a post, `daypart apply` loads a campaign")


@post.command(short_help="Exactly what goes out, with its digest.")
@click.argument("key")
@common
@click.pass_obj
def show(call: Call, key: str) -> None:
    """Exactly what one key makes public, with its approval, AI label and digest."""

    async def act(desk: Desk) -> tuple[ReviewItem, Evidence | None]:
        item = await desk.review(key)
        return item, await desk.evidence(item.key) if item.delivery.state in EVIDENT else None

    item, evidence = at_desk(call, act)
    if call.as_json:
        more = {} if evidence is None else {"evidence": evidence_json(evidence)}
        print_json(
            {"deliveries": [delivery_json(item.delivery)], "text": [part.text for part in item.parts], "digest": item.digest, **more}
        )
        return
    print_review(item)
    if evidence is not None:
        click.echo("")
        print_evidence(call, evidence)


@post.command()
@click.argument("key")
@common
@click.pass_obj
def preview(call: Call, key: str) -> None:
    """What a reader will see, fold and pictures included."""
    seen = at_desk(call, lambda desk: desk.review(key)).preview
    if call.as_json:
        print_json(
            {"header": seen.header, "text": seen.text, "folded_at": seen.folded_at, "media": list(seen.media), "notes": list(seen.notes)}
        )
        return
    text = seen.text if seen.folded_at is None else f"{seen.text[: seen.folded_at]}… more ┆{seen.text[seen.folded_at :]}"
    click.echo("\n".join([seen.header, "", text, *(f"[{media}]" for media in seen.media), *(f"· {note}" for note in seen.notes)]))


@post.command()
@click.option("--title", default="", help="A name for the post; default: its first words.")
@click.option("--text", "texts", multiple=True, metavar="[LANG=]TEXT", required=True, help="The text; once per language.")
@click.option("--account", "accounts", metavar="NAME", multiple=True, required=True, help="Where it goes; may be given several times.")
@click.option("--media", multiple=True, type=click.Path(path_type=Path), help="A picture or video.")
@click.option("--alt", "alts", multiple=True, help="Alt text of each file, in order.")
@click.option("--when", "at", help='When: "tomorrow 9:30", "fri 18", 2026-12-01T09:00; without it a draft without a time.')
@ANYWAY
@common
@click.pass_obj
def new(
    call: Call,
    title: str,
    texts: tuple[str, ...],
    accounts: tuple[str, ...],
    media: tuple[Path, ...],
    alts: tuple[str, ...],
    at: str | None,
    anyway: bool,
) -> None:
    """Write a post without a file."""
    for missing in (path for path in media if not path.is_file()):
        raise NotFoundError(f"there is no file '{missing}'", "give the path of a picture or a video, seen from this folder")
    by_language = dict(_language_and_text(text) for text in texts)

    async def act(desk: Desk) -> PostView:
        with room_or_anyway():
            return await desk.new_post(title=title, text=by_language, accounts=accounts, media=media, alts=alts, when=at, anyway=anyway)

    made = at_desk(call, act)
    if call.as_json:
        print_json({"deliveries": [delivery_json(view) for view in made.deliveries]})
        return
    for view in made.deliveries:
        click.echo(f"{view.key}  {when(view.due, view.tz)}  {view.words}")
    if made.deliveries:
        click.echo(f"next: daypart post show {made.deliveries[0].key} · daypart approve {made.deliveries[0].key}", err=True)


def _language_and_text(value: str) -> tuple[str, str]:
    """`pl=Dzień dobry` or plain text for every language."""
    language, sign, text = value.partition("=")
    return (language, text) if sign and 2 <= len(language) <= 7 and language.replace("-", "").isalpha() else ("", value)


@post.command(short_help="Add accounts to a post, take some away.")
@click.argument("key")
@click.option("--add", "added", metavar="NAME", multiple=True, help="An account of the same client; may be given several times.")
@click.option("--remove", "removed", metavar="NAME", multiple=True, help="Not there any more; may be given several times.")
@click.option("--yes", is_flag=True, help="Do not ask, also where an approval is lost.")
@ANYWAY
@common
@click.pass_obj
def accounts(call: Call, key: str, added: tuple[str, ...], removed: tuple[str, ...], yes: bool, anyway: bool) -> None:
    """Where a post made at the desk goes. What is added is a draft with the time and files of the others."""
    name = key.partition("@")[0]

    async def act(desk: Desk) -> Done:
        now = [view.account for view in (await desk.post(name)).deliveries if view.state != "cancelled"]
        for missing in (account for account in removed if account not in now):
            raise UsageError(f"'{name}' does not go to '{missing}'", f"accounts: {', '.join(dict.fromkeys(now))}")
        wanted = [account for account in dict.fromkeys([*now, *added]) if account not in removed]
        with room_or_anyway():
            try:
                return await desk.change_accounts(name, wanted, base=now, anyway=anyway, may_void=yes)
            except WouldVoidError as error:
                _ask_to_lose(error)
            return await desk.change_accounts(name, wanted, base=now, anyway=anyway)

    print_done(call, at_desk(call, act))


def _ask_to_lose(error: WouldVoidError) -> None:
    if not sys.stdin.isatty():
        raise WouldVoidError(str(error), "nothing was changed; --yes does it all the same") from error
    asked(lambda: click.confirm(f"{error}. Take it off all the same?", abort=True, err=True))


@post.command(short_help="Give a post another time.")
@click.argument("key")
@click.argument("at", metavar="WHEN…", nargs=-1, required=True)
@ANYWAY
@common
@click.pass_obj
def move(call: Call, key: str, at: tuple[str, ...], anyway: bool) -> None:
    """Another time: `daypart post move KEY fri 18:00`; `now` posts at once."""

    async def act(desk: Desk) -> Done:
        with room_or_anyway():
            return await desk.move(key, " ".join(at), anyway=anyway)

    print_done(call, at_desk(call, act))


@post.command(short_help="Move posts by whole days.")
@click.argument("keys", metavar="KEY…", nargs=-1, required=True)
@click.option("--days", type=int, required=True, metavar="N", help="So many days later; -1: a day earlier.")
@ANYWAY
@common
@click.pass_obj
def shift(call: Call, keys: tuple[str, ...], days: int, anyway: bool) -> None:
    """All of them by as many days, each at its time of day; wholly or not at all."""

    async def act(desk: Desk) -> Done:
        with room_or_anyway():
            return await desk.move_days(keys, days, anyway=anyway)

    print_done(call, at_desk(call, act))


@post.command()
@click.argument("keys", metavar="KEY…", nargs=-1, required=True)
@common
@click.pass_obj
def cancel(call: Call, keys: tuple[str, ...]) -> None:
    """They will not go out; what is already public stays."""
    print_done(call, at_desk(call, lambda desk: desk.cancel(keys[0]) if len(keys) == 1 else desk.cancel_many(keys)))


@post.command()
@click.argument("key")
@common
@click.pass_obj
def delete(call: Call, key: str) -> None:
    """Delete a draft that was never sent."""
    print_done(call, at_desk(call, lambda desk: desk.delete_draft(key)))


@click.command()
@click.argument("key", required=False)
@click.option("--client", help="Only one client.")
@click.option("--all", "everything", is_flag=True, help="Also what is cancelled.")
@common
@click.pass_obj
def outbox(call: Call, key: str | None, client: str | None, everything: bool) -> None:
    """Every delivery with its state, reason and the next automatic step; with KEY everything that is known of one, the safe step first."""
    if key is not None:
        wanted = key
        print_evidence(call, at_desk(call, lambda desk: desk.evidence(wanted)))
        return
    query = DeliveryQuery(client=client, states=() if everything else (*OPEN, "published"), limit=100_000)
    print_deliveries(call, at_desk(call, lambda desk: desk.deliveries(query)), "the outbox is empty: approved posts appear here")
