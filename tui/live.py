"""Watches the store: when another process changes it, everything visible reads again."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

from tui.shell import Shell


async def watch_store(shell: Shell, every: float = 0.25) -> None:
    """Runs as long as the program; ends when it is cancelled."""
    changes = cast("AsyncGenerator[int, None]", shell.desk.changes(every))
    async with aclosing(changes):
        async for _ in changes:
            shell.touch()
