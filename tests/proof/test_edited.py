"""The text is edited after an answer was lost: what became public never passes for what was approved since."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from scheduler.desk.desk import Desk
from scheduler.errors import UsageError
from tests.proof.clock import FastClock
from tests.proof.fault_rows import GRAPH, PLATFORMS
from tests.proof.world import DUE, Account, Post, Service, World, prepared, until
from tests.sandbox_process import Sandbox

T = TypeVar("T")
SPEED = 50.0
SECOND = 1_000_000
LATE_SECONDS = 12.0
"""Real ones: after the edited text was sent, where it is sent at all."""
WAIT_SECONDS = 300
"""Ours: what a 429 tells to wait."""
HANDLES = ("bluesky", "mastodon", "instagram", "facebook")
"""Where absence is proof, so that a post comes back to the queue and can be edited."""


def _post(name: str, prefix: str, media: str | None = "picture") -> Post:
    return Post(name, Account(name, prefix), text=f"First words of {name}.", media=media)


def _posts(prefixes: Iterable[str]) -> list[Post]:
    """One on each; where words alone may be posted, one more that pictures do not tell apart."""
    posts = [_post(prefix, prefix) for prefix in prefixes]
    return [*posts, *(_post(f"{prefix}-bare", prefix, None) for prefix in prefixes if prefix not in {*GRAPH, "pixelfed"})]


def _new_words(post: Post) -> str:
    return f"Second words of {post.slug}, quite different."


class Stage:
    """A world whose answers get lost, and its user."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sandbox = world.sandbox
        self.blinds: list[int] = []

    def lose(self, post: Post, kind: str, point: str, seconds: float | None = None, *, blind: bool = True) -> None:
        """The answer of its publishing call does not come; and from then on no look tells anything."""
        prefix, who = post.account.prefix, post.account.handle
        lost = self.sandbox.fault(prefix, "commit", kind, point, seconds=seconds, account=who)
        for call in ("look", *(["status"] if prefix in GRAPH else [])) if blind else ():
            self.blinds.append(self.sandbox.fault(prefix, call, "drop", count=-1, account=who, armed_by=lost))

    def see(self) -> None:
        """Looks work again."""
        for fault in self.blinds:
            self.sandbox.calm(fault)
        self.blinds.clear()

    def states(self) -> dict[str, str]:
        """By slug."""
        rows = self.world.rows()
        return {post.slug: rows[post.key].state for post in self.world.posts}

    def wait_for(self, posts: Sequence[Post], *states: str, within: float = 60.0) -> None:
        """Until each of them is in one of these states."""

        def there() -> bool:
            found = self.states()
            return all(found[post.slug] in states for post in posts)

        until(there, lambda: f"{' or '.join(states)}: {self.states()}", within)

    def public(self, post: Post) -> list[str]:
        """Texts on its account."""
        return [str(entry["text"]) for entry in self.sandbox.ledger(post.account.prefix, post.account.handle)]

    def at_the_desk(self, work: Callable[[Desk], Awaitable[T]]) -> T:
        """Something a person does."""
        return asyncio.run(_with_desk(self.world, work))

    def edit_files(self, posts: Sequence[Post]) -> None:
        """Other words in campaign.yaml."""
        file = self.world.root / "campaigns" / "proof" / "campaign.yaml"
        text = file.read_text("utf-8")
        for post in posts:
            assert text.count(post.words) == 1
            text = text.replace(post.words, _new_words(post))
        file.write_text(text, "utf-8")

    def apply_files(self) -> None:
        """Make the store follow them."""

        async def work(desk: Desk) -> None:
            await desk.apply(await desk.plan(), allow_cancel=0)

        self.at_the_desk(work)

    def approve(self, posts: Sequence[Post]) -> None:
        """Say yes to the new words."""

        async def work(desk: Desk) -> None:
            for post in posts:
                item = await desk.review(post.key)
                assert item.parts[0].text == _new_words(post)
                await desk.approve(post.key, item.digest, facts_checked=True)

        self.at_the_desk(work)


async def _with_desk(world: World, work: Callable[[Desk], Awaitable[T]]) -> T:
    async with _desk(world) as desk:
        return await work(desk)


@asynccontextmanager
async def _desk(world: World):  # type: ignore[no-untyped-def]
    desk = await Desk.open(world.root, user="tester", clock=FastClock(world.pace))
    try:
        yield desk
    finally:
        await desk.close()


def _stage(tmp_path: Path, sandbox: Sandbox, posts: Sequence[Post]) -> Stage:
    for prefix in {post.account.prefix for post in posts} & GRAPH:
        sandbox.settings(prefix, image_seconds=0)
    world = prepared(tmp_path / "world", sandbox, posts)
    world.set_pace(DUE - 10 * SECOND, SPEED)
    return Stage(world)


# ── edited while nobody can say whether it is public ─────────────────────────


def test_what_may_be_public_cannot_be_edited_and_is_found_as_it_was_approved(tmp_path: Path) -> None:
    posts = _posts(PLATFORMS)
    with Sandbox() as sandbox:
        stage = _stage(tmp_path, sandbox, posts)
        for post in posts:
            stage.lose(post, "drop", "after")
        with Service(stage.world):
            stage.wait_for(posts, "unknown", "checking")
            stage.edit_files(posts)

            async def follow(desk: Desk) -> tuple[int, list[str]]:
                plan = await desk.plan()
                await desk.apply(plan, allow_cancel=0)
                digests = [(await desk.review(post.key)).digest for post in posts]
                return sum(change.sign != "." for change in plan.changes), digests

            before = stage.at_the_desk(_digests(posts))
            touched, after = stage.at_the_desk(follow)
            assert (touched, after) == (0, before)
            stage.see()
            stage.wait_for(posts, "published")
        assert {post.slug: stage.public(post) for post in posts} == {post.slug: [post.words] for post in posts}
        assert stage.at_the_desk(_shown(posts)) == [post.words for post in posts]


def _digests(posts: Sequence[Post]) -> Callable[[Desk], Awaitable[list[str]]]:
    async def work(desk: Desk) -> list[str]:
        return [(await desk.review(post.key)).digest for post in posts]

    return work


def _shown(posts: Sequence[Post]) -> Callable[[Desk], Awaitable[list[str]]]:
    async def work(desk: Desk) -> list[str]:
        return [(await desk.review(post.key)).parts[0].text for post in posts]

    return work


def test_a_post_of_the_desk_that_may_be_public_cannot_be_edited(tmp_path: Path) -> None:
    account = Account("desk-made", "mastodon")
    with Sandbox() as sandbox:
        stage = _stage(tmp_path, sandbox, [Post("other", account, approved=False)])
        made = stage.at_the_desk(
            lambda desk: desk.new_post(title="By hand", text={"en": "Written here."}, accounts=[account.name], when="2026-12-01T10:00")
        )
        key = made.deliveries[0].key

        async def approve(desk: Desk) -> None:
            await desk.approve(key, (await desk.review(key)).digest, facts_checked=True)

        stage.at_the_desk(approve)
        stage.lose(Post("by-hand", account), "drop", "after")
        with Service(stage.world):
            until(lambda: stage.world.rows()[key].state == "unknown", "the answer to get lost")
            with pytest.raises(UsageError, match="on its way"):
                stage.at_the_desk(lambda desk: desk.save_text(made.post, "en", "Something else."))
            stage.see()
            until(lambda: stage.world.rows()[key].state == "published", "the look to find it")
        assert [entry["text"] for entry in sandbox.ledger()] == ["Written here."]


# ── edited after it was proved absent, while the first request is still on its way ──


@pytest.mark.parametrize("arrives", ["before the new words", "after the new words"])
def test_a_first_request_that_arrives_late_never_passes_for_the_new_words(tmp_path: Path, arrives: str) -> None:
    posts = _posts(HANDLES)
    with Sandbox() as sandbox:
        stage = _stage(tmp_path, sandbox, posts)
        for post in posts:
            stage.lose(post, "late", "before", LATE_SECONDS)
        with Service(stage.world):
            stage.wait_for(posts, "unknown", "checking")
            lost_at = time.monotonic()
            stage.at_the_desk(lambda desk: desk.hold(reason="let me see"))
            stage.see()
            stage.wait_for(posts, "queued")
            assert not sandbox.ledger(), "the first requests arrived too early for this history"
            stage.edit_files(posts)
            stage.apply_files()
            stage.at_the_desk(lambda desk: desk.release())
            if arrives == "before the new words":
                until(lambda: len(sandbox.ledger()) == len(posts), "the first requests to arrive")
            stage.approve(posts)
            until(lambda: time.monotonic() > lost_at + LATE_SECONDS + 1, "the first requests to arrive", LATE_SECONDS + 5)
            stage.wait_for(posts, "published", "ask")
        late = posts if arrives == "before the new words" else [post for post in posts if post.account.prefix in GRAPH]
        _assert_asked(stage, late)
        for post in posts:
            if post not in late:
                assert (stage.states()[post.slug], stage.public(post)) == ("published", [_new_words(post)]), post.slug


def _assert_asked(stage: Stage, posts: Sequence[Post]) -> None:
    """The first words are public, once, and a person is told so."""
    rows = stage.world.rows()
    for post in posts:
        assert (rows[post.key].state, stage.public(post)) == ("ask", [post.words]), (post.slug, rows[post.key])
        assert rows[post.key].code == "other_content", rows[post.key]


# ── edited after the platform only told to wait, and had published it ────────


def test_what_was_told_to_wait_and_went_out_never_passes_for_the_new_words(tmp_path: Path) -> None:
    posts = _posts(PLATFORMS)
    with Sandbox() as sandbox:
        stage = _stage(tmp_path, sandbox, posts)
        for post in posts:
            stage.lose(post, "429", "after", WAIT_SECONDS, blind=False)
        with Service(stage.world):
            until(lambda: len(sandbox.ledger()) == len(posts), "all to be public")
            stage.wait_for(posts, "queued")
            stage.edit_files(posts)
            stage.apply_files()
            stage.approve(posts)
            stage.wait_for(posts, "ask", "published")
        _assert_asked(stage, posts)
