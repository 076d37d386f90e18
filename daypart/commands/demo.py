"""`daypart demo`: play the story, print the proof, and open the desk on what it made."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import click

from daypart.call import Call, common
from daypart.demo import report
from daypart.demo.stage import Stage
from daypart.demo.story import Outcome, play
from daypart.output import delivery_json, print_json, progress

EX_FAILED = 1


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("daypart-demo"))
@click.option("--no-desk", is_flag=True, help="Do not open the desk at the end.")
@common
@click.pass_obj
def demo(call: Call, folder: Path, no_desk: bool) -> int:
    """The whole job on pretend platforms, from an empty FOLDER, with proof from their ledger."""
    started = time.monotonic()
    with Stage(folder.expanduser().resolve()) as stage:
        stage.make_folder()
        stage.start_sandbox()
        outcome = asyncio.run(play(stage))
        once, expected, wrong = report.exactly_once(outcome, stage.ledger())
        _print(call, outcome, folder, stage.sandbox_url, wrong)
        progress(f"[7/7] done in {time.monotonic() - started:.0f} s")
        if call.as_json:
            print_json({"deliveries": [delivery_json(v) for v in outcome.published], "ledger": {"exactly_once": once, "of": expected}})
        else:
            click.echo(f"\nledger: {once} of {expected} exactly once")
            report.print_next(folder, stage.sandbox_url)
        if not wrong and not (no_desk or call.as_json) and sys.stdin.isatty() and sys.stdout.isatty():
            _open_desk(stage.folder)
    return EX_FAILED if wrong or once != expected else 0


def _print(call: Call, outcome: Outcome, folder: Path, url: str, wrong: list[str]) -> None:
    if not call.as_json:
        report.print_table(outcome)
        report.print_script(outcome.proposals)
        report.print_rest(outcome)
    for line in wrong:
        click.echo(f"not exactly once: {line}", err=True)


def _open_desk(folder: Path) -> None:
    """Platforms and service stay up behind it until the desk is left."""
    from daypart.commands.open import open_desk

    click.prompt("\npress Enter to open the desk (q leaves it)", default="", show_default=False, prompt_suffix="")
    open_desk(Call(workspace=str(folder)))
