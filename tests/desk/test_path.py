"""From files to an approved post and back to a draft: the whole way of a person at the desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.errors import StaleError
from tests.desk.house import house

KEY = "autumn/teaser@bs-kawa"


async def test_plan_apply_and_nothing_more(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        assert await h.desk.validate() == []
        plan = await h.desk.plan()
        assert [(c.sign, c.key, c.when, c.words) for c in plan.changes] == [
            ("+", KEY, "Mon 30 Nov 12:15 CET", "en, 1 image, needs approval")
        ]
        assert not plan.empty
        assert (await h.desk.apply(plan)).words == "1 created"
        again = await h.desk.plan()
        assert (again.empty, again.unchanged, again.changes) == (True, 1, ())
        with pytest.raises(StaleError):
            await h.desk.apply(plan)
