"""The net of failpoints has no hole: every transaction and every call of a whole run can be killed before and after it."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.http import Http
from scheduler import failpoints
from scheduler.desk.desk import Desk
from scheduler.service import service
from scheduler.service.wiring import wire
from scheduler.store.store import Store
from tests.proof.clock import FastClock
from tests.proof.net import listening
from tests.proof.test_migration_kills import first_store
from tests.proof.world import DUE, LEAD, Account, Post, World, free_port
from tests.sandbox_process import Sandbox

BLUE, ELEPHANT, PICTURES, OTHER = (
    Account("blue", "bluesky"),
    Account("elephant", "mastodon"),
    Account("pictures", "instagram"),
    Account("other", "gotosocial"),
)
THREAD = Post("thread", BLUE, more_parts=("The second part.",))
LOST = Post("lost", ELEPHANT)
GRAM = Post("gram", PICTURES, media="picture", first_comment="The first comment.")
ASKED = Post("asked", OTHER)
GONE = Post("gone", BLUE)
SENT_BACK = Post("sent-back", BLUE, media="picture")
LATE = Post("late", BLUE, late="1m", at="2026-12-01T09:59", approved=False)
POSTS = (THREAD, LOST, GRAM, ASKED, GONE, SENT_BACK, LATE)
OUT = (THREAD.key, f"{THREAD.key}/2", LOST.key, GRAM.key, f"{GRAM.key}/comment", ASKED.key)
SPEED = 60.0
ROOT = Path(__file__).parents[2]
WRITING = {"write", "change", "persist"}
"""What is called with the name of a transaction."""
EXPECTED = {
    "approve", "ask", "cancel", "checking", "claim", "edit", "migrate.step", "missed", "record", "refresh.claim", "refresh.stored",
    "resolve", "safe.done", "safe.intent", "sending", "start", "store.make", "unknown",
}  # fmt: skip
"""Transactions without which this was no whole run."""


async def until(condition: Callable[[], bool], what: str) -> None:
    for _ in range(3_000):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"never: {what}")


@asynccontextmanager
async def publishing(world: World) -> AsyncIterator[None]:
    """The real service, in this process."""
    stop, ready = asyncio.Event(), asyncio.Event()
    clock = FastClock(world.pace)
    running = asyncio.create_task(service.run_service(world.root, stop=stop, clock=clock, ready=ready.set, wiring=wire(world.root, clock)))
    await ready.wait()
    try:
        yield
    finally:
        stop.set()
        await running


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with Sandbox() as sandbox:
        for prefix in ("mastodon", "gotosocial", "instagram"):
            sandbox.settings(prefix, image_seconds=0, video_seconds=0)
        sandbox.settings("bluesky", access_seconds=500)
        made = World(tmp_path / "world", sandbox, POSTS, free_port())
        made.root.mkdir()
        made.write_files()
        yaml = made.root / "daypart.yaml"
        yaml.write_text(f'{yaml.read_text("utf-8")}llm: {{ base_url: "{sandbox.url}/model/v1", model: scripted }}\n', "utf-8")
        campaign = made.root / "campaigns" / "proof" / "campaign.yaml"
        slots = 'schedule: { slots: { daily: { rule: "FREQ=DAILY", at: "08:00" } } }\nposts:\n'
        dealt = "  - { id: dealt, slot: daily, accounts: [blue], brief: { goal: How much coffee for a litre } }\n"
        campaign.write_text(campaign.read_text("utf-8").replace("posts:\n", slots + dealt), "utf-8")
        made.set_pace(DUE - LEAD, 1.0)
        yield made


async def before_the_hour(world: World) -> None:
    """Everything a person does before something goes out."""
    desk = await Desk.open(world.root, user="tester", clock=FastClock(world.pace))
    try:
        for account in (BLUE, ELEPHANT, PICTURES, OTHER):
            await desk.connect(account.name, account.secret)
        await desk.test_account(BLUE.name)
        await desk.apply(await desk.plan(), allow_cancel=0)
        for post in POSTS:
            if post.approved:
                await desk.approve(post.key, (await desk.review(post.key)).digest, facts_checked=True)
        await desk.move(SENT_BACK.key, "2026-12-01T10:30")
        await desk.reject(SENT_BACK.key, "say it shorter")
        await desk.cancel(GONE.key)
        await desk.undo()
        await desk.cancel(GONE.key)
        await desk.hold(account=BLUE.name)
        await desk.release(account=BLUE.name)
        made = await desk.new_post(title="Here", text={"en": "Words made here."}, accounts=[BLUE.name], when="2026-12-05T10:00")
        await desk.save_text(made.post, "en", "Other words made here.")
        await desk.test_model()
        [first, *_] = await desk.draft("proof/dealt")
        await desk.accept(first.id)
        await desk.apply(await desk.plan(), allow_cancel=9)
        await desk.disconnect(OTHER.name)
        await desk.connect(OTHER.name, OTHER.secret)
    finally:
        await desk.close()


async def through_the_hour(world: World) -> None:
    """Everything goes out, with a lost answer here and a question there."""
    world.sandbox.settings("bluesky", access_seconds=7_200)
    world.sandbox.fault("mastodon", "commit", "drop", "after")
    world.sandbox.fault("gotosocial", "commit", "drop", "before")
    world.set_pace(DUE - 6_000_000, SPEED)
    async with publishing(world):
        desk = await Desk.open(world.root, user="tester", clock=FastClock(world.pace))
        await desk.check_media_host()
        await until(lambda: world.rows()[ASKED.key].state == "ask", "a question")
        await desk.resolve_send_again(ASKED.key)
        await until(lambda: all(world.rows()[key].state == "published" for key in OUT), "all of them to be public")
        await until(lambda: world.rows()[LATE.key].state == "missed", "the late one to be missed")
        await desk.close()


async def test_every_commit_and_every_call_has_a_failpoint_on_both_sides(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old").mkdir()
    old = first_store(tmp_path / "old")
    with listening(monkeypatch) as net:
        await Store.open(old, FastClock(world.pace), migrate=True).close()
        await before_the_hour(world)
        await through_the_hour(world)
    told = world.sandbox.requests()
    print(f"{net.calls} calls, {net.commits.total()} transactions: {dict(net.commits)}")
    assert not net.holes(), "\n".join(net.holes())
    assert net.commits.keys() >= EXPECTED, f"not a whole run: {EXPECTED - net.commits.keys()} is missing"
    assert net.commits.keys() <= set(failpoints.WRITES)
    assert net.calls >= len(told), f"{len(told)} calls arrived and {net.calls} were heard: some go around the net"


def test_every_write_of_the_program_is_named_among_the_failpoints() -> None:
    """Also those that no run here comes to."""
    tree = [node for file in (ROOT / "scheduler").rglob("*.py") for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    calls = [node for node in tree if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITING]
    told = [argument for call in calls for argument in (*call.args, *(word.value for word in call.keywords if word.arg == "name"))]
    named = {word.value for word in told if isinstance(word, ast.Constant) and isinstance(word.value, str)}
    assert named >= {"claim", "release", "reach", "idea"}
    assert named <= set(failpoints.WRITES)


async def test_a_call_and_a_write_without_a_failpoint_are_found(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(monkeypatch) as net:
        async with Http() as http:  # nobody listens to its events
            await http.request("GET", f"{world.sandbox.url}/mastodon/.well-known/nodeinfo")
        store = Store.open(tmp_path / "state", FastClock(world.pace))
        await store.write(lambda conn: conn.exec_driver_sql("INSERT INTO meta VALUES ('a', 'b')").rowcount, name="nameless")
        await store.close()
    assert [hole for hole in net.holes() if "call GET" in hole] != []
    assert [hole for hole in net.holes() if "nameless" in hole] != []
