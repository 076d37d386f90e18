"""The clock of the journeys: whoever is told to stop sleeping stops, also in the very moment of a leap."""

from __future__ import annotations

import asyncio

import pytest

from scheduler.clock import SECOND
from tests.journeys.leap_clock import LeapClock


@pytest.mark.parametrize("turns", range(4))
async def test_a_cancellation_that_meets_a_leap(turns: int) -> None:
    clock = LeapClock(10**15)

    async def beat() -> None:
        while True:
            await clock.sleep(1_000)

    heart = asyncio.create_task(beat())
    await asyncio.sleep(0.01)
    clock.leap(clock.wall() + SECOND)
    for _ in range(turns):
        await asyncio.sleep(0)
    heart.cancel()
    await asyncio.wait({heart}, timeout=5)
    assert heart.cancelled()
