"""Keeping on the command line: backup, restore, safe mode, the ledger's check, and the history of one delivery."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daypart.call import Call, common
from daypart.output import print_done, print_json, progress, rfc3339, when
from daypart.session import at_desk, workspace_of

if TYPE_CHECKING:
    from scheduler.desk.outbox.keeping import Chronicle
    from scheduler.keeping.ledger import Break, Report
    from scheduler.keeping.restore import Restored
    from scheduler.keeping.safe_mode import SafeMode


def _state(call: Call) -> Path:
    from scheduler.workspace import find_workspace, state_folder

    return state_folder(find_workspace(workspace_of(call)))


# ── backup ───────────────────────────────────────────────────────────────────


@click.command(short_help="One file with everything but the key.")
@click.argument("to", metavar="[FILE|FOLDER]", required=False, type=click.Path(path_type=Path))
@click.option("--without-media", is_flag=True, help="Leave pictures and videos out; posts refer to them by hash.")
@common
@click.pass_obj
def backup(call: Call, to: Path | None, without_media: bool) -> None:
    """Write a backup, also while the publishing service runs: the store, the media it refers to, and the sent log, in one file.

    Without FILE or FOLDER it goes into the state folder. The key is never in it."""
    from scheduler.clock import SystemClock
    from scheduler.keeping.backup import make_backup

    made = make_backup(_state(call), to, SystemClock().wall(), with_media=not without_media)
    found = made.manifest
    if call.as_json:
        print_json({"file": str(made.file), "bytes": made.size, "manifest": found.model_dump(mode="json")})
        return
    click.echo(str(made.file))
    counts = found.counts
    progress(f"{counts.deliveries} deliveries, {counts.published} of them published; {counts.media} media files; {_size(made.size)}")
    if found.media_left_out:
        progress(f"{len(found.media_left_out)} media files are not in it; keep the campaign folders, or make a backup with them")
    progress(found.left_out)
    progress("Copy the file to another computer or disk. To check it there: daypart verify FILE. To put it back: daypart restore FILE.")


def _size(number: int) -> str:
    return f"{number / 1_000_000:.1f} MB" if number >= 1_000_000 else f"{number / 1_000:.0f} kB"


# ── restore ──────────────────────────────────────────────────────────────────


@click.command(short_help="Put a backup in place; nothing is sent until you say so.")
@click.argument("file", type=click.Path(path_type=Path))
@common
@click.pass_obj
def restore(call: Call, file: Path) -> None:
    """Check a backup and put it in place of the store. The publishing service must not run.

    The store that was here is kept aside. The restored one starts in safe mode: everything it may have sent since is looked for first,
    and nothing leaves until you say `daypart safe-mode --confirm`."""
    from scheduler.clock import SystemClock
    from scheduler.keeping.restore import restore as put_back

    done = put_back(_state(call), file.expanduser(), SystemClock().wall())
    if call.as_json:
        print_json(
            {
                "restored": str(file),
                "made_at": done.manifest.made_at,
                "aside": str(done.aside) if done.aside else None,
                "needs_key": done.needs_key,
                "missing_media": list(done.missing_media),
                "next": ["daypart daemon", "daypart safe-mode", "daypart safe-mode --confirm"],
            }
        )
        return
    for line in _told(done):
        click.echo(line)


def _told(done: Restored) -> Iterator[str]:
    yield f"restored: the store as it was at {done.manifest.made_at}, {done.report.deliveries} deliveries, its ledger is whole"
    if done.aside:
        yield f"the store that was here is kept in {done.aside}"
    if done.needs_key:
        yield "there is no key here: put your copy of it back into the state folder (`key`), or connect the accounts again"
    if done.missing_media:
        yield f"{len(done.missing_media)} media files are missing: `daypart apply` copies them again from the campaign folders"
    yield "Nothing is sent yet. Next:"
    yield "  1. daypart daemon               it looks for everything this store may have sent since, and sends nothing"
    yield "  2. daypart safe-mode            what it found, and what would go out"
    yield "  3. daypart safe-mode --confirm  publishing goes on"


# ── safe mode ────────────────────────────────────────────────────────────────


@click.command("safe-mode", short_help="After a restore: what was found, and go on.")
@click.option("--confirm", is_flag=True, help="You have seen it: publishing goes on.")
@common
@click.pass_obj
def safe_mode(call: Call, confirm: bool) -> None:
    """A store that may be an old copy sends nothing. See why, what was due meanwhile, what was found on the platforms, and go on."""
    if confirm:
        print_done(call, at_desk(call, lambda desk: desk.confirm_safe_mode()))
        return
    seen = at_desk(call, lambda desk: desk.safe_mode())
    if call.as_json:
        print_json(_safe_mode_json(seen))
        return
    for line in _safe_mode_lines(seen):
        click.echo(line)


def _safe_mode_json(seen: SafeMode) -> dict[str, object]:
    last = seen.doubt
    return {
        "on": seen.on,
        "why": last.why if last else None,
        "newest_event": rfc3339(last.since) if last and last.since else None,
        "looked": last.looked if last else False,
        "confirmed_at": rfc3339(last.confirmed) if last else None,
        "posts": [{"key": row.key, "due": rfc3339(row.due, row.tz), "found": row.verdict.value, "words": row.words} for row in seen.looked],
        "goes_out": [{"key": row.key, "due": rfc3339(row.due, row.tz)} for row in seen.goes_out],
    }


_FOUND = {
    "looking": "is being looked for",
    "there": "is public",
    "not there": "is not public: goes out as planned",
    "not there, too late": "is not public, and its time has passed: decide in the outbox",
    "ask": "needs you: nobody can tell whether it is public",
    "other": "was changed since",
}


def _safe_mode_lines(seen: SafeMode) -> Iterator[str]:
    last = seen.doubt
    if not seen.on:
        yield (
            "Safe mode is off: this store is the one that was used last."
            if last is None
            else "Safe mode is off; a person confirmed this store."
        )
        return
    yield f"SAFE MODE: nothing is sent. {last.why if last else 'This store may not be the newest'}."
    if last is not None and not last.looked:
        yield "Nothing has been looked for yet."
        yield "next: start the publishing service (`daypart daemon`): it looks for everything in doubt and sends nothing"
        return
    if last is not None and last.since:
        yield f"It knows nothing of what happened after {when(last.since, 'UTC')} UTC."
    for row in seen.looked:
        yield f"  {when(row.due, row.tz)}  {row.key}  {_FOUND[row.verdict.value]}"
        yield f"      {row.words}"
    if not seen.looked:
        yield "No post was planned for the time in doubt."
    if seen.goes_out:
        yield "Once you confirm, these go out in the next 24 hours:"
        yield from (f"  {when(row.due, row.tz)}  {row.key}" for row in seen.goes_out)
        yield "What you cancelled or changed after the backup is not known here: `daypart plan` compares with your files."
    yield "next: read the list; cancel what must not go out; then daypart safe-mode --confirm"


# ── the ledger ───────────────────────────────────────────────────────────────


@click.command(short_help="Check the whole ledger, offline; also of a backup.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@common
@click.pass_obj
def verify(call: Call, file: Path | None) -> int:
    """Check every entry of the ledger: that none was changed, removed or exchanged, that every published post was approved by a person
    and has its proof. Needs no service and no network. With FILE: of a backup, wherever it is."""
    found = _examined(call, file)
    if call.as_json:
        print_json(_report_json(found))
    else:
        for line in _report_lines(found):
            click.echo(line)
    return 1 if found.breaks else 0


def _examined(call: Call, file: Path | None) -> Report:
    from scheduler.keeping import archive, ledger
    from scheduler.store import sqlite
    from scheduler.store.store import DATABASE

    if file is not None:
        with archive.opened(file.expanduser()) as backup:
            return backup.report()
    path = _state(call) / DATABASE
    if not path.exists():
        from scheduler.errors import NotFoundError

        raise NotFoundError("There is no ledger yet.", "The first `daypart apply` makes the store.")
    with sqlite.in_our_words(path), sqlite.reading_engine(path).connect() as conn, conn.begin():
        return ledger.examine(conn)


def _report_json(found: Report) -> dict[str, object]:
    return {
        "whole": not found.breaks,
        "deliveries": found.deliveries,
        "events": found.events,
        "published": found.published,
        "seals": found.seals,
        "sealed_to": found.sealed_to,
        "from": rfc3339(found.first_at),
        "to": rfc3339(found.last_at),
        "breaks": [
            {"key": b.key or None, "seq": b.seq or None, "at": rfc3339(b.at) if b.at else None, "what": b.what} for b in found.breaks
        ],
    }


def _report_lines(found: Report) -> Iterator[str]:
    span = f", {when(found.first_at, 'UTC')} to {when(found.last_at, 'UTC')} UTC" if found.events else ""
    about = f"{found.events} entries of {found.deliveries} deliveries{span}; {found.seals} seals"
    if not found.breaks:
        yield f"✓ the ledger is whole: {about}"
        yield f"✓ {found.published} published, each approved by a person and with its proof"
        return
    yield f"✗ the ledger is broken in {len(found.breaks)} place{'' if len(found.breaks) == 1 else 's'} ({about})"
    yield f"first: {_break_words(found.breaks[0])}"
    yield from (f"also:  {_break_words(broken)}" for broken in found.breaks[1:10])
    if len(found.breaks) > 10:
        yield f"and {len(found.breaks) - 10} more: `daypart verify --json` lists all"
    yield "next: keep a copy of the state folder; find the newest backup that `daypart verify FILE` calls whole; compare, or restore it"


def _break_words(broken: Break) -> str:
    entry = f"entry {broken.seq}" if broken.seq else "the delivery itself"
    stamp = f", {rfc3339(broken.at)}" if broken.at else ""
    return f"{broken.key or 'the seals'}, {entry}{stamp}: {broken.what}"


# ── the history of one delivery ──────────────────────────────────────────────


@click.command(short_help="Everything that happened to one delivery.")
@click.argument("key")
@common
@click.pass_obj
def history(call: Call, key: str) -> None:
    """Everything that happened to one delivery, in order: who approved what, every call with its result, every look, every notice."""
    found = at_desk(call, lambda desk: desk.chronicle(key))
    if call.as_json:
        print_json(_history_json(found))
        return
    click.echo(f"{found.key}  {found.state}")
    for line in found.lines:
        took = f"  ({(line.until - line.at) / 1_000_000:.1f} s)" if line.kind == "call" and line.until is not None else ""
        click.echo(f"{rfc3339(line.at, found.tz)}  {line.who + '  ' if line.who else ''}{line.words}{took}")
    chain = "the chain of its entries is whole" if not found.breaks else f"ITS CHAIN IS BROKEN: {_break_words(found.breaks[0])}"
    progress(chain)
    if found.hangs_on_it:
        progress(f"what hangs on it has a history of its own: {', '.join(found.hangs_on_it)}")


def _history_json(found: Chronicle) -> dict[str, object]:
    states = [line for line in found.lines if line.kind == "state"]
    return {
        "key": found.key,
        "state": found.state,
        "events": [
            {"at": rfc3339(e.at), "from": e.detail["from"], "to": e.detail["to"], "actor": e.who, "why": e.words.partition(": ")[2]}
            for e in states
        ],
        "lines": [
            {"at": rfc3339(e.at), "kind": e.kind, "who": e.who, "words": e.words, "until": rfc3339(e.until), "detail": dict(e.detail)}
            for e in found.lines
        ],
        "whole": not found.breaks,
        "hangs_on_it": list(found.hangs_on_it),
    }
