"""A process that imports a sheet until it is killed or done: `python -m tests.desk.importer WORKSPACE FILE`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from scheduler.desk.desk import Desk
from scheduler.failpoints import install_from_environment
from scheduler.importing.view import SheetAsk
from tests.desk.house import StillClock


async def import_all(root: Path, file: Path) -> None:
    """As `daypart import csv FILE --yes`."""
    desk = await Desk.open(root, user="anna", clock=StillClock())
    plan = await desk.read_sheet(SheetAsk(file, "csv"))
    install_from_environment()
    await desk.import_sheet(plan)
    await desk.close()


if __name__ == "__main__":
    asyncio.run(import_all(Path(sys.argv[1]), Path(sys.argv[2])))
