"""What will go wrong if nobody acts, said while there is time."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import update

from scheduler.clock import DAY
from scheduler.store.statements import ACCOUNT
from tests.desk.house import House, house, instant


async def told(h: House, client: str | None = None) -> list[tuple[str, str, str]]:
    return [(risk.kind, risk.about, risk.words) for risk in await h.desk.risks(client)]


async def write(h: House, account: str, when: str, text: str = "Soup") -> str:
    made = await h.desk.new_post(title="Soup", text={"en": text, "pl": text}, accounts=[account], when=when)
    return made.deliveries[0].key


async def test_a_draft_that_is_due_soon_and_nobody_has_approved(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        await h.connected("bs-kawa", "bs-bike")
        soon, later = await write(h, "bs-kawa", "2026-11-23T08:00"), await write(h, "bs-kawa", "2026-11-25T08:00", "Cake")
        assert await told(h) == [("unapproved", soon, "not approved, due in 22 h")]
        h.clock.now = instant("2026-11-24T09:00")
        assert await told(h) == [("unapproved", later, "not approved, due in 23 h")]
        await h.approve(later)
        assert await told(h) == []


async def test_what_is_not_finished_is_said_a_week_before(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        await h.connected("bs-kawa", "ig-kawa")
        bare = await write(h, "ig-kawa", "2026-11-27T08:00")
        empty = await write(h, "bs-kawa", "2026-11-28T08:00", "")
        assert await told(h) == [
            ("no_media", bare, "Instagram needs a picture or a video, due in 4 days"),
            ("no_text", empty, "no text yet, due in 5 days"),
        ]
        assert [risk.command for risk in await h.desk.risks()] == [f"daypart post edit {bare}", f"daypart post edit {empty}"]
        assert await told(h, "bike") == []


async def test_a_sign_in_that_was_broken_off_is_found_again_until_something_is_done_with_a_real_account(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        begun = [risk for risk in await h.desk.risks() if risk.kind == "sign_in"]
        assert [(risk.about, risk.words) for risk in begun] == [(next(iter(h.desk.workspace.accounts)), "not connected")]
        await h.connected("ig-kawa")
        assert await told(h) == []  # the others are somebody's plan


async def test_what_was_sent_back_is_no_risk_of_the_approver(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        await h.connected("bs-kawa")
        key = await write(h, "bs-kawa", "2026-11-23T08:00")
        await h.desk.reject(key, "warmer")
        assert await told(h) == []


async def test_an_account_that_is_signed_out_or_soon(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        await h.connected("bs-kawa", "ig-kawa")
        key = await write(h, "bs-kawa", "2026-11-27T08:00")
        await h.approve(key)

        async def put(name: str, **values: object) -> None:
            await h.desk.store.write(lambda conn: conn.execute(update(ACCOUNT).where(ACCOUNT.c.name == name).values(**values)).rowcount)

        await put("bs-kawa", state="reauth")
        await put("ig-kawa", token_exp=h.clock.now + 3 * DAY)
        assert await told(h) == [
            ("sign_in", "bs-kawa", "signed out; 1 waits for it"),
            ("sign_in", "ig-kawa", "the sign-in ends Wed 25 Nov"),
        ]
        assert await told(h, "bike") == []  # an account that nobody has connected yet and that nothing waits for is no risk


async def test_a_sign_in_that_the_service_renews_by_itself_reminds_nobody(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        await h.connected("bs-kawa", "ig-kawa")
        for soon in (h.clock.now + 7_200_000_000, h.clock.now - 1):  # Bluesky's tokens live two hours
            ends = update(ACCOUNT).values(token_exp=soon)
            await h.desk.store.write(lambda conn, ends=ends: conn.execute(ends).rowcount)
            assert [found.about for found in await h.desk.reminders() if found.kind == "sign_in"] == ["ig-kawa"]
        words = {account.name: account.words for account in await h.desk.accounts()}
        assert words["bs-kawa"] == "connected"
        assert "signed in until" in words["ig-kawa"]


async def test_a_quota_that_is_nearly_used(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        h.workspace("bs-kawa: { platform: bluesky,", "bs-kawa: { pace: { per_day: 2 }, platform: bluesky,")
        await h.connected("bs-kawa")
        keys = [await write(h, "bs-kawa", f"2026-11-22T{hour}:00", f"Soup {hour}") for hour in (12, 14)]
        for key in keys:
            await h.approve(key)
        assert await told(h) == [("quota", "bs-kawa", "0 of 2 posts a day are out, 2 more due within a day")]
        await h.put(keys[0], "published", published_at=h.clock.now - 60)
        extra = await h.desk.new_post(title="Cake", text={"en": "Cake"}, accounts=["bs-kawa"], when="2026-11-22T18:00", anyway=True)
        await h.approve(extra.deliveries[0].key)
        assert await told(h) == [("quota", "bs-kawa", "1 of 2 posts a day are out, 2 more due within a day: 1 waits for the next day")]
