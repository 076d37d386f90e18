"""The one door: every action of a person is one method here, used alike by the terminal UI and the command line.

The methods stand in the folders beside this one, named as the places on the screen: `today`, `calendar`, `write` and its `model`,
`approvals`, `outbox`, `plan`, `library`, `accounts`. All stand on `post`, one post as every place reads it, and on what lies here: `room`
the opened workspace, `rows` its deliveries as lists, `views` the answers, `words` how a state is said; `braking`, `undoing`, `serving`.
All methods are coroutines; none blocks the event loop for more than a few milliseconds.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from scheduler.clock import Clock, SystemClock
from scheduler.desk.approvals.client_word import ClientWord
from scheduler.desk.approvals.signing import Signing
from scheduler.desk.braking import Braking
from scheduler.desk.calendar.many import Many
from scheduler.desk.library.looking_up import LookingUp
from scheduler.desk.model.modelling import Modelling
from scheduler.desk.outbox.evidence import Evident
from scheduler.desk.outbox.keeping import Keeping
from scheduler.desk.outbox.resolving import Resolving
from scheduler.desk.people import person
from scheduler.desk.plan.board import Boarding
from scheduler.desk.plan.importing import Importing
from scheduler.desk.reporting import Reporting
from scheduler.desk.serving import Serving
from scheduler.desk.today.overdue import Overdue
from scheduler.desk.today.rehearsing import Rehearsing
from scheduler.desk.today.risks import Risks
from scheduler.desk.write.pictures import Pictures
from scheduler.desk.write.scripting import Scripting
from scheduler.desk.write.seating import Seating
from scheduler.desk.write.texts import Texts
from scheduler.store.store import Store
from scheduler.workspace import find_workspace, read_workspace, state_folder


class Desk(
    Many,
    LookingUp,
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
