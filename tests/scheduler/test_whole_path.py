"""From an approved row to the sandbox's ledger through the real adapters, on every stand-in, calm and with faults."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from scheduler import sentlog
from scheduler.keeping import ledger
from scheduler.store.store import Store, prepare_folder
from tests.sandbox_process import Sandbox
from tests.scheduler.fast_clock import FastClock
from tests.scheduler.whole import Whole, row, until, whys

PREFIXES = ("bluesky", "mastodon", "gotosocial", "pixelfed", "instagram", "facebook")
AT_REST = {"published", "ask", "refused", "missed", "draft"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
async def whole(tmp_path: Path, sandbox: Sandbox) -> AsyncIterator[Whole]:
    sandbox.reset()
    folder = tmp_path / "state"
    prepare_folder(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    workspace = Whole(folder, sandbox, FastClock(20.0), media_port=port)
    sandbox.settings("clock", now=workspace.clock.wall(), speed=20.0)
    yield workspace
    await workspace.end()


async def rest(store: Store, delivery: int) -> str:
    async def resting() -> bool:
        return (await row(store, delivery))["state"] in AT_REST

    await until(resting, lambda: whys(store, delivery))
    return str((await row(store, delivery))["state"])


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_a_post_with_a_picture_goes_out_once_and_as_approved(whole: Whole, prefix: str) -> None:
    store = await whole.open()
    await whole.connect(store, prefix)
    post = await whole.add(store, prefix, picture=True)
    await whole.start()
    assert await rest(store, post) == "published", await whys(store, post)
    [entry] = whole.sandbox.ledger(prefix)
    assert entry["text"] == "Words of post 1"
    found = await row(store, post)
    assert found["remote_id"]
    assert found["remote_url"]
    assert [line.remote_id for line in sentlog.read(store.sent_log).answered] == [found["remote_id"]]
    assert await store.read(lambda conn: ledger.verify(conn)) == []
    await store.close()


FAULTS = [
    (prefix, point, kind)
    for prefix in ("bluesky", "mastodon", "gotosocial", "instagram")
    for point in ("before", "after")
    # where minutes of looks come first, one kind is enough: each ends in the same “unknown”, as the tests of the adapters say
    for kind in (
        ["drop"] if (prefix, point) in {("gotosocial", "before"), ("instagram", "before")} else ["drop", "500", "html200", "truncate"]
    )
]


@pytest.mark.parametrize(("prefix", "point", "kind"), FAULTS)
async def test_a_fault_at_the_commit_is_never_a_double_nor_a_loss(whole: Whole, prefix: str, point: str, kind: str) -> None:
    if prefix == "gotosocial" and point == "before":  # ten minutes of looks end in a question
        whole.clock = FastClock(100.0)
        whole.sandbox.settings("clock", now=whole.clock.wall(), speed=100.0)
    store = await whole.open()
    await whole.connect(store, prefix)
    post = await whole.add(store, prefix, picture=True)
    whole.sandbox.fault(prefix, "commit", kind, point)
    await whole.start()
    state = await rest(store, post)
    entries = len(whole.sandbox.ledger(prefix))
    if prefix == "gotosocial" and entries == 0:
        assert state == "ask", await whys(store, post)
    else:
        assert (state, entries) == ("published", 1), await whys(store, post)
    await store.close()


async def test_two_stores_of_one_workspace_send_once_on_bluesky(whole: Whole, tmp_path: Path) -> None:
    other = Whole(tmp_path / "other", whole.sandbox, clock=whole.clock)
    prepare_folder(other.folder)
    due = whole.clock.wall() + 3_000_000
    stores, posts = [], []
    for workspace in (whole, other):
        store = await workspace.open()
        await workspace.connect(store, "bluesky")
        posts.append(await workspace.add(store, "bluesky", due=due))
        stores.append(store)
        await workspace.start()
    states = [await rest(store, post) for store, post in zip(stores, posts, strict=True)]
    assert states == ["published", "published"]
    assert len(whole.sandbox.ledger("bluesky")) == 1
    await other.end()
    for store in stores:
        await store.close()
