"""Opens the desk on the pretend workspace: `python -m tests.tui.try_it [rows]`."""

from __future__ import annotations

import asyncio
import sys

from tests.tui.seeds import crowded, seeded
from tui.app import run


async def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    desk = crowded(rows) if rows else seeded()
    await run(desk, clock=desk.clock)


if __name__ == "__main__":
    asyncio.run(main())
