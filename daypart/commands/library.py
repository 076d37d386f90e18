"""The library on the command line: find posts and media, use a post again, ideas, what may come round."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from daypart.call import Call, common
from daypart.output import delivery_json, print_done, print_json, rfc3339, when
from daypart.session import at_desk
from scheduler.errors import UsageError

if TYPE_CHECKING:
    from scheduler.desk.desk import Desk
    from scheduler.desk.library.views import IdeaView, LibraryPage, MediaDetail, MediaView, Reminder, Suggestion
    from scheduler.desk.views import Done, PostView

SHOWN = 50
HASH_SHOWN = 12


# ── looking ──────────────────────────────────────────────────────────────────


@click.command(short_help="Find posts, pictures and what to use again.")
@click.argument("query", nargs=-1)
@click.option("--client", help="Only one client.")
@click.option("--media", "media", is_flag=True, help="Pictures and videos in place of posts; QUERY is part of a file's name.")
@click.option("--file", "sha", metavar="HASH", help="One file: where it is used and which accounts take it.")
@click.option("--suggest", is_flag=True, help="Evergreen posts that have rested, for places nobody has taken.")
@click.option("--reminders", is_flag=True, help="What needs a person: approvals, sign-ins, empty weeks.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=SHOWN, show_default=True, help="Lines at most.")
@common
@click.pass_obj
def library(
    call: Call, query: tuple[str, ...], client: str | None, media: bool, sha: str | None, suggest: bool, reminders: bool, limit: int
) -> None:
    """Posts with all the words of QUERY, newest first: how often each was used, when last, and whether it has rested.

    Words are found by their beginning, and marks on letters do not matter: `zur` finds Żurek. `#summer` finds posts with that tag."""
    words = " ".join(query)
    if sha is not None:
        _print_file(call, at_desk(call, lambda desk: desk.media_of(sha)))
    elif media:
        _print_media(call, at_desk(call, lambda desk: desk.media(words, client=client, limit=limit)))
    elif suggest:
        _print_suggestions(call, at_desk(call, lambda desk: desk.suggestions(client)))
    elif reminders:
        _print_reminders(call, at_desk(call, lambda desk: desk.reminders(client)))
    else:
        _print_posts(call, at_desk(call, lambda desk: desk.library(words, client=client, limit=limit)), words)


def _print_posts(call: Call, page: LibraryPage, words: str) -> None:
    if call.as_json:
        posts = [
            {
                "post": post.post,
                "title": post.title,
                "client": post.client,
                "accounts": list(post.accounts),
                "used": post.used,
                "last_used": rfc3339(post.last_used),
                "rests_until": rfc3339(post.rests_until),
                "planned": rfc3339(post.planned),
                "evergreen": post.evergreen or None,
                "tags": list(post.tags),
            }
            for post in page.posts
        ]
        print_json({"posts": posts, "more": page.more})
        return
    if not page.posts:
        click.echo(f"no post has the words “{words}”" if words else "no posts yet: `daypart post new` writes one")
    for post in page.posts:
        click.echo(f"{post.client_name}  {post.post}  {post.title}\n    {', '.join(post.accounts)} · {post.words}")
    if page.more:
        click.echo("older ones match too: give more words, or --limit", err=True)


def _print_media(call: Call, found: list[MediaView]) -> None:
    if call.as_json:
        print_json({"media": [_media_json(view) for view in found]})
        return
    if not found:
        click.echo("no pictures or videos: `daypart post new --media FILE` brings one")
    for view in found:
        alt = f"“{view.alt}”" if view.alt else "no alt text"
        posts = f"{view.used} post{'' if view.used == 1 else 's'}"
        click.echo(f"{view.sha256[:HASH_SHOWN]}  {view.client_name}  {view.name}  {view.words}  in {posts}\n    {alt}")


def _media_json(view: MediaView) -> dict[str, object]:
    return {
        "sha256": view.sha256,
        "name": view.name,
        "kind": view.kind,
        "bytes": view.size,
        "width": view.width or None,
        "height": view.height or None,
        "duration_ms": view.duration_ms,
        "alt": view.alt,
        "posts": view.used,
        "client": view.client,
    }


def _print_file(call: Call, detail: MediaDetail) -> None:
    if call.as_json:
        takes = {one.account: one.why_not or None for one in detail.takes}
        print_json({**_media_json(detail.media), "path": detail.path, "used_in": [use.post for use in detail.uses], "problems": takes})
        return
    click.echo(f"{detail.media.name}  {detail.media.words}\n{detail.path}\nalt text: {detail.media.alt or 'none'}")
    for use in detail.uses:
        click.echo(f"in {use.post}  {use.client_name}  {use.title} · {use.words}")
    for one in detail.takes:
        click.echo(
            f"{'✗' if one.why_not else '✓'} {one.client_name} · {one.platform_name} {one.account}"
            + (f": {one.why_not}" if one.why_not else "")
        )


def _print_suggestions(call: Call, found: list[Suggestion]) -> None:
    if call.as_json:
        rows = [
            {"post": s.post, "client": s.client, "account": s.account, "at": rfc3339(s.at), "when": s.when, "why": s.words} for s in found
        ]
        print_json({"suggestions": rows})
        return
    if not found:
        click.echo("nothing to suggest: no evergreen post has rested; `daypart post evergreen KEY --every 60` makes one")
    for one in found:
        click.echo(f"{one.client_name}  {one.post}  {one.title}\n    {one.words}")
        click.echo(f'    daypart post reuse {one.post} --account {one.account} --when "{one.when}"')


def _print_reminders(call: Call, found: list[Reminder]) -> None:
    if call.as_json:
        print_json(
            {"reminders": [{"kind": r.kind, "client": r.client, "about": r.about, "words": r.words, "next": r.command} for r in found]}
        )
        return
    if not found:
        click.echo("nothing needs you")
    for one in found:
        about = f"{one.about}: " if one.about else ""
        click.echo(f"{one.client_name}  {about}{one.words}\n    next: {one.command}")


# ── using again ──────────────────────────────────────────────────────────────


@click.command(short_help="Make a new draft from a post.")
@click.argument("key")
@click.option("--account", "accounts", metavar="NAME", multiple=True, help="Where it goes (default: where the post goes or went).")
@click.option("--when", "at", help='When: "tomorrow 9:30", "fri 18"; without it a draft without a time.')
@click.option("--title", default="", help="A name for the new post; default: the same.")
@click.option("--repeat", is_flag=True, help="The same words may go out again within 30 days; needs --reason.")
@click.option("--reason", default="", help="Why they may.")
@common
@click.pass_obj
def reuse(call: Call, key: str, accounts: tuple[str, ...], at: str | None, title: str, repeat: bool, reason: str) -> None:
    """A new draft with the texts, pictures and settings of KEY, for accounts you choose. It says what would be refused with the same
    words. (`daypart post duplicate` copies a post as it is, for the same accounts.)"""
    made = at_desk(call, lambda desk: desk.reuse(key, accounts=accounts, when=at, title=title, repeat=repeat, reason=reason))
    if call.as_json:
        print_json(
            {"deliveries": [delivery_json(view) for view in made.post.deliveries], "refused": list(made.refused), "repeat": made.repeat}
        )
        return
    _print_made(made.post)
    for line in made.refused:
        click.echo(f"! {line}")
    if made.refused:
        click.echo("change the words (`daypart post edit`), or make it again with --repeat --reason TEXT", err=True)


def _print_made(made: PostView) -> None:
    for view in made.deliveries:
        click.echo(f"{view.key}  {view.client_name}  {when(view.due, view.tz)}  {view.words}")


@click.command(short_help="Let a post come round again, as drafts.")
@click.argument("key")
@click.option("--every", "days", type=int, metavar="DAYS", help="Days it rests after each use, 30 or more.")
@click.option("--most", type=int, metavar="N", help="How often it may be used in all.")
@click.option("--off", is_flag=True, help="Not any more.")
@common
@click.pass_obj
def evergreen(call: Call, key: str, days: int | None, most: int | None, off: bool) -> None:
    """KEY is suggested again when it has rested, always as a draft that a person approves (see `daypart library --suggest`)."""
    if off == (days is not None):
        raise UsageError("say either --every DAYS or --off", "for example: daypart post evergreen KEY --every 60 --most 5")

    async def act(desk: Desk) -> Done:
        return await (desk.drop_evergreen(key) if days is None else desk.set_evergreen(key, every_days=days, most=most))

    print_done(call, at_desk(call, act))


@click.command(short_help="Sort a post by words of your own.")
@click.argument("key")
@click.argument("names", metavar="[NAME]…", nargs=-1)
@click.option("--remove", metavar="NAME", multiple=True, help="Take this one off; may be given several times.")
@common
@click.pass_obj
def tag(call: Call, key: str, names: tuple[str, ...], remove: tuple[str, ...]) -> None:
    """Put tags on KEY; `daypart library "#summer"` finds them. They change nothing that goes out."""
    if not names and not remove:
        raise UsageError("name a tag to put on or to --remove", "for example: daypart post tag KEY summer")
    print_done(call, at_desk(call, lambda desk: desk.tag(key, add=names, remove=remove)))


# ── ideas ────────────────────────────────────────────────────────────────────


class _Ideas(click.Group):
    """`daypart idea "a line"` is `daypart idea add "a line"`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        said = _said(args)
        asks = bool({"-h", "--help"} & set(args))
        if (said and said[0] not in self.commands) or (not said and not asks and not sys.stdin.isatty()):
            args = ["add", *args]
        return super().parse_args(ctx, args)


def _said(args: list[str]) -> list[str]:
    """What is neither an option nor its value."""
    values = {n + 1 for n, arg in enumerate(args) if arg in ("--workspace", "--client")}
    return [arg for n, arg in enumerate(args) if n not in values and (arg == "-" or not arg.startswith("-"))]


@click.group(cls=_Ideas, subcommand_metavar="[COMMAND | TEXT]")
@common
def idea() -> None:
    """Ideas, one line each. `daypart idea "open evening"` keeps one; lines on stdin are kept too."""


@idea.command(short_help="Keep a line, or every line of stdin.")
@click.argument("words", metavar="[TEXT]…", nargs=-1)
@click.option("--client", help="Whose idea it is.")
@common
@click.pass_obj
def add(call: Call, words: tuple[str, ...], client: str | None) -> None:
    """Keep TEXT as an idea; without TEXT (or with `-`) every line of standard input is one."""
    lines = sys.stdin.read().splitlines() if words in ((), ("-",)) and not sys.stdin.isatty() else [" ".join(words)]
    print_done(call, at_desk(call, lambda desk: desk.add_ideas(lines, client)))


@idea.command("list", short_help="Ideas nobody has used yet.")
@click.option("--client", help="Of one client, and those of nobody.")
@click.option("--all", "used", is_flag=True, help="Also those a post was made of.")
@common
@click.pass_obj
def list_ideas(call: Call, client: str | None, used: bool) -> None:
    """Every idea with its number, newest first."""
    found = at_desk(call, lambda desk: desk.ideas(client, used=used))
    if call.as_json:
        print_json({"ideas": [_idea_json(view) for view in found]})
        return
    if not found:
        click.echo('no ideas: `daypart idea "a line"` keeps one')
    for view in found:
        made = f" → {view.post}" if view.post else ""
        click.echo(f"{view.id}  {view.client_name}  {view.text}{made}")


def _idea_json(view: IdeaView) -> dict[str, object]:
    return {"id": view.id, "text": view.text, "client": view.client, "by": view.by, "at": rfc3339(view.at), "post": view.post}


@idea.command(short_help="Make a post of an idea.")
@click.argument("number", type=int)
@click.option("--account", "accounts", metavar="NAME", multiple=True, required=True, help="Where it goes; may be given several times.")
@click.option("--title", default="", help="A name for the post; default: the idea.")
@click.option("--when", "at", help='When: "tomorrow 9:30"; without it a draft without a time.')
@common
@click.pass_obj
def use(call: Call, number: int, accounts: tuple[str, ...], title: str, at: str | None) -> None:
    """A post without words yet whose brief is the idea: write it, or ask the model (`daypart draft KEY`)."""
    made = at_desk(call, lambda desk: desk.use_idea(number, accounts, title=title, when=at))
    if call.as_json:
        print_json({"deliveries": [delivery_json(view) for view in made.deliveries]})
        return
    _print_made(made)
    click.echo(f"next: daypart draft {made.post}, or daypart post edit {made.post}", err=True)


@idea.command(short_help="Let an idea go.")
@click.argument("number", type=int)
@common
@click.pass_obj
def drop(call: Call, number: int) -> None:
    """It is not listed any more."""
    print_done(call, at_desk(call, lambda desk: desk.drop_idea(number)))
