"""What the demo proves and how it says so: a table, one script beside its flagged caption, the ledger's count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from daypart.demo.story import TWIN, Outcome
from daypart.output import clock_time, when
from scheduler.desk.views import ProposalView


def exactly_once(outcome: Outcome, ledger: Sequence[Mapping[str, Any]]) -> tuple[int, int, list[str]]:
    """How many approved posts stand exactly once in the ledger, of how many, and what is wrong in words."""
    copies = Counter(str(entry["id"]) for entry in ledger)
    ids = {view.key: view.remote_id or "" for view in outcome.published}
    wrong = [f"{key}: {n} times" for key in outcome.expected if (n := _copies_of(ids.get(key, ""), copies)) != 1]
    known = [*ids.values(), outcome.by_hand]
    strangers = [f"{name}: nobody approved it" for name in copies if not any(_is(remote, name) for remote in known)]
    return len(outcome.expected) - len(wrong), len(outcome.expected), wrong + strangers


def _copies_of(remote_id: str, copies: Counter[str]) -> int:
    return sum(count for name, count in copies.items() if _is(remote_id, name))


def _is(remote_id: str, name: str) -> bool:
    return bool(remote_id) and (remote_id == name or remote_id.endswith(f"/{name}") or name.endswith(f"/{remote_id}"))


def print_table(outcome: Outcome) -> None:
    """One line for each thing that is public now."""
    rows = [("client", "key", "due", "sent", "AI", "address")]
    for view in sorted(outcome.published, key=lambda v: (v.due or 0, v.key)):
        sent = clock_time(view.published_at, outcome.tz)
        rows.append((view.client_name, view.key, clock_time(view.due, outcome.tz), sent, view.ai, view.remote_url or "–"))
    widths = [max(len(row[n]) for row in rows) for n in range(5)]
    click.echo("")
    for row in rows:
        click.echo("  ".join([*(cell.ljust(width) for cell, width in zip(row[:5], widths, strict=True)), row[5]]))


def print_script(proposals: Sequence[ProposalView]) -> None:
    """One Reels script, timed, beside the caption that goes with it."""
    script = next((proposal for proposal in proposals if proposal.beats), None)
    if script is None:
        return
    click.echo(f"\nReels script · {script.post} · {script.language} · words by {script.model}, every one of them marked")
    for beat in script.beats:
        click.echo(f"  {beat.start:5.1f}–{beat.start + beat.seconds:4.1f} s  says “{_one_line(beat.voice)}”")
        click.echo(f"                 shows “{_one_line(beat.screen)}” · {beat.shot}")
    click.echo("  caption, flagged AI-generated:")
    click.echo("\n".join(f"  │ {line}" for line in script.text.splitlines()))


def _one_line(text: str) -> str:
    return " ".join(text.split()) or "…"


def print_rest(outcome: Outcome) -> None:
    """What waits for a person."""
    click.echo("")
    for view in outcome.asking:
        click.echo(f"needs you: {view.key} – {view.reason}")
    for view in outcome.waiting:
        click.echo(f"waits for you: {view.key} – {view.words} ({when(view.due, outcome.tz)})")


def print_next(folder: Path, url: str) -> None:
    """What to type next."""
    port = url.rpartition(":")[2]
    here = f"./run app --workspace {folder}"
    rows = [
        (here, "the desk on this demo: three clients, two weeks of posts"),
        (f"{here} outbox", "every post, its state and the next step"),
        (f"{here} resolve {TWIN} --drop", "decide the post that needs you"),
        (f"{here} sandbox --port {port} --ledger {folder}/ledger.jsonl", "bring the pretend platforms back"),
        ("./run app init my-week", "a workspace of your own"),
    ]
    click.echo("\nnext:")
    for command, words in rows:
        click.echo(f"  {command}\n      {words}")
