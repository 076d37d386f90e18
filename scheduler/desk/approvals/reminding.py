"""Whose yes is missing: since when each post waits, who may give it, and when the client was asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, text

from config.spans import span_words
from scheduler.clean import clean_line
from scheduler.clock import HOUR
from scheduler.content.seals import seal_words
from scheduler.desk.room import Room
from scheduler.desk.rows import read_waiting
from scheduler.desk.views import DeliveryView
from scheduler.when import day_words, when_words

_ASKED = "put into the review file for"
_LAST = text("SELECT why FROM event WHERE delivery_id = :id AND why LIKE :asked ORDER BY seq DESC LIMIT 1")
_SINCE = text(
    "SELECT d.id, min(d.due + d.late, coalesce(d.not_after, d.due + d.late)) AS until,"
    " max(e.at) FILTER (WHERE e.\"to\" = 'draft' AND e.\"from\" <> 'draft') AS came,"
    " max(e.at) FILTER (WHERE e.why LIKE :asked || substr(d.digest, 1, 4) || ' ' || substr(d.digest, 5, 4) || ', %') AS asked,"
    " (SELECT c.created_at FROM content c WHERE c.digest = d.digest) AS written"
    " FROM delivery d LEFT JOIN event e ON e.delivery_id = d.id WHERE d.id IN :ids GROUP BY d.id"
).bindparams(bindparam("ids", expanding=True))
"""Of many at once, with the seal as `seal_words` writes it."""


def asked_words(client_name: str, digest: str, due: int | None, tz: str) -> str:
    """How the ledger says that a client was asked, for which words and for when."""
    return f"{_ASKED} {client_name} (seal {seal_words(digest)}, {when_words(due, tz)})"


def other_time_in_file(conn: Connection, view: DeliveryView, tz: str) -> str:
    """The time that the client's file named for these words, when it is another by now; a seal says nothing about times."""
    seal = f"(seal {seal_words(view.digest or '')}, "
    why = conn.execute(_LAST, {"id": view.id, "asked": f"{_ASKED}%{seal}%"}).scalar_one_or_none()
    said = why.partition(seal)[2].removesuffix(")") if why else ""
    return "" if said == when_words(view.due, tz) else said


@dataclass(frozen=True, slots=True)
class Missing:
    """One yes that nobody gave yet."""

    delivery: DeliveryView
    since: int
    """UTC microseconds: when these words came to wait."""
    asked_at: int | None
    """When the client was sent exactly this; None: not yet."""
    may: tuple[str, ...]
    """Who may approve; empty: everybody here."""
    words: str
    """All of it in a sentence."""


class Reminding(Room):
    """Looking after missing answers."""

    async def missing(self, client: str | None = None) -> list[Missing]:
        """Every yes that is missing, what goes out first first."""
        return await self.store.read(lambda conn: self._all_missing(conn, client))

    def _all_missing(self, conn: Connection, client: str | None) -> list[Missing]:
        views = read_waiting(conn, client, self.scene(conn))
        known = {row.id: row for row in conn.execute(_SINCE, {"ids": [view.id for view in views], "asked": f"{_ASKED}%(seal "})}
        may = tuple(clean_line(name) for name in self.workspace.policy.approvers)
        return [self._missing(view, known[view.id], may) for view in views]

    def _missing(self, view: DeliveryView, row: Row[Any], may: tuple[str, ...]) -> Missing:
        since = max(row.came or 0, row.written or 0) or self.clock.wall()
        return Missing(view, since, row.asked, may, self._words(view, since, row, may))

    def _words(self, view: DeliveryView, since: int, row: Row[Any], may: tuple[str, ...]) -> str:
        asked = row.asked
        day = day_words(since, self.tz)
        waits = f"waits since {day}" if asked else f"waits since {day} for {', '.join(may) or 'anybody here'}"
        asks = f"{view.client_name} was asked on {day_words(asked, self.tz)}" if asked else ""
        left = _left(view.due, row.until, self.clock.wall())
        return f"{waits}; {asks}{left}" if asked else f"{waits}{left}"


def _left(due: int | None, until: int, now: int) -> str:
    """How long there is; a yes is late only once nothing would be sent any more."""
    if due is None:
        return ""
    if due > now:
        return f" · due in {_about(due - now)}"
    return " · due now: it goes out with your yes" if until >= now else " · its time has passed"


def _about(micros: int) -> str:
    """`26 h`, `3 days`: nobody wants minutes here."""
    hours = micros // HOUR
    return f"{hours // 24} days" if hours >= 48 else f"{hours} h" if hours else span_words(micros)
