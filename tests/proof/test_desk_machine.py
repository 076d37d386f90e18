"""Layer E: a person does anything in any order at the real Desk while the engine publishes; a small model says what must be true.

Nothing is public without an approval of exactly these words, nothing that was cancelled, nothing under the brake, nothing twice;
what is approved goes out; and every list the Desk shows says so.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import hypothesis.strategies as some
from hypothesis import HealthCheck, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection, update

from adapters.contract import CannotTell, Credentials
from scheduler.accounts.rows import sync_accounts
from scheduler.accounts.vault import Vault
from scheduler.clock import MINUTE, SECOND
from scheduler.desk.desk import Desk
from scheduler.desk.people import person
from scheduler.desk.views import DeliveryQuery
from scheduler.errors import DeskError, UsageError
from scheduler.keeping import ledger
from scheduler.lifecycle import LATE
from scheduler.store.statements import ACCOUNT
from scheduler.store.store import Store
from scheduler.virtual_time import VirtualClock, VirtualLoop
from scheduler.workspace import read_workspace
from tests.scheduler.scripted import Platform, lost, nothing
from tests.scheduler.stage import PlainCipher, Stage, make_engine

T = TypeVar("T")
ACCOUNTS = ("north", "south")
CAMPAIGN = "desk"
"""Of everything that is written at the desk."""
WORKSPACE = """\
version: 1
workspace_id: machine
name: Machine
timezone: UTC
accounts:
  north: { platform: bluesky, handle: north.example, languages: [en] }
  south: { platform: bluesky, handle: south.example, languages: [en] }
"""
ON_THE_WAY = frozenset({"claimed", "sending", "processing", "unknown", "checking"})
MAY_CHANGE = frozenset({"draft", "queued", "missed", "refused"})
PERSON = some.one_of(some.integers(1, 10), some.integers(1, 200))
"""Minutes from now that people choose."""
EXAMPLES = int(os.environ.get("DESK_EXAMPLES", "40"))


class _AtOnce(ThreadPoolExecutor):
    """Threads that take no time: everything happens in one order, which can be repeated."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as error:
            done.set_exception(error)
        return done


@dataclass(slots=True)
class Post:
    """What the model knows of one post."""

    key: str
    account: str
    words: str
    due: int
    state: str = "draft"
    sent_back: bool = False
    approved: str = ""
    """The words somebody said yes to, while that holds."""
    doubtful: bool = False
    """An answer of this post was lost: it may end in a question."""


class DeskMachine(RuleBasedStateMachine):
    """The Desk, the engine, a platform in memory, and the model."""

    posts = Bundle("posts")

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self.loop.set_default_executor(_AtOnce())
        self.folder = tempfile.TemporaryDirectory(prefix="daypart-desk-")
        self.known: dict[str, Post] = {}
        self.held: set[str] = set()
        """`all`, accounts, or the campaign of posts made at the desk."""
        self.written = 0
        self.armed = 0
        """Lost answers that still wait for a commit."""

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @property
    def now(self) -> int:
        return self.clock.wall()

    @initialize()
    def open(self) -> None:
        self.run(self._open(Path(self.folder.name)))

    async def _open(self, root: Path) -> None:
        (root / "daypart.yaml").write_text(WORKSPACE, "utf-8")
        (root / "assets").mkdir()
        self.clock = VirtualClock(self.loop)
        store = Store.in_memory(self.clock, root)
        workspace = read_workspace(root)

        def connect(conn: Connection) -> None:
            for account in sync_accounts(conn, workspace).values():
                assert account.id is not None
                sealed = Vault(PlainCipher()).seal(account.id, Credentials(access="a-token-of-the-machine"))
                values = {"remote_account_id": f"did:plc:{account.name}", "state": "ok", "token_enc": sealed, "first_sent_at": 1}
                conn.execute(update(ACCOUNT).where(ACCOUNT.c.id == account.id).values(**values))

        await store.write(connect)
        self.platform = Platform()
        self.stage = Stage(self.clock, self.platform, store, make_engine(store, self.clock, self.platform), root)
        self.desk = Desk(root, store, workspace, person("tester"), self.clock)
        await self.clock.sleep(10)  # actions fall between minutes, and nothing is due just then

    # ── what a person does ──

    @rule(target=posts, account=some.sampled_from(ACCOUNTS), minutes=PERSON, approved=some.sampled_from((True, True, False)))
    def write(self, account: str, minutes: int, approved: bool) -> str:
        words = self._new_words()
        view = self.run(self.desk.new_post(title=words, text={"en": words}, accounts=[account], when=self._typed(minutes)))
        [delivery] = view.deliveries
        assert delivery.due is not None
        self.known[delivery.key] = Post(delivery.key, account, words, delivery.due)
        if approved:
            self.approve(delivery.key)
        return delivery.key

    @rule(key=posts)
    def edit(self, key: str) -> None:
        post, words = self.known[key], self._new_words()
        if self._tries(post, self.desk.save_text(key.partition("@")[0], "en", words), MAY_CHANGE):
            post.words, post.approved = words, ""
            self._is_draft(post)

    @rule(key=posts)
    def approve(self, key: str) -> None:
        post = self.known[key]
        item = self.run(self.desk.review(key))
        try:
            self.run(self.desk.approve(key, item.digest, facts_checked=True))
        except UsageError:
            assert post.state != "draft" or post.due < self.now, "why not?"
        else:
            assert post.state == "draft"
            post.state, post.approved, post.sent_back = "queued", post.words, False

    def approve_what_was_read_before_somebody_changed_it(self, key: str) -> None:
        post = self.known[key]
        item = self.run(self.desk.review(key))
        if post.state != "draft":
            return
        self.edit(key)
        try:
            self.run(self.desk.approve(key, item.digest, facts_checked=True))
        except DeskError:
            return
        raise AssertionError("other words than those that were read were approved")

    @rule(key=posts, how=some.sampled_from(("reject", "cancel", "approve stale", "approve stale")))
    def object(self, key: str, how: str) -> None:
        """Somebody does not want it so."""
        if how == "reject":
            self.reject(key)
        elif how == "cancel":
            self.cancel(key)
        else:
            self.approve_what_was_read_before_somebody_changed_it(key)

    def reject(self, key: str) -> None:
        post = self.known[key]
        if self._tries(post, self.desk.reject(key, "say it shorter"), {"draft", "queued", "claimed"}):
            self._is_draft(post)
            post.sent_back = True

    @rule(key=posts, minutes=PERSON)
    def move(self, key: str, minutes: int) -> None:
        post = self.known[key]
        moving = self.desk.move(key, self._typed(minutes))
        done = self._tries(post, moving, MAY_CHANGE)
        if done is None:
            return
        post.due = self.run(self.desk.delivery(key)).due or 0
        if "the approval holds" in done.words:
            assert post.state == "queued"
            assert post.approved
        elif post.state != "draft":
            self._is_draft(post)

    def cancel(self, key: str) -> None:
        post = self.known[key]
        if self._tries(post, self.desk.cancel(key), MAY_CHANGE | {"ask", "claimed"}):
            post.state, post.approved = "cancelled", ""

    @rule(what=some.sampled_from(("all", CAMPAIGN, *ACCOUNTS)), on=some.sampled_from((True, False, False)))
    def brake(self, what: str, on: bool) -> None:
        """Put on, or taken off twice as often."""
        if on:
            self.hold(what)
        else:
            self.release(what)

    @rule(what=some.sampled_from(("all", CAMPAIGN, *ACCOUNTS)), minutes=some.sampled_from((5, 30)))
    def brake_for_a_while(self, what: str, minutes: int) -> None:
        """Somebody stops everything, waits, and goes on."""
        self.hold(what)
        self.time_passes(minutes)
        self.release(what)

    def hold(self, what: str) -> None:
        if what == CAMPAIGN and not self.known:
            return  # there is no such campaign yet
        self.run(self.desk.hold(**_brake(what)))
        self.held.add(what)

    def release(self, what: str) -> None:
        if what == CAMPAIGN and not self.known:
            return
        was_on = what in self.held
        self.run(self.desk.release(**_brake(what)))
        self.held.discard(what)
        for post in self.known.values():
            overdue = post.state == "queued" and post.due <= self.now and not self._is_held(post)
            if was_on and overdue and what in ("all", CAMPAIGN, post.account):
                post.state = "missed"

    # ── what the world does ──

    @rule(done=some.booleans())
    def an_answer_will_be_lost(self, done: bool) -> None:
        if self.armed < 2:
            self.platform.commits.append(lost if done else nothing)
            self.platform.looks.append(CannotTell("two posts could be it", several=True))
            self.armed += 1

    @rule()
    def a_moment_passes(self) -> None:
        self.time_passes(2)

    @rule(minutes=some.sampled_from((5, 30, 60, 130)))
    def time_passes(self, minutes: int) -> None:
        """The engine works; what becomes public was approved, in these words, and its time had come."""
        allowed = {(p.account, p.approved): p for p in self.known.values() if p.state in ("queued", *ON_THE_WAY) and not self._is_held(p)}
        before = len(self.platform.ledger)
        self.run(self.stage.settle(60.0 * minutes, longest=300.0))
        self.run(self.stage.engine.sweep())
        for entry in self.platform.ledger[before:]:
            post = allowed.pop((entry.account.removeprefix("did:plc:"), entry.text), None)
            assert post is not None, f"nobody approved “{entry.text}” on {entry.account}"
            at = self.now + int((entry.at - self.loop.time()) * SECOND)
            assert post.due <= at <= post.due + LATE, f"{post.key} went out at another time"
        for post in self.known.values():
            self._see_what_became_of(post)

    def _see_what_became_of(self, post: Post) -> None:
        seen = self.run(self.desk.delivery(post.key)).state
        assert seen in self._may_be(post), f"{post.key} was {post.state}, due {(self.now - post.due) / MINUTE:.0f} min ago, and is {seen}"
        if seen in ("ask", *ON_THE_WAY) and post.state == "queued":
            self.armed = max(0, self.armed - 1)
        post.state = seen
        if seen == "missed":
            post.approved = ""

    def _may_be(self, post: Post) -> set[str]:
        late = self.now - post.due
        public = any(entry.text == post.approved for entry in self.platform.ledger if post.approved)
        if post.state == "draft":
            return {"missed"} if late > LATE + MINUTE else {"draft", "missed"} if late > LATE - MINUTE else {"draft"}
        if post.state == "queued" and self._is_held(post):
            return {"queued", "missed"} if late > LATE - MINUTE else {"queued"}
        if post.state in ("queued", *ON_THE_WAY):
            if late < -MINUTE:
                return {"queued"}
            wait = ON_THE_WAY | {"queued"} if late < 15 * MINUTE or self.armed or post.state in ON_THE_WAY else set()
            return {"published" if public else "missed", "ask", *wait} if public or late > LATE else {"ask", "missed", *wait}
        return {post.state}

    # ── what only a person can decide ──

    @precondition(lambda self: any(post.state == "ask" for post in self.known.values()))
    @rule(wants=some.sampled_from(("truth", "drop")))
    def decide(self, wants: str) -> None:
        post = next(post for post in self.known.values() if post.state == "ask")
        entry = next((entry for entry in self.platform.ledger if entry.text == post.approved), None)
        if wants == "drop":
            self.run(self.desk.resolve_drop(post.key))
            post.state, post.approved = "cancelled", ""
        elif entry is not None:
            self.run(self.desk.resolve_published(post.key, entry.id))
            post.state = "published"
        elif not self._is_held(post):
            self.run(self.desk.resolve_send_again(post.key))
            post.state = self.run(self.desk.delivery(post.key)).state
            assert post.state in ("queued", "unknown")

    # ── what is always true ──

    @invariant()
    def nothing_is_public_twice_and_nothing_without_a_yes(self) -> None:
        if not self.known:
            return
        texts = [entry.text for entry in self.platform.ledger]
        assert len(texts) == len(set(texts))

    @invariant()
    def the_desk_says_what_is(self) -> None:
        if not self.known:
            return
        seen = {view.key: view for view in self.run(self.desk.deliveries(DeliveryQuery(limit=1_000)))}
        states = {key: post.state for key, post in self.known.items()}
        assert {key: seen[key].state for key in states if key in seen} == {key: state for key, state in states.items() if key in seen}
        overview = self.run(self.desk.overview())
        assert overview.planned == sum(state in ("queued", "claimed") for state in states.values())
        assert overview.to_approve == sum(post.state == "draft" and not post.sent_back for post in self.known.values())
        assert overview.needs_you == sum(state in ("ask", "refused", "missed") for state in states.values())
        assert len(overview.holds) == len(self.held)

    def teardown(self) -> None:
        try:
            if self.known:
                self._read_every_history()
        finally:
            self.loop.run_until_complete(self._end())
            self.loop.close()
            self.folder.cleanup()

    def _read_every_history(self) -> None:
        for post in self.known.values():
            events = self.run(self.desk.history(post.key))
            assert events[-1].to_state == post.state
            finals = [event for event in events if event.from_state in ("published", "cancelled") and event.to_state != event.from_state]
            assert not finals, f"{post.key} came back from the end"
        assert self.run(self.stage.store.read(lambda conn: list(ledger.verify(conn)))) == []

    async def _end(self) -> None:
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    # ── small parts ──

    def _tries(self, post: Post, action: Coroutine[Any, Any, T], may: frozenset[str] | set[str]) -> T | None:
        """Do it where it may be done; where not, it has to be refused in words."""
        if post.state in may:
            return self.run(action)
        try:
            self.run(action)
        except UsageError:
            return None
        raise AssertionError(f"{post.key} is {post.state}, and this was done to it")

    def _is_draft(self, post: Post) -> None:
        post.state, post.approved, post.sent_back = "draft", "", False

    def _is_held(self, post: Post) -> bool:
        return bool(self.held & {"all", CAMPAIGN, post.account})

    def _new_words(self) -> str:
        self.written += 1
        return f"Words number {self.written}, like no others."

    def _typed(self, minutes: int) -> str:
        from config.times import from_micros

        return from_micros(self.now + minutes * MINUTE, "UTC").strftime("%Y-%m-%dT%H:%M")


def _brake(what: str) -> dict[str, str]:
    """Which brake is meant, as the Desk is told."""
    return {} if what == "all" else {"campaign" if what == CAMPAIGN else "account": what}


TestDesk = DeskMachine.TestCase
TestDesk.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=60, deadline=None, derandomize="DESK_EXAMPLES" not in os.environ, print_blob=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
