"""Planning at a real store: months, gaps, posts too near, free slots, what a move costs, copies, filling."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from scheduler.desk.calendar.agenda import Notes, with_notes
from scheduler.desk.calendar.views import Filter, Note
from scheduler.errors import NotFoundError, UsageError
from tests.desk.house import CAMPAIGN, House, house

FIRST, LAST = date(2026, 11, 23), date(2026, 12, 6)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        await made.apply()
        await made.connected("bs-kawa", "bs-bike")
        yield made


async def written(home: House, when: str | None, title: str = "Beans", *accounts: str) -> str:
    made = await home.desk.new_post(title=title, text={"en": f"{title} of the month"}, accounts=accounts or ("bs-kawa",), when=when)
    return made.post


async def test_a_month_counts_days_and_shows_their_first_posts(home: House) -> None:
    for hour in range(9, 13):
        await written(home, f"2026-11-25T{hour:02}:00", f"Post {hour}")
    await written(home, "2026-11-25T23:59", "Bike", "bs-bike")
    days = {day.day: day for day in await home.desk.month(FIRST, LAST, most=2)}
    assert (days[date(2026, 11, 25)].total, [row.time for row in days[date(2026, 11, 25)].rows]) == (5, ["09:00", "10:00"])
    assert set(days) == {date(2026, 11, 25), date(2026, 11, 30)}
    only = await home.desk.month(FIRST, LAST, Filter(client="bike", state="drafts", platform="bluesky", account="bs-bike"))
    assert [(day.day.day, day.total) for day in only] == [(25, 1)]
    assert await home.desk.month(FIRST, LAST, Filter(state="published")) == []
    assert [day.total for day in await home.desk.month(FIRST, LAST, Filter(campaign="autumn"))] == [1]


async def test_gaps_are_of_clients_and_of_one_client_by_account(home: House) -> None:
    await written(home, "2026-11-25T09:00")
    signs = await home.desk.signs(FIRST, LAST)
    kawa = [(gap.first, gap.last) for gap in signs.gaps if gap.name == "Kawa Wrocław"]
    assert kawa == [(date(2026, 11, 26), date(2026, 11, 29)), (date(2026, 12, 1), date(2026, 12, 6))]
    assert signs.gaps[0].words.startswith("14 days without a post on Bike Shop")
    mine = await home.desk.signs(FIRST, LAST, Filter(client="kawa"))
    assert {gap.name for gap in mine.gaps} == {"bs-kawa", "ms-kawa", "ig-kawa"}
    home.clock.now += 5 * 86_400_000_000
    assert min(gap.first for gap in (await home.desk.signs(FIRST, LAST)).gaps) == date(2026, 11, 27)


async def test_two_posts_within_half_an_hour_collide(home: House) -> None:
    await written(home, "2026-11-25T09:00", "First")
    await written(home, "2026-11-25T09:20", "Second")
    await written(home, "2026-11-25T09:10", "Elsewhere", "bs-bike")
    await written(home, "2026-11-25T09:50", "Half an hour later")
    found = (await home.desk.signs(FIRST, LAST)).collisions
    assert [(near.account, near.first, near.second) for near in found] == [("bs-kawa", "09:00", "09:20")]


async def test_nights_on_which_clocks_change_say_what_happens(home: House) -> None:
    signs = await home.desk.signs(date(2027, 3, 27), date(2027, 3, 29))
    assert [(change.day.day, change.words) for change in signs.clocks] == [
        (28, "clocks go forward: 02:00 to 03:00 does not exist; what is planned there goes at 03:00 and later")
    ]
    back = await home.desk.signs(date(2026, 10, 24), date(2026, 10, 26))
    assert "02:00 to 03:00 comes twice" in back.clocks[0].words
    post = await written(home, "2027-03-27T02:30")
    weighed = await home.desk.weigh_day(f"{post}@bs-kawa", date(2027, 3, 28))
    assert weighed.note == "02:30 does not exist that night; goes at 03:30"
    await home.desk.move(weighed.key, weighed.when)
    assert (await home.desk.calendar(date(2027, 3, 28), date(2027, 3, 28)))[0].time == "03:30"


async def test_free_slots_are_not_taken_not_near_and_ahead(home: House) -> None:
    free = await home.desk.account_slots("bs-kawa", FIRST, LAST)
    assert [(slot.day.day, slot.time, slot.slot) for slot in free] == [
        (23, "12:15", "lunch"), (25, "12:15", "lunch"), (27, "12:15", "lunch"), (2, "12:15", "lunch"), (4, "12:15", "lunch"),
    ]  # fmt: skip
    assert free[0].words == "12:15 is free (slot “lunch”)"
    await written(home, "2026-11-25T12:30")
    assert 25 not in [slot.day.day for slot in await home.desk.account_slots("bs-kawa", FIRST, LAST)]
    home.edit("FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=WEEKLY;BYDAY=TU")
    assert [slot.day.day for slot in await home.desk.account_slots("bs-kawa", FIRST, LAST)] == [24, 1]
    with pytest.raises(NotFoundError):
        await home.desk.account_slots("nobody", FIRST, LAST)


async def test_a_move_is_weighed_before_it_is_done(home: House) -> None:
    key = "autumn/teaser@bs-kawa"
    assert not (await home.desk.weigh_day(key, date(2026, 12, 20))).loses_approval
    await home.approve(key)
    far, near = await home.desk.weigh_day(key, date(2026, 12, 20)), await home.desk.weigh_move(key, "2026-11-30T13:00")
    assert (far.loses_approval, near.loses_approval) == (True, False)
    assert "to" in far.window
    assert await home.state(key) == "queued"
    await home.desk.move(key, far.when)
    assert await home.state(key) == "draft"


async def test_a_copy_is_a_draft_with_the_same_words(home: House) -> None:
    await home.approve("autumn/teaser@bs-kawa")
    made = await home.desk.duplicate("autumn/teaser")
    copy, source = made.deliveries[0], await home.desk.review("autumn/teaser@bs-kawa")
    assert (copy.state, copy.due, copy.approval, made.managed_by) == ("draft", None, None, "tui")
    shown = await home.desk.review(copy.key)
    assert (shown.parts[0].text, len(shown.parts[0].media)) == (source.parts[0].text, 1)
    await home.desk.undo()
    with pytest.raises(NotFoundError):
        await home.desk.post(made.post)


async def test_marked_days_are_filled_and_taken_back(home: House) -> None:
    post = await written(home, None)
    done = await home.desk.fill(post, [date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)])
    assert "1 of the days have none" in done.words
    found = await home.desk.planned_rows(FIRST, date(2026, 11, 25), Filter())
    assert [(row.day.day, row.time, row.sign) for row in found] == [(23, "12:15", "draft"), (25, "12:15", "draft")]
    assert found[0].key == f"{post}@bs-kawa"
    await home.desk.undo()
    assert await home.desk.planned_rows(FIRST, date(2026, 11, 25), Filter()) == []
    assert (await home.desk.delivery(f"{post}@bs-kawa")).due is None
    with pytest.raises(UsageError, match="no free slot"):
        await home.desk.fill(post, [date(2026, 11, 24)])


async def test_the_agenda_is_in_order_and_finds_words(home: House) -> None:
    post = await written(home, "2026-11-25T09:00", "Żubr")
    agenda = await home.desk.agenda()
    assert list(agenda.dues) == sorted(agenda.dues)
    assert agenda.posts == 2
    assert {note.kind for note in agenda.notes} == {"gap"}
    found = await home.desk.agenda(words="żubr kawa")
    rows = await home.desk.agenda_rows(list(found.lines))
    assert [row.key for row in rows.values()] == [f"{post}@bs-kawa"]
    assert (await home.desk.agenda(words="100%")).posts == 0
    assert (await home.desk.agenda(words="wrocław")).posts == 2


def test_a_note_stands_before_the_posts_of_its_time() -> None:
    notes = Notes(tuple(Note("gap", FIRST, str(n)) for n in range(4)), (50, 200, 200, 400))
    agenda = with_notes([(11, 100), (12, 200), (13, 300)], notes)
    assert list(agenda.lines) == [-1, 11, -2, -3, 12, 13, -4]
    assert list(agenda.dues) == [50, 100, 200, 200, 200, 300, 400]
    assert (agenda.posts, agenda.notes) == (3, notes.notes)


async def test_all_times_are_of_the_workspaces_zone_also_after_it_changed(home: House) -> None:
    post = await written(home, "2026-11-25T09:00")
    home.workspace("timezone: Europe/Warsaw", "timezone: Europe/Lisbon")
    key = f"{post}@bs-kawa"
    view = await home.desk.delivery(key)
    assert view.tz == "Europe/Lisbon"
    assert "10:00 WET" in str(view.next)  # until when it may be approved: two hours after its time, which is 8:00 there
    done = await home.desk.move(key, "2026-11-26T12:00")
    assert done.undo == "move beans back to Wed 25 Nov 08:00 WET"


async def test_a_copy_goes_where_the_post_still_goes(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        made = await h.desk.new_post(title="", text={"en": "coffee"}, accounts=["bs-kawa", "ms-kawa"])
        await h.desk.cancel(f"{made.post}@ms-kawa")
        assert [view.account for view in (await h.desk.duplicate(made.post)).deliveries] == ["bs-kawa"]


async def test_a_copy_of_a_series_is_one_post(tmp_path: Path) -> None:
    every = 'starts: 2026-11-29\nposts:\n  - id: teaser\n    every: { rule: "FREQ=WEEKLY;BYDAY=MO;COUNT=3", at: "12:15" }'
    async with house(tmp_path, CAMPAIGN.replace("posts:\n  - id: teaser\n    at: 2026-11-30T12:15", every)) as h:
        await h.apply()
        [view] = (await h.desk.duplicate("autumn/teaser")).deliveries
        assert (view.account, view.state, view.due) == ("bs-kawa", "draft", None)
