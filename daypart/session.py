"""One command's visit at the Desk: open it, do one thing, close it."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from daypart.call import Call

if TYPE_CHECKING:
    from scheduler.desk.desk import Desk

T = TypeVar("T")


def workspace_of(call: Call) -> Path:
    """Where to look for daypart.yaml."""
    return Path(call.workspace or os.environ.get("DAYPART_WORKSPACE") or ".").expanduser().resolve()


def at_desk(call: Call, act: Callable[[Desk], Awaitable[T]], *, user: str | None = None) -> T:
    """Open the workspace, do one thing, close it again. Raises whatever the Desk raises (`scheduler.errors`)."""

    import asyncio  # deferred, as the Desk: the store's libraries cost 300 ms that `validate` need not pay

    from scheduler.desk.desk import Desk

    async def visit() -> T:
        desk = await Desk.open(workspace_of(call), user=user)
        try:
            return await act(desk)
        finally:
            await desk.close()

    return asyncio.run(visit())
