"""The publishing service seen from the desk: started with a key, and a word before leaving when posts would wait."""

from __future__ import annotations

from tests.tui.fake_desk import FakeDesk
from tests.tui.seeds import seeded
from tests.tui.waiting import gone, opened, see, until


async def stopped() -> FakeDesk:
    desk = seeded()
    desk.running = False
    desk.would_wait = tuple(view for view in await desk.deliveries() if view.state == "queued")
    return desk


async def test_one_key_starts_the_service() -> None:
    async with opened(await stopped()) as pilot:
        await see(pilot, "Nothing is published: the service is not running · S starts it")
        await pilot.press("S")
        await gone(pilot, "Nothing is published")
        await see(pilot, "The publishing service runs now")


async def test_leaving_names_the_posts_that_would_wait_and_esc_stays() -> None:
    async with opened(await stopped()) as pilot:
        await pilot.press("q")
        await see(pilot, "approved posts would wait", "nothing goes out until", "Kawa Wrocław", "and ", "Stay (esc)")
        await pilot.press("escape")
        await gone(pilot, "would wait")
        assert pilot.app.is_running
        await pilot.press("q")
        await see(pilot, "would wait")
        await pilot.press("y")
        await until(pilot, lambda: pilot.app._exit, "the desk to close")


async def test_leaving_can_start_the_service_first() -> None:
    desk = await stopped()
    async with opened(desk) as pilot:
        await pilot.press("q")
        await see(pilot, "Start the service, leave (s)")
        await pilot.press("s")
        await until(pilot, lambda: pilot.app._exit, "the desk to close")
    assert desk.running


async def test_a_trial_s_service_ends_with_the_desk() -> None:
    desk = await stopped()
    desk.service_ends_with_desk = True
    async with opened(desk) as pilot:
        await pilot.press("q")
        await see(pilot, "would wait", "Leave (y)")
        await gone(pilot, "Start the service, leave")


async def test_with_a_service_nobody_is_asked() -> None:
    async with opened() as pilot:
        await pilot.press("q")
        await until(pilot, lambda: pilot.app._exit, "the desk to close")
