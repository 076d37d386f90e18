"""Whether the limits of an account have room for a post at a time: said before it is planned there, with the first time that has room.

Quiet hours are kept for everybody. The other limits may be exceeded by who says so: what exceeds them waits its turn.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, text

from config.pace import Pace
from scheduler.clock import DAY, MINUTE
from scheduler.desk.room import Room
from scheduler.errors import NoRoomError, UsageError
from scheduler.slots import Busy
from scheduler.when import when_words

AHEAD = 30 * DAY
"""So far ahead a time with room is looked for."""
STEP = 15 * MINUTE
_OTHERS = text(
    "SELECT d.id, coalesce(d.published_at, d.due) AS at FROM delivery d WHERE d.account_id = (SELECT id FROM account WHERE name = :account)"
    " AND d.parent_id IS NULL AND d.state NOT IN ('cancelled', 'missed', 'refused') AND d.due BETWEEN :first AND :last"
    " ORDER BY at"
)


class Pacing(Room):
    """What the limits of accounts say about times that people choose."""

    async def refuse_without_room(
        self, accounts: Collection[str], due: int | None, *, mine: Collection[int] = (), anyway: bool = False
    ) -> None:
        """Raises UsageError in quiet hours, NoRoomError where other limits leave no room; `anyway`: that was said before.
        `mine`: the deliveries that are about to move."""
        for name in accounts if due is not None else ():
            self.refuse_quiet(name, due)
            words, way_out = ("", "") if anyway else await self.no_room(name, due, mine=mine)
            if words:
                raise NoRoomError(words, way_out)

    def refuse_quiet(self, account: str, due: int | None) -> None:
        """What a person puts into quiet hours would only wait, or be missed. Raises UsageError in them."""
        if due is None or account not in self.workspace.accounts:
            return
        pace = self.workspace.pace_of(account)
        span = pace.quiet_at(due)
        if span is not None:
            ends = when_words(pace.opens(due), pace.tz)
            raise UsageError(
                f"{account} is quiet then ({span.words})",
                f"choose {ends} or later, or change `quiet` in daypart.yaml, then `daypart apply`",
            )

    async def no_room(self, account: str, due: int | None, *, mine: Collection[int] = (), also: Collection[int] = ()) -> tuple[str, str]:
        """Which limits leave no room for one more post then, and the way out; both empty: there is room.
        `mine` leave their times, `also`: instants that others move to with it."""
        pace = self.workspace.pace_of(account) if account in self.workspace.accounts else Pace()
        if due is None or not pace.span:
            return "", ""
        now = self.clock.wall()
        found = await self.store.read(lambda conn: _others(conn, account, min(now, due) - pace.span, due + AHEAD, mine))
        others = sorted([*found, *also])
        free = first_room(pace, account, others, max(now, due))
        if free == max(now, due):
            return "", ""
        way_out = "choose another day" if free is None else f"choose {when_words(free, self.tz)} or later"
        return f"there is no room on {account} then ({pace.words()})", way_out


def first_room(pace: Pace, account: str, others: Sequence[int], at: int) -> int | None:
    """The first instant from `at` on at which one more may go out without putting off another; None: not within AHEAD."""
    busy = Busy()
    busy.instants[account] = list(others)
    end = at + AHEAD
    while at < end:
        at = pace.free(others, at)
        if busy.paced(account, at, pace):
            return at
        at += STEP
    return None


def _others(conn: Connection, account: str, first: int, last: int, mine: Collection[int]) -> list[int]:
    rows = conn.execute(_OTHERS, {"account": account, "first": first, "last": last})
    return [at for delivery, at in rows if delivery not in mine]
