"""What would wait if the desk were left now."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from scheduler.desk.serving import usually_back
from scheduler.running import lock_file
from scheduler.store.sqlite import FileLock
from tests.desk.house import TZ, house, instant

TEASER = "autumn/teaser@bs-kawa"


@pytest.mark.parametrize(
    ("now", "back"),
    [
        ("2026-11-20T18:00", "2026-11-23T09:00"),  # Friday evening → Monday
        ("2026-11-22T10:00", "2026-11-23T09:00"),
        ("2026-11-24T08:00", "2026-11-24T09:00"),
        ("2026-11-24T09:00", "2026-11-25T09:00"),
        ("2026-10-23T18:00", "2026-10-26T09:00"),  # the clocks go back in between
    ],
)
def test_one_is_usually_back_on_the_next_working_morning(now: str, back: str) -> None:
    assert usually_back(instant(now), TZ) == instant(back)


async def test_only_approved_posts_due_before_then_would_wait(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await h.connected("bs-kawa")
        await h.apply()
        await h.desk.move(TEASER, "tomorrow 8:00")
        assert (await h.desk.leaving()).waits == ()  # nobody approved it
        await h.approve(TEASER)
        leaving = await h.desk.leaving()
        assert [view.key for view in leaving.waits] == [TEASER]
        assert leaving.back == instant("2026-11-23T09:00")
        assert leaving.words.startswith("No publishing service runs: nothing goes out until Mon 23 Nov 09:00")
        await h.desk.move(TEASER, "tomorrow 9:00")  # due when somebody is back, and not yet sitting there
        assert [view.key for view in (await h.desk.leaving()).waits] == [TEASER]
        await h.desk.move(TEASER, "tomorrow 9:30")
        assert (await h.desk.leaving()).waits == ()


async def test_a_trial_says_that_its_service_ends_too(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.desk.service_ends_with_desk = True
        leaving = await h.desk.leaving()
        assert "ends with this trial" in leaving.words
        assert not leaving.may_start, "its platforms end with the desk, too"
        await h.connected("bs-kawa")
        assert (await h.desk.leaving()).may_start, "real posts need not wait for this desk"


async def test_a_service_that_is_killed_writes_nothing_and_is_seen_to_be_gone(tmp_path: Path) -> None:
    async with house(tmp_path) as h, asyncio.timeout(20), aclosing(h.desk.changes(0.01)) as changes:
        service = FileLock(lock_file(h.desk.store.folder))
        looking = asyncio.create_task(anext(changes))
        await asyncio.sleep(0.05)
        assert not looking.done(), "nothing has changed"
        assert service.try_acquire(), "whoever looks does not keep a service from starting"
        await looking
        assert (await h.desk.overview()).service.running
        looking = asyncio.create_task(anext(changes))
        service.close()  # what the kernel does for a process that dies
        await looking
        assert not (await h.desk.overview()).service.running
