"""The one door: every action of a person is one method here, used alike by the terminal UI and the command line.

The methods stand in the modules beside this one, grouped by what they are about:
`seeing` lists, histories · `planning` calendar, free slots, copies · `many` several posts at once ·
`reviewing` what goes out, counters, previews ·
`moving` times, cancelling, undo ·
`writing` posts made here · `seating` their accounts ·
`texts` own and earlier texts · `scripting` Reels scripts · `pictures` media of one post ·
`library` what was good: `reusing`, `suggesting`, `ideas` ·
`requesting` briefs · `modelling` drafts · `approving` the gate · `client_word` a client's yes · `signing` a client's review file ·
`braking` hold, release ·
`overdue` what a hold made late ·
`evidence` what a decision rests on · `resolving` is it there? · `files` validate, plan, apply ·
`board` the files as a place · `importing` posts from a sheet · `connecting` accounts ·
`risks` what will go wrong · `rehearsing` what would go out ·
`reporting` the week's report, calendar and archive to take away · `keeping` safe mode, whole histories.
All methods are coroutines; none blocks the event loop for more than a few milliseconds.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from scheduler.clock import Clock, SystemClock
from scheduler.desk.board import Boarding
from scheduler.desk.braking import Braking
from scheduler.desk.client_word import ClientWord
from scheduler.desk.evidence import Evident
from scheduler.desk.importing import Importing
from scheduler.desk.keeping import Keeping
from scheduler.desk.library import Library
from scheduler.desk.many import Many
from scheduler.desk.modelling import Modelling
from scheduler.desk.overdue import Overdue
from scheduler.desk.people import person
from scheduler.desk.pictures import Pictures
from scheduler.desk.rehearsing import Rehearsing
from scheduler.desk.reporting import Reporting
from scheduler.desk.resolving import Resolving
from scheduler.desk.risks import Risks
from scheduler.desk.scripting import Scripting
from scheduler.desk.seating import Seating
from scheduler.desk.serving import Serving
from scheduler.desk.signing import Signing
from scheduler.desk.texts import Texts
from scheduler.store.store import Store
from scheduler.workspace import find_workspace, read_workspace, state_folder


class Desk(
    Many,
    Library,
    Importing,
    Modelling,
    Seating,
    Texts,
    Scripting,
    Pictures,
    ClientWord,
    Signing,
    Boarding,
    Overdue,
    Braking,
    Evident,
    Resolving,
    Rehearsing,
    Keeping,
    Reporting,
    Serving,
    Risks,
):
    """A workspace, opened."""

    @classmethod
    async def open(cls, root: Path, *, user: str | None = None, clock: Clock | None = None) -> Desk:
        """Open the workspace at `root` (or above it). `user`: who acts; default DAYPART_USER, then the system's user.

        Raises NotFoundError without a daypart.yaml, FilesError when it has errors, BusyError when the store needs a
        migration that the running service must make, SettingsError for a refused state folder, DiskError.
        """
        folder = find_workspace(root)
        workspace = await asyncio.to_thread(read_workspace, folder)
        clock = clock or SystemClock()
        store = await asyncio.to_thread(Store.open, state_folder(folder), clock)
        return cls(folder, store, workspace, person(user), clock)

    @classmethod
    async def beside(cls, root: Path, *, user: str | None = None, clock: Clock | None = None) -> Desk:
        """A desk over a copy of the store in memory: what is done at it is gone afterwards, and nothing in the workspace changes.

        Raises as `open`, and NotFoundError when there is no store yet."""
        folder = find_workspace(root)
        workspace = await asyncio.to_thread(read_workspace, folder)
        clock = clock or SystemClock()
        return cls(folder, Store.copied(state_folder(folder), clock), workspace, person(user), clock)

    async def close(self) -> None:
        """Let go of the store."""
        await self.store.close()
