"""The brake at the desk: hold and release."""

from __future__ import annotations

from scheduler import brake
from scheduler.desk.clean import clean_line
from scheduler.desk.room import Room
from scheduler.desk.views import Done
from scheduler.errors import NotFoundError, UsageError
from scheduler.keeping import safe_mode


class Braking(Room):
    """Hold and release."""

    async def hold(self, *, client: str | None = None, account: str | None = None, reason: str = "") -> Done:
        """From now on nothing leaves: of everything, of a client, or of an account."""
        scope, subject, words = self._scope(client, account)
        said = clean_line(reason)
        done = await self.change(lambda conn: brake.put_on(conn, scope, subject, said, self.author("hold")))
        already = f"{words} is on hold already{'; the reason is noted' if said else ''}"
        return Done(f"on hold: {words}; nothing leaves" if done else already)

    async def release(self, *, client: str | None = None, account: str | None = None) -> Done:
        """Take the brake off. What is overdue waits for a decision; nothing is flushed."""
        scope, subject, words = self._scope(client, account)
        if scope == "all":
            await self.store.read(safe_mode.refuse_release)
        overdue = await self.change(lambda conn: brake.take_off(conn, scope, subject, self.author("released")))
        if overdue is None:
            return Done(f"{words} was not on hold")
        late = f"; {len(overdue)} {'is' if len(overdue) == 1 else 'are'} overdue and wait{'s' if len(overdue) == 1 else ''} for you"
        return Done(f"released: {words}{late if overdue else ''}", tuple(overdue))

    def _scope(self, client: str | None, account: str | None) -> tuple[str, str, str]:
        workspace = self.workspace
        if client and account:
            raise UsageError("one at a time: a client or an account")
        if client:
            if client not in workspace.clients:
                raise NotFoundError(f"there is no client '{clean_line(client)}'", f"clients: {', '.join(workspace.clients) or 'none'}")
            return "client", client, clean_line(workspace.clients[client].name)
        if account:
            if account not in workspace.accounts:
                raise NotFoundError(f"there is no account '{clean_line(account)}'", f"accounts: {', '.join(workspace.accounts) or 'none'}")
            return "account", account, account
        return "all", "", "everything"
