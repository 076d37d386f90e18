"""What commands print: results on stdout, progress and summaries on stderr, JSON in one stable shape."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from daypart.call import Call

if TYPE_CHECKING:
    from config.diagnostics import Diagnostic
    from scheduler.desk.views import DeliveryView, Done, ReviewItem
    from scheduler.scene import HoldView


def rfc3339(micros: int | None, tz: str = "UTC") -> str | None:
    """UTC microseconds as RFC 3339 with the zone's offset."""
    if micros is None:
        return None
    return datetime.fromtimestamp(micros / 1_000_000, UTC).astimezone(ZoneInfo(tz)).isoformat(timespec="seconds")


def when(micros: int | None, tz: str) -> str:
    """“Tue 24 Nov 12:30”, or a dash."""
    if micros is None:
        return "–"
    moment = datetime.fromtimestamp(micros / 1_000_000, UTC).astimezone(ZoneInfo(tz))
    return f"{moment:%a} {moment.day} {moment:%b %H:%M}"


def clock_time(micros: int | None, tz: str) -> str:
    """“12:30:05”, or a dash."""
    if micros is None:
        return "–"
    return datetime.fromtimestamp(micros / 1_000_000, UTC).astimezone(ZoneInfo(tz)).strftime("%H:%M:%S")


def delivery_json(view: DeliveryView) -> dict[str, object]:
    """The documented JSON of one delivery."""
    return {
        "key": view.key,
        "post": view.post,
        "campaign": view.campaign,
        "client": view.client,
        "account": view.account,
        "platform": view.platform,
        "kind": view.kind,
        "part": view.part,
        "parts": view.parts,
        "state": view.state,
        "due": rfc3339(view.due, view.tz),
        "digest": view.digest,
        "approval": _approval_json(view),
        "ai": view.ai,
        "disclosure": {"flags": dict(view.disclosure.flags), "line": view.disclosure.line},
        "remote_id": view.remote_id,
        "remote_url": view.remote_url,
        "published_at": rfc3339(view.published_at, view.tz),
        "reason": view.reason,
        "next": view.next,
    }


def _approval_json(view: DeliveryView) -> dict[str, object] | None:
    yes = view.approval
    return {"by": yes.by, "at": rfc3339(yes.at), "on_behalf": yes.on_behalf or None} if yes else None


def hold_json(hold: HoldView) -> dict[str, object]:
    """The documented JSON of one hold."""
    return {"scope": hold.scope, "subject": hold.subject, "reason": hold.reason, "by": hold.by, "at": rfc3339(hold.at)}


def print_json(value: Mapping[str, object]) -> None:
    """One JSON object on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_done(call: Call, done: Done) -> None:
    """What an action did, in words or as JSON."""
    if call.as_json:
        print_json({"done": done.words, "keys": list(done.keys), **done.details})
    else:
        click.echo(done.words)


def print_deliveries(call: Call, views: Sequence[DeliveryView], empty: str) -> None:
    """A list of deliveries, one line each; why and what next under those that have a reason."""
    if call.as_json:
        print_json({"deliveries": [delivery_json(view) for view in views]})
        return
    if not views:
        click.echo(empty)
    rows = [(when(v.due, v.tz), v.client_name, v.key, v.words, v.ai) for v in views]
    widths = [max((len(row[n]) for row in rows), default=0) for n in range(4)]
    for view, row in zip(views, rows, strict=True):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True)) + f"  {row[4]}")
        for line in filter(None, (view.remote_url, view.reason, view.next and f"next: {view.next}")):
            click.echo(f"    {line}")


def print_review(item: ReviewItem) -> None:
    """Exactly what will go out, for reading before a yes."""
    view = item.delivery
    click.echo(f"{view.client_name} · {view.platform_name} · {view.account} · {when(view.due, view.tz)} · {view.words}")
    click.echo(f"{item.key}")
    if view.approval is not None:
        click.echo(f"{view.approval.words}, {when(view.approval.at, view.tz)}")
    for part in item.parts:
        click.echo("")
        click.echo(_marked(part.text, [(s.start, s.end) for s in part.spans if s.origin == "model"]))
        for media in part.media:
            click.echo(f"  [{media}]")
    if item.first_comment:
        click.echo(f"\n  first comment: {item.first_comment}")
    click.echo("")
    click.echo(f"AI: {view.ai} ({item.ai_share:.0%} of the words) · {_disclosure(view)}")
    for name, value in item.options.items():
        click.echo(f"{name}: {value}")
    for problem in item.problems:
        click.echo(f"{'error' if problem.is_error else 'warning'}[{problem.code}]: {problem.message}")
    for line in item.changed:
        click.echo(f"  {line}")
    if item.facts:
        click.echo("check these facts: " + " · ".join(item.facts))
    if item.blocked:
        click.echo(f"cannot be approved: {item.blocked}")
    click.echo(f"digest {item.digest}  (seal {view.seal})")


def _disclosure(view: DeliveryView) -> str:
    flags = ", ".join(name for name, on in view.disclosure.flags.items() if on)
    parts = [f"line: {view.disclosure.line}" if view.disclosure.line else "", f"platform field: {flags}" if flags else ""]
    return "; ".join(filter(None, parts)) or "no label needed"


def _marked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Words of the model between ⟦ and ⟧, so that no colour is needed to see them."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}⟦{text[start:end]}⟧{text[end:]}"
    return text


def show_diagnostics(call: Call, diagnostics: Sequence[Diagnostic]) -> None:
    """Errors and warnings in files, on stdout: they are the result."""
    from config.diagnostics import as_text

    click.echo(as_text(diagnostics, Path.cwd(), color=use_color(call)))


def use_color(call: Call) -> bool:
    """Colour only on a terminal that wants it."""
    return call.color and sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def progress(words: str) -> None:
    """One line about what is going on, on stderr."""
    click.echo(words, err=True)
