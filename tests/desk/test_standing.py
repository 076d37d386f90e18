"""How an account stands, with a store behind it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import insert

from scheduler.errors import UsageError
from scheduler.running import lock_file
from scheduler.service.reach import KEPT
from scheduler.store.sqlite import FileLock
from scheduler.store.statements import NODE, set_meta
from tests.desk.house import house

TEASER = "autumn/teaser@bs-kawa"


async def test_what_waits_and_what_went_out_is_counted(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        before = {s.account.name: s for s in await h.desk.standings()}
        assert (before["bs-kawa"].urgent, before["bs-kawa"].waits, before["bs-kawa"].words) == (False, 0, "ok")
        assert (before["ms-kawa"].urgent, before["ms-kawa"].words) == (True, "not connected: c connects")
        assert before["ig-kawa"].most == 100
        await h.apply()
        await h.approve(TEASER)
        waiting = await h.desk.standing("bs-kawa")
        assert (waiting.waits, waiting.sent, waiting.last) == (1, 0, None)
        assert waiting.next == (await h.desk.delivery(TEASER)).due
        await h.desk.disconnect("bs-kawa")
        out = await h.desk.standing("bs-kawa")
        assert out.urgent
        assert out.waits == 1  # nothing is lost by signing out
        assert [s.account.name for s in await h.desk.standings("bike")] == ["bs-bike"]


async def test_what_is_due_waits_for_the_network_as_long_as_the_service_that_runs_says_so(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        await h.apply()
        await h.approve(TEASER)
        later = (await h.desk.delivery(TEASER)).words
        node = {"id": "node-1", "boot_id": "b", "started_at": h.clock.now, "beat": h.clock.now, "pid": 1, "version": "1"}
        told = json.dumps({"since": h.clock.now, "tried": h.clock.now, "hosts": []})
        await h.desk.store.write(lambda conn: (conn.execute(insert(NODE).values(node)), set_meta(conn, KEPT, told)))
        lock = FileLock(lock_file(h.desk.store.folder))
        assert lock.try_acquire()
        outage = (await h.desk.overview()).outage
        assert outage is not None
        assert outage.is_network
        assert (await h.desk.delivery(TEASER)).words == later, "its time has not come"
        await h.put(TEASER, "queued", due=h.clock.now - 1)
        assert (await h.desk.delivery(TEASER)).words == "waits for the network; nothing was posted yet"
        lock.close()
        assert (await h.desk.overview()).outage is None, "no service, no word about the network"
        assert (await h.desk.delivery(TEASER)).words == "due, goes out now"


async def test_a_handle_is_corrected_where_nobody_is_signed_in_and_the_file_keeps_the_rest(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        file = h.desk.root / "daypart.yaml"
        before = file.read_text("utf-8")
        done = await h.desk.correct_account("bs-kawa", "kawa.bsky.social")
        assert "bs-kawa is kawa.bsky.social now, not " in done.words
        lines = zip(before.splitlines(), file.read_text("utf-8").splitlines(), strict=True)
        assert [new for old, new in lines if old != new and "bs-kawa" not in new] == []
        assert h.desk.workspace.accounts["bs-kawa"].handle == "kawa.bsky.social"
        assert (await h.desk.standing("bs-kawa")).urgent
        for wrong in ("kawa", "https://bsky.app/profile/kawa.bsky.social", "ka wa.example", ""):
            with pytest.raises(UsageError):
                await h.desk.correct_account("bs-kawa", wrong)
        with pytest.raises(UsageError, match="with its server"):
            await h.desk.add_account("mastodon", "mokka")  # it would make all of daypart.yaml unreadable
        await h.connected("bs-bike")
        with pytest.raises(UsageError, match="is signed in as"):
            await h.desk.correct_account("bs-bike", "other.example")


@pytest.mark.parametrize(
    ("typed", "written", "said"),
    [
        ("pds.kawa.example", "https://pds.kawa.example", ""),
        ("http://localhost:2583/", "http://localhost:2583", ""),
        ("https://bsky.social", "", ""),
        ("http://pds.kawa.example", "", "is not encrypted"),
        ("https://me:secret@pds.kawa.example", "", "holds a password"),
        ("my server", "", "is not an address"),
    ],
)
async def test_a_server_of_ones_own_is_named_beside_the_handle(tmp_path: Path, typed: str, written: str, said: str) -> None:
    async with house(tmp_path) as h:
        file = h.desk.root / "daypart.yaml"
        before = file.read_text("utf-8")
        if said:
            with pytest.raises(UsageError, match=said):
                await h.desk.add_account("bluesky", "mokka.test", "kawa", typed)
            assert file.read_text("utf-8") == before
            return
        added = (await h.desk.add_account("bluesky", "mokka.test", "kawa", typed)).details["account"]
        later = (await h.desk.add_account("bluesky", "other.test")).details["account"]
        await h.desk.move_account(later, typed)
        for name in (added, later):
            assert h.desk.own_server_of(name) == written
            assert h.desk.server_of(name) == (written or "https://bsky.social")
        await h.desk.correct_account(later, "other.test", "https://pds.other.example")
        assert h.desk.server_of(later) == "https://pds.other.example"
        await h.desk.correct_account(later, "another.test")  # a server that is not named stays
        assert h.desk.server_of(later) == "https://pds.other.example"


async def test_an_account_is_taken_out_that_nothing_belongs_to_and_no_other(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        file = h.desk.root / "daypart.yaml"
        before = file.read_text("utf-8")
        new = (await h.desk.add_account("mastodon", "@kawa@social.exmaple", "kawa")).details["account"]
        assert (await h.desk.remove_account(new)).words == f"the account {new} is taken out of daypart.yaml"
        assert file.read_text("utf-8") == before
        with pytest.raises(UsageError, match=r"campaigns/.* names bs-kawa"):
            await h.desk.remove_account("bs-kawa")
        made = await h.desk.new_post(title="Late", text={"en": "Hello"}, accounts=["bs-bike"], when="")
        assert made.deliveries
        with pytest.raises(UsageError, match="1 post belongs to bs-bike"):
            await h.desk.remove_account("bs-bike")
        await h.connected("bs-bike")
        with pytest.raises(UsageError, match="bs-bike is signed in"):
            await h.desk.remove_account("bs-bike")


async def test_what_does_not_look_like_an_app_password_is_said_before_it_leaves(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        name = (await h.desk.add_account("bluesky", "kawa.bsky.social")).details["account"]
        assert "app password" in h.desk.doubt(name, "hunter2")
        assert h.desk.doubt(name, "abcd-efgh-ijkl-mnop") == ""
