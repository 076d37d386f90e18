"""Rehearsing the plan: the desk's door to it. Reads, plays on a copy, writes nothing."""

from __future__ import annotations

import asyncio
from datetime import datetime, time, timedelta
from typing import Literal

from config.times import TimeError, from_micros, resolve_wall
from config.typed_time import parse_typed
from scheduler.clean import clean_line
from scheduler.clock import DAY
from scheduler.desk.room import Room
from scheduler.errors import DeskError, NotFoundError, UsageError
from scheduler.rehearsal.result import Asked, Rehearsal
from scheduler.rehearsal.weather import Level
from scheduler.slots import series_id
from scheduler.when import when_words

LONGEST = 731 * DAY
Approvals = Literal["as_they_are", "only_approved", "as_if_approved"]


class Rehearsing(Room):
    """What would go out, and what would not."""

    async def rehearse(
        self, until: str, *, seed: int = 1, level: Level = Level.FEW, client: str | None = None, approvals: Approvals = "as_they_are"
    ) -> Rehearsal:
        """Play the plan from now `until` a typed time, with outages drawn from the seed. Changes nothing.

        Raises UsageError for a time that cannot be used, NotFoundError for a client that there is not."""
        from scheduler.rehearsal.rehearse import Stage, rehearse  # deferred: the whole engine and a clock of its own, 40 ms

        workspace, now = self.workspace, self.clock.wall()
        if client is not None and client not in workspace.clients:
            raise NotFoundError(f"there is no client '{clean_line(client)}'", f"clients: {', '.join(workspace.clients) or 'none'}")
        asked = Asked(now, self._until(until, now), self.tz, seed, level, client, approvals)
        stage = Stage(self.store.folder, self.scene, workspace.media.host != "none", await self._slot_times())
        return await asyncio.to_thread(rehearse, stage, asked)

    def _until(self, typed: str, now: int) -> int:
        try:
            until = parse_typed(typed, now, self.tz).instant
        except TimeError as error:
            raise UsageError(error.message, error.hints[0] if error.hints else "") from error
        if _same_clock(until, now, self.tz) and not typed.strip().startswith("+"):  # a day without a time: all of that day
            until = _end_of_day(until, self.tz)
        if until <= now:
            raise UsageError(f"{when_words(until, self.tz)} has passed", "give a time ahead, as +7d or 2026-12-24")
        if until - now > LONGEST:
            raise UsageError("more than two years cannot be rehearsed", "give a nearer time")
        return until

    async def _slot_times(self) -> dict[str, str]:
        """Slot → the time of day its file gives it; nothing while the files have errors."""
        try:
            loaded = await self.load()
        except DeskError:
            return {}
        times: dict[str, str] = {}
        for campaign in loaded.campaigns.values():
            for slot in campaign.slots.values():
                times |= {series_id(campaign.id, slot.name, account): slot.at for account in slot.accounts or campaign.accounts}
        return times


def _same_clock(one: int, other: int, tz: str) -> bool:
    return f"{from_micros(one, tz):%H:%M}" == f"{from_micros(other, tz):%H:%M}"


def _end_of_day(instant: int, tz: str) -> int:
    following = from_micros(instant, tz).date() + timedelta(days=1)
    return resolve_wall(datetime.combine(following, time()), tz).fixed.instant
