"""Kills off the straight path: limits, dead tokens, lost files, changed files, a clock that is set, windows that pass, a second owner."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial

from scheduler.engine import takeover
from scheduler.store import queue
from scheduler.store.journal import Moment
from scheduler.store.queue import lease_of
from scheduler.store.store import Store
from tests.proof import oracle
from tests.proof.child import act
from tests.proof.clock import FastClock
from tests.proof.histories import EARLY, LIST_SPEED, RECOVERY_SPEED, SECOND, SPEED, History
from tests.proof.lanes import Lane, Tally
from tests.proof.world import DUE, Account, Post, Service, World, prepared, run_forked, until

ACME = Account("acme", "bluesky")
PICTURE = Post("picture", ACME, media="picture", late="1h")
NEVER = Post("never", ACME, media="picture", late="1h", approved=False)
QUIET = Post("quiet", Account("acme", "gotosocial"))
"""On a server that gives no proof of absence."""
HOUR = 3_600 * SECOND


@dataclass(frozen=True, slots=True)
class Way:
    """What goes otherwise, where to kill, and where it must end."""

    title: str
    points: tuple[str, ...]
    spoil: Callable[[World], None]
    """Right before the service starts."""
    ends: Mapping[str, str] = field(default_factory=dict)
    access_seconds: int = 7_200
    """How long the session lasts that was opened five minutes before everything is due."""
    starts: int = DUE - EARLY
    rests_after: int = 0
    meanwhile: Callable[[World], None] | None = None
    """While the service runs."""
    afterwards: Callable[[History], None] | None = None
    """When all is at rest."""
    posts: tuple[Post, ...] = (PICTURE, NEVER)
    speed: float = SPEED
    """How fast time runs until the kill."""


def lead(lane: Lane, way: Way, failpoint: str) -> Tally:
    """Its history with a kill at the failpoint."""
    folder = lane.fresh("odd")
    lane.sandbox.settings("bluesky", access_seconds=way.access_seconds)
    history = History(way.title, prepared(folder, lane.sandbox, way.posts), way.ends, way.rests_after)
    history.world.set_pace(way.starts, way.speed)
    way.spoil(history.world)
    meanwhile = None if way.meanwhile is None else partial(way.meanwhile, history.world)
    history.run_until_killed(f"{failpoint}:1", meanwhile)
    history.world.hurry(max(way.speed, RECOVERY_SPEED))
    history.run_to_rest()
    tally = history.judge()
    if way.afterwards is not None:
        way.afterwards(history)
    return tally


def _nothing(_world: World) -> None:
    """All is as it should be."""


def _wait_a_little(world: World) -> None:
    """Too many requests."""
    world.sandbox.fault("bluesky", "upload", "429", "before", seconds=5)


def _no_session(world: World) -> None:
    """Neither the session nor the app password is good any more."""
    for call in ("refresh", "session"):
        world.sandbox.fault("bluesky", call, "expire", "before", count=-1)


def _good_once(world: World) -> None:
    """A refresh token that was used is dead at once."""
    world.sandbox.settings("bluesky", grace_seconds=0)


def _good_once_and_no_password(world: World) -> None:
    """And somebody took the app password back."""
    _good_once(world)
    world.sandbox.fault("bluesky", "session", "expire", "before", count=-1)


def _slow_answer(world: World) -> None:
    """It is done at once, and said later."""
    world.sandbox.fault("bluesky", "commit", "slow", "after", seconds=1.5)


def _nobody_can_know(world: World) -> None:
    """It never arrived, and on this server an empty list proves nothing."""
    world.sandbox.fault("gotosocial", "commit", "drop", "before")
    world.sandbox.settings("gotosocial", read_lag_seconds=3_600)


def _asset(world: World) -> None:
    """The one picture in the asset store is gone."""
    for file in (world.root / ".daypart" / "assets").iterdir():
        file.unlink()


def _other_bytes(world: World) -> None:
    """Somebody wrote into the asset store."""
    for file in (world.root / ".daypart" / "assets").iterdir():
        file.chmod(0o600)
        file.write_bytes(file.read_bytes()[:-2] + b"\x00\x00\xff\xd9")


def _leap(world: World) -> None:
    """The wall clock is set forward by 90 seconds while the service waits."""
    world.pace = replace(world.pace, leap_at=DUE - 3 * SECOND, leap=90 * SECOND)


def _second_owner(world: World) -> None:
    """While the answer is on its way, somebody takes the delivery over."""
    until(lambda: bool(world.sandbox.ledger()), "the act")
    asyncio.run(_take_over(world))


async def _take_over(world: World) -> None:
    clock = FastClock(world.pace)
    store = Store.open(world.root / ".daypart", clock)
    [row] = await store.read(queue.leased)
    moment = Moment(clock.wall(), clock.boot(), "another boot")
    assert await store.write(lambda conn: takeover._take(conn, lease_of(row), moment, "engine:another"), name="takeover")
    await store.close()


def _sign_in_again(history: History) -> None:
    """Nothing was sent and nothing is lost: with a new session it goes out."""
    world = history.world
    world.sandbox.calm()
    assert run_forked(act, str(world.root), world.pace, "", "connect", (ACME.name, ACME.secret)) == 0
    history.ends, history.rests_after = {}, 0
    with Service(world):
        until(history.at_rest, lambda: f"{history.name} to rest\n{oracle.story(world)}")
    history.judge()


def _is_told_and_signs_in(history: History) -> None:
    """The notice names the account."""
    with closing(sqlite3.connect(f"file:{history.world.database}?mode=ro", uri=True)) as store:
        told = [words for (words,) in store.execute("SELECT words FROM notice WHERE kind = 'reauth'")]
    if len(told) != 1 or ACME.name not in told[0]:
        history.tally.faults.append(f"silent: {history.name} told {told}")
    _sign_in_again(history)


def _nobody_hears(world: World) -> None:
    """Its sign of life is for an address where nobody listens."""
    file = world.root / "daypart.yaml"
    file.write_text(f'{file.read_text("utf-8")}notices: {{ dead_man: {{ url: "http://127.0.0.1:1/" }} }}\n', "utf-8")


def _both(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}.{side}" for name in names for side in ("before", "after"))


WAYS = (
    Way(
        "the platform says wait",
        _both("limited", "release"),
        _wait_a_little,
    ),
    Way(
        "the session cannot be renewed",
        _both("refresh.failed"),
        _no_session,
        ends={PICTURE.key: "queued"},
        access_seconds=500,
        rests_after=DUE + 60 * SECOND,
        afterwards=_sign_in_again,
    ),
    Way(
        "a refresh token is good once",
        (*_both("refresh.claim", "refresh.stored"), "refresh.sent.before", "refresh.answered.after"),
        _good_once,
        access_seconds=500,
    ),
    Way(
        "a refresh token is good once, and its successor got lost",
        ("refresh.answered.after",),
        _good_once_and_no_password,
        ends={PICTURE.key: "queued"},
        access_seconds=500,
        rests_after=DUE + 60 * SECOND,
        afterwards=_is_told_and_signs_in,
    ),
    Way("nobody can know", _both("ask"), _nobody_can_know, ends={QUIET.key: "ask"}, posts=(QUIET,), speed=LIST_SPEED),
    Way("nobody is there", _both("reach"), _nobody_hears),
    Way("the answer takes its time", _both("beat"), _slow_answer),
    Way("a file is gone", _both("refuse"), _asset, ends={PICTURE.key: "refused"}),
    Way("a file is another", _both("edit"), _other_bytes, ends={PICTURE.key: "draft"}),
    Way("the clock is set", _both("notice"), _leap, starts=DUE - 80 * SECOND),
    Way(
        "its window passed",
        _both("missed"),
        _nothing,
        ends={PICTURE.key: "missed", NEVER.key: "missed"},
        starts=DUE + 2 * HOUR,
    ),
    Way(
        "a second owner",
        _both("evidence"),
        _slow_answer,
        meanwhile=_second_owner,
    ),
)
