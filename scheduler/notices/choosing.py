"""What is told at once and what waits for the day's summary, when it is tried again, and who wants it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from config.notices import Notices, NoticeTarget, schema_of
from scheduler.clock import DAY, HOUR, MINUTE, SECOND
from scheduler.notices.model import COMMAND, DESKTOP, Letter, Notice, Place

DIGEST = "digest"
AT_ONCE = frozenset({"ask", "refused", "missed", "reauth", "safe_mode", "hold", "clock", "service", "dead_man"})
"""Everything else waits for the summary of the day."""
GATHER = 5 * SECOND
"""So long others may join a notice before it is sent."""
BETWEEN = MINUTE
"""Between two messages of what is new: an outage of a platform does not become a hundred mails."""
BACK_OFF = (15 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR)
TOO_OLD = 2 * DAY
"""What nobody could be told for so long, because nobody was named, is not told any more."""


def places(notices: Notices) -> tuple[Place, ...]:
    """Everywhere notices go, each under a name of its own."""
    named = [Place(_name(target, number), target.for_clients, target.kinds, target) for number, target in enumerate(notices.to, 1)]
    return (*named, *([Place(COMMAND)] if notices.command else ()), *([Place(DESKTOP)] if notices.desktop else ()))


def _name(target: NoticeTarget, number: int) -> str:
    if target.name:
        return target.name
    return f"{target.url_env or (schema_of(target.url) if target.url else target.url_command[0])} ({number})"


def wants(place: Place, notice: Notice, all_places: Iterable[Place]) -> bool:
    """Whether a place is told: its clients and kinds. What concerns no client goes where no client is named, or else everywhere."""
    kind = notice.kind if notice.kind in AT_ONCE else DIGEST
    if place.kinds and kind not in place.kinds:
        return False
    if not place.clients or notice.kind == DIGEST:
        return True
    if notice.client is None:
        return all(other.clients for other in all_places)
    return notice.client in place.clients


def due_at(notice: Notice, digest_at: str, tz: str) -> int:
    """When it is told if all goes well; `at` of a notice that the clock overtook counts as it stands."""
    if notice.tries:
        return notice.next_at
    if notice.kind in AT_ONCE:
        return notice.at + GATHER
    return notice.at if notice.kind == DIGEST else next_digest(notice.at, digest_at, tz)


def is_due(notice: Notice, now: int, digest_at: str, tz: str) -> bool:
    """Now, or was: an instant far ahead is a clock that went back."""
    return due_at(notice, digest_at, tz) <= now or notice.at > now + MINUTE or (notice.tries > 0 and notice.next_at > now + 2 * HOUR)


def ready(waiting: Sequence[Notice], now: int, digest_at: str, tz: str, *, rested: bool) -> list[Notice]:
    """What is told now. When one of the new ones goes, all that need not wait for the summary go with it."""
    due = [notice for notice in waiting if is_due(notice, now, digest_at, tz) and (rested or notice.tries)]
    if any(not notice.tries for notice in due):
        known = {notice.id for notice in due}
        due += [notice for notice in waiting if notice.id not in known and not notice.tries and notice.kind in AT_ONCE]
    return due


def pause(tries: int) -> int:
    """Until the next try, after so many."""
    return BACK_OFF[min(max(tries, 1), len(BACK_OFF)) - 1]


def is_too_old(notice: Notice, now: int) -> bool:
    """It waited for days because there was nobody to tell."""
    return not notice.tries and now - notice.at > TOO_OLD


def letters(due: Sequence[Notice], to: Sequence[Place]) -> list[Letter]:
    """One letter a place, with what it wants and does not have yet."""
    found = []
    for place in to:
        mine = tuple(notice for notice in due if wants(place, notice, to) and _lacks(place, notice, to))
        if mine:
            found.append(Letter(place, mine))
    return found


def _lacks(place: Place, notice: Notice, to: Sequence[Place]) -> bool:
    """Not told there yet. Where no place is left that it waited for (somebody changed the file), everybody is told."""
    known = {other.name for other in to}
    return place.name in notice.waiting or not known.intersection(notice.waiting)


def nobody_wants(due: Iterable[Notice], to: Sequence[Place]) -> list[Notice]:
    """What no place asks for."""
    return [notice for notice in due if not any(wants(place, notice, to) for place in to)]


def next_digest(after: int, digest_at: str, tz: str) -> int:
    """The first time of the summary after an instant."""
    zone = ZoneInfo(tz)
    day = datetime.fromtimestamp(after / SECOND, UTC).astimezone(zone)
    hour, minute = (int(part) for part in digest_at.split(":"))
    for days in (0, 1, 2):
        moment = (day + timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
        instant = int(moment.astimezone(UTC).timestamp()) * SECOND
        if instant > after:
            return instant
    raise AssertionError("a day has an end")


def day_number(instant: int, tz: str) -> int:
    """The local date as 20261122: one summary a day."""
    moment = datetime.fromtimestamp(instant / SECOND, UTC).astimezone(ZoneInfo(tz))
    return moment.year * 10_000 + moment.month * 100 + moment.day
