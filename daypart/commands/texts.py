"""Texts of a post on the command line: change one, give an account its own, look at earlier ones and go back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from daypart.call import Call, common
from daypart.output import print_done, print_json, when
from daypart.session import at_desk
from scheduler.desk.views import BeatView, Done, TextView
from scheduler.errors import UsageError

if TYPE_CHECKING:
    from config.resolved import MediaOrigin
    from scheduler.desk.desk import Desk
    from scheduler.desk.views import PostView
    from scheduler.desk.write.views import FormerText, MediaPage, MediaView, ScriptView

COMMENT = "first_comment"
LINE_MOST = 60


@click.command(short_help="The Reels script of a post.")
@click.argument("key")
@click.option("--language", default=None, help="Which language; default: the post's first.")
@click.option("--edit", "in_editor", is_flag=True, help="Change it in your own editor ($EDITOR).")
@click.option(
    "--file", "source", type=click.File(encoding="utf-8"), metavar="FILE", help="Take it from a file; - reads it from standard input."
)
@common
@click.pass_obj
def script(call: Call, key: str, language: str | None, in_editor: bool, source: TextIO | None) -> None:
    """The script with its seconds, and what does not fit in its time. It is never published: it is what you film by."""
    name = key.partition("@")[0]
    view = at_desk(call, lambda desk: desk.script(name, language))
    if source is None and not in_editor:
        _print_script(call, view)
        return
    lines = source.read() if source is not None else click.edit(view.text, extension=".txt")
    if lines is None or lines == view.text:
        print_done(call, Done("nothing changed"))
        return
    with _not_lost(lines if in_editor else ""):
        print_done(call, at_desk(call, lambda desk: desk.save_script(name, view.language, lines, base=view.text)))


@contextmanager
def _not_lost(words: str) -> Iterator[None]:
    """What was written in an editor outlives whatever keeps it from being saved, and is said where it is."""
    try:
        yield
    except BaseException:
        if words:
            number, file = tempfile.mkstemp(prefix="daypart-", suffix=".txt")
            with open(number, "w", encoding="utf-8") as kept:
                kept.write(words)
            click.echo(f"not saved; what you wrote is in {file}", err=True)
        raise


def _print_script(call: Call, view: ScriptView) -> None:
    if call.as_json:
        beats = [
            {
                "start": b.start,
                "seconds": b.seconds,
                "voice": b.voice,
                "screen": b.screen,
                "shot": b.shot,
                "source": b.source,
                "spoken": b.spoken,
            }
            | {"problems": list(b.faults), "model": _models_words(b)}
            for b in view.beats
        ]
        print_json({"language": view.language, "target": view.target, "planned": view.planned, "spoken": view.spoken, "beats": beats})
        return
    click.echo(view.text, nl=False)
    click.echo(f"{view.words}, {view.planned:g} s planned", err=True)
    for n, beat in enumerate(view.beats, 1):
        if theirs := _models_words(beat):
            click.echo(f"  beat {n}, of the model: {' … '.join(theirs)}", err=True)
        for fault in beat.faults:
            click.echo(f"! beat {n}: {fault}", err=True)
    if view.fault:
        click.echo(f"! {view.fault}", err=True)


def _models_words(beat: BeatView) -> list[str]:
    """As recorded; not guessed."""
    fields = ((beat.voice, beat.voice_marks), (beat.screen, beat.screen_marks), (beat.shot, beat.shot_marks))
    return [text[mark.start : mark.end] for text, marks in fields for mark in marks]


@click.command(short_help="Change a text in your own editor.")
@click.argument("key")
@click.option("--field", default=None, help="Which text: `en`, `pl`, `en@ig-kawa`, `first_comment`; default: the first.")
@click.option("--account", metavar="NAME", help="The own text of this account; it gets one where it has none yet.")
@click.option("--common", "back", is_flag=True, help="With --account: let it send the common text again.")
@common
@click.pass_obj
def edit(call: Call, key: str, field: str | None, account: str | None, back: bool) -> None:
    """Edit a text in your own editor ($EDITOR). An approved post loses its approval."""
    name = key.partition("@")[0]
    if back and account is None:
        raise UsageError("whose text goes back to the common one?", "say --account NAME")
    if account is not None and back:
        print_done(call, at_desk(call, lambda desk: desk.common_text(name, account, field)))
        return
    view = at_desk(call, lambda desk: _with_own(desk, name, account, field) if account is not None else desk.post(name))
    wanted = next((text.field for text in view.texts if _is_own(text.field, account, field)), field) if account is not None else field
    chosen = next((text for text in view.texts if wanted in (None, text.field)), None)
    if chosen is None and wanted == COMMENT:
        chosen = TextView(COMMENT, "", ())
    if chosen is None:
        raise UsageError(f"'{name}' has no text '{wanted}'", "texts: " + ", ".join(text.field for text in view.texts))
    edited = click.edit(chosen.text, extension=".txt")
    if edited is None or edited.rstrip("\n") == chosen.text:
        print_done(call, Done("nothing changed"))
        return
    with _not_lost(edited):
        saved = at_desk(call, lambda desk: desk.save_text(name, chosen.field, edited.rstrip("\n"), base=chosen.text))
    print_done(call, Done(f"saved: {saved.title}", tuple(view.key for view in saved.deliveries)))


def _is_own(name: str, account: str, language: str | None) -> bool:
    return name == f"{language}@{account}" if language else name.endswith(f"@{account}")


async def _with_own(desk: Desk, post: str, account: str, language: str | None) -> PostView:
    """The post, in which the account has a text of its own."""
    view = await desk.post(post)
    if not any(_is_own(text.field, account, language) for text in view.texts):
        await desk.own_text(post, account, language)
    return await desk.post(post)


@click.command(short_help="Earlier texts of a post, and back to one.")
@click.argument("key")
@click.option("--field", default=None, help="Only this text: `en`, `pl`, `en@ig-kawa`.")
@click.option(
    "--back", "number", type=int, metavar="NUMBER", help="Make this one the text again. What an approval was for has changed then."
)
@common
@click.pass_obj
def texts(call: Call, key: str, field: str | None, number: int | None) -> None:
    """Who saved which text when, the newest first; `--back NUMBER` goes back to one. The text of now is kept too."""
    name = key.partition("@")[0]
    if number is not None:
        print_done(call, at_desk(call, lambda desk: desk.restore_text(name, number)))
        return

    async def act(desk: Desk) -> tuple[list[FormerText], str]:
        return await desk.former_texts(name, field), desk.tz

    found, tz = at_desk(call, act)
    if call.as_json:
        print_json({"texts": [_json(text) for text in found]})
        return
    for text in found:
        state = "now" if text.current else "aside" if text.aside else ""
        click.echo(f"{text.id:>6}  {when(text.at, tz)}  {text.by}  {text.field}  {state}  {_first_words(text.text)}".rstrip())
    if not found:
        click.echo("nothing was saved here yet")


@click.command(short_help="Pictures and videos of a post.")
@click.argument("key")
@click.option("--add", "added", type=click.Path(path_type=Path), metavar="FILE", help="One more, at the end.")
@click.option("--alt", default="", help="With --add: what is seen.")
@click.option("--remove", "removed", type=int, metavar="NUMBER", help="Take this one out. The file itself stays where it is.")
@click.option("--move", "moved", type=(int, int), metavar="NUMBER PLACE", default=None, help="Put this one at another place.")
@click.option(
    "--made",
    "declared",
    type=(int, click.Choice(["none", "edited", "generated"])),
    metavar="NUMBER KIND",
    default=None,
    help="Whether AI made this one: `generated`, `edited` (AI changed it) or `none`.",
)
@common
@click.pass_obj
def media(
    call: Call,
    key: str,
    added: Path | None,
    alt: str,
    removed: int | None,
    moved: tuple[int, int] | None,
    declared: tuple[int, MediaOrigin] | None,
) -> None:
    """What each file is, what every network does with it, and what helps; adds, takes out, puts in another order, says what AI made."""
    name = key.partition("@")[0]
    if added is not None:
        path = added.expanduser().resolve()
        print_done(call, at_desk(call, lambda desk: desk.add_media(name, path, alt)))
    elif removed is not None:
        number = removed - 1
        print_done(call, at_desk(call, lambda desk: desk.remove_media(name, number)))
    elif moved is not None:
        number, by = moved[0] - 1, moved[1] - moved[0]
        print_done(call, at_desk(call, lambda desk: desk.move_media(name, number, by)))
    elif declared is not None:
        number, made = declared[0] - 1, declared[1]
        print_done(call, at_desk(call, lambda desk: desk.declare_media(name, number, made)))
    else:
        _print_media(call, at_desk(call, lambda desk: desk.post_media(name)))


def _print_media(call: Call, page: MediaPage) -> None:
    if call.as_json:
        print_json({"media": [_media_json(item) for item in page.items], "problems": list(page.problems)})
        return
    for item in page.items:
        click.echo(f"{item.number + 1}  {item.name}  {item.facts}{f' · {item.made}' if item.made else ''}")
        if not item.there:
            click.echo("   ! its file is gone from this computer: take it out and add it again")
        for alt in item.alts:
            click.echo(f"   {alt.field}: {alt.text.strip() or '(no alt text)'}")
        for verdict in item.verdicts:
            says = "takes it" if verdict.taken else "does not take it"
            click.echo(f"   {verdict.account}: {': '.join(part for part in (says, verdict.words, verdict.mend) if part)}")
    for problem in page.problems:
        click.echo(f"! {problem}")
    if not page.items and not page.problems:
        click.echo("no picture or video: `daypart post media KEY --add FILE` adds one")


def _media_json(item: MediaView) -> dict[str, object]:
    verdicts = {v.account: {"taken": v.taken, "words": v.words, "mend": v.mend} for v in item.verdicts}
    found: dict[str, object] = {"number": item.number + 1, "name": item.name, "size": item.size, "width": item.width, "height": item.height}
    found |= {"seconds": item.seconds, "there": item.there, "ai": item.ai, "alt": {alt.field: alt.text for alt in item.alts}}
    return found | {"accounts": verdicts}


def _first_words(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LINE_MOST else f"{line[: LINE_MOST - 1]}…"


def _json(text: FormerText) -> dict[str, object]:
    return {
        "number": text.id,
        "field": text.field,
        "text": text.text,
        "by": text.by,
        "at": text.at,
        "current": text.current,
        "aside": text.aside,
        "of_a_model": [[span.start, span.end] for span in text.spans if span.origin == "model"],
    }
