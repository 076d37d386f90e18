"""What the service's own calls say of the network: nobody is asked for it, one server is never taken for all."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import insert, update

from scheduler.clock import MINUTE
from scheduler.outage import Outage
from scheduler.service.reach import FRESH, Reach, read_outage
from scheduler.store.statements import NODE
from scheduler.store.store import Store, prepare_folder
from tests.desk.house import StillClock
from tests.scheduler.whole import until


def test_one_server_is_never_taken_for_all() -> None:
    clock = StillClock()
    reach, began = Reach(clock), clock.now
    reach.hear("a.example", reached=False)
    assert reach.outage() == Outage(began, began, ("a.example",))
    clock.now += MINUTE
    reach.hear("b.example", reached=False)
    assert reach.outage() == Outage(began, clock.now, ())
    reach.hear("b.example", reached=True)
    assert reach.outage() is None


def test_an_answer_from_elsewhere_keeps_one_that_is_away_by_itself() -> None:
    clock = StillClock()
    reach = Reach(clock)
    for _ in range(3):
        reach.hear("b.example", reached=True)
        reach.hear("a.example", reached=False)
    found = reach.outage()
    assert found is not None
    assert found.hosts == ("a.example",)


def test_no_way_out_is_no_network_and_this_computer_proves_nothing() -> None:
    clock = StillClock()
    reach = Reach(clock)
    reach.hear("127.0.0.1", reached=False)
    reach.hear("localhost", reached=False)
    found = reach.outage()
    assert found is not None
    assert not found.is_network
    reach.hear("a.example", reached=False, no_way=True)
    reach.hear("localhost", reached=True)
    found = reach.outage()
    assert found is not None
    assert found.is_network
    clock.now += FRESH + 1
    assert reach.outage() is None, "an old try says nothing about now"


async def test_it_is_kept_for_other_processes_and_ends_with_the_service_that_knew(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    prepare_folder(folder)
    clock = StillClock()
    reach, store = Reach(clock), Store.open(folder, clock)

    async def seen(wanted: bool) -> Outage | None:
        found: Outage | None = None

        async def changed() -> bool:
            nonlocal found
            found = await store.read(lambda conn: read_outage(conn, clock.now))
            return (found is not None) == wanted

        async def what() -> object:
            return found

        await until(changed, what)
        return found

    node = {"id": "node-1", "boot_id": "b", "started_at": clock.now, "beat": clock.now, "pid": 1, "version": "1"}
    await store.write(lambda conn: conn.execute(insert(NODE).values(node)))
    following = asyncio.create_task(reach.follow(store))
    began = clock.now
    reach.hear("a.example", reached=False, no_way=True)
    assert await seen(True) == Outage(began, began, ())
    reach.hear("a.example", reached=True)
    assert await seen(False) is None
    reach.hear("a.example", reached=False, no_way=True)
    await seen(True)
    await store.write(lambda conn: conn.execute(update(NODE).values(started_at=clock.now + 1)))
    assert await seen(False) is None, "another start of the service knows nothing of it"
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    await store.close()
