"""Today: what is at risk stands first, and enter leads to where it is mended."""

from __future__ import annotations

from scheduler.clock import HOUR
from scheduler.desk.today.views import Risk
from tests.tui.fake_desk import NOW, FakeDesk
from tests.tui.seeds import seeded
from tests.tui.waiting import gone, opened, screen_text, see

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
