"""What people were told and what waits to be told: for the desk, and for those who look because nothing reached them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from scheduler.clean import clean_line
from scheduler.desk.network import network
from scheduler.desk.room import Room
from scheduler.desk.views import Done, NoticesView, NoticeView, ToldView
from scheduler.errors import NotFoundError, SettingsError
from scheduler.when import clock_words, when_words

if TYPE_CHECKING:
    from scheduler.notices.model import Notice

SHOWN = 100
_RECENT = "id > (SELECT coalesce(max(id), 0) - 2000 FROM notice) AND sent_at IS NULL"
_UNSENT = f"SELECT count(*), min(next_at), max(id) FROM notice WHERE {_RECENT} AND problem IS NOT NULL"
_UNREAD = (
    f"SELECT count(*) FROM notice WHERE {_RECENT} AND kind NOT IN ('ask', 'refused', 'missed', 'reauth', 'hold', 'safe_mode', 'digest')"
)
"""Those kinds stand on the desk by themselves, as posts, accounts or the banner."""


class Noticing(Room):
    """Reading, trying out and settling notices."""

    async def notices(self, limit: int = SHOWN) -> NoticesView:
        """What waits, then what was told, newest first."""
        from scheduler.notices import choosing, rows  # deferred: only who looks at notices needs their words
        from scheduler.notices.telling import names_of

        found = await self.store.read(lambda conn: rows.newest(conn, limit))
        workspace = self.workspace
        names = names_of(workspace)
        places = tuple(place.name for place in choosing.places(workspace.notices))
        watched = workspace.notices.dead_man is not None
        return NoticesView(tuple(self._notice(notice, names.client(notice.client)) for notice in found), places, watched, self.tz)

    def _notice(self, notice: Notice, client_name: str) -> NoticeView:
        from scheduler.notices.words import HEADLINES, next_action, said

        action = next_action(notice)
        return NoticeView(
            id=notice.id,
            kind=notice.kind,
            headline=HEADLINES.get(notice.kind, notice.kind),
            client=notice.client,
            client_name=client_name,
            account=notice.account,
            key=notice.key,
            words=said(notice) if notice.words else "",
            action=action.words,
            command=action.command,
            at=notice.at,
            sent_at=notice.sent_at,
            tries=notice.tries,
            next_at=notice.next_at if notice.waiting else None,
            waiting={clean_line(place): clean_line(why) for place, why in notice.waiting.items()},
            told=self._told(notice),
        )

    def _told(self, notice: Notice) -> str:
        if notice.sent_at is not None:
            return clean_line(notice.settled) or f"told {when_words(notice.sent_at, self.tz)}"
        if notice.waiting:
            where = "; ".join(f"{clean_line(place)}: {clean_line(why)}" for place, why in notice.waiting.items())
            return f"not sent yet, {where}; tried again at {clock_words(notice.next_at, self.tz)}"
        return "waits to be sent" if self.workspace.notices.tells else "nobody is named to be told"

    async def test_notices(self) -> list[ToldView]:
        """Send a test message to every place, and fetch the dead-man's address once. Raises SettingsError where there is none."""
        from scheduler.notices.sending import Sender
        from scheduler.notices.telling import trial_messages

        notices = self.workspace.notices
        messages = trial_messages(self.workspace)
        if not messages and notices.dead_man is None:
            raise SettingsError("daypart.yaml names nobody to be told", "write a `notices:` section; docs/notices.md shows some")
        problems = await Sender(notices).send(messages)
        found = [ToldView(message.place.name, problems.get(message.place.name)) for message in messages]
        return [*found, *([ToldView("dead_man", await self._sign())] if notices.dead_man else [])]

    async def _sign(self) -> str | None:
        from scheduler.notices.dead_man import fetch_with, sign

        assert self.workspace.notices.dead_man is not None
        http = await network(self.clock)
        try:
            return await sign(self.workspace.notices.dead_man, fetch_with(http))
        finally:
            await http.aclose()

    async def dismiss_notices(self, numbers: tuple[int, ...] = ()) -> Done:
        """Somebody has read them: they are not sent any more. None named: all that wait. Raises NotFoundError."""
        from scheduler.notices import rows

        now, why = self.clock.wall(), f"read by {self.who.name}"

        def operation(conn: Connection) -> int:
            known = {notice.id for notice in rows.unsent(conn)}
            strange = [number for number in numbers if number not in known]
            if strange:
                raise NotFoundError(f"notice {strange[0]} does not wait to be told", "`daypart notices` lists those that do")
            return rows.settle(conn, numbers or tuple(known), why, now)

        count = await self.store.write(operation, name="notice")
        if not count:
            return Done("no notice waits to be told")
        return Done(f"{count} {'notice is' if count == 1 else 'notices are'} read and not sent any more")

    async def see_notices(self) -> NoticesView:
        """As `notices`, for a person at the desk: where nobody else is told, they are told now."""
        view = await self.notices()
        if not self.workspace.notices.tells and any(notice.sent_at is None for notice in view.notices):
            await self.dismiss_notices()
        return view

    def _untold(self, conn: Connection) -> tuple[int, str]:
        """How many notices somebody should look at, and why, in words; for the status line."""
        count, next_at, newest = conn.execute(text(_UNSENT)).one()
        if count:
            why = str(conn.execute(text("SELECT problem FROM notice WHERE id = :id"), {"id": newest}).scalar_one())
            return int(count), f"{_many(count)} could not be sent ({_first(why)}); tried again at {clock_words(next_at, self.tz)}"
        if self.workspace.notices.tells:
            return 0, ""
        unread = int(conn.execute(text(_UNREAD)).scalar_one())
        return unread, f"{_many(unread)} to read" if unread else ""


def _many(count: int) -> str:
    return f"{count} notice{'' if count == 1 else 's'}"


def _first(problem: str) -> str:
    """The first place with its reason."""
    from scheduler.notices.rows import read_problem

    waiting, settled = read_problem(problem)
    return next((clean_line(f"{place}: {why}") for place, why in waiting.items()), clean_line(settled))
