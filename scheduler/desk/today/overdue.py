"""What a hold made late: each post is decided by a person, at the release or after it. Nothing is flushed.

Sending one, or moving it, approves it again: only by who may approve, and only what a person has approved in exactly this form.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, select

from config.loaded import Loaded
from config.pace import Pace
from config.times import from_micros, resolve_wall
from scheduler import brake
from scheduler.clock import MINUTE
from scheduler.content.digest import digest as digest_of
from scheduler.content.kept import as_found
from scheduler.desk.approvals.approving import Approving, Said
from scheduler.desk.rows import read_delivery
from scheduler.desk.views import DeliveryView, Done
from scheduler.desk.write.moving import Moving
from scheduler.errors import StaleError, UsageError
from scheduler.holds import scope_of
from scheduler.lifecycle import HELD, State
from scheduler.plan.stored import busy_without, read_room
from scheduler.slots import Want, deal
from scheduler.store import guards
from scheduler.store.statements import APPROVAL, DELIVERY
from scheduler.units.model import Timing, Unit
from scheduler.units.reading import find_unit, head_key, parse_key
from scheduler.when import when_words

Choice = Literal["send", "move", "drop"]
NEAR = 30 * MINUTE
"""A free time has no other post of the account so near."""
DAYS_AHEAD = 60


class Overdue(Moving, Approving):
    """What a person does with posts whose time passed while publishing was on hold."""

    async def overdue(self, *, client: str | None = None, account: str | None = None, campaign: str | None = None) -> list[DeliveryView]:
        """Those of which nobody has decided yet, soonest first."""
        scope, subject = scope_of(client, account, campaign)

        def read(conn: Connection) -> list[DeliveryView]:
            scene = self.scene(conn)
            found = (read_delivery(conn, key, scene) for key in brake.overdue(conn, scope, subject))
            return [view for view in found if view is not None]

        return await self.store.read(read)

    async def next_free(self, key: str) -> Timing:
        """Where `move` would put it: its slot's next free place, else the next day at the same time that is free."""
        unit = await self._overdue_unit(head_key(key))
        if unit.timing.slot is not None:
            loaded = await self.load()
            found = await self.store.read(lambda conn: self._next_place(conn, unit, loaded))
            if found is not None:
                return found
        return await self.store.read(lambda conn: self._next_day(conn, unit))

    async def decide_overdue(self, key: str, choice: Choice, *, digest: str | None = None) -> Done:
        """Send it now, move it to the next free time, or drop it. `digest`: of what was shown, where it was shown.

        Raises StaleError when it is not that any more, UsageError when it cannot be approved as it is or may not go out now."""
        key = head_key(key)
        if choice == "drop":
            return await self.cancel(key)
        unit = await self._overdue_unit(key)
        timing = self._timing("now", unit.timing) if choice == "send" else await self.next_free(key)
        self.refuse_quiet(parse_key(key)[2], timing.due)
        view, publications, account = await self._as_shown(key)
        found = await asyncio.to_thread(lambda: digest_of(as_found(publications, account.target)))
        if found != view.digest or digest not in (None, found):
            raise StaleError(f"'{key}' is not what was approved any more", f"read it again: daypart post show {key}")
        words = "send it now" if choice == "send" else f"moved to {when_words(timing.due, timing.tz)}"
        await self.change(lambda conn: self._decide_again(conn, key, found, timing, words), name="approve")
        done = "goes out now" if choice == "send" else f"goes out {when_words(timing.due, timing.tz)}"
        return Done(f"{view.client_name}, {view.platform_name} {view.account}: {done}", (key,), details={"digest": found})

    def _decide_again(self, conn: Connection, key: str, digest: str, timing: Timing, words: str) -> None:
        """A new time and a new approval in one breath; if anything speaks against it, neither."""
        unit = find_unit(conn, key)
        if unit is None or not _is_overdue(conn, unit):
            raise StaleError(f"'{key}' changed while you looked at it", "look at it again")
        checked = self._facts_were_checked(conn, unit, digest)
        author = self.author(f"decided after the hold: {words}")
        self._retime(conn, unit, timing, author)
        view = read_delivery(conn, key, self.scene(conn))
        assert view is not None
        self._approve(conn, view, Said(digest, facts_checked=checked))

    def _facts_were_checked(self, conn: Connection, unit: Unit, digest: str) -> bool:
        """What the approval of exactly this content says. Raises UsageError when no person has approved it."""
        mine = (APPROVAL.c.delivery_id == unit.head.id, APPROVAL.c.digest == digest, APPROVAL.c.voided_at.is_(None))
        review = conn.execute(select(APPROVAL.c.review).where(*mine).order_by(APPROVAL.c.id.desc())).scalars().first()
        if review is None or unit.digest != digest:
            hint = f"give it a new time and approve it: daypart post move {unit.key} WHEN"
            raise UsageError(f"nobody has approved '{unit.key}' as it is now", hint)
        return bool(json.loads(review).get("facts_checked"))

    async def _overdue_unit(self, key: str) -> Unit:
        def read(conn: Connection) -> Unit | None:
            unit = find_unit(conn, key)
            if unit is None:
                return None
            if not _is_overdue(conn, unit):
                raise UsageError(f"'{key}' is {unit.state}: it did not become late by a hold", "`daypart post move` gives it another time")
            if conn.execute(select(DELIVERY.c.id).where(DELIVERY.c.id == unit.head.id, ~guards.not_held())).first():
                raise UsageError(f"'{key}' is still on hold", "release that first: daypart release")
            return unit

        found = await self.store.read(read)
        if found is None:
            raise await self.no_such_key(key)
        return found

    # ── where there is room ──

    def _next_place(self, conn: Connection, unit: Unit, loaded: Loaded) -> Timing | None:
        """The next free occurrence of its slot, as dealing would give it."""
        campaign, _, account = parse_key(unit.key)
        known = loaded.campaigns.get(campaign)
        slot = unit.timing.slot
        if known is None or slot is None or slot not in known.slots:
            return None
        now = self.clock.wall()
        busy = busy_without(read_room(conn, now, [account]), [unit])
        busy.paces = {account: self.workspace.pace_of(account)}
        want = Want(unit.key, account, campaign, (slot,))
        place = deal([want], busy, loaded.campaigns, now)[unit.key].place
        if place is None or _too_late(unit, place.at.instant):
            return None
        timing = replace(unit.timing, due=place.at.instant, tz=place.at.tz, wall=place.at.wall)
        return replace(timing, slot=place.slot, slot_day=place.day.isoformat())

    def _next_day(self, conn: Connection, unit: Unit) -> Timing:
        """The same time of day, on the first day on which the account is free then and not quiet."""
        assert unit.timing.due is not None
        now, pace = self.clock.wall(), self.workspace.pace_of(parse_key(unit.key)[2])
        planned = from_micros(unit.timing.due, unit.timing.tz).replace(tzinfo=None)
        first = from_micros(now, unit.timing.tz).date()
        for days in range(DAYS_AHEAD):
            at = resolve_wall(datetime.combine(first + timedelta(days=days), planned.time()), unit.timing.tz).fixed
            if at.instant <= now or pace.quiet_at(at.instant) or _is_taken(conn, unit, at.instant, pace):
                continue
            if _too_late(unit, at.instant):
                break
            return replace(unit.timing, due=at.instant, wall=at.wall, slot=None, slot_day=None)
        raise UsageError(f"there is no free time for '{unit.key}'", f"choose one: daypart post move {unit.key} WHEN")


def _is_overdue(conn: Connection, unit: Unit) -> bool:
    code = conn.execute(select(DELIVERY.c.reason_code).where(DELIVERY.c.id == unit.head.id)).scalar_one()
    return unit.state == State.MISSED and code == HELD


def _too_late(unit: Unit, instant: int) -> bool:
    return unit.timing.not_after is not None and instant > unit.timing.not_after


def _is_taken(conn: Connection, unit: Unit, instant: int, pace: Pace) -> bool:
    near = max(pace.apart, NEAR)
    going = DELIVERY.c.state.not_in((State.CANCELLED, State.MISSED, State.REFUSED))
    mine = (DELIVERY.c.account_id == unit.account_id, DELIVERY.c.parent_id.is_(None), DELIVERY.c.id != unit.head.id, going)
    return (
        conn.execute(select(DELIVERY.c.id).where(*mine, DELIVERY.c.due.between(instant - near + 1, instant + near - 1))).first() is not None
    )
