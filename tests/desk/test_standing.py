"""How an account stands, with a store behind it."""

from __future__ import annotations

from pathlib import Path

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
