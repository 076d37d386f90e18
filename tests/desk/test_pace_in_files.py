"""Limits and windows as files say them: checked at their place, shown by the plan, kept by the store."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from config.pace import Pace, Quiet, read
from scheduler.clock import HOUR, MINUTE
from scheduler.errors import FilesError, NoRoomError, UsageError
from tests.desk.house import House, house, instant

KEY = "autumn/teaser@bs-kawa"
DUE = "2026-11-30T12:15"
PLAIN = "bs-kawa: { platform: bluesky,"
MANY = """\
version: 1
id: autumn
title: Autumn
accounts: [bs-kawa]
languages: [en]
posts:
"""


def day(*times: str) -> str:
    """A campaign with posts at these times of 30 November."""
    return MANY + "".join(f"  - {{ id: p{n}, at: 2026-11-30T{at}, text: Post {n} }}\n" for n, at in enumerate(times))


async def told(h: House) -> list[tuple[str, str, str]]:
    return [(d.code, d.key, d.hints[0]) for d in await h.desk.validate() if d.code.startswith("W41")]


async def until(h: House) -> int:
    sql = text("SELECT send_until FROM delivery WHERE key = :key")
    return int(await h.desk.store.read(lambda conn: conn.execute(sql, {"key": KEY}).scalar_one()))


async def test_limits_reach_the_store_and_the_plan_says_so(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.apply()
        assert await h.lines() == []
        h.workspace(PLAIN, 'bs-kawa: { pace: { per_day: 3, per_hour: 1, apart: 45m, quiet: "22:00-07:00" }, platform: bluesky,')
        h.workspace("name: Kawa Wrocław,", 'name: Kawa Wrocław, quiet: ["13:00-14:00"],')
        lines = await h.lines()
        assert lines[0] == "~ bs-kawa pace: at most 1 an hour, at most 3 a day, 45 min apart, quiet 22:00-07:00, quiet 13:00-14:00"
        assert lines[1] == "~ ms-kawa pace: quiet 13:00-14:00"
        await h.apply()
        kept = text("SELECT pace FROM account WHERE name = 'bs-kawa'")
        pace = read(await h.desk.store.read(lambda conn: conn.execute(kept).scalar_one()))
        quiet = (Quiet(22 * 60, 7 * 60), Quiet(13 * 60, 14 * 60))
        assert pace == Pace(1, 3, 45 * MINUTE, quiet, "Europe/Warsaw")
        assert await h.lines() == []
        h.workspace("pace: { per_day: 3, per_hour: 1,", "pace: { per_day: 4,")
        assert (await h.lines())[0].startswith("~ bs-kawa pace: at most 4 a day,")


async def test_a_calendar_that_breaks_a_limit_is_warned_about(tmp_path: Path) -> None:
    async with house(tmp_path, day("09:00", "09:20", "09:40", "23:30")) as h:
        h.workspace(PLAIN, 'bs-kawa: { pace: { per_hour: 2, quiet: "22:00-07:00" }, platform: bluesky,')
        assert await told(h) == [
            ("W416", "autumn/p2@bs-kawa", "it goes out 2026-11-30 10:00"),
            ("W415", "autumn/p3@bs-kawa", "its window ends 2026-12-01 01:30: it will be missed"),
        ]
        h.campaign(day("09:00", "09:20", "10:00", "21:30"))
        assert await told(h) == []


@pytest.mark.parametrize(
    ("pace", "code", "words", "column"),
    [
        ("per_day: 0", "E207", "", 31),
        ("apart: soon", "E413", "'soon' is not a length of time", 29),
        ("apart: 8d", "E207", "more than seven days between two posts", 29),
        ('quiet: "22-7"', "E411", "'22-7' is not a span of hours", 29),
        ('quiet: ["00:00-13:00", "13:00-00:00"]', "E207", "these quiet hours leave no time of the day", 29),
        ("per_week: 3", "E201", "", 22),
    ],
)
async def test_mistakes_are_said_at_their_place(tmp_path: Path, pace: str, code: str, words: str, column: int) -> None:
    async with house(tmp_path) as h:
        h.workspace(PLAIN, f"bs-kawa: {{ pace: {{ {pace} }}, platform: bluesky,")
        with pytest.raises(FilesError) as error:
            await h.desk.plan()
        [found] = error.value.diagnostics
        assert (found.code, found.line, found.column) == (code, 6, column)
        assert words in found.message


async def test_a_time_typed_at_the_desk_meets_the_limits_before_it_is_planned(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.workspace(PLAIN, 'bs-kawa: { pace: { per_day: 1, quiet: "22:00-07:00" }, platform: bluesky,')
        await h.apply()
        write = partial(h.desk.new_post, title="Soup", text={"en": "Soup"}, accounts=["bs-kawa"])
        with pytest.raises(UsageError, match=r"bs-kawa is quiet then \(22:00-07:00\)"):
            await write(when="2026-12-05T23:00")
        with pytest.raises(NoRoomError, match=r"no room on bs-kawa then \(at most 1 a day") as found:
            await write(when="2026-11-30T18:00")
        assert found.value.hint == "choose Tue 1 Dec 12:15 CET or later"
        with pytest.raises(NoRoomError):  # there it would put off the one that is planned
            await write(when="2026-11-30T08:00")
        soup = (await write(when="2026-12-02T09:00")).deliveries[0].key
        with pytest.raises(NoRoomError):
            await h.desk.move(soup, "2026-11-30T18:00")
        assert (await h.desk.delivery(soup)).wall == "2026-12-02T09:00"
        weighed = await h.desk.weigh_move(soup, "2026-11-30T18:00")
        assert weighed.no_room.endswith("; choose Tue 1 Dec 12:15 CET or later")
        assert (await h.desk.weigh_move(soup, "2026-12-02T10:00")).no_room == ""  # it does not stand in its own way
        await h.desk.move(soup, "2026-11-30T18:00", anyway=True)
        assert (await h.desk.delivery(soup)).wall == "2026-11-30T18:00"
        with pytest.raises(UsageError, match="is quiet then"):  # nobody may plan into quiet hours
            await h.desk.move(soup, "2026-11-30T23:00", anyway=True)


async def test_slots_are_dealt_inside_the_limits(tmp_path: Path) -> None:
    slots = MANY.replace("posts:", 'schedule:\n  slots:\n    daily: { rule: "FREQ=DAILY", at: "12:15" }\nposts:')
    async with house(tmp_path, slots + "".join(f"  - {{ id: s{n}, slot: daily, text: Post {n} }}\n" for n in range(3))) as h:
        h.workspace(PLAIN, "bs-kawa: { pace: { apart: 2d }, platform: bluesky,")
        assert [c.when[:10] for c in (await h.desk.plan()).changes if c.sign == "+"] == ["Sun 22 Nov", "Tue 24 Nov", "Thu 26 Nov"]


async def test_late_and_not_after_from_the_file_to_the_last_instant(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        h.edit("schedule:", "schedule:\n  late: 30m")
        await h.apply()
        await h.approve(KEY)
        assert await until(h) == instant(DUE) + 30 * MINUTE
        h.edit("late: 30m", "late: 1h")
        assert await h.lines() == [f"> {KEY} may be 1 h late, approval kept"]
        await h.apply()
        assert (await until(h), await h.state(KEY)) == (instant(DUE) + HOUR, "queued")
        h.edit("    text: Something", "    not_after: 2026-11-30T12:40\n    text: Something")
        assert await h.lines() == [f"> {KEY} not after Mon 30 Nov 12:40 CET, approval kept"]
        await h.apply()
        assert (await until(h), await h.lines()) == (instant("2026-11-30T12:40"), [])
        h.clock.now = instant("2026-11-30T12:41")
        assert await h.sweep() == 1
        assert await h.state(KEY) == "missed"


async def test_a_desk_s_own_post_keeps_its_last_time_when_moved(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.edit("    text: Something", "    not_after: 2026-11-30T14:00\n    text: Something")
        await h.connected("bs-kawa")
        await h.apply()
        await h.approve(KEY)
        await h.desk.move(KEY, "2026-11-30T13:30")
        assert await until(h) == instant("2026-11-30T14:00")
