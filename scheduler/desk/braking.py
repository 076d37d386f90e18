"""The brake at the desk: hold and release."""

from __future__ import annotations

from sqlalchemy import Connection, select

from scheduler import brake, holds
from scheduler.accounts.rows import follow_clients
from scheduler.clean import clean_line
from scheduler.desk.room import Room
from scheduler.desk.views import Done
from scheduler.errors import NotFoundError, UsageError
from scheduler.keeping import safe_mode
from scheduler.store.statements import HOLD, POST


class Braking(Room):
    """Hold and release."""

    async def hold(self, *, client: str | None = None, account: str | None = None, campaign: str | None = None, reason: str = "") -> Done:
        """From now on nothing leaves: of everything, of a client, of an account, or of a campaign."""
        scope, subject, words = await self._scope(client, account, campaign)
        said = clean_line(reason)
        workspace = self.workspace

        def operation(conn: Connection) -> bool:
            follow_clients(conn, workspace)  # else a client named since would not be held where its posts are older than its name
            return brake.put_on(conn, scope, subject, said, self.author("hold"))

        done = await self.change(operation)
        already = f"{words} is on hold already{'; the reason is noted' if said else ''}"
        return Done(f"on hold: {words}; nothing leaves" if done else already)

    async def release(self, *, client: str | None = None, account: str | None = None, campaign: str | None = None) -> Done:
        """Take the brake off. What is overdue waits for a decision; nothing is flushed.

        Raises UsageError for a campaign that its file pauses: only the file lets it go on."""
        scope, subject, words = await self._scope(client, account, campaign)
        if scope == holds.ALL:
            await self.store.read(safe_mode.refuse_release)
        overdue = await self.change(lambda conn: brake.take_off(conn, scope, subject, self.author("released")))
        paused = scope == holds.CAMPAIGN and await self.store.read(lambda conn: _is_paused(conn, subject))
        if overdue is None:
            if paused:
                raise UsageError(f"{words} is paused in its file", "write `status: active` there, then `daypart apply`")
            return Done(f"{words} was not on hold")
        late = f"; {len(overdue)} {'is' if len(overdue) == 1 else 'are'} overdue and wait{'s' if len(overdue) == 1 else ''} for you"
        still = "; it stays paused in its file" if paused else ""
        return Done(f"released: {words}{late if overdue else ''}{still}", tuple(overdue))

    async def _scope(self, client: str | None, account: str | None, campaign: str | None) -> tuple[str, str, str]:
        """What is meant, and how it is called. Raises UsageError, NotFoundError."""
        scope, subject = holds.scope_of(client, account, campaign)
        workspace = self.workspace
        if scope == holds.CLIENT:
            if subject not in workspace.clients:
                raise NotFoundError(f"there is no client '{clean_line(subject)}'", f"clients: {', '.join(workspace.clients) or 'none'}")
            return scope, subject, clean_line(workspace.clients[subject].name)
        if scope == holds.ACCOUNT and subject not in workspace.accounts:
            raise NotFoundError(f"there is no account '{clean_line(subject)}'", f"accounts: {', '.join(workspace.accounts) or 'none'}")
        if scope == holds.CAMPAIGN:
            names = await self.store.read(_campaigns)
            if subject not in names:
                known = f"campaigns with posts: {', '.join(names) or 'none'}"
                raise NotFoundError(f"there is no campaign '{clean_line(subject)}' here", known)
        return scope, subject, holds.name_of(scope, clean_line(subject))


def _campaigns(conn: Connection) -> list[str]:
    return list(conn.execute(select(POST.c.campaign).distinct().order_by(POST.c.campaign)).scalars())


def _is_paused(conn: Connection, campaign: str) -> bool:
    mine = (HOLD.c.scope == holds.FILE, HOLD.c.subject == campaign, HOLD.c.released_at.is_(None))
    return conn.execute(select(HOLD.c.id).where(*mine)).first() is not None
