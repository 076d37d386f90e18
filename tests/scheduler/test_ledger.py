"""The chain of events: whole when nobody touched it, broken at the very place where somebody did."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete, update

from scheduler.keeping import ledger
from scheduler.store.statements import DELIVERY, EVENT
from scheduler.virtual_time import VirtualClock, run_virtual
from tests.scheduler.scripted import lost
from tests.scheduler.stage import Stage


async def lived(clock: VirtualClock, folder: Path) -> tuple[Stage, int]:
    stage = await Stage.build(clock, folder)
    stage.platform.commits = [lost]
    [post] = await stage.add()
    await stage.settle(30)
    return stage, post


def test_a_whole_life_is_one_chain(tmp_path: Path) -> None:
    async def main(clock: VirtualClock) -> None:
        stage, post = await lived(clock, tmp_path)
        assert await stage.store.read(lambda conn: ledger.verify(conn)) == []
        assert await stage.store.read(lambda conn: ledger.verify(conn, post)) == []

    run_virtual(main)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("why", "something else"),
        ("actor", "person:other"),
        ("at", 1),
        ("to", "published"),
        ("fence", 99),
        ("hash", "0" * 64),
        ("prev_hash", "1" * 64),
    ],
)
def test_a_changed_event_is_found(tmp_path: Path, column: str, value: object) -> None:
    async def main(clock: VirtualClock) -> None:
        stage, _ = await lived(clock, tmp_path)
        await stage.store.write(lambda conn: conn.execute(update(EVENT).where(EVENT.c.seq == 3).values({EVENT.c[column]: value})).rowcount)
        found = await stage.store.read(lambda conn: ledger.verify(conn))
        assert 3 in {b.seq for b in found}

    run_virtual(main)


def test_a_removed_event_and_a_changed_state_are_found(tmp_path: Path) -> None:
    async def main(clock: VirtualClock) -> None:
        stage, post = await lived(clock, tmp_path)
        await stage.store.write(lambda conn: conn.execute(delete(EVENT).where(EVENT.c.seq == 4)).rowcount)
        assert {b.seq for b in await stage.store.read(lambda conn: ledger.verify(conn))} == {5}
        await stage.store.write(lambda conn: conn.execute(update(DELIVERY).where(DELIVERY.c.id == post).values(state="draft")).rowcount)
        assert 0 in {b.seq for b in await stage.store.read(lambda conn: ledger.verify(conn))}

    run_virtual(main)
