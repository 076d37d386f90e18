"""Several posts at once: one step, wholly done or not at all, taken back by one undo."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.times import from_micros
from scheduler.errors import NoRoomError, UsageError, WouldVoidError
from tests.desk.house import CAMPAIGN, House, house, instant


async def three(h: House) -> list[str]:
    """Three posts on one account, the first of them approved."""
    await h.connected("bs-kawa")
    made = []
    for n, day in enumerate(("2026-11-24", "2026-11-25", "2026-11-26")):
        view = await h.desk.new_post(title=f"Post {n}", text={"en": f"Words {n}"}, accounts=["bs-kawa"], when=f"{day}T09:00")
        made.append(view.deliveries[0].key)
    await h.approve(made[0])
    return made


async def days(h: House, keys: list[str]) -> list[str]:
    return [(await h.desk.delivery(key)).wall[8:10] for key in keys]


async def test_all_move_by_days_and_one_undo_takes_all_back(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        keys = await three(h)
        assert [one.loses_approval for one in await h.desk.weigh_days(keys, 1)] == [False, False, False]
        done = await h.desk.move_days(keys, 1)
        assert (done.words, done.undo) == ("moved 3 posts 1 day later", "move 3 posts back")
        assert (await days(h, keys), await h.state(keys[0])) == (["25", "26", "27"], "queued")
        await h.desk.undo()
        assert await days(h, keys) == ["24", "25", "26"]
        done = await h.desk.move_days(keys, 14)
        assert done.words == "moved 3 posts 14 days later; 1 needs a new approval"
        assert await h.state(keys[0]) == "draft"


async def test_one_that_cannot_move_keeps_all_where_they_are(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        keys = await three(h)
        await h.put(keys[2], "published")
        with pytest.raises(UsageError, match="its time cannot change"):
            await h.desk.move_days(keys, 1)
        assert await days(h, keys) == ["24", "25", "26"]
        h.clock.now = instant("2026-11-24T20:00")
        with pytest.raises(UsageError, match="has passed"):
            await h.desk.move_days(keys[:2], -2)
        assert await days(h, keys) == ["24", "25", "26"]


async def test_a_full_day_is_said_first(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        keys = await three(h)
        h.workspace("bs-kawa: { platform: bluesky,", "bs-kawa: { pace: { per_day: 1 }, platform: bluesky,")
        with pytest.raises(NoRoomError, match=f"{keys[0]}: there is no room"):
            await h.desk.move_days(keys[:1], 1)
        assert await days(h, keys) == ["24", "25", "26"]
        await h.desk.move_days(keys[:1], 1, anyway=True)
        assert await days(h, keys) == ["25", "25", "26"]


async def test_all_move_into_places_that_they_leave_to_each_other(tmp_path: Path) -> None:
    """One a day, each a day later: nobody stands in the way but those that move as well."""
    async with house(tmp_path, None) as h:
        keys = await three(h)
        h.workspace("bs-kawa: { platform: bluesky,", "bs-kawa: { pace: { per_day: 1 }, platform: bluesky,")
        assert [one.no_room for one in await h.desk.weigh_days(keys, 1)] == ["", "", ""]
        await h.desk.move_days(keys, 1)
        assert await days(h, keys) == ["25", "26", "27"]


async def test_all_are_cancelled_or_none(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        keys = await three(h)
        await h.put(keys[1], "sending")
        with pytest.raises(UsageError, match="on its way right now"):
            await h.desk.cancel_many(keys)
        assert await h.state(keys[0]) == "queued"
        await h.put(keys[1], "draft")
        done = await h.desk.cancel_many(keys)
        assert (done.words, done.undo) == ("cancelled: 3 posts", "bring 3 posts back as drafts")
        await h.desk.undo()
        assert [await h.state(key) for key in keys] == ["draft", "draft", "draft"]


async def test_a_copy_of_each_and_undo_deletes_them(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        keys = await three(h)
        made = (await h.desk.duplicate_many(keys)).keys
        assert len(made) == 3
        copies = [(await h.desk.post(post)).deliveries[0] for post in made]
        assert {(view.state, view.due) for view in copies} == {("draft", None)}
        await h.desk.move(copies[0].key, "2026-12-01T09:00")
        await h.approve(copies[0].key)
        h.desk._steps.pop()  # the move
        with pytest.raises(WouldVoidError):
            await h.desk.undo()
        await h.desk.undo(knowing=True)
        assert [await h.state(view.key) for view in copies] == ["cancelled"] * 3


async def test_a_post_keeps_the_hour_of_its_own_zone_when_clocks_change_there_and_not_here(tmp_path: Path) -> None:
    there = CAMPAIGN.replace("title: Autumn\n", "title: Autumn\ntimezone: America/New_York\n")
    abroad = there.replace("2026-11-30T12:15", "2027-03-07T09:00")
    async with house(tmp_path, abroad) as h:
        await h.apply()
        for days in (7, 14):  # clocks go forward on 14 March there, on 28 March here
            await h.desk.move_days(["autumn/teaser@bs-kawa"], days)
        view = await h.desk.delivery("autumn/teaser@bs-kawa")
        assert from_micros(view.due or 0, "America/New_York").isoformat() == "2027-03-28T09:00:00-04:00"
