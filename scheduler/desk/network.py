"""The way out to platforms, which most visits to the desk never take."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

from scheduler.clock import Clock
from scheduler.failpoints import fail

if TYPE_CHECKING:
    from adapters.http import Http


async def network(clock: Clock) -> Http:
    """What calls platforms, which the caller closes. The first call loads it, beside the event loop: 4 MB, 50 ms."""
    await asyncio.to_thread(import_module, "adapters.http")
    from adapters.http import Http

    return Http(clock.speed, fail)
