"""The store goes away while a post is in work: it is given back as soon as the store is there again, and nothing leaves twice."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.contract import MediaItem
from scheduler import failpoints
from scheduler.engine import takeover
from tests.scheduler.running import Run, desk, published, until
from tests.scheduler.scripted import Act, lost, nothing
from tests.scheduler.stage import Stage, publication

BACK = ["queued", "claimed", "queued", "claimed", "sending", "published"]
LOOKED_FOR = ["queued", "claimed", "sending", "unknown", "checking", "unknown", "checking"]


@pytest.fixture
async def run(tmp_path: Path) -> AsyncIterator[Run]:
    running = Run(tmp_path / "state")
    running.platform.step_names = ("upload",)
    yield running
    failpoints.install(None)
    if running.task is not None and not running.task.done():
        await running.end()


async def with_picture(stage: Stage) -> int:
    """A post whose picture stands in the store's folder and goes away with it."""
    sha = hashlib.sha256(b"picture").hexdigest()
    file = stage.folder / "assets" / sha
    file.write_bytes(b"picture")
    [post] = await stage.add(publication(media=[MediaItem(sha, "image/jpeg", 7, 1, 1, None, "alt", file)]), due=stage.clock.wall())
    return post


@pytest.mark.parametrize(
    ("point", "answers", "path"),
    [
        ("claim.after", [], BACK),
        ("safe.sent.before", [], BACK),
        ("safe.done.after", [], BACK),  # what is read next is the picture: not a word about the approval
        ("sending.after", [], ["queued", "claimed", "sending", "queued", "claimed", "sending", "published"]),
        ("look.sent.before", [lost], [*LOOKED_FOR, "published"]),
        ("look.sent.before", [nothing], [*LOOKED_FOR, "queued", "claimed", "sending", "published"]),
    ],
)
async def test_what_is_in_work_when_the_store_goes_away_is_given_back_with_it(
    run: Run, caplog: pytest.LogCaptureFixture, point: str, answers: list[Act], path: list[str]
) -> None:
    away = run.folder.with_name("elsewhere")

    def go_away(name: str, times: int) -> None:
        if name == point and times == 1:
            run.folder.rename(away)
            if point == "sending.after":  # durable in the store, and the sent log does not take its line
                raise OSError(5, "Input/output error")

    async def felt() -> bool:
        return "cannot be saved yet" in caplog.text

    run.platform.commits = list(answers)
    await run.start()
    stage = await desk(run)
    failpoints.install(go_away)
    post = await with_picture(stage)
    await until(felt, "its absence felt")
    assert run.platform.calls.count("commit") == len(answers), "nothing leaves while the store is gone"
    away.rename(run.folder)
    await until(lambda: published(stage, post), "published")
    assert await stage.path(post) == ["draft", *path]
    assert not any(takeover.DEAD in why for why in await stage.whys(post)), "its lease had to end"
    assert len(run.platform.ledger) == 1
    await stage.store.close()
