"""A government changes its clocks after posts were planned: they keep their wall time, and people are told."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import zoneinfo
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
import tzdata  # type: ignore[import-untyped]

from config.times import occurrences, parse_at, zone
from scheduler import zones
from scheduler.clock import HOUR
from scheduler.desk.desk import Desk
from scheduler.desk.views import DeliveryView
from scheduler.service import service
from tests.proof.clock import FastClock
from tests.proof.world import Account, Post, World, free_port
from tests.sandbox_process import Sandbox

ACME = Account("acme", "bluesky")
HERE, WAS, IS = "Europe/Warsaw", "Europe/Warsaw", "Europe/London"
"""The zone that changes, its clocks before, and after: an hour earlier on the wall, so an hour later in truth."""
NEAR = Post("near", ACME, at="2026-12-05T10:00")
DRAFT = Post("draft", ACME, at="2026-12-05T11:00", approved=False)
LAST_MINUTE = Post("last-minute", ACME, at="2026-12-05T12:00")
"""May not go out after that."""
POSTS = (NEAR, DRAFT, LAST_MINUTE)


def clocks_of(folder: Path, name: str) -> None:
    """From now on the data says that `HERE` has the clocks of `name`."""
    places = [*map(Path, zoneinfo.TZPATH), Path(tzdata.__file__).parent / "zoneinfo"]
    source = next(place for place in places if (place / name).exists())
    (folder / HERE).parent.mkdir(parents=True, exist_ok=True)
    for known in ("UTC", WAS, IS):
        shutil.copyfile(source / known, folder / known)
    shutil.copyfile(source / name, folder / f"{HERE}.new")
    (folder / f"{HERE}.new").replace(folder / HERE)
    (folder / "+VERSION").write_text(f"as in {name}\n", "utf-8")


@pytest.fixture
def change_clocks(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Other time zone data for this process."""
    before = zoneinfo.TZPATH

    def use(name: str) -> None:
        folder = tmp_path / name.replace("/", "-")
        zoneinfo.reset_tzpath(to=before)
        clocks_of(folder, name)
        zoneinfo.reset_tzpath(to=[str(folder)])
        zoneinfo.ZoneInfo.clear_cache()
        zone.cache_clear()
        parse_at.cache_clear()

    use(WAS)
    yield use
    zoneinfo.reset_tzpath(to=before)
    zoneinfo.ZoneInfo.clear_cache()
    zone.cache_clear()
    parse_at.cache_clear()


class InWarsaw(World):
    """Planned in the zone that will change."""

    __slots__ = ()

    def write_campaign(self) -> None:
        World.write_campaign(self)
        entry = f"  - id: {LAST_MINUTE.slug}\n"
        for name, before, after in (
            ("daypart.yaml", "timezone: UTC", f"timezone: {HERE}"),
            ("campaigns/proof/campaign.yaml", entry, f"{entry}    not_after: 2026-12-05T12:30\n"),
        ):
            file = self.root / name
            file.write_text(file.read_text("utf-8").replace(before, after), "utf-8")


@pytest.fixture
def world(tmp_path: Path, change_clocks: Callable[[str], None]) -> Iterator[World]:
    with Sandbox() as sandbox:
        (tmp_path / "world").mkdir()
        made = InWarsaw(tmp_path / "world", sandbox, POSTS, free_port())
        asyncio.run(made.prepare())
        yield made


async def one_life(world: World) -> None:
    """The service starts and stops."""
    stop, ready = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(service.run_service(world.root, stop=stop, clock=FastClock(world.pace), ready=ready.set))
    await asyncio.wait({running, asyncio.ensure_future(ready.wait())}, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    await running


async def seen(world: World) -> tuple[dict[str, DeliveryView], tuple[str, ...], list[str]]:
    """What the desk shows: deliveries, what moved, and what people are told."""
    desk = await Desk.open(world.root, user="tester", clock=FastClock(world.pace))
    try:
        views = {view.key: view for view in await desk.deliveries()}
        with closing(sqlite3.connect(f"file:{world.database}?mode=ro", uri=True)) as store:
            told = [words for (words,) in store.execute("SELECT words FROM notice WHERE kind = 'clock'")]
        return views, (await desk.overview()).moved, told
    finally:
        await desk.close()


def test_posts_keep_their_wall_time_and_people_are_told_once(world: World, change_clocks: Callable[[str], None]) -> None:
    asyncio.run(one_life(world))
    before, moved, told = asyncio.run(seen(world))
    assert (moved, told) == ((), [])
    change_clocks(IS)
    for _ in range(2):  # the second start finds nothing new
        asyncio.run(one_life(world))
        after, moved, told = asyncio.run(seen(world))
        assert {key: (after[key].due or 0) - (before[key].due or 0) for key in after} == {post.key: HOUR for post in POSTS}
        assert {key: view.state for key, view in after.items()} == {NEAR.key: "queued", DRAFT.key: "draft", LAST_MINUTE.key: "draft"}
        assert len(moved) == len(POSTS)
        assert [line for line in moved if "needs a new approval" in line] == [line for line in moved if LAST_MINUTE.key in line]
        assert len(told) == 1
        assert "3 planned posts moved with them, 1 of them need" in told[0]
    asyncio.run(moved_by_hand(world))
    assert len(asyncio.run(seen(world))[1]) == len(POSTS) - 1, "who was given another time was seen"


async def moved_by_hand(world: World) -> None:
    desk = await Desk.open(world.root, user="tester", clock=FastClock(world.pace))
    await desk.move(DRAFT.key, "2026-12-06T11:00")
    await desk.close()


def test_what_is_right_stays_where_it_is(change_clocks: Callable[[str], None]) -> None:
    """The second of two equal wall times, a time moved out of a gap, seconds of a `now`: none of them is wrong."""
    second = parse_at("2026-10-25T02:30+01:00", HERE).fixed
    assert zones.right_instant(second.wall, second.tz, second.instant) == second.instant
    gap = occurrences("FREQ=DAILY", "02:30", HERE, date(2026, 3, 29), date(2026, 3, 29))[0].at
    assert zones.right_instant(gap.wall, gap.tz, gap.instant) == gap.instant
    now = parse_at("2026-11-30T12:15", HERE).fixed
    assert zones.right_instant(now.wall, now.tz, now.instant + 34_567_890) == now.instant + 34_567_890
    change_clocks(IS)
    assert zones.right_instant(now.wall, now.tz, now.instant) == now.instant + HOUR


def test_the_data_has_a_version() -> None:
    assert zones.data_version() not in ("", "none")
