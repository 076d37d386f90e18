"""A whole rehearsal: copy, play, read what came. Runs in a thread of its own, on a loop with a time of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, text

from adapters.contract import Rules
from adapters.registry import ADAPTERS
from scheduler.accounts.vault import account_of
from scheduler.rehearsal import copying, findings, summary
from scheduler.rehearsal.clocks import Planned, clock_changes
from scheduler.rehearsal.play import Play
from scheduler.rehearsal.pretend import World
from scheduler.rehearsal.result import Asked, Rehearsal, RehearsedPost
from scheduler.rehearsal.weather import forecast
from scheduler.scene import Scene
from scheduler.store.statements import ACCOUNT
from scheduler.store.store import Store
from scheduler.virtual_time import VirtualClock, run_virtual

CANNOT_KNOW = (
    "whether a platform accepts a text or a picture: only its own answer tells",
    "how long a platform really works on pictures and videos: typical times are assumed",
    "what others post on your accounts meanwhile, and what that uses of their quotas",
    "which outages will come: these are drawn from the seed, another seed draws others",
    "what is not planned yet: series and slots reach 90 days ahead; later files and `daypart apply` change the plan",
)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the plan is, and what is known beside it."""

    state: Path
    """The state folder: only read."""
    scene: Callable[[Connection], Scene]
    hosted: bool
    """Files get public addresses."""
    written: Mapping[str, str]
    """Slot → its time of day, as the files say: `campaign/slot@account`."""


def rehearse(stage: Stage, asked: Asked) -> Rehearsal:
    """Play the plan of a store on a copy in memory. Raises what `Store.copied` raises."""
    began = time.perf_counter()

    opened: list[Store] = []

    async def history(clock: VirtualClock) -> Rehearsal:
        opened.append(Store.copied(stage.state, clock))
        return await _History(stage, asked, opened[0], clock).run()

    try:
        found = run_virtual(history, asked.start)
    finally:
        for store in opened:
            asyncio.run(store.close())  # threads keep no virtual time
    return replace(found, seconds=time.perf_counter() - began)


class _History:
    def __init__(self, stage: Stage, asked: Asked, store: Store, clock: VirtualClock) -> None:
        self.stage, self.asked, self.store, self.clock = stage, asked, store, clock

    async def run(self) -> Rehearsal:
        asked, store = self.asked, self.store
        scene = await store.read(self.stage.scene)
        before = await store.read(lambda conn: copying.read_before(conn, asked, scene))
        ends, planned = await store.read(lambda conn: (_sign_ins(conn), _planned(conn, asked)))
        world = await self._world({view.account for view in before.posts})
        await store.write(lambda conn: copying.make_harmless(conn, asked))
        if asked.approvals == "as_if_approved":
            rules = await store.read(lambda conn: _rules(conn, world))
            blocked = await store.write(lambda conn: copying.approve_all(conn, before, rules, store, asked.start))
            before = replace(before, blocked=blocked)
        await Play(store, self.clock, world, asked.until).run()
        return await store.read(lambda conn: self._result(conn, before, world, scene, ends, planned))

    async def _world(self, names: Collection[str]) -> World:
        accounts = await self.store.read(lambda conn: conn.execute(text("SELECT name, platform FROM account")).all())
        pairs = [(row.name, row.platform) for row in accounts if row.name in names]
        weather = forecast(self.asked.seed, self.asked.level, self.asked.start, self.asked.until, self.asked.tz, pairs)
        world = World(self.clock, weather, self.stage.hosted)
        await self.store.read(lambda conn: copying.remember_sent(conn, world, self.asked.start))
        return world

    def _result(
        self,
        conn: Connection,
        before: copying.Before,
        world: World,
        scene: Scene,
        ends: Mapping[str, int | None],
        planned: Sequence[Planned],
    ) -> Rehearsal:
        asked = self.asked
        posts = findings.read_posts(conn, asked, before, world, scene)
        zones = {asked.tz, *(view.tz for view in before.posts)}
        return Rehearsal(
            asked=asked,
            posts=posts,
            incidents=world.weather.incidents,
            quotas=summary.quota_use(posts, world, asked),
            clock_changes=clock_changes(planned, zones, asked.start, asked.until, self.stage.written),
            near=summary.close_together(posts),
            holds=tuple(scene.holds),
            accounts=summary.account_notes(conn, posts, asked, ends),
            cannot_know=CANNOT_KNOW,
            seconds=0.0,
        )


def _sign_ins(conn: Connection) -> dict[str, int | None]:
    return {row.name: row.token_exp for row in conn.execute(text("SELECT name, token_exp FROM account"))}


def _rules(conn: Connection, world: World) -> dict[int, Rules]:
    """The rules of every account that could be approved for, by the id of its row."""
    rows = conn.execute(ACCOUNT.select()).mappings()
    able = (row for row in rows if row["remote_account_id"] is not None and row["state"] != "reauth" and row["platform"] in ADAPTERS)
    return {row["id"]: world.adapter(account_of(row, None)) for row in able}


def _planned(conn: Connection, asked: Asked) -> list[Planned]:
    """Every post with a time, with the series it belongs to: also those outside the rehearsal tell a series' usual time."""
    rows = conn.execute(
        text(
            "SELECT d.key, d.due, d.tz, d.wall, d.slot, a.name AS account FROM delivery d JOIN account a ON a.id = d.account_id"
            " WHERE d.kind = 'post' AND d.due >= :start AND d.state <> 'cancelled' AND d.key NOT LIKE '%~%'"
        ),
        {"start": asked.start},
    )
    return [Planned(row.key, row.due, row.tz, row.wall, _series(row.key, row.slot, row.account)) for row in rows]


def _series(key: str, slot: str | None, account: str) -> str:
    if slot:
        return f"{key.partition('/')[0]}/{slot}@{account}"
    return key.partition("#")[0] if "#" in key else ""


__all__ = ["Asked", "Rehearsal", "RehearsedPost", "Stage", "rehearse"]
