"""What was kept: safe mode after a restore, and everything that ever happened to one delivery."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from scheduler.desk.outbox.chronicle import Line, read_chronicle
from scheduler.desk.room import Room
from scheduler.desk.views import Done
from scheduler.keeping import safe_mode
from scheduler.keeping.ledger import Break, verify
from scheduler.keeping.safe_mode import SafeMode, Verdict
from scheduler.store.statements import DELIVERY


@dataclass(frozen=True, slots=True)
class Chronicle:
    """One delivery's whole history."""

    key: str
    state: str
    tz: str
    lines: tuple[Line, ...]
    breaks: tuple[Break, ...]
    """Where its chain of events is not as it was written; empty: it is whole."""
    hangs_on_it: tuple[str, ...]
    """Keys of its later parts and comments, which have histories of their own."""


class Keeping(Room):
    """Safe mode and histories."""

    async def safe_mode(self) -> SafeMode:
        """Why publishing is in safe mode, what was looked for and found, and what goes out when it goes on."""
        now = self.clock.wall()
        return await self.store.read(lambda conn: safe_mode.read(conn, now))

    async def confirm_safe_mode(self) -> Done:
        """A person has seen it and says: go on. What became overdue waits for a decision."""
        seen = await self.safe_mode()
        overdue = await self.change(lambda conn: safe_mode.confirm(conn, self.author("safe mode confirmed")))
        looking = seen.count(Verdict.LOOKING)
        words = ["publishing goes on"]
        if looking:
            words.append(f"{looking} {'is' if looking == 1 else 'are'} still being looked for and not sent before that is known")
        if overdue:
            words.append(f"{len(overdue)} became overdue and wait{'s' if len(overdue) == 1 else ''} for you: `daypart outbox`")
        return Done("; ".join(words), tuple(overdue))

    async def chronicle(self, key: str) -> Chronicle:
        """Everything that happened to one delivery, oldest first. Raises NotFoundError."""
        view = await self.delivery_row(key)

        def read(conn: Connection) -> Chronicle:
            children = conn.execute(
                select(DELIVERY.c.key).where(DELIVERY.c.key.startswith(f"{key}/", autoescape=True)).order_by(DELIVERY.c.id)
            )
            lines, breaks = read_chronicle(conn, view[0]), verify(conn, view[0])
            return Chronicle(key, view[1], view[2] or self.tz, lines, tuple(breaks), tuple(children.scalars()))

        return await self.store.read(read)

    async def delivery_row(self, key: str) -> tuple[int, str, str]:
        """Id, state and zone of one delivery. Raises NotFoundError."""
        wanted = select(DELIVERY.c.id, DELIVERY.c.state, DELIVERY.c.tz).where(DELIVERY.c.key == key)
        row = await self.store.read(lambda conn: conn.execute(wanted).one_or_none())
        if row is None:
            raise await self.no_such_key(key)
        return row.id, row.state, row.tz
