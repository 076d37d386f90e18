"""What a hold made late: a person decides about each post; nothing goes out that nobody decided on."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text, update

from scheduler.errors import StaleError, UsageError
from scheduler.store.statements import APPROVAL
from tests.desk.house import House, house, instant

KEY = "autumn/teaser@bs-kawa"
SLOTTED = """\
version: 1
id: autumn
title: Autumn
accounts: [bs-kawa]
languages: [en]
schedule:
  slots:
    lunch: { rule: "FREQ=WEEKLY;BYDAY=MO,WE,FR", at: "12:15" }
posts:
  - { id: one, slot: lunch, text: First }
  - { id: two, slot: lunch, text: Second }
"""
THREAD = """\
version: 1
id: autumn
title: Autumn
accounts: [bs-kawa]
languages: [en]
posts:
  - id: teaser
    at: 2026-11-30T12:15
    text: "One"
"""


async def held_over(h: House, *keys: str, at: str = "2026-11-30T12:20") -> list[str]:
    """Approve, hold, let the time pass, release."""
    await h.connected("bs-kawa")
    await h.apply()
    for key in keys:
        await h.approve(key)
    await h.desk.hold()
    h.clock.now = instant(at)
    return list((await h.desk.release()).keys)


async def row(h: House, key: str = KEY) -> tuple[str, int, str | None]:
    sql = text("SELECT state, due, slot FROM delivery WHERE key = :key")
    found = await h.desk.store.read(lambda conn: conn.execute(sql, {"key": key}).one())
    return found.state, found.due, found.slot


async def approvals(h: House) -> list[tuple[str, bool]]:
    sql = text("SELECT person_id, voided_at IS NULL AS holds FROM approval ORDER BY id")
    return [(r.person_id, bool(r.holds)) for r in await h.desk.store.read(lambda conn: conn.execute(sql).fetchall())]


async def test_sending_now_is_a_new_approval_of_the_same_content(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        assert await held_over(h, KEY) == [KEY]
        [view] = await h.desk.overdue()
        assert (view.key, view.state, view.next) == (KEY, "missed", "you decide: send now · move to the next free time · drop")
        done = await h.desk.decide_overdue(KEY, "send", digest=view.digest)
        assert done.words == "Kawa Wrocław, Bluesky bs-kawa: goes out now"
        assert (await row(h))[:2] == ("queued", instant("2026-11-30T12:20"))
        assert await approvals(h) == [("anna", False), ("anna", True)]
        assert await h.desk.overdue() == []
        whys = [(event.to_state, event.why) for event in await h.desk.history(KEY)][-2:]
        assert whys == [("draft", "decided after the hold: send it now"), ("queued", "approved")]


async def test_moving_takes_the_next_free_day_and_keeps_clear_of_others(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.edit("posts:", "posts:\n  - { id: other, at: 2026-12-01T12:00, text: Another }")
        await held_over(h, KEY)
        done = await h.desk.decide_overdue(KEY, "move")
        assert done.words.endswith("goes out Wed 2 Dec 12:15 CET")
        assert (await row(h))[:2] == ("queued", instant("2026-12-02T12:15"))


async def test_moving_a_post_of_a_slot_takes_its_next_free_place(tmp_path: Path) -> None:
    async with house(tmp_path, SLOTTED) as h:
        keys = ["autumn/one@bs-kawa", "autumn/two@bs-kawa"]
        assert await held_over(h, *keys, at="2026-11-23T13:00") == keys[:1]
        await h.desk.decide_overdue(keys[0], "move")  # Wednesday is the other one's
        assert await row(h, keys[0]) == ("queued", instant("2026-11-27T12:15"), "lunch")
        assert await h.lines() == []


async def test_dropping(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await held_over(h, KEY)
        await h.desk.decide_overdue(KEY, "drop")
        assert await h.state(KEY) == "cancelled"
        assert await h.desk.overdue() == []


async def test_only_what_a_person_approved_in_this_form(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await held_over(h, KEY)
        with pytest.raises(StaleError, match="not what was approved"):
            await h.desk.decide_overdue(KEY, "send", digest="0" * 64)
        await h.desk.store.write(lambda conn: conn.execute(update(APPROVAL).values(voided_at=1)).rowcount)
        for choice in ("send", "move"):
            with pytest.raises(UsageError, match="nobody has approved"):
                await h.desk.decide_overdue(KEY, choice)  # type: ignore[arg-type]
        assert await h.state(KEY) == "missed"


async def test_only_who_may_approve(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await held_over(h, KEY)
        h.workspace("media:", "policy: { approvers: [boss] }\nmedia:")
        with pytest.raises(UsageError, match="anna may not approve here"):
            await h.desk.decide_overdue(KEY, "send")
        assert await h.state(KEY) == "missed"
        assert await approvals(h) == [("anna", True)]  # all or nothing: no trace of the try


async def test_not_in_quiet_hours_and_not_while_anything_else_holds_it(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await held_over(h, KEY)
        h.workspace("bs-kawa: { platform", 'bs-kawa: { pace: { quiet: "12:00-13:00" }, platform')
        with pytest.raises(UsageError, match=r"bs-kawa is quiet then \(12:00-13:00\)"):
            await h.desk.decide_overdue(KEY, "send")
        with pytest.raises(UsageError, match="is quiet then"):
            await h.desk.move(KEY, "now")
        await h.desk.hold(client="kawa")
        assert await h.desk.overdue() == []
        with pytest.raises(UsageError, match="still on hold"):
            await h.desk.decide_overdue(KEY, "move")


async def test_what_was_missed_while_the_hold_was_on_is_decided_as_well(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        await h.apply()
        await h.approve(KEY)
        await h.desk.hold()
        h.clock.now = instant("2026-12-01T09:00")  # far beyond its window
        assert await h.sweep() == 1
        view = await h.desk.delivery(KEY)
        assert (view.state, view.reason) == ("missed", "its time passed while publishing was on hold")
        done = await h.desk.release()
        assert done.keys == (KEY,)
        await h.desk.decide_overdue(KEY, "send")
        assert (await row(h))[:2] == ("queued", instant("2026-12-01T09:00"))


async def test_what_somebody_is_getting_ready_is_stopped_as_well(tmp_path: Path) -> None:
    """Claimed under the hold, or before it: the release takes it from the worker instead of letting it go out late."""
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        await h.apply()
        await h.approve(KEY)
        await h.put(KEY, "claimed", owner="node-1", fence=7)
        await h.desk.hold()
        h.clock.now = instant("2026-11-30T12:20")
        assert (await h.desk.release()).keys == (KEY,)
        sql = text("SELECT state, fence, owner FROM delivery WHERE key = :key")
        assert tuple(await h.desk.store.read(lambda conn: conn.execute(sql, {"key": KEY}).one())) == ("missed", 8, None)


async def test_the_rest_of_a_thread_is_asked_about(tmp_path: Path) -> None:
    async with house(tmp_path, THREAD) as h:
        h.edit('"One"', "One")
        (tmp_path / "campaigns/autumn/posts").mkdir()
        body = "---\nat: 2026-11-30T12:15\naccounts: [bs-kawa]\n---\nOne\n---\nTwo\n---\nThree\n"
        (tmp_path / "campaigns/autumn/posts/story.md").write_text(body)
        key = "autumn/story@bs-kawa"
        await h.connected("bs-kawa")
        await h.apply()
        await h.approve(key)
        await h.put(key, "published", remote_id="r1")
        await h.desk.hold()
        h.clock.now = instant("2026-11-30T12:20")
        assert (await h.desk.release()).keys == ()
        assert [await h.state(f"{key}{end}") for end in ("", "/2", "/3")] == ["published", "ask", "queued"]
        view = await h.desk.delivery(f"{key}/2")
        assert view.reason == "the post is public; part 2 waited while publishing was on hold"
        await h.desk.resolve_send_again(f"{key}/2")
        assert await h.state(f"{key}/2") == "queued"


async def test_nothing_is_asked_about_what_lies_ahead(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        assert await held_over(h, KEY, at="2026-11-30T12:10") == []
        assert await h.state(KEY) == "queued"
        with pytest.raises(UsageError, match="did not become late by a hold"):
            await h.desk.decide_overdue(KEY, "send")
