"""Seals: what hangs together by itself is found too, whether it was removed or rewritten, and the place is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, select, update

from scheduler.health.invariants import INVARIANTS
from scheduler.keeping import ledger, sealing
from scheduler.store.statements import APPROVAL, DELIVERY, EVENT, FIRST_HASH, Change, event_hash
from scheduler.virtual_time import VirtualClock, run_virtual
from tests.scheduler.stage import Stage


async def sealed(clock: VirtualClock, folder: Path) -> tuple[Stage, int, int]:
    """Two published posts, sealed after each of them."""
    stage = await Stage.build(clock, folder)
    ids = []
    for _ in range(2):
        [post] = await stage.add()
        await stage.settle(30)
        assert await sealing.seal(stage.store, clock.wall())
        ids.append(post)
    return stage, ids[0], ids[1]


def rewrite(conn: Connection, post: int) -> None:
    """As somebody would who knows how hashes are made: another reason, and every hash after it fits again."""
    prev = FIRST_HASH
    for row in conn.execute(select(EVENT).where(EVENT.c.delivery_id == post).order_by(EVENT.c.seq)).mappings().all():
        change = Change(post, row["at"], row["from"], row["to"], row["fence"], "person:somebody else", row["why"])
        made = event_hash(change, prev)
        conn.execute(update(EVENT).where(EVENT.c.seq == row["seq"]).values(actor=change.actor, prev_hash=prev, hash=made))
        prev = made


def remove(conn: Connection, post: int) -> None:
    for table in (EVENT, APPROVAL):
        conn.execute(delete(table).where(table.c.delivery_id == post))
    conn.execute(delete(DELIVERY).where(DELIVERY.c.id == post))


def test_nothing_new_is_not_sealed_again(tmp_path: Path) -> None:
    async def main(clock: VirtualClock) -> None:
        stage, *_ = await sealed(clock, tmp_path)
        assert not await sealing.seal(stage.store, clock.wall())
        found = await stage.store.read(ledger.examine)
        assert (found.breaks, found.seals, found.published) == ((), 2, 2)
        assert found.sealed_to == found.events

    run_virtual(main)


@pytest.mark.parametrize(("deed", "words"), [(rewrite, "exchanged"), (remove, "was removed")])
def test_a_chain_that_fits_by_itself_is_found(tmp_path: Path, deed, words: str) -> None:  # type: ignore[no-untyped-def]
    async def main(clock: VirtualClock) -> None:
        stage, first, second = await sealed(clock, tmp_path)
        await stage.store.write(lambda conn: deed(conn, first))
        assert await stage.store.read(lambda conn: ledger.verify(conn, second)) == []
        [found] = await stage.store.read(ledger.verify)
        assert words in found.what
        assert found.seq == 1
        assert found.at > 0

    run_virtual(main)


def test_the_first_broken_entry_is_named(tmp_path: Path) -> None:
    async def main(clock: VirtualClock) -> None:
        stage, _, second = await sealed(clock, tmp_path)
        [seq] = await stage.store.read(
            lambda conn: conn.execute(select(EVENT.c.seq).where(EVENT.c.delivery_id == second, EVENT.c.to == "sending")).scalars().all()
        )
        await stage.store.write(lambda conn: conn.execute(update(EVENT).where(EVENT.c.seq == seq).values(why="x")).rowcount)
        first = (await stage.store.read(ledger.verify))[0]
        assert (first.key, first.seq, first.what) == ("c/p2@bs", seq, "it was changed")
        assert first.at > 0

    run_virtual(main)


def test_published_without_a_person_s_yes_is_found(tmp_path: Path) -> None:
    async def main(clock: VirtualClock) -> None:
        stage, first, _ = await sealed(clock, tmp_path)
        await stage.store.write(lambda conn: conn.execute(delete(APPROVAL).where(APPROVAL.c.delivery_id == first)).rowcount)
        assert ["no person approved" in found.what for found in await stage.store.read(ledger.verify)] == [True]
        bad = await stage.store.read(lambda conn: [found.what for check in INVARIANTS if not (found := check(conn)).ok])
        assert len(bad) == 2
        assert all("c/p1@bs" in what for what in bad)

    run_virtual(main)


BREAKS = {
    "UPDATE delivery SET state = 'queued', digest = 'x' WHERE id = 1": "approval that holds",
    "UPDATE step SET fence = 99 WHERE delivery_id = 1 AND kind = 'commit'": "same try has its intent",
    "UPDATE approval SET voided_at = 1 WHERE delivery_id = 1": "held at that moment",
    "UPDATE event SET \"from\" = 'published' WHERE delivery_id = 1 AND \"to\" = 'sending'": "stays so",
    "UPDATE event SET fence = 99 WHERE delivery_id = 1": "older than the one before",
    "UPDATE event SET actor = 'engine:x' WHERE delivery_id = 1": "only people approved",
    "UPDATE event SET \"from\" = 'unknown' WHERE delivery_id = 1 AND \"to\" = 'sending'": "unlooked",
    "UPDATE delivery SET state = 'unknown', look_at = 1 WHERE id = 1": "look that never comes",
    "UPDATE delivery SET state = 'checking', beat = 1 WHERE id = 1": "stuck in work",
    "UPDATE delivery SET state = 'processing', content_id = NULL WHERE id = 1": "content and a time",
    "UPDATE delivery SET parent_id = 2 WHERE id = 1": "before the one it answers was public",
    "INSERT INTO evidence (delivery_id, fence, remote_id, extra, at, source) VALUES (1, 1, 'other', '{}', 1, 'webhook')": "second copy",
}


@pytest.mark.parametrize("sql", BREAKS)
def test_each_invariant_can_fail(tmp_path: Path, sql: str) -> None:
    async def main(clock: VirtualClock) -> None:
        stage, *_ = await sealed(clock, tmp_path)

        def bad(conn: Connection) -> list[str]:
            return [found.what for check in INVARIANTS if not (found := check(conn)).ok]

        before = await stage.store.read(bad)
        if "beat = 1" not in sql and "look_at" not in sql:
            assert before == []
        await stage.store.write(lambda conn: conn.exec_driver_sql(sql).rowcount)
        assert any(BREAKS[sql] in what for what in await stage.store.read(bad))

    run_virtual(main)
