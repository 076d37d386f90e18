"""Two clones of one workspace, each with a service of its own, on the same accounts: once, or a question, as docs/promise.md says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.proof import oracle
from tests.proof.clock import FastClock
from tests.proof.lanes import PROCESSING
from tests.proof.world import DUE, Account, Post, Service, World, prepared, until
from tests.sandbox_process import Sandbox

SECOND = 1_000_000
MINUTE = 60 * SECOND
SPEED = 20.0
"""A minute of ours is three seconds: more than a busy computer keeps a service waiting."""
KNOWING = ("bluesky", "mastodon")
"""Here both clones derive the same key for the same post, and the server keeps one."""
LISTED = ("instagram", "gotosocial", "pixelfed")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@dataclass(frozen=True, slots=True)
class Clones:
    """The same files twice, connected and approved twice."""

    one: World
    other: World

    @property
    def both(self) -> tuple[World, World]:
        return self.one, self.other

    def set_pace(self, wall: int, speed: float, *, behind: int = 0) -> None:
        """From now on time runs so fast; the other clone's clock is behind by so much."""
        self.one.set_pace(wall, speed)
        self.other.pace = replace(self.one.pace, wall_from=wall - behind)

    def states(self, world: World) -> dict[str, str]:
        return {key: row.state for key, row in oracle.deliveries(world).items()}

    def settled(self, posts: Sequence[Post] = ()) -> bool:
        """Everything of these posts, or of all, is done or waits for a person, in both."""
        return all(oracle.at_rest(replace(world, posts=tuple(posts or world.posts))) for world in self.both)

    def reach(self, wall: int) -> None:
        """Let time pass."""
        until(lambda: FastClock(self.one.pace).wall() >= wall, "time to pass")


def clones(folder: Path, sandbox: Sandbox, posts: list[Post]) -> Clones:
    sandbox.reset()
    for prefix in PROCESSING:
        sandbox.settings(prefix, image_seconds=0, video_seconds=0)
    return Clones(prepared(folder / "one", sandbox, posts), prepared(folder / "other", sandbox, posts))


def posts_of(prefix: str, *, at: str = "2026-12-01T10:00", name: str = "") -> list[Post]:
    """What hangs on something else too: parts of a thread, a first comment."""
    account = Account("acme", prefix)
    picture = Post(f"picture{name}", account, media="picture", at=at)
    if prefix == "instagram":
        return [replace(picture, first_comment=f"The first comment{name}."), Post(f"reel{name}", account, media="film", at=at)]
    if prefix == "pixelfed":  # takes no post without a picture
        return [picture, replace(picture, slug=f"second{name}")]
    thread = Post(f"thread{name}", account, more_parts=(f"The second part{name}.", f"The third part{name}."), at=at)
    return [picture, thread]


def public(sandbox: Sandbox) -> Counter[str]:
    """How often each text is public."""
    return Counter(entry["text"] for entry in sandbox.ledger())


def told(pair: Clones) -> str:
    return "\n\n".join(oracle.story(world) for world in pair.both)


def all_once(pair: Clones) -> None:
    """Every act is public once, and each clone calls it published or asks."""
    found = public(pair.one.sandbox)
    assert found == {act.text: 1 for act in oracle.acts(pair.one.posts)}, f"{found}\n{told(pair)}"
    ids = {entry["text"]: entry["id"] for entry in pair.one.sandbox.ledger()}
    for world in pair.both:
        rows = oracle.deliveries(world)
        for act in oracle.acts(world.posts):
            if rows[act.key].state == "published":
                assert rows[act.key].remote_id == ids[act.text], f"{act.key}\n{told(pair)}"
        assert oracle.store_faults(world) == []


@pytest.mark.parametrize("again", range(3))
@pytest.mark.parametrize("prefix", KNOWING)
def test_at_the_same_instant_it_is_there_once(tmp_path: Path, sandbox: Sandbox, prefix: str, again: int) -> None:
    account = Account("acme", prefix)
    more = [Post(f"post{n}", account) for n in range(4)]
    pair = clones(tmp_path, sandbox, [*posts_of(prefix), *more])
    pair.set_pace(DUE - 15 * SECOND, SPEED)
    with Service(pair.one), Service(pair.other):
        until(pair.settled, lambda: f"rest\n{told(pair)}")
    all_once(pair)
    assert len(sandbox.requests(prefix, "commit")) > len(oracle.acts(pair.one.posts)), "they did not meet"
    for post in more:
        assert [world.rows()[post.key].state for world in pair.both] == ["published", "published"], told(pair)


@pytest.mark.parametrize("prefix", [*KNOWING, *LISTED])
def test_a_clone_that_starts_a_minute_later_finds_it_or_asks(tmp_path: Path, sandbox: Sandbox, prefix: str) -> None:
    pair = clones(tmp_path, sandbox, posts_of(prefix))
    pair.set_pace(DUE - 6 * SECOND, SPEED)
    with Service(pair.one):
        until(lambda: oracle.at_rest(pair.one), lambda: f"rest\n{told(pair)}")
        pair.reach(DUE + MINUTE)
        with Service(pair.other):
            until(pair.settled, lambda: f"rest\n{told(pair)}")
    all_once(pair)
    assert set(pair.states(pair.one).values()) == {"published"}


@pytest.mark.parametrize("prefix", LISTED)
def test_a_minute_apart_all_day_and_one_is_killed_in_between(tmp_path: Path, sandbox: Sandbox, prefix: str) -> None:
    """The other clone's clock is a minute behind. In the second round the first clone is dead and comes back too late."""
    times = ("2026-12-01T10:00", "2026-12-01T10:02", "2026-12-01T10:06")
    rounds = [posts_of(prefix, at=at, name=str(n)) for n, at in enumerate(times)]
    pair = clones(tmp_path, sandbox, [post for posts in rounds for post in posts])
    pair.set_pace(DUE - MINUTE, SPEED, behind=MINUTE)
    with ExitStack() as running:
        running.enter_context(Service(pair.other))
        with Service(pair.one) as first:
            until(lambda: pair.settled(rounds[0]), lambda: f"the first round\n{told(pair)}")
            first.kill()
        until(lambda: oracle.at_rest(replace(pair.other, posts=tuple(rounds[1]))), lambda: f"the second round\n{told(pair)}")
        running.enter_context(Service(pair.one))
        until(pair.settled, lambda: f"the third round\n{told(pair)}")
    all_once(pair)
