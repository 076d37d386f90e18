"""A second process on a store: writes as fast as it can and says what was acknowledged."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from scheduler.clock import SystemClock
from scheduler.store.statements import set_meta
from scheduler.store.store import Store


async def main(folder: Path, name: str, count: int) -> None:
    store = Store.open(folder, SystemClock())
    sys.stdout.write("open\n")
    sys.stdout.flush()
    for number in range(count):
        await store.write(lambda conn, n=number: set_meta(conn, f"{name}{n}", "x"))  # type: ignore[misc]
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
