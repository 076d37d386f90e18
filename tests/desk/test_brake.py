"""The brake and the decisions that only a person can make."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from scheduler.errors import NotFoundError, UsageError
from tests.desk.house import WORKSPACE, House, house, instant

KEY = "autumn/teaser@bs-kawa"


async def planned(h: House) -> None:
    await h.connected("bs-kawa")
    await h.apply()
    await h.approve(KEY)


async def test_hold_all_and_release(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await planned(h)
        assert (await h.desk.hold(reason="storm")).words == "on hold: everything; nothing leaves"
        assert (await h.desk.hold()).words == "everything is on hold already"
        [hold] = await h.desk.holds()
        assert (hold.scope, hold.reason, hold.by) == ("all", "storm", "anna")
        assert (await h.desk.delivery(KEY)).sign == "held"
        assert (await h.desk.overview()).holds == (hold,)
        told = await h.desk.store.read(lambda conn: conn.execute(text("SELECT kind, words FROM notice")).one())
        assert tuple(told) == ("hold", "on hold: everything, by anna: storm")
        assert (await h.desk.release()).words == "released: everything"
        assert (await h.desk.delivery(KEY)).sign == "scheduled"
        assert (await h.desk.release()).words == "everything was not on hold"


async def test_the_brake_acts_at_once_and_the_reason_comes_after_it(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.desk.hold()
        assert (await h.desk.hold(reason="storm")).words == "everything is on hold already; the reason is noted"
        assert [hold.reason for hold in await h.desk.holds()] == ["storm"]


async def test_one_client_or_one_account(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await planned(h)
        await h.desk.hold(client="bike")
        assert (await h.desk.delivery(KEY)).sign == "scheduled"
        await h.desk.hold(client="kawa")
        assert (await h.desk.delivery(KEY)).sign == "held"
        await h.desk.release(client="kawa")
        await h.desk.hold(account="bs-kawa")
        assert (await h.desk.delivery(KEY)).sign == "held"
        with pytest.raises(NotFoundError, match="there is no client 'nobody'"):
            await h.desk.hold(client="nobody")


async def test_a_client_is_held_with_what_was_planned_before_it_had_a_name(tmp_path: Path) -> None:
    bike = "  bike: { name: Bike Shop, accounts: [bs-bike], color: blue }\n"
    async with house(tmp_path, None, WORKSPACE.replace(bike, "")) as h:
        await h.connected("bs-bike")
        made = await h.desk.new_post(title="", text={"en": "Lights on"}, accounts=["bs-bike"], when="tomorrow 9:30")
        [key] = [view.key for view in made.deliveries]
        await h.approve(key)
        h.workspace("media:", f"{bike}media:")
        await h.desk.hold(client="bike")
        view = await h.desk.delivery(key)
        assert (view.sign, view.client_name, view.state) == ("held", "Bike Shop", "queued")


async def test_one_campaign_and_nothing_else(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.campaign("version: 1\nid: winter\ntitle: Winter\nlanguages: [en]\naccounts: [bs-kawa]\nposts:\n"
                   "  - { id: snow, at: 2026-12-01T12:15, text: Snow }\n", "winter")  # fmt: skip
        await planned(h)
        await h.approve("winter/snow@bs-kawa")
        assert (await h.desk.hold(campaign="autumn", reason="storm")).words == "on hold: campaign autumn; nothing leaves"
        [hold] = await h.desk.holds()
        assert (hold.scope, hold.subject, hold.name, hold.reason) == ("campaign", "autumn", "campaign autumn", "storm")
        assert (await h.desk.delivery(KEY)).sign == "held"
        assert (await h.desk.delivery("winter/snow@bs-kawa")).sign == "scheduled"
        h.clock.now = instant("2026-12-01T12:20")
        done = await h.desk.release(campaign="autumn")
        assert (done.words, done.keys) == ("released: campaign autumn; 1 is overdue and waits for you", (KEY,))
        assert [view.key for view in await h.desk.overdue(campaign="autumn")] == [KEY]
        assert await h.desk.overdue(campaign="winter") == []
        with pytest.raises(NotFoundError, match="there is no campaign 'spring' here"):
            await h.desk.hold(campaign="spring")
        with pytest.raises(UsageError, match="one at a time"):
            await h.desk.hold(campaign="autumn", client="kawa")


async def test_what_a_person_stopped_does_not_go_on_when_files_are_applied(tmp_path: Path) -> None:
    """The file says `active`, as it did before: an apply must not take a person's brake off."""
    async with house(tmp_path) as h:
        await planned(h)
        await h.desk.hold(campaign="autumn")
        h.edit("posts:", "posts:\n  - { id: other, at: 2026-12-01T12:00, text: Another }")
        assert [line for line in await h.lines() if line.startswith("~")] == []
        await h.apply()
        assert (await h.desk.delivery(KEY)).sign == "held"


async def test_a_campaign_that_its_file_pauses_goes_on_by_its_file_only(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await planned(h)
        h.edit("title: Autumn", "title: Autumn\nstatus: paused")
        await h.apply()
        with pytest.raises(UsageError, match="campaign autumn is paused in its file"):
            await h.desk.release(campaign="autumn")
        await h.desk.hold(campaign="autumn")
        assert (await h.desk.release(campaign="autumn")).words == "released: campaign autumn; it stays paused in its file"
        assert (await h.desk.delivery(KEY)).sign == "held"
        await h.desk.hold(campaign="autumn")
        h.edit("status: paused", "status: active")
        await h.apply()
        assert (await h.desk.delivery(KEY)).sign == "held"
        await h.desk.release(campaign="autumn")
        assert (await h.desk.delivery(KEY)).sign == "scheduled"


async def test_releasing_flushes_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await planned(h)
        await h.desk.hold()
        await h.desk.hold(account="bs-kawa")
        h.clock.now = instant("2026-11-30T12:20")  # due five minutes ago, well within `late`
        assert (await h.desk.release()).keys == ()  # the account is still held
        done = await h.desk.release(account="bs-kawa")
        assert (done.words, done.keys) == ("released: bs-kawa; 1 is overdue and waits for you", (KEY,))
        view = await h.desk.delivery(KEY)
        assert (view.state, view.reason) == ("missed", "its time passed while publishing was on hold")
        assert view.next == "you decide: send now · move to the next free time · drop"
        await h.desk.move(KEY, "now")
        assert await h.state(KEY) == "draft"


async def test_it_is_there(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await planned(h)
        await h.put(KEY, "ask", reason="not found in any look")
        assert (await h.desk.overview()).needs_you == 1
        await h.desk.resolve_published(KEY, "https://bsky.example/post/1")
        view = await h.desk.delivery(KEY)
        assert (view.state, view.remote_url, view.reason) == ("published", "https://bsky.example/post/1", None)
        kept = await h.desk.store.read(lambda conn: conn.execute(text("SELECT source, remote_id FROM evidence")).one())
        assert tuple(kept) == ("person", "https://bsky.example/post/1")
        with pytest.raises(UsageError, match="nothing to decide"):
            await h.desk.resolve_published(KEY, "https://bsky.example/post/1")


async def test_send_again_keeps_the_approval_and_gives_time(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await planned(h)
        h.clock.now = instant("2026-11-30T18:00")
        await h.put(KEY, "ask")
        await h.desk.resolve_send_again(KEY)
        sql = text("SELECT state, send_until FROM delivery WHERE key = :key")
        row = await h.desk.store.read(lambda conn: conn.execute(sql, {"key": KEY}).one())
        assert (row.state, row.send_until) == ("queued", instant("2026-11-30T20:00"))
        last = (await h.desk.history(KEY))[-1]
        assert (last.from_state, last.to_state, last.actor) == ("ask", "queued", "person:anna")


async def test_send_again_needs_an_approval_of_what_it_is_now(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await planned(h)
        await h.put(KEY, "ask", digest="0" * 64)
        with pytest.raises(UsageError, match="not approved as it is now"):
            await h.desk.resolve_send_again(KEY)


async def test_dropping(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await planned(h)
        with pytest.raises(UsageError, match="nothing to decide"):
            await h.desk.resolve_drop(KEY)
        await h.put(KEY, "refused", reason="too long")
        await h.desk.resolve_drop(KEY)
        assert await h.state(KEY) == "cancelled"
        assert (await h.desk.plan()).empty
