"""Today: what is at risk stands first, and enter leads to where it is mended."""

from __future__ import annotations

from scheduler.clock import HOUR
from scheduler.desk.today.views import Risk
from scheduler.desk.views import Sign
from tests.tui.fake_desk import NOW, FakeDesk
from tests.tui.seeds import seeded
from tests.tui.waiting import gone, opened, screen_text, see, type_text

KAWA = ("kawa", "Kawa Wrocław", "teal")
MENU = "winter/menu@ms-kawa"


def at_risk() -> FakeDesk:
    desk = seeded()
    desk.found_risks = [
        Risk("sign_in", "ig-kawa", *KAWA, "ig-kawa", "", None, "signed out; 2 wait for it", "daypart account connect ig-kawa"),
        Risk("unapproved", MENU, *KAWA, "ms-kawa", "Winter menu", NOW + 3 * HOUR, "not approved, due in 3 h", f"daypart approve {MENU}"),
    ]
    return desk


async def test_what_is_at_risk_stands_before_what_is_planned_and_says_the_way_out() -> None:
    async with opened(at_risk(), place="1", size=(120, 40)) as pilot:
        await see(pilot, "AT RISK 2", "Signed out; 2 wait for it", "not approved, due in 3 h")
        lines = screen_text(pilot).splitlines()
        order = [next(n for n, line in enumerate(lines) if words in line) for words in ("NEEDS YOU", "AT RISK", "TO APPROVE THIS WEEK")]
        assert order == sorted(order)
        assert sum("Winter menu" in line and "ms-kawa" in line for line in lines) == 1, "it is listed once"


async def test_enter_leads_to_where_it_is_mended() -> None:
    async with opened(at_risk(), place="1", size=(120, 40)) as pilot:
        await see(pilot, "AT RISK 2")
        pilot.app.screen.rows.choose("!sign_in:ig-kawa")  # type: ignore[attr-defined]
        await see(pilot, "⏎ goes to Accounts", "daypart account connect ig-kawa")
        await pilot.press("e")
        await see(pilot, "Edit is off: there is no post under the cursor")
        await pilot.press("enter")
        await see(pilot, "Accounts ·")
        await pilot.press("1")
        await see(pilot, "AT RISK 2")
        pilot.app.screen.rows.choose(MENU)  # type: ignore[attr-defined]
        await see(pilot, "⏎ reads and approves it.")
        await pilot.press("enter")
        await see(pilot, "exactly this will go out")
        await gone(pilot, "AT RISK 2")


async def test_an_empty_plan_is_said_also_where_posts_went_out_today() -> None:
    desk = seeded()
    for key, item in list(desk.items.items()):
        if item.sign is not Sign.PUBLISHED:
            del desk.items[key]
    async with opened(desk, place="1") as pilot:
        await see(pilot, "WENT OUT TODAY 2", "NOTHING IS PLANNED · n writes a post")


async def test_what_nobody_has_in_a_list_is_not_said_of_everything() -> None:
    async with opened(place="1") as pilot:
        await see(pilot, "NEEDS YOU 3")
        await pilot.press("slash")
        await type_text(pilot, "zzz")
        await see(pilot, "Nothing has the words “zzz”. esc removes them.")
        await gone(pilot, "Nothing needs you")
        await pilot.press("escape")
        await see(pilot, "NEEDS YOU 3")
