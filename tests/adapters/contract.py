"""What every adapter promises, as one class of tests: inherit it, say which stand-in to talk to, and get them all.

Each class has a sandbox process of its own; every test starts with an empty one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import pytest
from PIL import Image
from pydantic import BaseModel, ConfigDict

from adapters.contract import (
    Absent,
    Account,
    Adapter,
    CannotTell,
    CommitClass,
    Disclosure,
    Done,
    Found,
    Limited,
    MediaHost,
    MediaItem,
    NotSent,
    Publication,
    Published,
    Retry,
    Target,
    TokenDead,
    Unknown,
)
from adapters.errors import ConnectError
from adapters.http import Answer, Http
from adapters.registry import adapter_for
from config.options import Options
from tests import sandbox_process
from tests.adapters.delivery import Delivery, NotPrepared

DUE = 1_795_341_600_000_000
FAST = 50.0
"""Time-outs of a minute become about a second."""


class Entry(BaseModel):
    """One line of the sandbox's ledger."""

    model_config = ConfigDict(extra="ignore")

    platform: str
    account: str
    id: str
    kind: str
    text: str
    alt: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    reply_to: str | None = None


class _Ledger(BaseModel):
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox."""

    url: str
    http: Http

    async def ledger(self, prefix: str) -> list[Entry]:
        """What became public there."""
        answer = await self.http.request("GET", f"{self.url}/_ledger")
        assert isinstance(answer, Answer)
        read = answer.read(_Ledger)
        assert read is not None
        return [entry for entry in read.entries if entry.platform == prefix]

    async def fault(self, platform: str, call: str, kind: str, point: str = "before", count: int = 1, seconds: float | None = None) -> None:
        """Let something go wrong."""
        order: dict[str, object] = {"platform": platform, "call": call, "kind": kind, "point": point, "count": count}
        await self.order("/_faults", {**order, "seconds": seconds} if seconds is not None else order)

    async def calm(self) -> None:
        """No more faults."""
        await self.http.request("DELETE", f"{self.url}/_faults")

    async def order(self, path: str, body: dict[str, object]) -> None:
        """Any control call."""
        answer = await self.http.request("POST", f"{self.url}{path}", json=body)
        assert isinstance(answer, Answer)
        assert answer.ok, answer.body


@pytest.fixture(scope="class")
def sandbox_url() -> Iterator[str]:
    """A sandbox in a process of its own."""
    with sandbox_process.Sandbox() as running:
        yield running.url


@pytest.fixture
async def sandbox(sandbox_url: str) -> AsyncIterator[Sandbox]:
    """Empty, with the test's own connections."""
    async with Http() as http:
        running = Sandbox(sandbox_url, http)
        await running.order("/_reset", {})
        yield running


class StandIn:
    """An account on a stand-in: inherit and set the names; the tests of a platform's own flows build on it too."""

    platform: ClassVar[str]
    prefix: ClassVar[str]
    """Of the stand-in."""
    handle: ClassVar[str] = "kawa.example"
    secret: ClassVar[str] = "abcd-efgh-ijkl-mnop"
    wrong_secret: ClassVar[str] = "wrong"
    options: ClassVar[Options]
    commit_class: ClassVar[CommitClass]
    same_handle_doubles: ClassVar[bool] = False
    """A second commit with the same handle makes a second post."""
    needs_media: ClassVar[bool] = False
    has_alt: ClassVar[bool] = True

    # ── what a platform may say differently ──────────────────────────────────

    def account(self, url: str) -> Account:
        """Not connected yet."""
        return Account("acc-kawa", self.platform, self.handle, f"{url}/{self.prefix}", ("en", "pl"))

    def host(self, sandbox: Sandbox) -> MediaHost:
        """Public addresses for platforms that fetch."""
        return NoHost()

    def picture(self, folder: Path, shade: int = 90, alt: str = "A cup on a table") -> MediaItem:
        """A small picture that every platform takes."""
        path = folder / f"cup-{shade}.jpg"
        Image.new("RGB", (1080, 1080), (shade, 60, 30)).save(path, quality=60)
        raw = path.read_bytes()
        return MediaItem(hashlib.sha256(raw).hexdigest(), "image/jpeg", len(raw), 1080, 1080, None, alt, path, name=path.name)

    def publication(self, adapter: Adapter, folder: Path, text: str = "Zażółć gęślą jaźń #kawa", **changes: object) -> Publication:
        """A post that every platform takes."""
        plain = Publication(
            key="autumn/tasting@acc-kawa",
            kind="post",
            part=1,
            parts=1,
            text=text,
            media=(self.picture(folder),) if self.needs_media else (),
            languages=("pl",),
            link=None,
            options=self.options,
            disclosure=Disclosure(),
            target=Target(self.platform, self._connected.remote_id or ""),
            due=DUE,
        )
        return replace(plain, **changes)  # type: ignore[arg-type]

    # ── fixtures ─────────────────────────────────────────────────────────────

    @pytest.fixture
    async def adapter(self, sandbox: Sandbox, request: pytest.FixtureRequest) -> AsyncIterator[Adapter]:
        """Connected with the secret."""
        hangs = "hang" in request.node.name  # it waits for nothing but the time-out
        async with Http(2 * FAST if hangs else FAST) as http:
            yield await self.connected(sandbox, http)

    async def connected(self, sandbox: Sandbox, http: Http) -> Adapter:
        """The adapter of a signed-in account."""
        account = self.account(sandbox.url)
        connection = await adapter_for(account, http, self.host(sandbox)).connect(self.secret)
        self._connected = replace(
            account,
            remote_id=connection.remote_id,
            credentials=connection.credentials,
            facts=json.loads(json.dumps(dict(connection.facts))),
        )
        return adapter_for(self._connected, http, self.host(sandbox))


class AdapterContract(StandIn):
    """Inherit, set the names, and override the small methods where a platform differs."""

    # ── signing in ───────────────────────────────────────────────────────────

    async def test_connect_tells_who_it_is(self, adapter: Adapter) -> None:
        assert self._connected.remote_id
        assert self.secret not in repr(self._connected)

    async def test_a_wrong_secret_is_a_sentence_and_a_way_out(self, sandbox: Sandbox) -> None:
        async with Http() as http:
            with pytest.raises(ConnectError) as caught:
                await adapter_for(self.account(sandbox.url), http, self.host(sandbox)).connect(self.wrong_secret)
        assert caught.value.relogin
        assert caught.value.hint
        assert self.wrong_secret not in str(caught.value).split()

    @pytest.mark.parametrize(("kind", "call"), [("html200", "*"), ("500", "*"), ("drop", "*"), ("429", "*"), ("truncate", "*")])
    async def test_a_broken_server_does_not_kill_the_account(self, sandbox: Sandbox, kind: str, call: str) -> None:
        await sandbox.fault(self.prefix, call, kind, count=-1)
        async with Http() as http:
            with pytest.raises(ConnectError) as caught:
                await adapter_for(self.account(sandbox.url), http, self.host(sandbox)).connect(self.secret)
        assert not caught.value.relogin

    async def test_nobody_there(self) -> None:
        async with Http() as http:
            with pytest.raises(ConnectError) as caught:
                await adapter_for(self.account("http://127.0.0.1:1"), http, NoHost()).connect(self.secret)
        assert not caught.value.relogin

    async def test_refresh_gives_a_pair_that_works_or_none(self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path) -> None:
        fresh = await adapter.refresh()
        if fresh is None:
            return
        async with Http() as http:
            again = adapter_for(replace(self._connected, credentials=fresh), http, self.host(sandbox))
            assert isinstance(await Delivery(again, self.publication(again, tmp_path)).publish(), Published)

    # ── before sending ───────────────────────────────────────────────────────

    async def test_check_takes_a_good_post(self, adapter: Adapter, tmp_path: Path) -> None:
        assert [problem for problem in adapter.check(self.publication(adapter, tmp_path)) if problem.is_error] == []

    async def test_check_measures_what_is_too_long(self, adapter: Adapter, tmp_path: Path) -> None:
        allowed = adapter.limits().text.maximum
        problems = adapter.check(self.publication(adapter, tmp_path, "ż" * (allowed + 7)))
        problem = next(problem for problem in problems if problem.code == "E501")
        assert f"{allowed:,}" in problem.message
        assert f"{allowed + 7:,}" in problem.message
        assert "7 too many" in problem.message
        assert adapter.check(self.publication(adapter, tmp_path, "ż" * allowed)) == []

    async def test_preview_shows_the_text(self, adapter: Adapter, tmp_path: Path) -> None:
        publication = self.publication(adapter, tmp_path)
        preview = adapter.preview(publication)
        assert publication.text in preview.text
        assert len(preview.media) == len(publication.media)

    # ── publishing ───────────────────────────────────────────────────────────

    async def test_publish(self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path) -> None:
        delivery = Delivery(adapter, self.publication(adapter, tmp_path))
        outcome = await delivery.publish()
        assert isinstance(outcome, Published), outcome
        (entry,) = await sandbox.ledger(self.prefix)
        assert entry.text == delivery.publication.text
        assert outcome.receipt.remote_id
        assert outcome.receipt.url
        look = await delivery.look()
        assert isinstance(look, Found), look
        assert look.same
        assert look.receipt.remote_id == outcome.receipt.remote_id

    async def test_media_and_alternative_texts_arrive(self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path) -> None:
        media = (self.picture(tmp_path, 10, "Kawa"), self.picture(tmp_path, 200, "A second cup"))
        delivery = Delivery(adapter, self.publication(adapter, tmp_path, media=media))
        outcome = await delivery.publish()
        assert isinstance(outcome, Published), outcome
        (entry,) = await sandbox.ledger(self.prefix)
        assert entry.media == tuple(item.sha256 for item in media)
        if self.has_alt:
            assert entry.alt == ("Kawa", "A second cup")
        assert isinstance(look := await delivery.look(), Found), look
        assert look.same, look.reason

    async def test_safe_steps_may_be_repeated_and_publish_nothing(self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path) -> None:
        delivery = Delivery(adapter, self.publication(adapter, tmp_path, media=(self.picture(tmp_path),)))
        await delivery.prepare()
        handle = adapter.commit_handle(delivery.publication, delivery.journal)
        for step in adapter.safe_steps(delivery.publication, delivery.journal):
            assert isinstance(await step.run(delivery.journal), Done)
        assert adapter.commit_handle(delivery.publication, delivery.journal) == handle
        assert await sandbox.ledger(self.prefix) == []

    async def test_the_commit_class_is_the_one_documented(self, adapter: Adapter, tmp_path: Path) -> None:
        assert adapter.commit_class(self.publication(adapter, tmp_path)) is self.commit_class

    async def test_the_same_handle_again(self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path) -> None:
        delivery = Delivery(adapter, self.publication(adapter, tmp_path))
        first = await delivery.publish()
        assert isinstance(first, Published)
        second = await delivery.commit()
        if not self.same_handle_doubles:
            assert len(await sandbox.ledger(self.prefix)) == 1
        if isinstance(second, Published) and not self.same_handle_doubles:
            assert second.receipt.remote_id == first.receipt.remote_id

    async def test_recent_posts(self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path) -> None:
        await Delivery(adapter, self.publication(adapter, tmp_path, "Ostatni wpis")).publish()
        recent = await adapter.recent()
        if recent is not None:
            assert [post.text for post in recent] == ["Ostatni wpis"]
            await sandbox.fault(self.prefix, "*", "500", count=-1)
            assert await adapter.recent() is None

    # ── faults at the commit ─────────────────────────────────────────────────

    @pytest.mark.parametrize("kind", ["drop", "500", "html200", "truncate", "hang"])
    @pytest.mark.parametrize("point", ["before", "after"])
    async def test_a_lost_answer_is_unknown_and_the_look_tells(
        self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path, kind: str, point: str
    ) -> None:
        delivery = Delivery(adapter, self.publication(adapter, tmp_path))
        await delivery.prepare()
        await sandbox.fault(self.prefix, "commit", kind, point)
        outcome = await delivery.commit()
        assert isinstance(outcome, Unknown), outcome
        assert outcome.reason
        entries = await sandbox.ledger(self.prefix)
        assert len(entries) == (1 if point == "after" else 0)
        await self._assert_look_agrees(delivery, entries)

    async def _assert_look_agrees(self, delivery: Delivery, entries: list[Entry]) -> None:
        look = await delivery.look()
        if entries:
            assert isinstance(look, Found), look
            assert look.same, look.reason
            return
        assert isinstance(look, Absent), look
        assert look.proof == (self.commit_class in (CommitClass.KEY, CommitClass.HANDLE))

    @pytest.mark.parametrize("kind", ["drop", "500", "429", "expire"])
    @pytest.mark.parametrize("point", ["before", "after"])
    async def test_a_second_try_after_a_fault_never_doubles(
        self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path, kind: str, point: str
    ) -> None:
        delivery = Delivery(adapter, self.publication(adapter, tmp_path))
        await delivery.prepare()
        await sandbox.fault(self.prefix, "commit", kind, point, seconds=1)
        await delivery.commit()
        await sandbox.calm()
        outcome = await delivery.publish()
        assert len(await sandbox.ledger(self.prefix)) == 1
        assert isinstance(outcome, (Published, Unknown)), outcome
        assert isinstance(look := await delivery.look(), Found), look
        assert look.same, look.reason

    async def test_limits_make_the_account_wait(self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path) -> None:
        delivery = Delivery(adapter, self.publication(adapter, tmp_path))
        await delivery.prepare()
        await sandbox.fault(self.prefix, "commit", "429", seconds=120)
        outcome = await delivery.commit()
        assert isinstance(outcome, Limited), outcome
        assert 60 <= outcome.after <= 86_400
        assert await sandbox.ledger(self.prefix) == []

    async def test_an_expired_token_is_told_apart(self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path) -> None:
        delivery = Delivery(adapter, self.publication(adapter, tmp_path))
        await delivery.prepare()
        await sandbox.fault(self.prefix, "commit", "expire")
        assert isinstance(await delivery.commit(), TokenDead)
        assert await sandbox.ledger(self.prefix) == []

    async def test_nobody_there_is_not_sent(self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path) -> None:
        delivery = Delivery(adapter, self.publication(adapter, tmp_path))
        await delivery.prepare()
        async with Http() as http:
            base = self._connected.server.replace(sandbox.url, "http://127.0.0.1:1")
            facts = json.loads(json.dumps(dict(self._connected.facts)).replace(sandbox.url, "http://127.0.0.1:1"))
            delivery.adapter = adapter_for(replace(self._connected, server=base, facts=facts), http, NoHost())
            assert isinstance(await delivery.commit(), NotSent)
            assert isinstance(await delivery.look(), CannotTell)

    async def test_an_edit_after_a_lost_answer_never_lets_the_old_text_pass(
        self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path
    ) -> None:
        delivery = Delivery(adapter, self.publication(adapter, tmp_path, "The old text"))
        await delivery.prepare()
        await sandbox.fault(self.prefix, "commit", "drop", "after")
        assert isinstance(await delivery.commit(), Unknown)
        delivery.publication = replace(delivery.publication, text="The new text")
        look = await delivery.look()
        assert not (isinstance(look, Found) and look.same), look
        assert not (isinstance(look, Absent) and look.proof), look
        if not self.same_handle_doubles:
            outcome = await delivery.publish()
            assert not isinstance(outcome, Published), outcome
            assert [entry.text for entry in await sandbox.ledger(self.prefix)] == ["The old text"]

    @pytest.mark.parametrize("kind", ["drop", "500", "html200", "truncate", "429", "hang"])
    async def test_a_failed_look_says_so(self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path, kind: str) -> None:
        delivery = Delivery(adapter, self.publication(adapter, tmp_path))
        await delivery.publish()
        await sandbox.fault(self.prefix, "look", kind, count=-1)
        assert isinstance(await delivery.look(), CannotTell)

    # ── faults at safe steps ─────────────────────────────────────────────────

    @pytest.mark.parametrize("kind", ["drop", "500", "html200", "truncate", "hang", "429", "expire"])
    async def test_a_failed_safe_step_is_tried_again_and_nothing_is_public(
        self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path, kind: str
    ) -> None:
        delivery = Delivery(adapter, self.publication(adapter, tmp_path, media=(self.picture(tmp_path),)))
        await sandbox.fault(self.prefix, "*", kind, "after", seconds=60)
        with pytest.raises(NotPrepared) as caught:
            await delivery.prepare()
        assert isinstance(caught.value.result, Retry | Limited | TokenDead), caught.value.result
        assert await sandbox.ledger(self.prefix) == []
        await sandbox.calm()
        assert isinstance(await delivery.publish(), Published)
        assert len(await sandbox.ledger(self.prefix)) == 1


class ThreadContract(AdapterContract):
    """The same for platforms that have threads."""

    async def test_threads_hang_together(self, sandbox: Sandbox, adapter: Adapter, tmp_path: Path) -> None:
        root = parent = None
        for part in (1, 2, 3):
            key = "autumn/tasting@acc-kawa" + (f"/{part}" if part > 1 else "")
            publication = self.publication(
                adapter,
                tmp_path,
                f"part {part}",
                key=key,
                part=part,
                parts=3,
                kind="post" if part == 1 else "part",
                root=root,
                parent=parent,
            )
            delivery = Delivery(adapter, publication)
            outcome = await delivery.publish()
            assert isinstance(outcome, Published), outcome
            assert isinstance(look := await delivery.look(), Found), look
            assert look.same
            root, parent = root or outcome.receipt, outcome.receipt
        entries = await sandbox.ledger(self.prefix)
        assert [entry.text for entry in entries] == ["part 1", "part 2", "part 3"]
        assert entries[0].reply_to is None
        for before, after in pairwise(entries):
            assert after.reply_to is not None
            assert before.id in after.reply_to


class NoHost:
    """For platforms that take files themselves."""

    name: ClassVar[str] = "none"

    async def put(self, item: MediaItem) -> str:
        """Never asked."""
        raise AssertionError("this platform takes files itself")
