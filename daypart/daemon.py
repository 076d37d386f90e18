"""`daypart daemon`: the publishing service as a process of its own, until SIGTERM or Ctrl+C."""

from __future__ import annotations

import asyncio
import logging
import signal
from pathlib import Path

import click

from daypart.heap import give_back_at_once, seldom_look_for_rubbish
from scheduler.clean import clean
from scheduler.service.service import run_service


class PlainLines(logging.Formatter):
    """What platforms say stands in the log, too, and a log is read on a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return clean(super().format(record))


def serve(workspace: Path) -> int:
    """Publish what is approved and due. Returns the exit code; raises `scheduler.errors.BusyError` when one runs already."""
    said = logging.StreamHandler()
    said.setFormatter(PlainLines("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[said])
    give_back_at_once()
    seldom_look_for_rubbish()
    asyncio.run(_until_told(workspace))
    return 0


async def _until_told(workspace: Path) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run_service(workspace, stop=stop, ready=lambda: click.echo("publishing service is running; Ctrl+C stops it", err=True))
