"""The week as values: sorting, moving, clashes."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis.strategies import integers

from scheduler.desk.views import CalendarRow, Sign
from tui.lines.week import Spot, Week, minutes, monday
from tui.widgets.week_lanes import Lanes

MON = date(2026, 11, 23)
TUE = date(2026, 11, 24)


def row(key: str, day: date, time: str, account: str = "bs-kawa", sign: Sign = Sign.SCHEDULED) -> CalendarRow:
    return CalendarRow(key, day, time, sign, account, "bluesky", "kawa", "Kawa", "teal", key, "human")


WEEK = Week.of(MON, [row("c/b@x", MON, "12:00"), row("c/a@x", MON, "09:00"), row("c/c@x", TUE, "11:30"), row("c/d@x", TUE, "20:00")])


def test_posts_of_a_day_are_in_order_of_time() -> None:
    assert [r.key for r in WEEK.on(MON)] == ["c/a@x", "c/b@x"]


def test_moving_stops_at_the_ends_of_a_day() -> None:
    assert WEEK.step(Spot(MON, 0), -1) == Spot(MON, 0)
    assert WEEK.step(Spot(MON, 1), 1) == Spot(MON, 1)
    assert WEEK.step(Spot(date(2026, 11, 25)), 1) == Spot(date(2026, 11, 25), 0)


def test_going_to_another_day_keeps_the_time_of_day() -> None:
    assert WEEK.beside(Spot(MON, 1), TUE) == Spot(TUE, 0)
    assert WEEK.beside(Spot(TUE, 1), MON) == Spot(MON, 1)
    assert WEEK.beside(Spot(MON, 1), date(2026, 11, 29)) == Spot(date(2026, 11, 29), 0)


def test_a_post_is_found_again_where_it_moved() -> None:
    assert WEEK.find("c/d@x") == Spot(TUE, 1)
    assert WEEK.find("gone") is None


def test_two_posts_of_one_account_within_half_an_hour_clash() -> None:
    near = Week.of(MON, [row("c/a@x", MON, "09:00"), row("c/b@x", MON, "09:20")])
    assert near.clashes(MON)
    assert not Week.of(MON, [row("c/a@x", MON, "09:00"), row("c/b@y", MON, "09:20", account="ms-kawa")]).clashes(MON)
    assert not Week.of(MON, [row("c/a@x", MON, "09:00"), row("c/b@x", MON, "09:30")]).clashes(MON)
    assert not Week.of(MON, [row("c/a@x", MON, "09:00"), row("c/b@x", MON, "09:20", sign=Sign.CANCELLED)]).clashes(MON)


def test_small_things() -> None:
    assert monday(date(2026, 11, 29)) == MON
    assert minutes("9:05") == 545
    assert minutes("soon") == 0
    assert WEEK.last == date(2026, 11, 29)


# ── a lane for each account ──

LANES = Week.of(
    MON,
    [
        *(row(f"c/b{n}@bs", MON, f"{n + 8:02}:00", "bs") for n in range(5)),
        row("c/m@ms", MON, "07:00", "ms"),
        row("c/t@ms", TUE, "09:00", "ms"),
    ],
    ("bs", "ms"),
)


def drawn(lanes: Lanes, day: date, spot: Spot) -> dict[int, str]:
    """What stands on each line of a day."""
    found = {y: lanes.at(day, y, spot) for y in range(lanes.height)}
    return {y: f"+{s.more}" if s.more else lanes.week.on(day)[s.place].key for y, s in found.items() if s.more or s.place >= 0}


def test_a_day_is_sorted_by_lane_and_then_by_time() -> None:
    assert [r.key for r in LANES.on(MON)] == [*(f"c/b{n}@bs" for n in range(5)), "c/m@ms"]
    assert LANES.lane(MON, "ms") == (5,)
    assert LANES.beside(Spot(MON, 0), TUE) == Spot(TUE, 0)
    assert LANES.beside(Spot(TUE, 0), MON) == Spot(MON, 5)  # its own lane before a nearer time


def test_each_account_has_its_band_and_a_full_one_says_what_is_not_drawn() -> None:
    lanes = Lanes.of(LANES, 9)
    assert [(y, lanes.name_at(y)) for y in range(9) if lanes.name_at(y)] == [(1, "bs"), (5, "ms")]
    assert drawn(lanes, MON, Spot(TUE)) == {2: "c/b0@bs", 3: "c/b1@bs", 4: "+3", 6: "c/m@ms"}
    assert drawn(lanes, TUE, Spot(TUE)) == {6: "c/t@ms"}


def test_where_all_fit_each_title_has_a_line_of_its_own() -> None:
    assert [Lanes.of(LANES, height).lines for height in (9, 21, 23, 41)] == [1, 1, 2, 2]
    spot = Spot(TUE)
    assert [(slot.place, slot.part) for y in (2, 3, 4) for slot in [Lanes.of(LANES, 23).at(MON, y, spot)]] == [(0, 0), (0, 1), (1, 0)]


@given(height=integers(6, 60), place=integers(0, 5))
def test_the_post_under_the_cursor_is_always_drawn(height: int, place: int) -> None:
    lanes, spot = Lanes.of(LANES, height), Spot(MON, place)
    assert LANES.on(MON)[place].key in drawn(lanes, MON, spot).values()


def test_posts_too_near_are_seen_across_the_order_of_lanes() -> None:
    rows = [row("c/a@x", MON, "09:20"), row("c/b@x", MON, "09:00"), row("c/o@y", MON, "09:10", "ms-kawa")]
    assert Week.of(MON, rows, ("ms-kawa", "bs-kawa")).clashes(MON)
