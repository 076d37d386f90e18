"""The model on the command line: draft, drafts, accept, model test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from daypart.call import Call, common
from daypart.output import print_done, print_json, progress
from daypart.session import at_desk
from scheduler.desk.views import ProposalView
from scheduler.errors import DeskError, UsageError

if TYPE_CHECKING:
    from scheduler.desk.desk import Desk

EX_SOME_FAILED = 1


@click.command()
@click.argument("posts", nargs=-1, required=True, metavar="POST…")
@click.option("--topic", help="What it is about; kept with the post, as the other answers are.")
@click.option(
    "--fact", "facts", multiple=True, metavar="TEXT", help="A true thing it may say; several times. They replace those of before."
)
@click.option("--tone", help="How it is to sound.")
@click.option("--language", "languages", multiple=True, metavar="LANG", help="Only in this language; may be given several times.")
@common
@click.pass_obj
def draft(
    call: Call, posts: tuple[str, ...], topic: str | None, facts: tuple[str, ...], tone: str | None, languages: tuple[str, ...]
) -> int:
    """Ask the model for captions (or a Reels script) of `campaign/post`. It only proposes; you accept or not.

    What you say here is kept as the post's brief and is asked for again next time. Numbers, prices, dates and names of the model that
    are not among the facts are yours to check when you approve."""
    if len(posts) > 1 and (topic is not None or facts):
        raise UsageError("a topic and facts are those of one post", "name one post, or leave them out")
    made: list[ProposalView] = []
    failed: list[DeskError] = []
    said = topic is not None or facts or tone is not None or languages

    async def act(desk: Desk) -> None:
        for post in posts:
            try:
                if said:
                    await desk.keep_request(post, topic=topic, facts=facts or None, tone=tone, languages=languages or None)
                made.extend(await desk.draft(post, progress=progress))
            except DeskError as error:
                failed.append(error)

    at_desk(call, act)
    for error in failed if made else failed[1:]:
        progress(f"error: {error}")
    if failed and not made:
        raise failed[0]
    _print(call, made)
    return EX_SOME_FAILED if failed else 0


@click.command()
@click.argument("post", required=False)
@common
@click.pass_obj
def drafts(call: Call, post: str | None) -> None:
    """What the model proposed and nobody has decided."""
    _print(call, at_desk(call, lambda desk: desk.proposals(post)))


@click.command()
@click.argument("proposal", type=int, metavar="NUMBER")
@common
@click.pass_obj
def accept(call: Call, proposal: int) -> None:
    """Make the proposal NUMBER (see `daypart drafts`) the post's text. Its words stay marked as the model's; approval comes after."""
    print_done(call, at_desk(call, lambda desk: desk.accept(proposal)))


@click.command()
@click.argument("proposal", type=int, metavar="NUMBER")
@common
@click.pass_obj
def discard(call: Call, proposal: int) -> None:
    """Say no to the proposal NUMBER. It stays on record; the post keeps the text it has."""
    print_done(call, at_desk(call, lambda desk: desk.discard(proposal)))


@click.group()
@common
def model() -> None:
    """The endpoint that drafts."""


@model.command()
@common
@click.pass_obj
def test(call: Call) -> None:
    """One tiny question to the configured endpoint."""
    print_done(call, at_desk(call, lambda desk: desk.test_model()))


def _print(call: Call, proposals: list[ProposalView]) -> None:
    if call.as_json:
        print_json({"proposals": [_json(proposal) for proposal in proposals]})
        return
    if not proposals:
        click.echo("no proposals: `daypart draft campaign/post` asks the model")
    for proposal in proposals:
        click.echo(f"#{proposal.id}  {proposal.post}  {proposal.language}  variant {proposal.variant}  {proposal.status}")
        click.echo(f"    by {proposal.model} at {proposal.host}")
        for beat in proposal.beats:
            click.echo(
                f"    {beat.start:5.1f}–{beat.start + beat.seconds:4.1f} s  {beat.voice or '(silent)'}  ▏{beat.screen}  ▏{beat.shot}"
            )
        click.echo("\n".join(f"    {line}" for line in proposal.text.splitlines()))
        for problem in proposal.problems:
            click.echo(f"    ! {problem}")
    if proposals:
        click.echo("next: daypart accept NUMBER, or daypart discard NUMBER", err=True)


def _json(proposal: ProposalView) -> dict[str, object]:
    return {
        "id": proposal.id,
        "post": proposal.post,
        "language": proposal.language,
        "variant": proposal.variant,
        "kind": proposal.kind,
        "status": proposal.status,
        "text": proposal.text,
        "beats": [{"start": b.start, "seconds": b.seconds, "voice": b.voice, "screen": b.screen, "shot": b.shot} for b in proposal.beats],
        "problems": list(proposal.problems),
        "model": proposal.model,
        "host": proposal.host,
    }
