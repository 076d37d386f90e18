"""What a killed child runs: the real service, or one action at the Desk, on a fast clock, with a failpoint where asked."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import signal
from collections.abc import Sequence
from pathlib import Path

from adapters.bluesky.adapter import Bluesky  # noqa: F401  these three: loaded before the fork, so that each child starts at once
from adapters.instagram.adapter import Instagram  # noqa: F401
from adapters.mastodon.adapter import Mastodon  # noqa: F401
from scheduler import failpoints
from scheduler.desk.desk import Desk
from scheduler.engine import engine
from scheduler.service import service
from tests.proof.clock import FastClock, Pace
from tests.proof.world import READY

GRAVE = "killed_at"
"""File in the world's folder: the name of the failpoint that killed a child, where it was one of several."""
_NAMED = re.compile(r"[a-z]+=")
"""Begins an argument that is given by its name."""
AT_ONCE = 32
"""On a clock fifty times as fast this computer is fifty times as slow: with all it does at once in earnest, a connection on loopback
would take longer than its time-out."""


def serve(root: str, pace: Pace, failpoint: str, log: str, reached: str) -> None:
    """Run until SIGTERM, or until the failpoint kills us."""
    logging.basicConfig(filename=log, level=logging.INFO, force=True)
    os.environ["DAYPART_USER"] = "tester"
    _arm(failpoint, Path(root) / GRAVE)
    engine.AT_ONCE, engine.REFILL = AT_ONCE, AT_ONCE // 2
    asyncio.run(_until_told(Path(root), FastClock(pace)))
    Path(reached).write_text(json.dumps(failpoints.reached()), "utf-8")


def act(root: str, pace: Pace, failpoint: str, action: str, arguments: Sequence[str]) -> None:
    """Do one thing at the Desk, or die on the way."""
    logging.disable(logging.CRITICAL)
    asyncio.run(_at_the_desk(Path(root), FastClock(pace), failpoint, action, arguments))


def _arm(failpoint: str, grave: Path) -> None:
    """`name:count` is the program's own way. `one|other:count` and `*:count`: at the count-th pass of any of them."""
    names, _, count = failpoint.partition(":")
    if not failpoint:
        failpoints.install(lambda _name, _times: None)
    elif "|" in names or names == "*":
        failpoints.install(_any_of(names, int(count), grave))
    else:
        os.environ["FAILPOINT"] = failpoint
        failpoints.install_from_environment()


def _any_of(names: str, count: int, grave: Path) -> failpoints.Plan:
    wanted, passed = set(names.split("|")), 0
    assert names == "*" or wanted <= failpoints.NAMES

    def plan(name: str, _times: int) -> None:
        nonlocal passed
        passed += names == "*" or name in wanted
        if passed == count:
            grave.write_text(name, "utf-8")
            os.kill(os.getpid(), signal.SIGKILL)

    return plan


async def _until_told(root: Path, clock: FastClock) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await service.run_service(root, stop=stop, clock=clock, ready=(root / READY).touch)


async def _at_the_desk(root: Path, clock: FastClock, failpoint: str, action: str, arguments: Sequence[str]) -> None:
    desk = await Desk.open(root, user="tester", clock=clock)
    try:
        plan = await desk.plan() if action == "apply" else None
        item = await desk.review(arguments[0]) if action == "approve" else None
        _arm(failpoint, root / GRAVE)
        if plan is not None:
            await desk.apply(plan, allow_cancel=9)
        elif item is not None:
            await desk.approve(item.key, item.digest, facts_checked=True)
        elif action == "new_post":
            await desk.new_post(title=arguments[0], text={"en": arguments[1]}, accounts=arguments[2:], when="2026-12-01T10:00")
        elif action == "change_accounts":
            await desk.change_accounts(arguments[0], arguments[1:])
        elif action == "add_ideas":
            await desk.add_ideas(arguments)
        elif action == "export_review":
            await desk.export_review(None, *arguments)
        else:
            named = dict(argument.split("=", 1) for argument in arguments if _NAMED.match(argument))
            await getattr(desk, action)(*(argument for argument in arguments if not _NAMED.match(argument)), **named)
    finally:
        await desk.close()
