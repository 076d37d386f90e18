"""The opened workspace: what every action at the desk works with. The actions themselves are in the modules beside this one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, text

from config.loaded import Loaded
from config.workspace import Workspace
from scheduler.accounts.named import Checkers, StoredAccount
from scheduler.accounts.rows import read_accounts
from scheduler.clean import clean_line
from scheduler.clock import Clock
from scheduler.desk.people import Person
from scheduler.desk.post.reading import Looks
from scheduler.desk.post.sheet import Sheet
from scheduler.desk.rows import approvals, keys_of, read_delivery, read_holds, read_proposal_counts
from scheduler.desk.views import Done
from scheduler.errors import FilesError, NotFoundError, WouldVoidError
from scheduler.outage import Outage
from scheduler.plan.stored import STATE, plan_state
from scheduler.running import is_running
from scheduler.scene import ClientView, Scene
from scheduler.service.reach import read_outage
from scheduler.store.statements import set_meta
from scheduler.store.store import Store
from scheduler.units.model import RETIRED, Author
from scheduler.workspace import WORKSPACE_FILE, read_workspace

LOOPBACK = ("http://127.", "http://localhost", "http://[::1]")
T = TypeVar("T")
MAY_VOID: ContextVar[bool] = ContextVar("may_void", default=True)
"""Whether what this task changes may void approvals; an undo may only when that was said."""
Back = Callable[[], Awaitable[Done]]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that can be taken back."""

    words: str
    """What `undo` would do."""
    back: Back
    about: str = ""
    """Steps in a row about the same thing, as the typing of one text, are taken back as one."""
    at: int = 0
    """When it was last taken."""


NAMED = 3
"""So many posts are named in one sentence."""


class Room:
    """Shared by all groups of actions; holds no action itself."""

    root: Path
    """Folder of daypart.yaml."""
    tz: str
    """The workspace's zone."""

    def __init__(self, root: Path, store: Store, workspace: Workspace, who: Person, clock: Clock) -> None:
        self.root = root
        self.store = store
        self.who = who
        self.clock = clock
        self._workspace = workspace
        self._seen = self._stamp()
        self.tz = workspace.timezone
        self.checkers = Checkers(workspace.media)
        self._looks: Looks = {}
        self._open: Sheet | None = None
        self._steps: deque[Step] = deque()

    # ── the files ──

    @property
    def workspace(self) -> Workspace:
        """daypart.yaml as it is now; while somebody breaks it, as it was before."""
        stamp = self._stamp()
        if stamp != self._seen:
            self._seen = stamp
            try:
                self._workspace = read_workspace(self.root)
            except FilesError:
                return self._workspace
            self.tz = self._workspace.timezone
            self.checkers = Checkers(self._workspace.media)
        return self._workspace

    async def load(self) -> Loaded:
        """All files, read now."""
        from config.loading import load  # deferred: only what touches files needs the whole reader

        return await asyncio.to_thread(load, self.root, self.clock.wall())

    def _stamp(self) -> tuple[int, int]:
        try:
            facts = (self.root / WORKSPACE_FILE).stat()
        except OSError:
            return (0, 0)
        return facts.st_mtime_ns, facts.st_size

    # ── the store ──

    async def change(self, operation: Callable[[Connection], T], name: str = "edit") -> T:
        """Write something a person did; every plan made before is stale."""

        may_void = MAY_VOID.get()

        def counted(conn: Connection) -> T:
            standing = frozenset[int]() if may_void else approvals(conn)
            done = operation(conn)
            if not may_void:
                self._refuse_to_void(conn, standing - approvals(conn))
            set_meta(conn, STATE, str(plan_state(conn) + 1))
            return done

        return await self.store.write(counted, name=name)

    def _refuse_to_void(self, conn: Connection, lost: frozenset[int]) -> None:
        """Ends the transaction when approvals would be lost by it, and names the posts."""
        if lost:
            found = [read_delivery(conn, key, self.scene(conn)) for key in keys_of(conn, sorted(lost)[:NAMED])]
            names = [f"“{view.title}” on {view.account} ({view.client_name})" for view in found if view is not None]
            more = f" and {len(lost) - len(names)} more" if len(lost) > len(names) else ""
            what = f"the approval of {', '.join(names)}{more}" if names else f"{len(lost)} approvals"
            raise WouldVoidError(f"this would void {what}", "nothing was changed; it would have to be read and approved again")

    async def stored_accounts(self) -> dict[str, StoredAccount]:
        """Accounts by name."""
        workspace = self.workspace
        return await self.store.read(lambda conn: read_accounts(conn, workspace))

    def scene(self, conn: Connection) -> Scene:
        """What words of rows depend on, read in the same view of the store."""
        workspace = self.workspace
        clients = {name: ClientView(name, clean_line(c.name), c.color, c.accounts) for name, c in workspace.clients.items()}
        outage = self.outage(conn)
        return Scene(
            self.clock.wall(), self.name, clients, read_holds(conn, clients), read_proposal_counts(conn), self.tz, self.accounts_here(),
            no_network=outage is not None and outage.is_network,
        )  # fmt: skip

    def outage(self, conn: Connection) -> Outage | None:
        """Whom the service that runs does not reach; where none runs nobody knows."""
        found = read_outage(conn, self.clock.wall())
        return found if found is not None and self.has_service() else None

    def has_service(self) -> bool:
        """Whether a publishing service has this store now, in whichever process."""
        return is_running(self.store.folder)

    def accounts_here(self) -> frozenset[str]:
        """Accounts on servers of this computer, as pretend ones are, in a workspace that has others too; else none needs a mark."""
        names = {name for name, account in self.workspace.accounts.items() if account.base.startswith(LOOPBACK)}
        return frozenset(names) if names != set(self.workspace.accounts) else frozenset()

    @property
    def name(self) -> str:
        """What the workspace is called."""
        return clean_line(self.workspace.name) or self.root.name

    def author(self, why: str) -> Author:
        """The person at this desk, doing something now."""
        return Author(self.who.actor, self.clock.wall(), why, self.who.os_user)

    async def no_such_key(self, key: str) -> NotFoundError:
        """With the keys of that post, or the one that is most alike."""
        from config.nearest import nearest  # deferred: only for mistakes

        keys = await self.store.read(lambda conn: list(conn.execute(text("SELECT key FROM delivery LIMIT 5000")).scalars()))
        known = [one for one in keys if RETIRED not in one]
        near = sorted(one for one in known if one.startswith(f"{key}@") and "/" not in one[len(key) :]) or [
            one for one in [nearest(key, known)] if one
        ]
        meant = "' or '".join(near[:NAMED])
        hint = f"did you mean '{meant}'?" if near else "`daypart post list --all` shows all; files are planned by `daypart apply`"
        return NotFoundError(f"there is no '{clean_line(key)}'", hint)
